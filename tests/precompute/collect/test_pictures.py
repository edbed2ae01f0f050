"""Which pictures are kept, under which name, and which are left out for which reason."""

from __future__ import annotations

import json

import pytest

from pictures.limits import BUILD
from tests.drawn_pictures import BROKEN, GOOD_FORMATS, encoded, picture
from tests.shop import platforms
from tests.shop.goods import goods, photo


def left_out(folder) -> dict[str, str]:
    report = json.loads((folder / "catalogue/collected.json").read_text())
    return {entry["file"]: entry["reason"] for entry in report["left_out"]}


def test_pictures_are_judged_by_their_content(site, collect, tmp_path):
    platforms.merchant_feed(site, goods(4))
    site.give("/img/1000-1.jpg", photo(10000), "text/html")
    site.give("/img/1001-1.jpg", "<!DOCTYPE html><title>Sorry</title>", "image/jpeg")
    site.give("/img/1002-1.jpg", encoded(picture(3, width=63, height=200)), "image/jpeg")
    site.give("/img/1003-1.jpg", b"", "image/jpeg")
    done = collect(f"{site.url}/feed.xml")
    assert done.code == 0 and "Products    4" in done.out
    reasons = {file.rpartition("/")[2]: reason for file, reason in left_out(tmp_path).items()}
    assert set(reasons) == {"1001-1.jpg", "1002-1.jpg", "1003-1.jpg"}
    assert "HTML" in reasons["1001-1.jpg"] and "63 × 200 pixels, fewer than 64" in reasons["1002-1.jpg"]
    assert "0 bytes" in reasons["1003-1.jpg"]


def test_the_same_bytes_are_one_file(site, collect, tmp_path):
    platforms.shopify(site, goods(3))
    for each in ("1000-1", "1001-1", "1002-2"):
        site.give(f"/img/{each}.jpg", photo(5), "image/jpeg")
    done = collect(site.url)
    assert "Products    3 with 4 different pictures" in done.out
    assert len(list((tmp_path / "catalogue/images").glob("*/*"))) == 4


@pytest.mark.slow
def test_a_placeholder_is_left_out_wherever_it_is(site, collect, tmp_path):
    platforms.shopify(site, goods(9))
    for number in range(1000, 1005):
        site.give(f"/img/{number}-1.jpg", photo(5), "image/jpeg")
    # Two products have nothing but the placeholder; on four products a picture is none yet.
    for path in ("/img/1003-2.jpg", "/img/1004-2.jpg"):
        site.give(path, photo(5), "image/jpeg")
    for number in range(1005, 1009):
        site.give(f"/img/{number}-2.jpg", photo(6), "image/jpeg")
    done = collect(site.url)
    assert "Products    7" in done.out
    reasons = left_out(tmp_path)
    assert sum("a placeholder: 5 products have the same file" in reason for reason in reasons.values()) >= 5
    assert sum(reason.startswith("it has no usable picture") for reason in reasons.values()) == 2
    assert collect(site.url).code == 0
    assert {each.status for each in site.asked[-18:] if each.path != "/robots.txt"} == {304}


def test_variants_may_share_a_picture(site, collect):
    products = goods(6)
    platforms.merchant_feed(site, products)
    body = site.routes["/feed.xml"]({}).body.decode()
    body = body.replace("</item>", "<g:item_group_id>one</g:item_group_id></item>")
    site.give("/feed.xml", body, "application/xml")
    for good in products:
        site.give(f"/img/{good.number}-1.jpg", photo(5), "image/jpeg")
    assert "Products    6 with 7 different pictures" in collect(f"{site.url}/feed.xml").out


@pytest.mark.parametrize("name", sorted({*GOOD_FORMATS.values()} & set(BUILD.formats)))
def test_every_format_that_is_read_is_kept_as_it_is(name, tmp_path):
    from precompute.collect.picture_fetching import keep_picture

    (tmp_path / ".collect").mkdir()
    data = encoded(picture(1), name)
    assert (tmp_path / keep_picture(data, tmp_path)).read_bytes() == data


@pytest.mark.parametrize("name", [name for name in BROKEN if "truncated" not in name and "float" not in name])
def test_broken_files_are_refused(name, tmp_path):
    from pictures.errors import PictureError
    from precompute.collect.picture_fetching import keep_picture

    with pytest.raises(PictureError):
        keep_picture(BROKEN[name][0](), tmp_path)
