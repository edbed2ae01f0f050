# ruff: noqa: E501 - rows as files have them
"""Tables whose columns, encodings, lists and sales are written in further ways, and further shop systems."""

from __future__ import annotations

import json
from base64 import b64encode
from io import BytesIO
from pathlib import Path

import pyarrow as pa
import pytest
from pyarrow import parquet

from precompute.sources import read_catalogue
from precompute.sources.columns import role_of
from precompute.sources.exports.items import flattened
from precompute.sources.folders.file_names import category_of_folders
from precompute.sources.images import images_in
from precompute.sources.readers.mended_xml import MendedXml
from precompute.sources.values.cell_texts import no_group
from tests.drawn_pictures import encoded, picture
from tests.precompute.sources.shop import PICTURES, read_text, reasons

A, B, C, D, E, F = PICTURES


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("product_price", "price"),
        ("marca_producto", "brand"),
        ("Item Description", "description"),
        ("product_media_gallery_image_url_2", "images"),
        ("More Photos", "images"),
        ("商品画像パス2", "images"),
        ("OXPIC2", "images"),
        ("p_name.de", "title"),
        ("Azonosító", "id"),
    ],
)
def test_a_name_may_say_more_than_it_has_to(name: str, field: str) -> None:
    role = role_of(name)
    assert role is not None and role.field == field


NO_FIELDS = ["product weight", "image width", "Product Image ID - 1", "photo credit", "Tax amount"]


@pytest.mark.parametrize("name", NO_FIELDS)
def test_but_not_anything(name: str) -> None:
    assert role_of(name) is None


@pytest.mark.parametrize(
    ("header", "encoding"),
    [
        ("Kód;Název;Cena;Původní cena;Značka;Kategorie;Dostupnost;Obrázek", "cp1250"),
        ("Stok Kodu;Ürün Adı;Satış Fiyatı;Liste Fiyatı;Marka;Kategori;Stok Miktarı;Resim", "cp1254"),
        ("Cikkszám;Név;Ár;Régi ár;Márka;Kategória;Készlet;Kép", "cp1250"),
        ("Tuotekoodi;Tuotenimi;Hinta;Norm. hinta;Merkki;Kategoria;Varasto;Kuva", "utf-8"),
        ("Varenummer;Varenavn;Pris;Førpris;Mærke;Kategori;Lager;Billede", "cp1252"),
        ("Артикул;Назва;Ціна;Стара ціна;Бренд;Категорія;Наявність;Зображення", "cp1251"),
        ("상품코드;상품명;판매가;소비자가;브랜드;카테고리;재고;대표이미지", "cp949"),
        ("商品编号;商品名称;价格;市场价;品牌;分类;库存;主图", "gb18030"),
        ("商品番号;商品名;販売価格;表示価格;ブランド;カテゴリ;在庫数;商品画像", "cp932"),
    ],
)
def test_short_tables_in_many_languages(tmp_path: Path, header: str, encoding: str) -> None:
    text = f"{header}\nS1;Mug;500,00;700,00;Own;Home > Mugs;3;{A}\nS2;Cup;5,00;;Own;Home > Cups;0;{B}\n"
    first, second = read_text(tmp_path, "a.csv", text, encoding=encoding).products
    assert (first.id, first.title, first.price, first.compare_at_price) == ("S1", "Mug", 500, 700)
    assert (first.brand, first.category, first.facts) == ("Own", "Home > Mugs", {})
    assert (first.in_stock, second.in_stock) == (True, False)


def test_a_title_may_fill_as_many_cells_as_the_names(tmp_path: Path) -> None:
    text = f"Cennik;2024-05-01;Własny;strona 1\n;;;\nNazwa produktu;Kod;Cena brutto;Zdjęcie\nKubek;K1;12,50;{A}\n"
    (made,) = read_text(tmp_path, "a.csv", text, encoding="cp1250").products
    assert (made.id, made.title, made.price) == ("K1", "Kubek", 12.5)


