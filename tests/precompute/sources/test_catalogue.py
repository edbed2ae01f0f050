"""A source is a folder or a file, and says what it is; pictures of a table are below its folder."""

from __future__ import annotations

import csv
import os
import re
import sys
import unicodedata
from pathlib import Path

import pytest

from precompute.shared.errors import UserError
from precompute.sources import NeedsCollecting, SourceProduct, read_catalogue
from precompute.sources.columns import FIELDS
from precompute.sources.kinds import KINDS
from tests.conftest import ROOT
from tests.precompute.sources.shop import PICTURES, read_text, reasons, write_pictures


def test_a_folder_s_only_table_is_read_whatever_it_is_called(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pictures(tmp_path)
    (tmp_path / "stock.tsv").write_text(f"sku\tpicture\n1\t{PICTURES[0]}\n")
    catalogue = read_catalogue(tmp_path)
    assert [each.id for each in catalogue.products] == ["1"]
    assert reasons(catalogue)[PICTURES[1]] == "no kept product of stock.tsv names it"
    assert "Source: stock.tsv, a table (TSV), 1 row." in capsys.readouterr().err


def test_a_table_called_products_goes_before_others(tmp_path: Path) -> None:
    write_pictures(tmp_path)
    (tmp_path / "other.csv").write_text(f"sku,image\nother,{PICTURES[0]}\n")
    (tmp_path / "products.jsonl").write_text(f'{{"sku": "jsonl", "image": "{PICTURES[0]}"}}\n')
    assert [each.id for each in read_catalogue(tmp_path).products] == ["jsonl"]
    (tmp_path / "products.csv").write_text(f"sku,image\ncsv,{PICTURES[0]}\n")
    assert [each.id for each in read_catalogue(tmp_path).products] == ["csv"]


def test_of_several_tables_none_is_taken_without_being_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pictures(tmp_path)
    for name in ("a.csv", "b.csv"):
        (tmp_path / name).write_text(f"sku,image\n{name},{PICTURES[0]}\n")
    assert len(read_catalogue(tmp_path).products) == 6
    assert "has several tables (a.csv, b.csv): the pictures are read without them" in capsys.readouterr().err
    assert [each.id for each in read_catalogue(tmp_path / "b.csv").products] == ["b.csv"]
    with pytest.raises(UserError, match=r"Expected one table .* Received: a\.csv, b\.csv"):
        read_catalogue(tmp_path, columns={"image": "image"})


@pytest.mark.parametrize(
    ("name", "text"), [("labels.csv", "name,class\na,b\n"), ("package.json", '{"a": 1}')]
)
def test_what_is_no_table_of_products_does_not_keep_a_folder_s_pictures_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, text: str
) -> None:
    write_pictures(tmp_path)
    (tmp_path / name).write_text(text)
    catalogue = read_catalogue(tmp_path)
    assert len(catalogue.products) == 6
    assert reasons(catalogue) == {name: "not a picture by its name"}
    said = capsys.readouterr().err
    assert f"{name} is not read as a table of products" in said
    assert "Source: a folder with 6 pictures." in said


def test_a_table_whose_pictures_are_elsewhere_does_not_keep_a_folder_s_pictures_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pictures(tmp_path)
    (tmp_path / "labels.csv").write_text("filename,label\n9.png,mug\n")
    assert len(read_catalogue(tmp_path).products) == 6
    said = capsys.readouterr().err
    assert "None of the pictures that labels.csv names exists: the pictures are read" in said
    (tmp_path / "labels.csv").rename(tmp_path / "products.csv")
    with pytest.raises(
        UserError, match=r"1 row, none usable; the first, products\.csv, line 2: its image '9\.png'"
    ):
        read_catalogue(tmp_path)


def test_pictures_beside_a_table_that_was_named_are_no_matter_of_its(tmp_path: Path) -> None:
    assert reasons(read_text(tmp_path, "a.csv", f"sku,image\n1,{PICTURES[0]}\n")) == {}


def test_a_picture_that_is_not_there_costs_its_product_nothing_else(tmp_path: Path) -> None:
    catalogue = read_text(
        tmp_path, "a.csv", f"sku,image,images\n1,gone.png,{PICTURES[0]}|../x.png\n2,gone.png,\n3,,\n"
    )
    (made,) = catalogue.products
    assert made.files == (PICTURES[0],)
    assert [(entry.file, entry.reason) for entry in catalogue.left_out] == [
        ("a.csv, line 2", "its image 'gone.png' does not exist"),
        ("a.csv, line 2", "its image '../x.png' is outside of the catalogue's folder"),
        ("a.csv, line 3", "its image 'gone.png' does not exist"),
        ("a.csv, line 4", "it has no image"),
    ]


def test_paths_that_were_written_elsewhere_are_found(tmp_path: Path) -> None:
    write_pictures(tmp_path)
    composed, apart = (unicodedata.normalize(form, "Müsli é.png") for form in ("NFC", "NFD"))
    (tmp_path / apart).write_bytes((tmp_path / PICTURES[0]).read_bytes())
    files = [
        product.files[0]
        for product in read_text(
            tmp_path, "a.csv", f"sku,image\n1,images\\0.png\n2,./{PICTURES[1]}\n3,{composed}\n"
        ).products
    ]
    assert files == [PICTURES[0], PICTURES[1], apart]


@pytest.mark.parametrize(
    "image", ["file:///etc/passwd", "data:image/png;base64,AAAA", "ftp://s.example/a.png"]
)
def test_what_is_neither_path_nor_address_is_left_out(tmp_path: Path, image: str) -> None:
    catalogue = read_text(
        tmp_path, "a.jsonl", f'{{"sku": "1", "image": "{image}"}}\n{{"sku": "2", "image": "{PICTURES[0]}"}}'
    )
    assert [each.id for each in catalogue.products] == ["2"]
    assert "neither a path nor an address of the web" in reasons(catalogue)["a.jsonl, line 1"]


