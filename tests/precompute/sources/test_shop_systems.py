# ruff: noqa: E501 - rows as files have them
"""The exports of shop systems: what is one product, what it costs today, and what the shop does not show."""

from __future__ import annotations

from pathlib import Path

import pytest

from precompute.sources import LeftOut, SourceProduct, product_from, read_records
from tests.precompute.sources.shop import PICTURES, read_text, reasons

A, B, C, D, E, F = PICTURES


def records_of(folder: Path, text: str) -> tuple[list[SourceProduct], dict[str, str]]:
    """The products of a table whose pictures are at addresses, and what is left out of it."""
    (folder / "a.csv").write_text(text, encoding="utf-8")
    entries = list(read_records(folder / "a.csv"))
    left_out = {entry.file: entry.reason for entry in entries if isinstance(entry, LeftOut)}
    return [
        product_from(entry, entry.images) for entry in entries if not isinstance(entry, LeftOut)
    ], left_out


def test_shopify_s_markets_have_no_prices_of_the_shop_s_own(tmp_path: Path) -> None:
    text = (
        "Handle,Title,Variant Price,Variant Compare At Price,Image Src,Price / Canada,Compare At Price / Canada,"
        "Included / International,Price / International,Price / EUR,Status\n"
        f"a,A,20.00,,{A},27.00,30.00,true,99.00,18.00,active\nb,B,1299.000,,{B},,,true,,,active\n"
    )
    first, second = read_text(tmp_path, "a.csv", text).products
    assert (first.price, first.currency, first.facts) == (20, "", {})
    assert second.price == 1299


def test_shopify_sells_on_what_it_does_not_count(tmp_path: Path) -> None:
    text = (
        "Handle,Title,Variant Inventory Tracker,Variant Inventory Qty,Variant Inventory Policy,Variant Price,Image Src\n"
        f"a,A,,0,deny,12.00,{A}\nb,B,shopify,0,deny,12.00,{B}\nc,C,shopify,4,deny,12.00,{C}\n"
        f"d,D,shopify,0,continue,12.00,{D}\n"
    )
    assert [each.in_stock for each in read_text(tmp_path, "a.csv", text).products] == [
        True,
        False,
        True,
        True,
    ]


def test_rows_of_a_handle_may_stand_apart(tmp_path: Path) -> None:
    text = (
        "Handle,Title,Option1 Name,Option1 Value,Variant Price,Image Src\n"
        f"a,A,Size,S,20,{A}\nb,B,,,9,{B}\na,,,M,18,{C}\nc,C,,,7,{D}\n"
    )
    catalogue = read_text(tmp_path, "a.csv", text)
    assert [(each.id, each.files, each.price) for each in catalogue.products] == [
        ("a", (A, C), 18),
        ("b", (B,), 9),
        ("c", (D,), 7),
    ]
    assert catalogue.products[0].facts == {"size": "S, M"} and catalogue.left_out == []


WOOCOMMERCE = {
    "German": "ID,Typ,Artikelnummer,Name,Veröffentlicht,Regulärer Preis,Angebotspreis,Kategorien,Bilder,"
    "Übergeordnetes Produkt,Attribut 1 Name,Attribut 1 Wert(e),Vorrätig?",
    "French": "ID,Type,UGS,Nom,Publié,Tarif régulier,Tarif promo,Catégories,Images,Parent,Nom de l’attribut 1,"
    "Valeur(s) de l’attribut 1,En stock ?",
    "Spanish": "ID,Tipo,SKU,Nombre,Publicado,Precio normal,Precio rebajado,Categorías,Imágenes,Superior,"
    "Nombre del atributo 1,Valor(es) del atributo 1,¿Existencias?",
    "Italian": "ID,Tipo,COD,Nome,Pubblicato,Prezzo di listino,Prezzo in offerta,Categorie,Immagine,Genitore,"
    "Nome dell'attributo 1,Valore dell'attributo 1,In stock?",
    "Dutch": "ID,Type,Artikelnummer,Naam,Gepubliceerd,Reguliere prijs,Actieprijs,Categorieën,Afbeeldingen,Hoofd,"
    "Naam eigenschap 1,Waarde eigenschap 1,Op voorraad?",
    "Polish": "ID,Typ,SKU,Nazwa,Opublikowano,Cena,Cena promocyjna,Kategorie,Obrazki,Element nadrzędny,"
    "Nazwa atrybutu 1,Wartości atrybutu 1,W magazynie?",
    "Portuguese": "ID,Tipo,SKU,Nome,Publicado,Preço,Preço promocional,Categorias,Imagens,Ascendente,"
    "Nome do atributo 1,Valores do atributo 1,Em estoque?",
    "Russian": "ID,Тип,Артикул,Имя,Опубликован,Базовая цена,Цена распродажи,Категории,Изображения,Родительский,"
    "Имя атрибута 1,Значение(-я) аттрибута(-ов) 1,В наличии?",
    "Japanese": "ID,タイプ,SKU,名前,公開済み,標準価格,セール価格,カテゴリー,画像,親,属性1の名前,属性1の値,在庫の有無",
}