@pytest.mark.parametrize(
    "cell",
    [
        "array(['a.jpg', 'b.jpg'], dtype=object)",
        'a:2:{i:0;s:5:"a.jpg";i:1;s:5:"b.jpg";}',
        '[{"url"=>"a.jpg"}, {"url"=>"b.jpg"}]',
        "{'main': 'a.jpg', 'back': 'b.jpg'}",
        "[a.jpg, b.jpg]",
        "[PosixPath('a.jpg'), PosixPath('b.jpg')]",
        '"[\\"a.jpg\\",\\"b.jpg\\"]"',
        "a.jpg<br>b.jpg",
        "a.jpg ## b.jpg",
        "a.jpg + b.jpg",
        "a.jpg^b.jpg",
        "a.jpg~b.jpg",
    ],
)
def test_lists_of_pictures_in_further_notations(cell: str) -> None:
    assert images_in(cell) == ["a.jpg", "b.jpg"]


@pytest.mark.parametrize("cell", ["mug #1.jpg", "a+b.jpg", "x~mv2.jpg", "shop [1].jpg", "a^b.jpg"])
def test_a_picture_s_name_may_have_such_signs(cell: str) -> None:
    assert images_in(cell) == [cell]


@pytest.mark.parametrize(
    ("names", "dates", "price"),
    [
        ("Sale Price,Sale Start Date,Sale End Date", "2020-01-01,2020-02-01", 12),
        ("special_price,special_price_from,special_price_to", "2020-01-01,", 9),
        ("SpecialPrice,SpecialPriceStartDateTimeUtc,SpecialPriceEndDateTimeUtc", "2020-01-01,2020-02-01", 12),
        ("Aktionspreis,Aktionspreis von,Aktionspreis bis", "01.01.2020,01.02.2020", 12),
        ("saleprice,onsale,x", "0,", 12),
        ("saleprice,onsale,x", "1,", 9),
        ("sale_price,sale from,sale to", "the shop,", 9),
        ("sale_price,sale from,sale to", "2020-01-01,9999-12-31", 9),
    ],
)
def test_a_sale_counts_between_its_dates(tmp_path: Path, names: str, dates: str, price: float) -> None:
    (made,) = read_text(tmp_path, "a.csv", f"id,price,image,{names}\n1,12,{A},9,{dates}\n").products
    assert made.price == price


@pytest.mark.parametrize(
    ("names", "hidden", "shown"),
    [
        ("status", "D", "A"),
        ("status", "0", "1"),
        ("hide", "1", "0"),
        ("Product Draft", "true", "false"),
        ("Видимость на витрине", "скрыт", "выставлен"),
        ("公開状態", "0", "1"),
        ("倉庫指定", "1", "0"),
        ("Mostrar en tienda", "NO", "SÍ"),
        ("visible_individually", "0", "1"),
    ],
)
def test_hidden_products_of_further_systems(tmp_path: Path, names: str, hidden: str, shown: str) -> None:
    text = f"id,title,image,{names}\n1,Mug,{A},{hidden}\n2,Cup,{B},{shown}\n"
    catalogue = read_text(tmp_path, "a.csv", text)
    assert [product.id for product in catalogue.products] == ["2"]
    assert list(reasons(catalogue)) == ["a.csv, line 2"]


@pytest.mark.parametrize(("name", "value"), [("estado", "N"), ("product_is_available", "false")])
def test_what_only_resembles_a_sign_of_hiding_hides_nothing(tmp_path: Path, name: str, value: str) -> None:
    assert len(read_text(tmp_path, "a.csv", f"id,title,image,{name}\n1,Mug,{A},{value}\n").products) == 1


@pytest.mark.parametrize("cell", ["-1", "true", "S,M,L", "Red|Blue", "00000000-0000-0000-0000-000000000000"])
def test_these_name_no_group(cell: str) -> None:
    assert no_group(cell) is not None
    assert no_group("Mug, tall") is None


def test_ecwid_s_export(tmp_path: Path) -> None:
    text = (
        "type,product_internal_id,product_sku,product_name,product_price,product_compare_to_price,product_quantity,"
        "product_is_inventory_tracked,product_is_available,product_category_1,product_category_2,"
        "product_media_main_image_url,product_media_gallery_image_url_1,product_variation_option_Size\n"
        f"product,1,S1,Mug,12.5,15,3,true,true,Home / Mugs,Sale,{A},{B},\n"
        "product_variation,1,S1-S,,12.5,15,0,true,,,,,,S\nproduct_variation,1,S1-L,,14,,0,true,,,,,,L\n"
        f"product,2,S2,Plate,9,,0,true,false,Home / Plates,,{C},,\n"
        f"product,3,S3,Bowl,9,,0,false,true,Home / Bowls,,{D},,\n"
    )
    catalogue = read_text(tmp_path, "a.csv", text)
    mug, bowl = catalogue.products
    assert (mug.id, mug.price, mug.compare_at_price, mug.in_stock) == ("S1", 12.5, 15, False)
    assert (mug.category, mug.tags, mug.files, mug.facts) == (
        "Home > Mugs",
        ("Sale",),
        (A, B),
        {"size": "S, L"},
    )
    assert (bowl.id, bowl.in_stock) == ("S3", True)
    assert "product_is_available: false" in reasons(catalogue)["a.csv, line 5"]


