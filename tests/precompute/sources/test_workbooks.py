"""Excel, OpenDocument, JSON and Parquet."""

from __future__ import annotations

import datetime
import json
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import odfdo
import pandas as pd
import pyarrow as pa
import pytest
import xlwt
from pyarrow import parquet

from precompute.shared.errors import UserError
from precompute.sources import LeftOut, Record, read_catalogue, read_records, rows
from precompute.sources.readers import excel as excel_reader
from tests.precompute.sources.shop import PICTURES, reasons, write_pictures

HEADER = ["sku", "name", "photo", "price", "since"]


def write_workbook(path: Path, sheets: dict[str, list[list[Any]]]) -> None:
    """A workbook as the libraries write it that people use for that."""
    if path.suffix == ".xls":
        # pandas writes this old format no more.
        book = xlwt.Workbook()
        for name, lines in sheets.items():
            sheet = book.add_sheet(name)
            for row, cells in enumerate(lines):
                for column, cell in enumerate(cells):
                    sheet.write(row, column, cell)
        book.save(path)
        return
    if path.suffix == ".ods":
        document = odfdo.Document("ods")
        document.body.clear()
        for name, lines in sheets.items():
            table = odfdo.Table(name)
            table.set_values(lines)
            document.body.append(table)
        document.save(path)
        return
    with pd.ExcelWriter(str(path)) as writer:
        for name, lines in sheets.items():
            pd.DataFrame(lines).to_excel(writer, sheet_name=name, header=False, index=False)


@pytest.mark.parametrize(
    ("name", "what"), [("a.xlsx", "Excel"), ("a.xls", "Excel"), ("a.ods", "OpenDocument")]
)
def test_a_workbook_s_cells_are_read_as_people_see_them(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str, what: str
) -> None:
    write_pictures(tmp_path)
    day = datetime.date(2024, 1, 2)
    first = [4006381333931, "Größe", PICTURES[0], 12.345, "x" if name == "a.xls" else day]
    write_workbook(tmp_path / name, {"Sheet": [HEADER, first, ["007", "B", PICTURES[1], 9, ""]]})
    made, second = read_catalogue(tmp_path / name).products
    assert (made.id, made.title, made.price) == ("4006381333931", "Größe", 12.345)
    assert made.facts == {"since": "x" if name == "a.xls" else "2024-01-02"}
    assert (second.id, second.price) == ("007", 9)
    assert f"a table ({what}), 2 rows." in capsys.readouterr().err


