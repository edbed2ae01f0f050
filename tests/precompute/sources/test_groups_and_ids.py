"""Groups that group nothing, and ids that identify nothing, are not believed, and that is said."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from precompute.sources import SourceProduct
from precompute.sources.doubts.groups import believed
from tests.precompute.sources.shop import PICTURES, read_text, reasons


@pytest.mark.parametrize(
    "nothing", ["0", "None", "null", "N/A", "-", "nan", "false", "0.0", "[]", "Default Title"]
)
def test_what_says_that_there_is_no_group_is_none(tmp_path: Path, nothing: str) -> None:
    rows = "".join(f"S{n},{nothing},Own mug {n},{PICTURES[n]}\n" for n in range(6))
    products = read_text(tmp_path, "a.csv", f"id,parent_id,name,image\n{rows}").products
    assert [each.variants for each in products] == [""] * 6


@pytest.mark.parametrize("variants", [[{"id": 1, "title": "Default Title"}], ["S", "M"], {"count": 3}])
def test_lists_and_objects_name_no_group(tmp_path: Path, variants: object) -> None:
    items = [{"id": n, "name": f"Mug {n}", "image": PICTURES[n], "variants": variants} for n in range(4)]
    products = read_text(tmp_path, "a.json", json.dumps(items)).products
    assert [each.variants for each in products] == [""] * 4


def test_a_group_of_most_of_a_catalogue_is_not_believed_and_that_is_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"S{n},all,Own mug {n},{PICTURES[n]}\n" for n in range(6))
    products = read_text(tmp_path, "a.csv", f"id,parent_id,name,image\n{rows}").products
    assert [each.variants for each in products] == [""] * 6
    said = capsys.readouterr().err
    assert said.count("not a group of variants") == 1
    assert "“all” is not a group of variants, because it has 6 of 6 products" in said


def product(number: int, variants: str, title: str, category: str = "") -> SourceProduct:
    return SourceProduct(str(number), title, ("a.jpg",), category=category, variants=variants)


def test_a_count_is_no_group() -> None:
    """Products that have as many variants as each other are unlike, in title and in category."""
    names = ["Blue mug", "Oak table", "Wool rug", "Desk lamp", "Tin box", "Red chair"]
    products = [product(n, str(1 + n % 3), name, f"C{n}") for n, name in enumerate(names)]
    kept, sentence = believed(products)
    assert [each.variants for each in kept] == [""] * 6
    # In an order of their own, and not in that of a set, which differs from process to process.
    assert sentence.startswith("3 groups of variants have unlike products")
    assert "(“1”, “2”, “3”)" in sentence


def test_groups_of_one_product_s_variants_are_believed() -> None:
    products = [
        product(0, "tee", "Tee red, S"),
        product(1, "tee", "Tee blue, M"),
        product(2, "mug", "Small", "Mugs"),
        product(3, "mug", "Large", "Mugs"),
        product(4, "sofa", "赤いソファ"),
        product(5, "sofa", "赤いソファ二人掛け"),
        product(6, "", "Lamp"),
        product(7, "", "Rug"),
    ]
    kept, sentence = believed(products)
    assert (kept, sentence) == (products, "")


def test_codes_that_a_spreadsheet_made_numbers_of_identify_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"8,71235E+12;B{n};Becher {n};{PICTURES[n]}\n" for n in range(5))
    catalogue = read_text(tmp_path, "a.csv", f"EAN;Artikelnummer;Bezeichnung;Bild\n{rows}")
    assert [each.id for each in catalogue.products] == [f"B{n}" for n in range(5)]
    assert catalogue.left_out == []
    said = capsys.readouterr().err
    assert "EAN does not identify products: a spreadsheet turned its codes into numbers" in said
    assert "such as 8,71235E+12" in said
    catalogue = read_text(tmp_path, "a.csv", f"EAN;x;Bezeichnung;Bild\n{rows}")
    assert [each.id for each in catalogue.products] == list(PICTURES[:5])


@pytest.mark.parametrize("same", ["0", "n/a", "SKU", "TBD"])
def test_an_id_that_most_products_have_identifies_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], same: str
) -> None:
    rows = "".join(f"{same},A {n},{PICTURES[n]}\n" for n in range(5))
    catalogue = read_text(tmp_path, "a.csv", f"sku,title,image\n{rows}own,Last,{PICTURES[5]}\n")
    assert [each.id for each in catalogue.products] == list(PICTURES)
    assert f"sku does not identify products: 5 of the first 6 are “{same}”" in capsys.readouterr().err


def test_what_stands_for_a_missing_id_is_none_where_several_have_it(tmp_path: Path) -> None:
    ids = ["a", "N/A", "b", "N/A", "c", "null"]
    rows = "".join(f"{each},A {n},{PICTURES[n]}\n" for n, each in enumerate(ids))
    catalogue = read_text(tmp_path, "a.csv", f"sku,title,image\n{rows}")
    # One of a kind is an id, however it looks.
    assert [each.id for each in catalogue.products] == ["a", PICTURES[1], "b", PICTURES[3], "c", "null"]


def test_an_id_that_occurs_twice_is_still_named(tmp_path: Path) -> None:
    ids = ["a", "b", "c", "b", "d", "e"]
    rows = "".join(f"{each},A {n},{PICTURES[n]}\n" for n, each in enumerate(ids))
    catalogue = read_text(tmp_path, "a.csv", f"sku,title,image\n{rows}")
    assert [each.id for each in catalogue.products] == ["a", "b", "c", "d", "e"]
    assert "its id 'b' is a repeat" in reasons(catalogue)["a.csv, line 5"]


def test_another_column_of_ids_counts_where_the_one_called_id_says_nothing(tmp_path: Path) -> None:
    rows = "".join(f"0,K{n},Mug {n},{PICTURES[n]}\n" for n in range(6))
    products = read_text(tmp_path, "a.csv", f"id,sku,title,image\n{rows}").products
    assert [each.id for each in products] == [f"K{n}" for n in range(6)]


def test_ids_that_a_few_texts_are_of_many_products_identify_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    rows = "".join(f"{1 + n % 3},Mug {n},{PICTURES[n % 6]}\n" for n in range(12))
    catalogue = read_text(tmp_path, "a.csv", f"product_id,title,image\n{rows}")
    assert [each.id for each in catalogue.products] == list(PICTURES[:6])
    said = capsys.readouterr().err
    assert "product_id does not identify products: the first 12 rows have 3 different values" in said


def test_rows_of_one_product_have_one_id(tmp_path: Path) -> None:
    rows = "".join(f"{1 + n // 4},Mug {n // 4},{PICTURES[n % 6]}\n" for n in range(12))
    catalogue = read_text(tmp_path, "a.csv", f"product_id,title,image\n{rows}")
    assert [each.id for each in catalogue.products] == ["1", "2", "3"]