@pytest.mark.parametrize("language", WOOCOMMERCE)
def test_woocommerce_s_export_is_known_in_the_languages_of_shops(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], language: str
) -> None:
    text = (
        f"\n\ufeff{WOOCOMMERCE[language]}\n"
        f'1,variable,TEE,Tee,1,,,Clothes > Shirts,{A},,Size,"S, M",1\n'
        "2,variation,TEE-S,Tee S,1,20,18,,,TEE,Size,S,1\n3,variation,TEE-M,Tee M,1,22,,,,TEE,Size,M,0\n"
        f"4,simple,MUG,Mug,1,12,,Kitchen,{B},,,,0\n5,simple,OLD,Old,0,12,,Kitchen,{C},,,,1\n"
    )
    catalogue = read_text(tmp_path, "wc-product-export.csv", text)
    tee, mug = catalogue.products
    assert (tee.id, tee.title, tee.category, tee.price, tee.in_stock) == (
        "TEE",
        "Tee",
        "Clothes > Shirts",
        18,
        True,
    )
    assert (tee.facts, tee.compare_at_price) == ({"size": "S, M"}, 20)
    assert (mug.id, mug.price, mug.in_stock, mug.facts) == ("MUG", 12, False, {})
    assert list(reasons(catalogue).values()) == [
        "a variation of TEE without a picture of its own",
        "a variation of TEE without a picture of its own",
        "it is not published",
    ]
    assert "a WooCommerce export (CSV)" in capsys.readouterr().err


MAGENTO = (
    "sku,store_view_code,attribute_set_code,product_type,categories,name,product_online,visibility,price,"
    "special_price,special_price_from_date,special_price_to_date,base_image,additional_images,"
    "additional_attributes,qty,is_in_stock,configurable_variations\n"
)


def test_magento_s_variants_belong_to_what_is_visible(tmp_path: Path) -> None:
    root = '"Default Category/Women,Default Category/Women/Coats,Default Category/Sale"'
    text = (
        f'{MAGENTO}C-S,,Top,simple,{root},Coat S,1,Not Visible Individually,80.0,,,,/{A},,"size=S,color=Grey",5,1,\n'
        f'C-M,,Top,simple,{root},Coat M,1,Not Visible Individually,80.0,,,,/{A},,"size=M,color=Grey",0,0,\n'
        f'C,,Top,configurable,{root},Coat,1,"Catalog, Search",80.000000,,,,/{A},"/{A},/{B}",manufacturer=Acme,0,1,'
        '"sku=C-S,size=S|sku=C-M,size=M"\n'
        "C,german,Top,configurable,,Mantel,,,,,,,,,,,,\n"
        f'M,,Default,simple,Default Category/Home,Mug,1,"Catalog, Search",20.0,15.0,1/1/20,1/2/20,/{C},,,0,0,\n'
        f'N,,Default,simple,Default Category/Home,New mug,1,"Catalog, Search",20.0,15.0,1/1/20,,/{D},no_selection,,3,1,\n'
        f"H,,Default,simple,Default Category/Home,Hidden,1,Not Visible Individually,20.0,,,,/{E},,,3,1,\n"
        f'O,,Default,simple,Default Category/Home,Off,2,"Catalog, Search",20.0,,,,/{F},,,3,1,\n'
    )
    catalogue = read_text(tmp_path, "export.csv", text)
    coat, mug, new = catalogue.products
    assert (coat.id, coat.title, coat.files, coat.category) == ("C", "Coat", (A, B), "Women > Coats")
    assert (coat.price, coat.in_stock, coat.brand, coat.tags) == (80, True, "Acme", ("Sale",))
    assert coat.facts == {"size": "S, M", "color": "Grey"}
    assert (mug.price, mug.in_stock, new.price, new.in_stock) == (20, False, 15, True)
    assert set(reasons(catalogue).values()) == {
        "it is not visible individually, a variant of C",
        "it is not visible individually",
        "it is disabled (product_online: 2)",
    }