def test_webflow_s_export(tmp_path: Path) -> None:
    text = (
        "Product ID,Variant ID,Product Handle,Product Name,Product Type,Product Categories,Variant Sku,Option1 Name,"
        "Option1 Value,Product Archived,Product Draft,Main Variant Image,More Variant Images,Variant Price,"
        "Variant Compare-at Price,Variant Inventory\n"
        f"p1,v1,mug,Mug,Physical,Mugs;Home,M1,Size,S,false,false,{A},{B},$12.00 USD,$15.00 USD,3\n"
        f"p1,v2,mug,Mug,Physical,Mugs;Home,M2,Size,L,false,false,{A},{B},$14.00 USD,,0\n"
        f"p2,v3,plate,Plate,Physical,Plates,M3,,,false,true,{C},,$9.00 USD,,1\n"
    )
    catalogue = read_text(tmp_path, "a.csv", text)
    (mug,) = catalogue.products
    assert (mug.id, mug.price, mug.compare_at_price, mug.currency) == ("mug", 12, 15, "USD")
    assert (mug.category, mug.tags, mug.files, mug.facts) == ("Mugs", ("Home",), (A, B), {"size": "S, L"})
    assert reasons(catalogue)["a.csv, line 4"] == "it is not shown in the shop (Product Draft: true)"


def test_a_shopify_product_saved_alone(tmp_path: Path) -> None:
    variant = {"title": "Default Title", "price": "12.50", "available": True}
    product = {"id": 7, "title": "Mug", "handle": "mug", "variants": [variant], "images": [{"src": A}]}
    (made,) = read_text(tmp_path, "a.json", json.dumps({"product": product})).products
    assert (made.id, made.title, made.price, made.variants) == ("7", "Mug", 12.5, "")
    cents = product | {"price_min": 1250, "images": [A], "variants": [variant | {"price": 1250}]}
    (made,) = read_text(tmp_path, "b.json", json.dumps([cents])).products
    assert (made.price, made.files) == (12.5, (A,))
    del cents["price_min"]
    (made,) = read_text(tmp_path, "c.json", json.dumps([cents])).products
    assert (made.price, made.files) == (1250, (A,))


def test_shopify_s_graphql_answers(tmp_path: Path) -> None:
    node = {
        "id": "gid://shopify/Product/7",
        "title": "Mug",
        "handle": "mug",
        "productType": "Mugs",
        "images": {"edges": [{"node": {"url": A}}, {"node": {"url": B}}]},
        "variants": {
            "nodes": [
                {"price": {"amount": "9.0", "currencyCode": "EUR"}, "compareAtPrice": {"amount": "12.0"}},
            ]
        },
        "availableForSale": False,
    }
    text = json.dumps({"data": {"products": {"edges": [{"cursor": "x", "node": node}]}}})
    (made,) = read_text(tmp_path, "a.json", text).products
    assert (made.category, made.price, made.compare_at_price, made.currency) == ("Mugs", 9, 12, "EUR")
    assert (made.files, made.in_stock) == ((A, B), False)


def test_a_sale_of_magento_s_interface_ends() -> None:
    item = {
        "sku": "M1",
        "price": 12,
        "media_gallery_entries": [],
        "custom_attributes": [
            {"attribute_code": "special_price", "value": "9"},
            {"attribute_code": "special_to_date", "value": "2020-01-01 00:00:00"},
        ],
    }
    assert "sale_price" not in flattened(item)


