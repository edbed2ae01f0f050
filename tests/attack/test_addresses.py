"""An address of a product that a browser would not follow is no link, wherever it comes from."""

from __future__ import annotations

from pathlib import Path

import pytest

from bundle.format import is_page_address
from dashapp import create_app
from dashapp.settings import Settings
from precompute.sources import read_catalogue
from tests.drawn_pictures import encoded, picture
from tests.small_bundle import small_product, write_small_bundle

MALFORMED = [
    *("https://[::1", "https://[x]/", "https://shop.example:99999/a", "https://shop.example:0/", "http://"),
    *("https://shop.example/a\nb", "https://shop.example/a\rb", "https://shop.example/\x00", "https:///a"),
    *("https://shop.example/\u2028", "https://shop.example/\x85"),
]
OTHER = ["javascript:alert(1)", "ftp://shop.example", "/relative", ""]
SOUND = ["https://shop.example", "HTTP://Shop.example:8080/ä b?c=<d>#e", "https://[2001:db8::1]:8/x"]


@pytest.mark.parametrize("address", [*MALFORMED, *OTHER, "https://shop.example/\ud800"])
def test_it_is_no_address_of_a_page(address: str) -> None:
    assert not is_page_address(address)


@pytest.mark.parametrize("address", SOUND)
def test_what_browsers_follow_is_one(address: str) -> None:
    assert is_page_address(address)


def test_pages_and_the_api_leave_it_out_alike(tmp_path: Path) -> None:
    products = [small_product(f"p{number}", url=url) for number, url in enumerate([*MALFORMED, *OTHER])]
    cosine = {"metric": "cosine"}
    write_small_bundle(tmp_path, [*products, small_product("sound", url=SOUND[0])], recipe=cosine)
    client = create_app(Settings(data=tmp_path)).server.test_client()
    for product in products:
        page = client.get(f"/product/{product.id}")
        assert page.status_code == 200 and "View in the shop" not in page.text
        assert client.get(f"/api/v1/products/{product.id}").json["url"] is None
    assert "View in the shop" in client.get("/product/sound").text
    assert client.get("/api/v1/products/sound").json["url"] == SOUND[0]


def test_a_build_says_which_it_dropped(tmp_path: Path) -> None:
    (tmp_path / "a.png").write_bytes(encoded(picture(1)))
    (tmp_path / "b.png").write_bytes(encoded(picture(2)))
    rows = "id,image,title,url\n1,a.png,One,https://[::1\n2,b.png,Two,https://shop.example/2\n"
    (tmp_path / "products.csv").write_text(rows)
    catalogue = read_catalogue(tmp_path)
    assert [product.url for product in catalogue.products] == ["", "https://shop.example/2"]
    (entry,) = catalogue.left_out
    assert "'https://[::1' is malformed" in entry.reason and "products.csv" in entry.file