@pytest.mark.parametrize("below", ["pub/media/catalog/product", "media/catalog/product", "catalog/product"])
def test_magento_s_pictures_are_below_its_own_folders(tmp_path: Path, below: str) -> None:
    (tmp_path / below / "c/o").mkdir(parents=True)
    (tmp_path / below / "c/o/coat.jpg").write_bytes(b"x")
    text = f'{MAGENTO}C,,Top,simple,,Coat,1,"Catalog, Search",80.0,,,,/c/o/coat.jpg,,,5,1,\n'
    (made,) = read_text(tmp_path, "export.csv", text).products
    assert made.files == (f"{below}/c/o/coat.jpg",)


def test_prestashop_s_names_have_brackets_and_stars(tmp_path: Path) -> None:
    text = (
        "Product ID;Active (0/1);Name *;Categories (x,y,z...);Price tax excluded or Price tax included;Unit price;"
        "Discount percent;Discount from (yyyy-mm-dd);Discount to (yyyy-mm-dd);Reference #;Manufacturer;Quantity;"
        "Description;Tags (x,y,z...);Image URLs (x,y,z...)\n"
        "1;1;Vase;Home,Vases;30,50;5;;;;V1;Kiln;4;<p>A vase.</p>;clay,white;https://s.example/0.jpg,https://s.example/0b.jpg\n"
        "2;1;Jug;Home;40,00;;25;2020-01-01;2999-01-01;J1;Kiln;0;;;https://s.example/1.jpg\n"
        "3;1;Cup;Home;40,00;;25;2020-01-01;2020-02-01;C1;Kiln;0;;;https://s.example/2.jpg\n"
        "9;0;Hidden;Home;10,00;;;;;H1;Kiln;4;;;https://s.example/9.jpg\n"
    )
    (vase, jug, cup), left_out = records_of(tmp_path, text)
    assert (vase.id, vase.title, vase.category, vase.price) == ("1", "Vase", "Vases", 30.5)
    assert (vase.tags, vase.brand, vase.in_stock, len(vase.files)) == (("clay", "white"), "Kiln", True, 2)
    assert (jug.price, jug.compare_at_price, cup.price) == (30, 40, 40)
    assert left_out == {"a.csv, line 5": "it is not shown in the shop (Active (0/1): 0)"}


def test_wix_names_pictures_by_the_keys_of_its_storage(tmp_path: Path) -> None:
    key = "0a1b2c_00000000000000000000000000000000~mv2.jpg"
    text = (
        "handleId,fieldType,name,description,productImageUrl,collection,sku,price,surcharge,visible,discountMode,"
        "discountValue,inventory,productOptionName1,productOptionDescription1\n"
        f"p0,Product,Card,<p>x</p>,{key};photos/a.jpg,Wedding;Paper,,5.0,,true,PERCENT,10.0,,Size,A5;A6\n"
        "p0,Variant,,,,,,,0.0,true,,,0,Size,A5\np0,Variant,,,,,,,1.0,true,,,2,Size,A6\n"
        f"p1,Product,Off,,{key},,,7,,false,AMOUNT,1,InStock,,\n"
        f"p2,Product,Poster,,{key},,,7,,true,AMOUNT,2,OutOfStock,,\n"
    )
    (card, poster), left_out = records_of(tmp_path, text)
    assert (card.id, card.files) == ("p0", (f"https://static.wixstatic.com/media/{key}", "photos/a.jpg"))
    assert (card.category, card.tags, card.price, card.in_stock) == ("Wedding", ("Paper",), 4.5, True)
    assert (card.facts, card.compare_at_price) == ({"size": "A5, A6"}, 5)
    assert (poster.price, poster.in_stock) == (5, False)
    assert left_out == {"a.csv, line 5": "it is not shown in the shop (visible: false)"}


