"""Columns are known by their names in the languages of shops, by what they hold, or as somebody said."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from precompute.shared.errors import UserError
from precompute.sources import columns
from precompute.sources.columns import role_of
from precompute.sources.images import images_in
from tests.precompute.sources.shop import PICTURES, read_text


@pytest.mark.parametrize(
    ("name", "field"),
    [
        ("product_id", "id"),
        ("SKU", "id"),
        ("Artikel-Nr.", "id"),
        ("Référence", "id"),
        ("Produktname", "title"),
        ("productDisplayName", "title"),
        ("Título", "title"),
        ("商品名", "title"),
        ("Product Type", "category"),
        ("Kategorien", "categories"),
        ("Catégorie", "category"),
        ("Hersteller", "brand"),
        ("Schlagwörter", "tags"),
        ("Body (HTML)", "description"),
        ("Preis", "price"),
        ("Prix TTC", "price"),
        ("sale_price", "sale_price"),
        ("Währung", "currency"),
        ("availability", "in_stock"),
        ("Lagerbestand", "in_stock"),
        ("product_url", "url"),
        ("item_group_id", "variants"),
        ("g:image_link", "image"),
        ("Image Src", "image"),
        ("foto_url", "image"),
        ("Bild", "image"),
        ("画像", "image"),
        ("image.src", "image"),
        ("additional_image_link", "images"),
        ("Weitere Bilder", "images"),
        ("image2", "images"),
        ("image_3", "images"),
        ("image_4_url", "images"),
    ],
)
def test_the_usual_names_are_known(name: str, field: str) -> None:
    role = role_of(name)
    assert role is not None and role.field == field


@pytest.mark.parametrize("name", ["colour", "price_net", "weight", "image_alt_text", "title_tag", "2024", ""])
def test_other_names_are_not(name: str) -> None:
    assert role_of(name) is None


def test_no_name_stands_for_two_fields() -> None:
    names = Counter(name for ranks in columns._COMPACT.values() for name in ranks)
    assert not [name for name, count in names.items() if count > 1]


@pytest.mark.parametrize("name", ["Price (EUR)", "price_eur", "Preis in €", "price.EUR"])
def test_a_price_s_column_may_say_the_currency(tmp_path: Path, name: str) -> None:
    assert role_of(name)[::3] == ("price", "EUR")
    products = read_text(tmp_path, "a.csv", f"sku,{name},image\n1,12.50,{PICTURES[0]}\n").products
    assert (products[0].price, products[0].currency) == (12.5, "EUR")


@pytest.mark.parametrize(
    ("price", "before"),
    [
        ("price", "compare_at_price"),
        ("price", "price_before"),
        ("price", "list_price"),
        ("Preis", "UVP"),
        ("Verkaufspreis", "Streichpreis"),
        ("prix", "Prix barré"),
        ("precio", "Precio anterior"),
        ("special_price", "price"),
        ("Sale price", "Regular price"),
        ("Aktionspreis", "Preis"),
        ("price_eur", "UVP (EUR)"),
    ],
)
def test_what_a_product_cost_before_is_known_by_its_column(tmp_path: Path, price: str, before: str) -> None:
    text = f"sku,{before},{price},image\n1,100.00,80.00,{PICTURES[0]}\n2,,50.00,{PICTURES[1]}\n"
    first, second = read_text(tmp_path, "a.csv", text).products
    assert (first.price, first.compare_at_price, first.facts) == (80, 100, {})
    assert (second.price, second.compare_at_price) == (50, None)


@pytest.mark.parametrize("name", ["Regular price", "UVP", "list_price"])
def test_a_former_price_without_another_is_the_price(tmp_path: Path, name: str) -> None:
    (made,) = read_text(tmp_path, "a.csv", f"sku,{name},image\n1,100.00,{PICTURES[0]}\n").products
    assert (made.price, made.compare_at_price) == (100, None)


def test_a_former_price_in_another_currency_is_a_fact(tmp_path: Path) -> None:
    text = f"sku,price_eur,list_price_usd,image\n1,80.00,100.00,{PICTURES[0]}\n"
    (made,) = read_text(tmp_path, "a.csv", text).products
    assert (made.price, made.currency, made.compare_at_price) == (80, "EUR", None)
    assert made.facts == {"list price usd": "100.00"}


def test_former_prices_that_are_no_sale_are_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = [("80", "100"), ("80", "60"), ("80", "80"), ("80", "0"), ("80 EUR", "100 USD"), ("80", "")]
    lines = [f"{n},{price},{before},{PICTURES[n]}\n" for n, (price, before) in enumerate(rows)]
    read_text(tmp_path, "a.csv", "sku,price,uvp,image\n" + "".join(lines))
    said = capsys.readouterr().err
    assert "a.csv: 2 prices before a sale are not shown: they must be higher than the price," in said
    read_text(tmp_path, "a.csv", "sku,price,uvp,image\n" + "".join(lines[:2]))
    assert "a.csv: 1 price before a sale is not shown: it must be higher" in capsys.readouterr().err
    read_text(tmp_path, "a.csv", "sku,price,uvp,image\n" + lines[0])
    assert "before a sale" not in capsys.readouterr().err


def test_the_guess_is_shown(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    read_text(
        tmp_path,
        "a.csv",
        f"sku,name,foto_url,material,Size_EU,image2\n1,A,{PICTURES[0]},wood,3,{PICTURES[1]}\n",
    )
    source, columns = capsys.readouterr().err.splitlines()
    assert source == "Source: a.csv, a table (CSV), 1 row."
    assert columns == (
        "Columns: id from sku, title from name, image from foto_url, images from image2; "
        "shown as facts: material, size eu."
    )


def test_of_several_columns_for_a_field_the_likeliest_that_is_not_empty_counts(tmp_path: Path) -> None:
    first, second = read_text(
        tmp_path,
        "a.csv",
        f"ean,sku,titel,name,foto\n111,s1,Titel,Name,{PICTURES[0]}\n222,,Titel,,{PICTURES[1]}\n",
    ).products
    assert (first.id, first.title, first.facts) == ("s1", "Name", {"ean": "111", "titel": "Titel"})
    assert (second.id, second.title, second.facts) == ("222", "Titel", {})


def test_akin_s_own_name_goes_alone(tmp_path: Path) -> None:
    (made,) = read_text(
        tmp_path, "a.csv", f"id,image,title,category,name,type,ean\n1,{PICTURES[0]},,,Name,Type,111\n"
    ).products
    assert (made.id, made.title, made.category) == ("1", "Product 0", "")
    assert made.facts == {"name": "Name", "type": "Type", "ean": "111"}


def test_what_somebody_said_goes_before_the_guess(tmp_path: Path) -> None:
    text = f"id,title,image,front,label\n1,A,x.png,{PICTURES[0]},Best\n"
    (made,) = read_text(tmp_path, "a.csv", text, columns={"image": "Front", "title": "label"}).products
    assert (made.files, made.title) == ((PICTURES[0],), "Best")
    assert made.facts == {"other title": "A", "image": "x.png"}


@pytest.mark.parametrize(
    ("columns", "words"),
    [
        (
            {"image": "foto"},
            r"--column image=foto to name a column of .*a\.csv\. Received: id, title, front\.",
        ),
        ({"picture": "front"}, "--column to name one of id, title, .* Received: picture=front"),
    ],
)
def test_a_column_that_is_not_there_is_one_sentence(
    tmp_path: Path, columns: dict[str, str], words: str
) -> None:
    with pytest.raises(UserError, match=words):
        read_text(tmp_path, "a.csv", "id,title,front\n1,A,x.png\n", columns=columns)


def test_a_column_of_pictures_is_known_by_what_it_holds(tmp_path: Path) -> None:
    text = (
        f"no,what,front view\n1,A,{PICTURES[0]}\n2,B,{PICTURES[1]}\n3,C,{PICTURES[2]}|{PICTURES[3]}\n4,D,\n"
    )
    products = read_text(tmp_path, "a.csv", text).products
    assert [each.files for each in products] == [(PICTURES[0],), (PICTURES[1],), (PICTURES[2], PICTURES[3])]
    assert [each.id for each in products] == list(PICTURES[:3])


def test_a_table_without_a_column_of_pictures_names_those_it_has(tmp_path: Path) -> None:
    with pytest.raises(UserError) as caught:
        read_text(tmp_path, "a.csv", "id,what,front\n1,A,yes\n")
    assert str(caught.value) == (
        f"Expected a column of {tmp_path / 'a.csv'} that names pictures. Received: id, what, front. "
        "Say which one does: --column image=NAME."
    )


@pytest.mark.parametrize(
    ("cell", "images"),
    [
        ("a.jpg", ["a.jpg"]),
        ("a.jpg|b c.jpg | ", ["a.jpg", "b c.jpg"]),
        ("a.jpg, b.jpg", ["a.jpg", "b.jpg"]),
        ("red, blue.jpg", ["red, blue.jpg"]),
        ("https://s.example/a,b.jpg", ["https://s.example/a,b.jpg"]),
        ("https://s.example/a?x=1,https://s.example/b", ["https://s.example/a?x=1", "https://s.example/b"]),
        ("https://s.example/a\n//s.example/b", ["https://s.example/a", "https://s.example/b"]),
        ('["https://s.example/a", "b.jpg"]', ["https://s.example/a", "b.jpg"]),
        (("a.jpg", "b.jpg"), ["a.jpg", "b.jpg"]),
        ("", []),
    ],
)
def test_a_cell_may_name_several_pictures(cell: str | tuple[str, ...], images: list[str]) -> None:
    assert images_in(cell) == images


def test_pictures_come_in_the_order_of_their_columns_numbers(tmp_path: Path) -> None:
    text = f"id,image_3,image_2,image,images\n1,{PICTURES[3]},{PICTURES[2]},{PICTURES[0]},{PICTURES[1]}\n"
    (made,) = read_text(tmp_path, "a.csv", text).products
    assert made.files == tuple(PICTURES[:4])


def test_of_several_categories_the_first_is_one_and_the_others_are_tags(tmp_path: Path) -> None:
    text = f'id,image,categories,tags\n1,{PICTURES[0]},"Home > Mugs, Sale, Gifts\\, small","red, new"\n'
    (made,) = read_text(tmp_path, "a.csv", text).products
    assert (made.category, made.tags) == ("Home > Mugs", ("red", "new", "Sale", "Gifts, small"))


def test_slashes_separate_categories_where_the_table_s_paths_branch(tmp_path: Path) -> None:
    rows = "".join(
        f"{row},{PICTURES[row]},{text}\n" for row, text in enumerate(["Home/Bath", "Home/Bed/Rugs"])
    )
    products = read_text(tmp_path, "a.csv", f"id,image,category\n{rows}").products
    assert [each.category for each in products] == ["Home > Bath", "Home > Bed > Rugs"]


def test_a_table_s_prices_say_what_separates_decimals(tmp_path: Path) -> None:
    def prices(*texts: str) -> list[float | None]:
        rows = "".join(f"{row};{PICTURES[row]};{text}\n" for row, text in enumerate(texts))
        return [each.price for each in read_text(tmp_path, "a.csv", f"id;image;price\n{rows}").products]

    assert prices("1.299", "12,50") == [1299, 12.5]
    assert prices("1.299", "12.50") == [1.299, 12.5]
    assert prices("1.299", "on request") == [1299, None]
