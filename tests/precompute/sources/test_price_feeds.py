# ruff: noqa: E501 - rows as files have them
"""Feeds of price comparisons, WordPress' exports, and feeds whose namespaces are not as they should be."""

from __future__ import annotations

from pathlib import Path

import pytest

from precompute.sources import LeftOut, Record, product_from, read_records
from tests.precompute.sources.shop import PICTURES, read_text, reasons

A, B, C = PICTURES[:3]

YML = f"""<?xml version="1.0" encoding="UTF-8"?>
<yml_catalog date="2024-02-01 10:00"><shop><name>Own shop</name>
<currencies><currency id="EUR" rate="1"/></currencies>
<categories><category id="1">Home</category><category id="12" parentId="1">Mugs</category>
<category id="13" parentId="13">Circle</category></categories>
<offers>
<offer id="a1" available="true"><url>https://shop.example/a1</url><price>9.50</price><oldprice>12.00</oldprice>
<currencyId>EUR</currencyId><categoryId>12</categoryId><picture>{A}</picture><picture>{B}</picture><name>Own mug</name>
<vendor>Own</vendor><param name="Colour">Blue</param><param name="Volume" unit="ml">300</param></offer>
<offer id="a2" available="false" type="vendor.model"><price>7</price><currencyId>RUR</currencyId>
<categoryId>13</categoryId><picture>
  {C}
</picture><typePrefix>Plate</typePrefix><vendor>Own</vendor><model>Flat 20</model></offer>
</offers></shop></yml_catalog>"""


def test_yml_names_categories_by_number_and_facts_by_attribute(tmp_path: Path) -> None:
    mug, plate = read_text(tmp_path, "feed.xml", YML).products
    assert (mug.id, mug.title, mug.category, mug.brand) == ("a1", "Own mug", "Home > Mugs", "Own")
    assert (mug.price, mug.currency, mug.in_stock, mug.files) == (9.5, "EUR", True, (A, B))
    assert mug.facts == {"colour": "Blue", "volume": "300 ml"}
    assert mug.compare_at_price == 12
    assert (plate.title, plate.currency, plate.in_stock) == ("Plate Own Flat 20", "RUB", False)
    assert plate.files == (C,)


def test_heureka_says_currency_and_stock_in_its_own_way(tmp_path: Path) -> None:
    text = (
        "<SHOP><SHOPITEM><ITEM_ID>1</ITEM_ID><PRODUCTNAME>Miska</PRODUCTNAME><PRICE_VAT>129,50</PRICE_VAT>"
        f"<IMGURL>{A}</IMGURL><IMGURL_ALTERNATIVE>{B}</IMGURL_ALTERNATIVE><DELIVERY_DATE>0</DELIVERY_DATE>"
        "<CATEGORYTEXT>Heureka.cz | Dům | Kuchyně</CATEGORYTEXT><MANUFACTURER>Acme</MANUFACTURER>"
        "<PARAM><PARAM_NAME>Barva</PARAM_NAME><VAL>bílá</VAL></PARAM><ITEMGROUP_ID>g</ITEMGROUP_ID></SHOPITEM>"
        f"<SHOPITEM><ITEM_ID>2</ITEM_ID><PRODUCTNAME>Hrnek</PRODUCTNAME><IMGURL>{C}</IMGURL>"
        "<CATEGORYTEXT>Heureka.cz | Dům</CATEGORYTEXT><DELIVERY_DATE>5</DELIVERY_DATE></SHOPITEM></SHOP>"
    )
    bowl, cup = read_text(tmp_path, "feed.xml", text).products
    assert (bowl.category, bowl.price, bowl.currency, bowl.in_stock) == ("Dům > Kuchyně", 129.5, "CZK", True)
    assert (bowl.files, bowl.variants, bowl.facts) == ((A, B), "g", {"barva": "bílá"})
    assert cup.in_stock is None


WORDPRESS = """<?xml version="1.0" encoding="UTF-8"?><rss version="2.0"
 xmlns:wp="http://wordpress.org/export/1.2/" xmlns:content="http://purl.org/rss/1.0/modules/content/"
 xmlns:excerpt="http://wordpress.org/export/1.2/excerpt/"><channel><title>Shop</title>{}</channel></rss>"""


def post(number: int, kind: str, title: str, inner: str = "", status: str = "publish", **metas: str) -> str:
    pairs = "".join(
        f"<wp:postmeta><wp:meta_key>{key}</wp:meta_key><wp:meta_value>{value}</wp:meta_value></wp:postmeta>"
        for key, value in metas.items()
    )
    return (
        f"<item><title>{title}</title><wp:post_id>{number}</wp:post_id><wp:status>{status}</wp:status>"
        f"<wp:post_type>{kind}</wp:post_type>{inner}{pairs}</item>"
    )


def test_wordpress_exports_products_and_pictures_as_items_of_one_kind(tmp_path: Path) -> None:
    hats = '<category domain="product_cat" nicename="hats">Hats</category>'
    picture = "<wp:attachment_url>https://img.shop.example/{}.jpg</wp:attachment_url>"
    items = (
        post(6, "product", "Hat", hats, _price="16", _thumbnail_id="31", _product_image_gallery="32,99")
        + post(7, "product", "Tee", _thumbnail_id="33")
        + post(8, "product", "Draft", status="draft", _thumbnail_id="31")
        + post(9, "post", "News")
        + post(
            71,
            "product_variation",
            "Tee S",
            "<wp:post_parent>7</wp:post_parent>",
            _price="18",
            _stock_status="instock",
        )
        + post(72, "product_variation", "Tee M", "<wp:post_parent>7</wp:post_parent>", _price="20")
        + "".join(post(n, "attachment", f"{n}.jpg", picture.format(n), "inherit") for n in (31, 32, 33))
    )
    (tmp_path / "a.xml").write_text(WORDPRESS.format(items), encoding="utf-8")
    entries = list(read_records(tmp_path / "a.xml"))
    hat, tee = [product_from(entry, entry.images) for entry in entries if isinstance(entry, Record)]
    assert (hat.id, hat.title, hat.price, hat.category) == ("6", "Hat", 16, "Hats")
    assert hat.files == ("https://img.shop.example/31.jpg", "https://img.shop.example/32.jpg")
    assert (tee.price, tee.in_stock) == (18, True)
    assert [entry for entry in entries if isinstance(entry, LeftOut)] == [
        LeftOut("a.xml, item 3", "its status is draft")
    ]


@pytest.mark.parametrize(
    "declared", ["", 'xmlns:g="http://base.google.com/ns/1.0"', 'xmlns:c="http://base.google.com/cns/1.0"']
)
def test_google_s_elements_count_where_nobody_declares_them(tmp_path: Path, declared: str) -> None:
    text = (
        f"<?xml version='1.0'?><rss version='2.0' {declared}><channel><title>Shop</title><item><title>RSS</title>"
        f"<link>https://s.example/rss</link><g:id>S0</g:id><g:title>Mug</g:title><g:image_link>{A}</g:image_link>"
        "<g:link>https://s.example/p</g:link><g:price>12.00 EUR</g:price></item></channel></rss>"
    )
    catalogue = read_text(tmp_path, "feed.xml", text)
    (mug,) = catalogue.products
    assert (mug.id, mug.title, mug.url, mug.price) == ("S0", "Mug", "https://s.example/p", 12)
    assert reasons(catalogue) == {}