def test_squarespace_s_rows_without_an_id_are_variants(tmp_path: Path) -> None:
    text = (
        "Product ID [Non Editable],Variant ID [Non Editable],Product Type [Non Editable],Product Page,Product URL,"
        "Title,SKU,Option Name 1,Option Value 1,Price,Sale Price,On Sale,Stock,Categories,Visible,Hosted Image URLs\n"
        f'5f1,v1,PHYSICAL,shop,own-mug,Mug,S1,Size,S,12.00,0.00,No,0,"/home/mugs, /home",Yes,{A} {B}\n'
        ",v2,,,,,S2,Size,L,16.00,0.00,No,Unlimited,,,\n"
        f"5f2,v3,PHYSICAL,shop,plate,Plate,S3,,,20.00,15.00,Yes,3,/plates,Yes,{C}\n"
        f"5f3,v4,PHYSICAL,shop,old,Old,S4,,,20.00,15.00,Yes,3,/plates,No,{D}\n"
    )
    catalogue = read_text(tmp_path, "a.csv", text)
    mug, plate = catalogue.products
    assert (mug.id, mug.files, mug.price, mug.in_stock) == ("5f1", (A, B), 12, True)
    assert (mug.category, mug.tags, mug.facts) == ("home > mugs", ("home",), {"size": "S, L"})
    assert (plate.price, plate.compare_at_price) == (15, 20)
    assert reasons(catalogue) == {"a.csv, line 5": "it is not shown in the shop (Visible: No)"}


def test_bigcommerce_s_rows_of_skus_belong_to_their_product(tmp_path: Path) -> None:
    text = (
        "Item Type,Product ID,Product Name,Product Type,Product Code/SKU,Brand Name,Price,Cost Price,Retail Price,"
        "Sale Price,Product Visible?,Current Stock Level,Category,Product Image File - 1,Product Image File - 2\n"
        f"Product,77,Mug,P,B1,Own,12.00,7.00,0.00,0.00,Y,4,Home/Mugs;Home,{A},{B}\n"
        "SKU,,[S]Size=S,,B1-S,,,,,,,2,,,\n"
        f"Product,78,Plate,P,B2,Own,20.00,7.00,25.00,15.00,Y,0,Home/Plates,{C},\n"
        f"Product,79,Old,P,B3,Own,20.00,,,,N,0,Home/Plates,{D},\n"
    )
    catalogue = read_text(tmp_path, "a.csv", text)
    mug, plate = catalogue.products
    assert (mug.id, mug.files, mug.category, mug.price) == ("77", (A, B), "Home > Mugs", 12)
    assert (mug.in_stock, mug.facts) == (True, {"size": "S"})
    assert (plate.price, plate.in_stock, "cost price" in plate.facts) == (15, False, False)
    assert reasons(catalogue) == {"a.csv, line 5": "it is not shown in the shop (Product Visible?: N)"}


def test_etsy_s_listings_are_named_by_their_titles(tmp_path: Path) -> None:
    text = (
        "TITOLO,DESCRIZIONE,PREZZO,CURRENCY_CODE,QUANTITÀ,TAG,MATERIALI,IMMAGINE1,IMMAGINE2,SKU\n"
        f'Vaso,Un vaso.,40,EUR,0,"vaso,nero_opaco",Ceramica,{A},{B},\nVaso,x,41,EUR,1,,Ceramica,{C},,\n'
        f"Piatto,x,42,EUR,1,,Ceramica,{D},,P-1\n"
    )
    first, second, third = read_text(tmp_path, "a.csv", text).products
    assert (first.id, second.id, third.id) == ("Vaso", "Vaso (2)", "P-1")
    assert (first.in_stock, first.tags, first.files) == (False, ("vaso", "nero opaco"), (A, B))
    assert (first.price, first.currency, first.facts) == (40, "EUR", {"materiali": "Ceramica"})