@pytest.mark.parametrize(
    ("declared", "prefix"),
    [
        ('xmlns:g="https://base.google.com/ns/1.0"', "g"),
        ('xmlns:g="http://www.google.com/shopping"', "g"),
        ("", "google"),
    ],
)
def test_google_s_elements_in_another_namespace(tmp_path: Path, declared: str, prefix: str) -> None:
    own = "".join(
        f"<{prefix}:{name}>{text}</{prefix}:{name}>"
        for name, text in {"id": "S0", "title": "Mug", "image_link": A, "price": "12.00 EUR"}.items()
    )
    text = f'<rss version="2.0" {declared}><channel><item><title>RSS</title>{own}</item></channel></rss>'
    (made,) = read_text(tmp_path, "a.xml", text).products
    assert (made.id, made.title, made.price, made.currency) == ("S0", "Mug", 12, "EUR")


@pytest.mark.parametrize(
    "element",
    ['<enclosure url="{}" type="image/png"/>', '<media:content url="{}" medium="image"/>'],
)
def test_pictures_as_rss_attaches_them(tmp_path: Path, element: str) -> None:
    text = (
        '<rss version="2.0" xmlns:media="http://search.yahoo.com/mrss/"><channel><item><title>Mug</title>'
        f"<link>https://shop.example/7</link>{element.format(A)}</item></channel></rss>"
    )
    (made,) = read_text(tmp_path, "a.xml", text).products
    assert (made.title, made.files) == ("Mug", (A,))


def test_feeds_with_other_words_for_their_items(tmp_path: Path) -> None:
    text = f"<katalog><produkt><kod>K1</kod><nazwa>Kubek</nazwa><cena>12,50</cena><zdjecie>{A}</zdjecie></produkt></katalog>"
    (made,) = read_text(tmp_path, "a.xml", text).products
    assert (made.id, made.title, made.price) == ("K1", "Kubek", 12.5)


@pytest.mark.parametrize(
    "cell", ['{"0":"Home","1":"Mugs"}', '{"lvl0":"Home","lvl1":"Home > Mugs"}', "Home::Mugs", "Home///Mugs"]
)
def test_paths_of_categories_in_further_notations(tmp_path: Path, cell: str) -> None:
    quoted = '"' + cell.replace('"', '""') + '"'
    (made,) = read_text(tmp_path, "a.csv", f"id,title,category,image\n1,Mug,{quoted},{A}\n").products
    assert made.category == "Home > Mugs"


def test_the_main_picture_is_first(tmp_path: Path) -> None:
    text = f"id,title,Additional photos,Primary image URL\n1,Mug,{A},{B}\n"
    (made,) = read_text(tmp_path, "a.csv", text).products
    assert made.files == (B, A)


def test_a_price_may_name_its_taxes(tmp_path: Path) -> None:
    text = f"id,title,Old Price EUR,Price EUR excl. VAT,Price EUR incl. VAT,image\n1,Mug,90,50,60,{A}\n"
    (made,) = read_text(tmp_path, "a.csv", text).products
    assert (made.price, made.compare_at_price, made.currency) == (60, 90, "EUR")


@pytest.mark.parametrize(
    ("less", "more"),
    [
        ("Precio impuestos excluidos", "Precio impuestos incluidos"),
        ("Cena bez podatku (netto)", "Cena z podatkiem (brutto)"),
        ("Prezzo tasse escluse", "Prezzo tasse incluse"),
        ("cat", "Category name"),
    ],
)
def test_the_column_that_says_more_is_preferred(less: str, more: str) -> None:
    first, second = role_of(less), role_of(more)
    assert first is not None and second is not None and first.field == second.field
    assert first.rank > second.rank


def test_books_and_records_in_yml_have_a_title(tmp_path: Path) -> None:
    offers = (
        f'<offer id="1" type="book"><price>1</price><picture>{A}</picture><name>A book</name></offer>'
        f'<offer id="2" type="artist.title"><price>1</price><picture>{B}</picture><title>A song</title></offer>'
    )
    text = f"<yml_catalog><shop><offers>{offers}</offers></shop></yml_catalog>"
    assert [each.title for each in read_text(tmp_path, "a.xml", text).products] == ["A book", "A song"]