def test_of_several_sheets_the_first_with_pictures_is_read(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_pictures(tmp_path)
    sheets = {"About": [["What"], ["x"]], "Bowls": [HEADER[:3], ["1", "A", PICTURES[0]]], "Old": [HEADER]}
    write_workbook(tmp_path / "a.xlsx", sheets)
    assert [each.id for each in read_catalogue(tmp_path / "a.xlsx").products] == ["1"]
    assert "a.xlsx: only the sheet 'Bowls' of its 3 sheets is read." in capsys.readouterr().err


def test_rows_of_a_workbook_are_named_as_it_numbers_them(tmp_path: Path) -> None:
    write_pictures(tmp_path)
    write_workbook(
        tmp_path / "a.xlsx", {"S": [HEADER[:3], [""] * 3, ["1", "A", PICTURES[0]], ["2", "B", "gone.png"]]}
    )
    catalogue = read_catalogue(tmp_path / "a.xlsx")
    assert reasons(catalogue) == {"a.xlsx, row 4": "its image 'gone.png' does not exist"}


def test_a_broken_or_gigantic_workbook_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.xlsx"
    write_workbook(path, {"S": [HEADER[:3], ["1", "A", PICTURES[0]]]})
    data = path.read_bytes()
    path.write_bytes(data[: len(data) // 2])
    with pytest.raises(UserError, match=r"a\.xlsx cannot be read as a workbook"):
        read_records(path)
    path.write_bytes(data)
    monkeypatch.setattr(excel_reader, "_LARGEST", 100)
    with pytest.raises(UserError, match="MB unpacked"):
        read_records(path)


def test_a_zip_archive_that_is_no_workbook_says_so(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr("a.jpg", "x")
    with pytest.raises(UserError, match="a ZIP archive: unpack it"):
        read_records(tmp_path / "a.zip")


def read_json(folder: Path, content: Any, name: str = "a.json") -> list[Record | LeftOut]:
    text = content if isinstance(content, str) else json.dumps(content)
    (folder / name).write_text(text, encoding="utf-8")
    return list(read_records(folder / name))


ITEM = {"id": 7, "title": "A", "image": "a.jpg", "price": 12.345}


@pytest.mark.parametrize("content", [[ITEM], {"page": 1, "products": [ITEM]}, {"data": {"items": [ITEM]}}])
def test_json_is_an_array_of_objects_or_has_one_in_it(tmp_path: Path, content: Any) -> None:
    (record,) = read_json(tmp_path, content)
    assert record.fields == {"id": "7", "title": "A", "price": "12.345"}
    assert (record.images, record.decimal, record.place) == (("a.jpg",), ".", "a.json, item 1")


def test_of_several_arrays_the_first_with_pictures_is_that_of_the_products(tmp_path: Path) -> None:
    content = {"authors": [{"name": "B"}], "shop": {"tags": [{"id": 1}], "items": [ITEM, ITEM | {"id": 8}]}}
    assert [record.fields["id"] for record in read_json(tmp_path, content)] == ["7", "8"]


def test_objects_in_objects_are_taken_apart_one_level(tmp_path: Path) -> None:
    (record,) = read_json(
        tmp_path,
        [
            {
                "id": "x",
                "price": {"value": 9.5, "currency": "EUR"},
                "brand": {"id": 3, "name": "Acme"},
                "image": {"src": "a.jpg"},
                "images": [{"src": "b.jpg", "width": 3}, "c.jpg"],
                "categories": [{"id": 1, "name": "Mugs"}, {"id": 2, "name": "Sale"}],
                "in_stock": True,
                "dimensions": {"width": 3, "deep": {"er": 1}},
                "nothing": None,
            }
        ],
    )
    assert record.images == ("a.jpg", "b.jpg", "c.jpg")
    assert record.fields == {
        "id": "x",
        "price": "9.5",
        "currency": "EUR",
        "brand": "Acme",
        "category": "Mugs",
        "tags": "Sale",
        "in_stock": "yes",
        "dimensions.width": "3",
    }


def test_what_is_readable_of_damaged_json_is_kept(tmp_path: Path) -> None:
    entries = read_json(tmp_path, json.dumps([ITEM, 5, ITEM])[:-20])
    assert [entry.place for entry in entries if isinstance(entry, Record)] == ["a.json, item 1"]
    assert LeftOut("a.json, item 2", "it is not an object") in entries
    assert entries[-1].file == "a.json, after item 2" and "the rest is not read" in entries[-1].reason


def test_each_line_of_json_lines_stands_for_itself(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("precompute.sources.readers.json_rows.LONGEST", 500)
    lines = [
        json.dumps(ITEM),
        "{broken",
        json.dumps(ITEM | {"id": "x" * 900}),
        "",
        "[1]",
        json.dumps(ITEM | {"id": 8}),
    ]
    entries = read_json(tmp_path, "\n".join(lines), "a.jsonl")
    assert [entry.fields["id"] for entry in entries if isinstance(entry, Record)] == ["7", "8"]
    left_out = {entry.file: entry.reason for entry in entries if isinstance(entry, LeftOut)}
    assert "not JSON" in left_out["a.jsonl, line 2"]
    assert left_out["a.jsonl, line 3"] == "it has more than 500 characters"
    assert left_out["a.jsonl, line 5"] == "it is not an object"


def test_a_gigantic_text_in_json_stops_the_reading_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rows, "LONGEST", 100_000)
    entries = read_json(tmp_path, [ITEM, ITEM | {"title": "x" * 1_000_000}, ITEM])
    assert isinstance(entries[0], Record)
    assert "an item has more than 100,000 bytes" in entries[-1].reason


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ('{"a":\n 1}', "Expected an array of objects"),
        ("[1, 2]", "none that can be read"),
        ("[]", "Received: no items"),
        ("{,}", "not JSON"),
    ],
)
def test_json_without_products_is_one_sentence(tmp_path: Path, content: str, words: str) -> None:
    with pytest.raises(UserError, match=words):
        read_json(tmp_path, content)


def test_half_of_a_character_in_json_does_not_stop_a_build(tmp_path: Path) -> None:
    for name, text in (
        ("a.json", '[{"id": "a\\ud83d", "image": "a.jpg"}]'),
        ("a.jsonl", '{"id": "b\\ud83d", "image": "a.jpg"}\n{}'),
    ):
        record = read_json(tmp_path, text, name)[0]
        assert record.fields["id"].encode()


def test_parquet_is_read_with_its_types(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_pictures(tmp_path)
    table = pa.table(
        {
            "sku": ["007", "8", None],
            "image": [*PICTURES[:2], None],
            "price": pa.array([12.34, None, None], pa.float32()),
            "weight": [Decimal("1.50"), None, None],
            "since": [datetime.date(2024, 1, 2), None, None],
            "tags": [["a", "b"], [], None],
            "size": [{"width": 3}, None, None],
            "pixels": [b"x", b"y", None],
            "rating": [float("nan"), None, None],
        }
    )
    parquet.write_table(table, tmp_path / "a.parquet")
    first, second = read_catalogue(tmp_path / "a.parquet").products
    assert (first.id, first.price, first.tags) == ("007", 12.34, ("a", "b"))
    assert first.facts == {"weight": "1.50", "since": "2024-01-02", "size.width": "3"}
    assert second.id == "8"
    assert "a.parquet: pixels holds bytes, which are not read." in capsys.readouterr().err


def test_damaged_parquet_is_one_sentence(tmp_path: Path) -> None:
    parquet.write_table(pa.table({"image": ["a.jpg"]}), tmp_path / "a.parquet")
    data = (tmp_path / "a.parquet").read_bytes()
    (tmp_path / "a.parquet").write_bytes(data[:-20])
    with pytest.raises(UserError, match=r"a\.parquet cannot be read as Parquet"):
        read_records(tmp_path / "a.parquet")
