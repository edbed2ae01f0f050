"""The exports of Shopify and WooCommerce."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.precompute.sources.shop import PICTURES, read_text, reasons

SHOPIFY = f"""Handle,Title,Body (HTML),Vendor,Product Category,Type,Tags,Published,\
Option1 Name,Option1 Value,Option2 Name,Option2 Value,Variant SKU,Variant Grams,\
Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,\
Variant Compare At Price,Image Src,Image Position,Image Alt Text,Gift Card,SEO Title,Variant Image,Status
tee,Tee,<p>Soft</p>,Acme,Apparel > Shirts,Shirts,"soft, new",true,Size,S,Color,Red,t-s,100,shopify,0,deny,\
21.00,25.00,{PICTURES[0]},1,Front,false,,,active
tee,,,,,,,,,M,,Blue,t-m,100,shopify,4,deny,20.00,25.00,{PICTURES[1]},2,,,,{PICTURES[2]},
tee,,,,,,,,,,,,,,,,,,,{PICTURES[3]},3,,,,,
mug,Mug,,Acme,,,,true,Title,Default Title,,,m,1,shopify,0,continue,9.00,,{PICTURES[4]},1,,false,,,active
old,Old,,Acme,,,,true,Title,Default Title,,,o,1,shopify,0,deny,9.00,,{PICTURES[5]},1,,false,,,draft
hid,Hid,,Acme,,,,false,Title,Default Title,,,h,1,shopify,0,deny,9.00,,{PICTURES[5]},1,,false,,,active
"""


def test_the_rows_of_a_handle_are_one_product(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    catalogue = read_text(tmp_path, "products_export.csv", SHOPIFY)
    tee, mug = catalogue.products
    assert (tee.id, tee.title, tee.description, tee.brand) == ("tee", "Tee", "Soft", "Acme")
    assert tee.files == (PICTURES[0], PICTURES[1], PICTURES[3], PICTURES[2])
    assert (tee.category, tee.tags) == ("Shirts", ("soft", "new"))
    assert (tee.price, tee.compare_at_price, tee.in_stock) == (20, 25, True)
    assert tee.facts == {"size": "S, M", "color": "Red, Blue"}
    assert (mug.id, mug.price, mug.in_stock, mug.facts) == ("mug", 9, True, {})
    assert reasons(catalogue) == {
        "products_export.csv, line 6": "its status is draft",
        "products_export.csv, line 7": "it is not published",
    }
    assert "Source: products_export.csv, a Shopify export (CSV), 4 products." in capsys.readouterr().err


def test_shopify_s_newer_names_are_known(tmp_path: Path) -> None:
    text = f"""Title,URL handle,Description,Vendor,Type,Status,SKU,Option1 name,Option1 value,Price,\
Compare-at price,Inventory quantity,Continue selling when out of stock,Product image URL,Variant image URL
Tee,tee,Soft,Acme,Shirts,Active,t-s,Size,S,20.00,,0,DENY,{PICTURES[0]},
,tee,,,,,t-m,,M,22.00,30.00,0,DENY,{PICTURES[1]},
"""
    (tee,) = read_text(tmp_path, "products.csv", text).products
    # The cheapest variant's is shown: what the other one cost before is not this one's.
    assert (tee.id, tee.files, tee.price, tee.in_stock) == ("tee", tuple(PICTURES[:2]), 20, False)
    assert tee.compare_at_price is None
    assert tee.facts == {"size": "S, M"}


def test_woocommerce_s_export_is_read_with_its_variations(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = f"""ID,Type,SKU,Name,Published,"In stock?",Stock,"Regular price","Sale price",Categories,Tags,\
Images,Parent,"Attribute 1 name","Attribute 1 value(s)",Description,"Tax status"
1,simple,mug,Mug,1,1,4,12.00,,"Home > Mugs, Sale","a, b","{PICTURES[0]}, {PICTURES[1]}",,\
Color,"Red, Blue",<b>x</b>,taxable
2,variable,tee,Tee,1,1,,,,Clothes,,{PICTURES[2]},,Size,"S, M",,taxable
3,variation,tee-s,Tee - S,1,0,0,15,12,,,{PICTURES[3]},tee,Size,S,,taxable
4,variation,,Tee - M,1,0,0,15,12,,,,tee,Size,M,,taxable
5,simple,,No SKU,1,backorder,,5,,,,{PICTURES[4]},,,,,taxable
6,simple,x,Hidden,0,1,,5,,,,{PICTURES[5]},,,,,taxable
"""
    catalogue = read_text(tmp_path, "wc-product-export.csv", text)
    mug, tee, small, bare = catalogue.products
    assert (mug.id, mug.category, mug.tags) == ("mug", "Home > Mugs", ("a", "b", "Sale"))
    assert (mug.files, mug.description, mug.in_stock) == (tuple(PICTURES[:2]), "x", True)
    assert mug.facts == {"color": "Red, Blue"}
    assert (tee.id, tee.variants) == ("tee", "tee")
    assert (small.id, small.variants, small.category) == ("tee-s", "tee", "Clothes")
    assert (small.price, small.compare_at_price, small.in_stock) == (12, 15, False)
    assert (mug.price, mug.compare_at_price) == (12, None)
    assert (bare.id, bare.in_stock) == ("5", None)
    assert reasons(catalogue) == {
        "wc-product-export.csv, line 5": "a variation of tee without a picture of its own",
        "wc-product-export.csv, line 7": "it is not published",
    }
    assert "a WooCommerce export (CSV)" in capsys.readouterr().err


def test_woocommerce_in_german_is_a_table_of_german_names(tmp_path: Path) -> None:
    text = f"""ID,Typ,Artikelnummer,Name,"Regulärer Preis","Auf Lager?",Kategorien,Schlagwörter,Bilder
1,simple,becher,Becher,"12,50",1,"Küche > Becher, Angebot","blau, neu",{PICTURES[0]}
"""
    (made,) = read_text(tmp_path, "export.csv", text).products
    assert (made.title, made.price, made.in_stock) == ("Becher", 12.5, True)
    assert (made.category, made.tags) == ("Küche > Becher", ("blau", "neu", "Angebot"))


@pytest.mark.parametrize(
    ("dates", "price"),
    [
        ("2020-01-01T00:00-0800/2999-01-01T00:00-0800", 12),
        ("2020-01-01/2020-02-01", 15),
        ("2999-01-01T00:00:00+01:00/2999-02-01T00:00:00+01:00", 15),
        ("soon", 15),
        ("", 12),
    ],
)
def test_a_sale_counts_while_it_is_on(tmp_path: Path, dates: str, price: float) -> None:
    row = f"1\tA\t{PICTURES[0]}\t15.00 USD\t12.00 USD\t{dates}\n"
    header = "id\ttitle\timage_link\tprice\tsale_price\tsale_price_effective_date\n"
    (made,) = read_text(tmp_path, "feed.tsv", header + row).products
    assert (made.price, made.compare_at_price) == (price, 15 if price == 12 else None)
    start, _, end = dates.partition("/")
    text = (
        "ID,SKU,Name,Regular price,Sale price,Date sale price starts,Date sale price ends,Images\n"
        f"1,a,A,15,12,{start},{end},{PICTURES[0]}\n"
    )
    (made,) = read_text(tmp_path, "woo.csv", text).products
    assert (made.price, made.compare_at_price) == (price, 15 if price == 12 else None)