@pytest.mark.parametrize("image", ["https://s.example/a.jpg", "HTTP://s.example/a", "//s.example/a.jpg"])
def test_pictures_at_addresses_have_to_be_collected_first(tmp_path: Path, image: str) -> None:
    with pytest.raises(NeedsCollecting, match=r"s\.example/a.* \(a\.csv, line 3\), an address"):
        read_text(tmp_path, "a.csv", f"sku,image\n1,{PICTURES[0]}\n2,{image}\n")
    (tmp_path / "a.csv").rename(tmp_path / "products.csv")
    with pytest.raises(NeedsCollecting):
        read_catalogue(tmp_path)


def test_an_id_occurs_once_and_is_its_picture_s_path_where_there_is_none(tmp_path: Path) -> None:
    catalogue = read_text(
        tmp_path, "a.csv", f"title,sku,image\nA,,{PICTURES[0]}\nB,x,{PICTURES[1]}\nC,x,{PICTURES[2]}\n"
    )
    assert [(each.id, each.title) for each in catalogue.products] == [(PICTURES[0], "A"), ("x", "B")]
    assert reasons(catalogue) == {"a.csv, line 4": "its id 'x' is a repeat: the first product is kept"}


def test_a_kind_may_be_forced(tmp_path: Path) -> None:
    # By its first line this could be JSON Lines.
    text = '{"id": "1"}\tphoto\nx\t' + PICTURES[0] + "\n"
    (made,) = read_text(tmp_path, "a.txt", text, kind="csv").products
    assert made.files == (PICTURES[0],)


@pytest.mark.parametrize(
    ("name", "kind", "words"),
    [
        ("", "csv", "Expected CSV, TSV or similar. Received: .*, which is a folder"),
        ("a.csv", "folder", "Expected a folder of pictures, .* which is a file"),
        ("a.csv", "feed", "Expected products in .*a.csv, a feed"),
        ("a.csv", "json", "a.csv is not JSON"),
        ("a.csv", "jsonl", "none that can be read"),
        ("a.csv", "excel", "cannot be read as a workbook"),
        ("a.csv", "parquet", "cannot be read as Parquet"),
        ("a.csv", "shop", "Expected --source to be one of folder, parquet, excel, feed"),
        ("b.csv", None, "b.csv, which does not exist"),
    ],
)
def test_a_kind_that_does_not_fit_is_one_sentence(tmp_path: Path, name: str, kind: str, words: str) -> None:
    read_text(tmp_path, "a.csv", f"sku,image\n1,{PICTURES[0]}\n")
    with pytest.raises(UserError, match=words) as caught:
        read_catalogue(tmp_path / name, kind=kind)
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"%PDF-1.7", "a PDF"),
        (b"\x1f\x8b\x08", "a compressed file: unpack it"),
        (b"\xff\xd8\xff\xe0", "a picture: give the folder"),
        (b"SQLite format 3\x00", "a database: export its table"),
        (bytes(range(256)) * 20, "which is not text"),
    ],
)
def test_a_file_that_is_no_table_is_named_for_what_it_is(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(UserError, match=words):
        read_catalogue(tmp_path / "a.csv")


@pytest.mark.skipif(sys.platform != "linux", reason="only Linux keeps names that are no Unicode")
def test_a_table_whose_name_is_no_unicode_is_one_sentence(tmp_path: Path) -> None:
    read_text(tmp_path, "a.csv", f"sku,image\n1,{PICTURES[0]}\n")
    name = os.fsdecode(b"caf\xe9.csv")
    (tmp_path / "a.csv").rename(tmp_path / name)
    with pytest.raises(UserError, match="caf\N{REPLACEMENT CHARACTER}\\.csv: rename it"):
        read_catalogue(tmp_path / name)
    assert len(read_catalogue(tmp_path).products) == 6


def test_the_docs_have_every_kind_and_field() -> None:
    text = (ROOT / "docs" / "sources.md").read_text(encoding="utf-8")
    rows = set(re.findall(r"^\| `(\w+)` \|", text, flags=re.M))
    assert rows == {kind.name for kind in KINDS} | set(FIELDS)


def test_a_table_in_akin_s_own_columns_is_read_back_as_it_was_written(tmp_path: Path) -> None:
    written = SourceProduct(
        id="Å-1",
        title="Salt / Pepper, 2",
        files=tuple(PICTURES[:3]),
        category="Home > Kitchen",
        brand="Müller & Co",
        tags=("red, dark", "new"),
        price=12.34,
        compare_at_price=15.0,
        currency="$",
        in_stock=False,
        popularity=3.0,
        url="https://shop.example/?a=1&b=2",
        description="First line\n\nSecond < third",
        variants="v",
        facts={"name": "a", "type": "b", "gtin": "4006381333931", "size": "S, M"},
    )
    row = {name: getattr(written, name) for name in ("id", "title", "category", "brand", "currency", "url")}
    row |= {"image": written.files[0], "images": "|".join(written.files[1:]), "tags": "|".join(written.tags)}
    row |= {"price": written.price, "compare_at_price": written.compare_at_price}
    row |= {"in_stock": "no", "popularity": 3, "description": written.description}
    row |= {"variants": "v"} | {name.replace(" ", "_"): fact for name, fact in written.facts.items()}
    write_pictures(tmp_path)
    with (tmp_path / "products.csv").open("w", encoding="utf-8", newline="") as file:
        table = csv.DictWriter(file, row)
        table.writeheader()
        table.writerow(row)
    assert read_catalogue(tmp_path).products == [written]