def test_ceneo_s_feed_has_attributes(tmp_path: Path) -> None:
    text = (
        '<offers><o id="1" url="https://shop.example/1" price="12.50" stock="4"><cat>Dom/Kubki</cat>'
        f'<name>Kubek</name><imgs><main url="{A}"/><i url="{B}"/></imgs></o></offers>'
    )
    (made,) = read_text(tmp_path, "a.xml", text).products
    assert (made.id, made.title, made.price, made.files) == ("1", "Kubek", 12.5, (A, B))


@pytest.mark.parametrize(
    ("title", "read"),
    [
        ("Mug & Cup", "Mug & Cup"),
        ("Mug&nbsp;Caf&eacute;", "Mug\u00a0Café"),
        ("Mug\x0bCup", "Mug Cup"),
        ("Mug &unknown; Cup", "Mug &unknown; Cup"),
        ("Mug &amp; <![CDATA[Cup & Bowl]]>", "Mug & Cup & Bowl"),
    ],
)
def test_xml_with_plain_mistakes_is_mended(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], title: str, read: str
) -> None:
    items = [
        f"<item><id>{n}</id><title>{text}</title><image>{PICTURES[n]}</image></item>"
        for n, text in enumerate(["First", title, "Third &copy; <![CDATA[a & b]]>", "Fourth"])
    ]
    catalogue = read_text(tmp_path, "a.xml", f"<rss><channel>{''.join(items)}</channel></rss>")
    assert [each.title for each in catalogue.products] == ["First", read, "Third © a & b", "Fourth"]
    assert "its XML is not well-formed" in capsys.readouterr().err


@pytest.mark.parametrize("size", [1, 7, 100, 10_000])
def test_mending_does_not_depend_on_where_a_file_is_cut(size: int) -> None:
    text = b"<a>x & y &nbsp; &lt; <![CDATA[ & ]]> ]] &copy &#38; & </a>" * 20
    file = MendedXml(BytesIO(text))
    pieces = list(iter(lambda: file.read(size), b""))
    assert b"".join(pieces) == b"<a>x &amp; y &#160; &lt; <![CDATA[ & ]]> ]] &amp;copy &#38; &amp; </a>" * 20
    assert file.count == 80


@pytest.mark.parametrize("header", ["data:image/png;base64,", "data:image/png;name=a;base64,", ""])
def test_pictures_in_base64(tmp_path: Path, header: str) -> None:
    data = encoded(picture(1, width=40, height=40))
    cell = header + b64encode(data).decode()
    lines = [json.dumps({"id": each, "title": each, "image": cell}) for each in "ab"]
    catalogue = read_text(tmp_path, "a.jsonl", "\n".join(lines), unpack_to=tmp_path / "unpacked")
    assert [each.id for each in catalogue.products] == ["a", "b"]
    (file,) = catalogue.products[0].files
    assert (catalogue.folder / file).read_bytes() == data


@pytest.mark.parametrize("name", ["image_bytes", "jpg", "content"])
def test_bytes_in_parquet_are_known_by_their_beginning(tmp_path: Path, name: str) -> None:
    pictures = [encoded(picture(seed, width=24, height=20)) for seed in (1, 2)]
    table = pa.table({"id": ["a", "b"], name: pictures, "digest": [b"\x00\x01", b"\x02"]})
    parquet.write_table(table, tmp_path / "a.parquet")
    catalogue = read_catalogue(tmp_path / "a.parquet", unpack_to=tmp_path / "unpacked")
    assert [(catalogue.folder / each.files[0]).read_bytes() for each in catalogue.products] == pictures


def test_numbers_that_a_spreadsheet_took_the_zeros_from(tmp_path: Path) -> None:
    (tmp_path / "photos").mkdir()
    for seed in (1, 2):
        (tmp_path / f"photos/00{seed}5.png").write_bytes(encoded(picture(seed, width=24, height=20)))
    (tmp_path / "a.csv").write_text("article_id,prod_name\n15,Mug\n25,Cup\n", encoding="utf-8")
    first, second = read_catalogue(tmp_path / "a.csv").products
    assert (first.id, first.title, first.files) == ("15", "Mug", ("photos/0015.png",))
    assert second.files == ("photos/0025.png",)


def test_folders_of_cameras_are_no_categories() -> None:
    assert category_of_folders("DCIM/100APPLE/IMG_0001.JPG") == ""
    assert category_of_folders("Product Photos/Mugs/a.jpg") == "Mugs"
    assert category_of_folders("Cameras/a.jpg") == "Cameras"
