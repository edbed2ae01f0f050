"""What collecting leaves out is named wherever a build reports: nothing is dropped in silence."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from bundle import Bundle
from dashapp.app import create_app
from dashapp.settings import Settings
from precompute.cli.main import main
from precompute.doctor.left_out import check_left_out
from precompute.sources import read_catalogue
from tests import builds
from tests.precompute.collect.conftest import FAST
from tests.shop import pages
from tests.shop.goods import goods, photo
from tests.shop.pages import page, script
from tests.shop.server import Reply, Site

LOGIN = b"<!doctype html><title>Log in</title>"


@pytest.fixture
def table(site: Site, tmp_path: Path) -> Path:
    """A folder with a table of addresses, most of which give no picture."""
    for number in (0, 1, 4, 6):
        site.give(f"/p{number}.jpg", photo(number), "image/jpeg")
    site.give("/page.jpg", LOGIN)
    site.give("/cut.jpg", photo(5)[:900], "image/jpeg")
    rows = (
        f"S0,Mug 0,{site.url}/p0.jpg",
        f"S1,Mug 1,{site.url}/p1.jpg",
        f"S2,Gone,{site.url}/gone.jpg",
        f"S3,Behind a login,{site.url}/page.jpg",
        f"S4,Mug 4,{site.url}/p4.jpg",
        f"S5,Cut off,{site.url}/cut.jpg",
        "S6,No address,",
        f"S1,The id again,{site.url}/p6.jpg",
    )
    folder = tmp_path / "source"
    folder.mkdir()
    (folder / "products.csv").write_text("id,title,image\n" + "\n".join(rows) + "\n")
    return folder


NAMED = {
    "products.csv, line 4": "404",
    "products.csv, line 5": "an HTML page",
    "products.csv, line 7": "damaged",
    "products.csv, line 8": "no image",
    "products.csv, line 9": "is a repeat",
    "/gone.jpg": "404",
    "/page.jpg": "an HTML page",
    "/cut.jpg": "damaged",
}


def assert_named(left_out: list[tuple[str, str]]) -> None:
    """Each row and each address once, with its reason."""
    assert len(left_out) == len(NAMED)
    for place, reason in NAMED.items():
        (found,) = [why for file, why in left_out if file.endswith(place)]
        assert reason in found


def test_a_build_of_addresses_names_all_that_is_missing(table, tmp_path, tiny, capsys, monkeypatch):
    monkeypatch.setattr("precompute.cli.build.recipes_of", lambda arguments: (builds.TINY,))
    data = tmp_path / "data"
    command = ["build", str(table), "--out", str(data), *FAST]
    assert main(command) == 0
    out = capsys.readouterr().out
    assert f"Left out    {len(NAMED)}" in out
    assert all(place in out for place in NAMED)
    assert main([*command, "--json"]) == 0
    assert_named([(each["file"], each["reason"]) for each in json.loads(capsys.readouterr().out)["left_out"]])
    report = json.loads((Bundle.open(data).folder / "report.json").read_text())
    assert_named([(each["file"], each["reason"]) for each in report["left_out"]])
    client = create_app(Settings(data=data)).server.test_client()
    shown = client.get("/quality?list=left-out").get_data(as_text=True)
    assert all(place in shown for place in NAMED)


def test_a_collected_folder_says_what_is_not_in_it(table, tmp_path, collect):
    assert collect(str(table)).code == 0
    catalogue = read_catalogue(tmp_path / "catalogue")
    assert_named([(each.file, each.reason) for each in catalogue.left_out])

    class Case:
        """What the check looks at."""

        embedded = type("Embedded", (), {"left_out": {}})

    Case.catalogue = catalogue
    findings = list(check_left_out(Case))
    assert len(findings) >= len(NAMED)


def test_a_report_that_is_damaged_is_said(table, tmp_path, collect, capsys):
    assert collect(str(table)).code == 0
    (tmp_path / "catalogue/collected.json").write_text('{"left_out": [{"file": 3}]}')
    assert len(read_catalogue(tmp_path / "catalogue").products) == 3
    assert "it is unknown what collecting left out" in capsys.readouterr().err


def test_a_collection_that_is_not_finished_says_so_where_it_is_built(site, collect, tmp_path):
    pages.web_shop(site, goods(8))
    assert collect(site.url, "--source", "pages", "--max-pages", "5").code == 0
    reasons = [each.reason for each in read_catalogue(tmp_path / "catalogue").left_out]
    assert "it is not completely collected: further pages were not read because of --max-pages 5" in reasons


def test_a_page_whose_data_cannot_be_read_is_named(site, collect):
    pages.give_pictures(site, goods(2))
    good = {"@type": "Product", "name": "A mug", "image": "/img/1000-1.jpg"}
    bad = script(good | {"name": "Half"}).replace("Half", '1/2" thick')
    site.give("/p/good", page(script(good)))
    site.give("/p/bad", page(bad))
    site.give("/p/empty", page("", "<div id=app></div>"))
    site.give("/p/nameless", page(script({"@type": "Product", "offers": {"price": 3}})))
    links = "".join(f'<a href="/p/{each}">x</a>' for each in ("good", "bad", "empty", "nameless"))
    site.give("/", page("", links))
    done = collect(site.url)
    assert done.code == 0 and "Products    1" in done.out
    assert "/p/bad: its JSON-LD has a product, but cannot be parsed (Expecting ',' delimiter" in done.out
    assert "/p/empty: it looks like a product's page, but has no product data" in done.out
    assert "/p/nameless: its product data has neither a name nor a picture" in done.out


def test_where_no_page_can_be_read_the_reason_is_said(site, collect):
    site.give("/p/bad", page('<script type="application/ld+json">{"@type": "Product", "name"</script>'))
    site.give("/", page("", '<a href="/p/bad">x</a>'))
    done = collect(site.url)
    assert done.code == 2 and "/p/bad: its JSON-LD has a product, but cannot be parsed" in done.err


def test_what_a_sitemap_lists_and_nobody_reads_is_named(site, collect):
    paths = pages.web_shop(site, goods(3))
    pages.sitemap(site, paths)
    listed = site.routes["/sitemap_products_1.xml"]({}).body.decode()
    more = "".join(
        f"<url><loc>{each}</loc></url>"
        for each in ("https://elsewhere.example/p/a", "https://elsewhere.example/p/b", "http://[::1/p/c")
    )
    site.give("/sitemap_products_1.xml", listed.replace("</urlset>", f"{more}</urlset>"), "application/xml")
    done = collect(site.url)
    assert done.code == 0 and "Products    3" in done.out
    assert "2 of its addresses are on other hosts, the first on elsewhere.example" in done.out
    assert "1 of its addresses cannot be fetched" in done.out


def test_what_is_no_product_in_a_list_is_named(site, collect):
    from tests.shop import platforms

    platforms.shopify(site, goods(2))
    every = site.routes["/products.json"]

    def with_noise(query: dict[str, str]) -> Reply:
        content = json.loads(every(query).body)
        if content["products"]:
            content["products"].append("a text")
        return Reply(json.dumps(content).encode(), kind="application/json")

    site.routes["/products.json"] = with_noise
    done = collect(site.url)
    assert done.code == 0 and "Products    2" in done.out
    assert "1 of its entries is not a product" in done.out


def test_pictures_over_the_limit_are_counted(site, collect):
    from tests.shop import platforms

    platforms.shopify(site, goods(3))
    done = collect(site.url, "--max-images", "1")
    assert "all products: 3 of their pictures are beyond --max-images 1" in done.out