SELF_HOSTED = {
    "Shopware": (
        "id;parent_id;product_number;active;stock;name;price_gross;cover_media_url;manufacturer_name;categories\n"
        f"{'a' * 32};;P1;1;0;Mug;12.50;{A};Acme;{'b' * 32}\n{'c' * 32};{'a' * 32};P1.1;1;3;;14.00;;;\n"
        f"{'d' * 32};;P2;0;1;Old;9;{B};;\n"
    ),
    "Medusa": (
        "Product Id,Product Handle,Product Title,Product Status,Product Thumbnail,Variant Id,Variant Manage Inventory,"
        "Variant Inventory Quantity,Variant Price EUR,Variant Option 1 Name,Variant Option 1 Value,Product Image 1\n"
        f"prod_1,P1,Mug,published,{A},v1,true,0,12.50,Size,S,{A}\nprod_1,P1,Mug,published,{A},v2,true,3,14,Size,M,{A}\n"
        f"prod_2,P2,Old,draft,{B},v3,true,3,14,,,{B}\n"
    ),
    "Spree": (
        "product_id,sku,name,slug,status,brand_name,price,compare_at_price,currency,track_inventory,inventory_count,"
        "image1_src,option1_name,option1_value,category1\n"
        f"1,M-S,Mug,P1,active,Acme,12.50,,EUR,true,0,{A},Size,S,Home -> Mugs\n1,M-M,,P1,,,14.00,,EUR,true,3,,Size,M,\n"
        f"2,O,Old,P2,draft,Acme,9,,EUR,true,3,{B},,,\n"
    ),
    "Vendure": (
        "name,slug,description,assets,facets,optionGroups,optionValues,sku,price,stockOnHand,trackInventory,enabled\n"
        f"Mug,P1,x,{A},category:Mugs|brand:Acme,Size,S,M-S,12.50,0,true,true\n,,,,,,M,M-M,14.00,3,true,\n"
        f"Old,P2,x,{B},,,,O,9,3,true,false\n"
    ),
}


@pytest.mark.parametrize("system", SELF_HOSTED)
def test_systems_that_shops_host_themselves(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], system: str
) -> None:
    catalogue = read_text(tmp_path, "a.csv", SELF_HOSTED[system])
    (mug,) = catalogue.products
    assert (mug.id, mug.title, mug.price, mug.in_stock, mug.files) == ("P1", "Mug", 12.5, True, (A,))
    assert len(catalogue.left_out) == 1
    assert system in capsys.readouterr().err
    if system != "Shopware":
        assert mug.facts == {"size": "S, M"}
    if system in ("Spree", "Vendure"):
        assert (mug.brand, mug.category.rpartition(" > ")[2]) == ("Acme", "Mugs")


def test_opencart_s_pictures_are_below_its_own_folder(tmp_path: Path) -> None:
    (tmp_path / "image/catalog/demo").mkdir(parents=True)
    (tmp_path / "image/catalog/demo/mug.jpg").write_bytes(b"x")
    text = (
        "product_id,name(en-gb),categories,sku,quantity,model,manufacturer,image_name,price,status,tags(en-gb)\n"
        '1,Mug,"20,57",S,3,M1,Acme,catalog/demo/mug.jpg,12.5000,true,"a,b"\n'
        "2,Old,20,S,3,M2,Acme,catalog/demo/mug.jpg,9,false,\n"
    )
    catalogue = read_text(tmp_path, "a.csv", text)
    (mug,) = catalogue.products
    assert (mug.id, mug.title, mug.files) == ("1", "Mug", ("image/catalog/demo/mug.jpg",))
    assert (mug.category, mug.tags, mug.price, mug.in_stock) == ("", ("a", "b"), 12.5, True)
    assert reasons(catalogue) == {"a.csv, line 3": "it is disabled (status: false)"}


def test_a_template_s_lines_with_signs_are_above_the_names(tmp_path: Path) -> None:
    text = (
        "# Required | A unique id,# Required | The title,# Required,# Optional | USD,# Required\n"
        f"id,title,image[0].url,price,availability\n1,Mug,{A},12.00 USD,in stock\n"
    )
    (mug,) = read_text(tmp_path, "a.csv", text).products
    assert (mug.id, mug.title, mug.files, mug.price, mug.in_stock) == ("1", "Mug", (A,), 12, True)
