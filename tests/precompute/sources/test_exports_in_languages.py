# ruff: noqa: E501 - rows as files have them
"""The exports of shop systems whose columns have names in the shop's language."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.precompute.sources.shop import PICTURES, read_text, reasons

A, B, C, D, E, F = PICTURES


@pytest.mark.parametrize(
    "header",
    [
        "ID,Typ,Artikelnummer,Namn,Publicerad,Beskrivning,I lager?,Reapris,Ordinarie pris,Kategorier,Bilder,Överordnad",
        "ID,Typ,Katalogové číslo,Název,Publikováno,Popis,Na skladě?,Akční cena,Běžná cena,Kategorie,Obrázky,Nadřazený",
        "ID,Tür,Stok kodu,İsim,Yayımlanmış,Açıklama,Stokta?,İndirimli fiyat,Normal fiyat,Kategoriler,Görseller,Ebeveyn",
        "ID,Тип,Артикул,Назва,Опубліковано,Опис,В наявності?,Акційна ціна,Звичайна ціна,Категорії,Зображення,Батьківський",
        "ID,유형,SKU,이름,공개됨,설명,재고 있음?,할인 가격,정상 가격,카테고리,이미지,상위",
    ],
)
def test_woocommerce_s_export_in_further_languages(tmp_path: Path, header: str) -> None:
    text = (
        f"{header}\n1,variable,TEE,Tee,1,A tee,1,,,Clothes,{A},\n2,variation,TEE-S,Tee - S,1,,0,15,18,,,TEE\n"
        f"3,simple,MUG,Mug,1,A mug,1,,12,Home,{B},\n4,simple,OLD,Old,0,,1,,12,Home,{C},\n"
    )
    catalogue = read_text(tmp_path, "a.csv", text)
    tee, mug = catalogue.products
    assert (tee.id, tee.price, tee.compare_at_price, tee.in_stock) == ("TEE", 15, 18, False)
    assert (mug.id, mug.category, mug.price, mug.facts) == ("MUG", "Home", 12, {})
    assert reasons(catalogue)["a.csv, line 5"] == "it is not published"


@pytest.mark.parametrize(
    "header",
    [
        "ID;Actif (0/1);Nom*;Catégories (x,y,z...);Prix HT ou TTC;Fabricant;Quantité;Mots-clés (x,y,z...);Adresses URL des images (x,y,z...)",
        "ID;Activo (0/1);Nombre*;Categorías (x,y,z...);Precio impuestos excluidos;Marca;Cantidad;Etiquetas (x,y,z...);URLs de las imágenes (x,y,z...)",
        "ID;Aktywny (0 lub 1);Nazwa*;Kategorie (x,y,z...);Cena bez podatku. (netto);Marka;Ilość;Tagi (x,y,z...);Adresy URL zdjęcia (x,y,z...)",
    ],
)
def test_prestashop_s_table_in_its_languages(tmp_path: Path, header: str) -> None:
    text = f"{header}\n1;1;Vase;Accueil,Vases;30,50;Own;4;clay,white;{A},{B}\n2;0;Pot;Accueil,Pots;9;Own;4;;{C}\n"
    catalogue = read_text(tmp_path, "a.csv", text)
    (vase,) = catalogue.products
    assert (vase.title, vase.category, vase.tags, vase.price) == ("Vase", "Vases", ("clay", "white"), 30.5)
    assert (vase.brand, vase.in_stock, vase.files, vase.facts) == ("Own", True, (A, B), {})
    assert "a.csv, line 3" in reasons(catalogue)


@pytest.mark.parametrize(
    "header",
    [
        "TITRE,DESCRIPTION,PRIX,CODE_DEVISE,QUANTITÉ,TAGS,MATÉRIAUX,IMAGE1,SKU",
        "TYTUŁ,OPIS,CENA,KOD_WALUTY,ILOŚĆ,TAGI,MATERIAŁY,ZDJĘCIE1,SKU",
        "TITEL,BESCHREIBUNG,PREIS,WÄHRUNGSCODE,ANZAHL,TAGS,MATERIALIEN,BILD1,SKU",
    ],
)
def test_etsy_s_download_in_its_languages(tmp_path: Path, header: str) -> None:
    (made,) = read_text(tmp_path, "a.csv", f"{header}\nMug,Own,12.00,EUR,0,blue_glaze,clay,{A},\n").products
    assert (made.id, made.title, made.price, made.currency) == ("Mug", "Mug", 12, "EUR")
    assert (made.in_stock, made.tags, list(made.facts.values())) == (False, ("blue glaze",), ["clay"])


def test_google_s_feed_in_german(tmp_path: Path) -> None:
    text = (
        "ID\tTitel\tLink\tBildlink\tPreis\tSonderangebotspreis\tVerfügbarkeit\tZusätzlicher Bildlink\n"
        f"1\tBecher\thttps://shop.example/1\t{A}\t12,00 EUR\t9,00 EUR\tauf Lager\t{B}\n"
    )
    (made,) = read_text(tmp_path, "a.tsv", text).products
    assert (made.price, made.compare_at_price, made.files, made.facts) == (9, 12, (A, B), {})


def test_square_s_hidden_items(tmp_path: Path) -> None:
    text = (
        "Token,Item Name,SKU,Square Online Item Visibility,Price,Online Sale Price,Archived,Image\n"
        f"1,Mug,S1,visible,12.00,9.00,N,{A}\n2,Cup,S2,hidden,12.00,,N,{B}\n3,Pot,S3,visible,12.00,,Y,{C}\n"
    )
    catalogue = read_text(tmp_path, "a.csv", text)
    assert [(each.id, each.price) for each in catalogue.products] == [("S1", 9)]


def test_wix_shows_no_price_twice(tmp_path: Path) -> None:
    text = (
        "handle,fieldType,name,visible,media,collection,price,strikethroughPrice,inventory\n"
        f"mug,PRODUCT,Mug,TRUE,{A},Mugs,12,15,IN_STOCK\n"
    )
    (made,) = read_text(tmp_path, "a.csv", text).products
    assert (made.price, made.compare_at_price, made.facts) == (12, 15, {})
