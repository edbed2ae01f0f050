"""CSV, TSV and similar tables: delimiters, encodings, and rows that are not as they should be."""

from __future__ import annotations

import csv
import io
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from precompute.shared.errors import UserError
from precompute.sources import read_records
from precompute.sources.readers import delimited
from precompute.sources.text import clean
from tests.precompute.sources.shop import PICTURES, read_apart, read_text, reasons


@pytest.mark.parametrize(
    ("delimiter", "what"), [(",", "CSV"), (";", "semicolons"), ("\t", "TSV"), ("|", "|")]
)
def test_what_stands_between_cells_is_recognised(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], delimiter: str, what: str
) -> None:
    rows = [["sku", "name", "picture"], ["1", "Bowl, blue; large | flat\ttop", PICTURES[0]]]
    file = io.StringIO()
    csv.writer(file, delimiter=delimiter).writerows(rows)
    (made,) = read_text(tmp_path, "a.txt", file.getvalue()).products
    assert (made.id, made.title, made.files) == ("1", "Bowl, blue; large | flat top", (PICTURES[0],))
    assert what in capsys.readouterr().err


def test_a_spreadsheet_s_hint_names_the_delimiter(tmp_path: Path) -> None:
    (made,) = read_text(tmp_path, "a.csv", f"sep=;\nsku;image\n1;{PICTURES[0]}\n").products
    assert made.id == "1"


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_lines_may_end_in_any_way(tmp_path: Path, end: str) -> None:
    lines = [
        "sku,image,title",
        f'1,{PICTURES[0]},"two{end}lines"',
        "",
        f"2,{PICTURES[1]},B",
        f"3,{PICTURES[2]},C",
    ]
    products = read_text(tmp_path, "a.csv", end.join(lines)).products
    assert [(each.id, each.title) for each in products] == [("1", "two lines"), ("2", "B"), ("3", "C")]


@pytest.mark.parametrize(
    ("encoding", "said", "title"),
    [
        ("utf-8", "", "Große Tasse für Kaffee"),
        ("utf-8-sig", "", "Große Tasse für Kaffee"),
        ("utf-16", "read as UTF-16", "Große Tasse für Kaffee"),
        ("utf-16-le", "read as UTF-16", "Große Tasse für Kaffee"),
        ("utf-16-be", "read as UTF-16", "Große Tasse für Kaffee"),
        ("utf-32", "read as UTF-32", "Große Tasse für Kaffee"),
        ("cp1252", "read as Windows-1252", "Große Tasse für Kaffee, Crème brûlée – 5 €"),
        ("cp1250", "read as Windows-1250", "Kubek z łosiem, żółty, źródło i świąteczna miska"),
        ("cp1251", "read as Windows-1251", "Синяя кружка и большая тарелка"),
        ("cp932", "read as Shift JIS", "青いマグカップと大きな皿です"),
        ("gb18030", "read as GB 18030", "蓝色杯子大盘子很好看"),
    ],
)
def test_encodings_are_recognised_and_said(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], encoding: str, said: str, title: str
) -> None:
    text = f'sku,title,image\n1,"{title}",{PICTURES[0]}\n'
    (made,) = read_text(tmp_path, "a.csv", text, encoding=encoding).products
    assert (made.id, made.title) == ("1", title)
    lines = capsys.readouterr().err.splitlines()
    assert len(lines) == (3 if said else 2) and said in lines[-1]


def test_one_damaged_letter_does_not_make_another_encoding_of_utf_8(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    text = "sku,title,image\n" + "".join(
        f"{row},Müslischälchen für Flöße,{PICTURES[row]}\n" for row in range(6)
    )
    read_text(tmp_path, "a.csv", text)
    data = text.encode()
    (tmp_path / "a.csv").write_bytes(data.replace("0,Mü".encode(), b"0,M\xff"))
    records = read_records(tmp_path / "a.csv")
    titles = [entry.fields["title"] for entry in records]
    assert titles == ["M\ufffdslischälchen für Flöße"] + ["Müslischälchen für Flöße"] * 5
    assert records.notes == ["1 of its characters are damaged and shown as \ufffd"]


def test_ragged_rows_are_left_out_where_cells_would_be_shifted(tmp_path: Path) -> None:
    catalogue = read_text(
        tmp_path,
        "a.csv",
        f"sku,image,title\n1,{PICTURES[0]}\n2,{PICTURES[1]},Bowl, blue\n"
        f"3,{PICTURES[2]},C,,\n\n4,{PICTURES[3]},D\n",
    )
    assert [each.id for each in catalogue.products] == ["1", "3", "4"]
    (reason,) = reasons(catalogue).items()
    assert reason[0] == "a.csv, line 3" and "it has 4 cells, but the header names 3 columns" in reason[1]


def test_columns_of_one_name_are_told_apart(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    (made,) = read_text(tmp_path, "a.csv", f"sku,title,title,,image\n1,A,B,x,{PICTURES[0]}\n").products
    assert (made.title, made.facts) == ("A", {"title (2)": "B"})
    assert "a.csv: several columns are called title: the first one counts." in capsys.readouterr().err


def test_an_id_that_cannot_be_seen_is_none(tmp_path: Path) -> None:
    (made,) = read_text(tmp_path, "a.csv", f"sku,image\n\u200b,{PICTURES[0]}\n").products
    assert made.id == PICTURES[0]


def test_a_column_without_a_name_is_no_fact(tmp_path: Path) -> None:
    (made,) = read_text(tmp_path, "a.csv", f"Unnamed: 0,sku,,image\n0,1,x,{PICTURES[0]}\n").products
    assert made.facts == {}


def test_what_a_terminal_would_obey_is_spelled_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    read_text(tmp_path, "a.csv", f"sku,\x1b[2Jred\x07,image\n1,{'x' * 99},{PICTURES[0]}\n")
    assert "shown as facts: \\x1b[2jred\\x07." in capsys.readouterr().err


def test_nul_bytes_and_what_cannot_be_seen_do_not_change_an_id(tmp_path: Path) -> None:
    products = read_text(
        tmp_path, "a.csv", f"\ufeffsku\u200b,image\n\u200b1\x00,\xa0{PICTURES[0]}\u200b\n2,{PICTURES[1]}\n"
    ).products
    assert [(each.id, each.files) for each in products] == [("1", (PICTURES[0],)), ("2", (PICTURES[1],))]


@pytest.mark.parametrize("cell", ["x" * 9000, '"' + "x" * 50 + '\n,"",\n' * 900 + '"'])
def test_a_gigantic_cell_leaves_out_its_row_alone(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, cell: str
) -> None:
    monkeypatch.setattr(delimited, "LONGEST", 4_000)
    catalogue = read_text(
        tmp_path, "a.csv", f"sku,image,title\n1,{PICTURES[0]},A\n2,{PICTURES[1]},{cell}\n3,{PICTURES[2]},C\n"
    )
    assert [each.id for each in catalogue.products] == ["1", "3"]
    ((place, reason),) = reasons(catalogue).items()
    assert place == ("a.csv, lines 3 to 1803" if "\n" in cell else "a.csv, line 3")
    assert reason == "it has more than 4,000 characters"


@pytest.mark.slow
def test_a_gigantic_cell_is_never_in_memory(tmp_path: Path) -> None:
    read_text(tmp_path, "a.csv", f"sku,image,title\n1,{PICTURES[0]},A\n")
    with (tmp_path / "a.csv").open("ab") as file:
        file.write(b'2,images/1.png,"')
        for _ in range(400):
            file.write(b"x" * 1_000_000)
        file.write(f'"\n3,{PICTURES[2]},C\n'.encode())
    found, taken = read_apart(tmp_path / "a.csv")
    # 400 MB were read.
    assert found == "RLR" and taken < 100_000_000


NOT_CLOSED = "a quotation mark in it is never closed: reading continues at the next line"


@pytest.mark.parametrize("last", ["4,{3},D", '4,{3},"D, d"', '4,{3},"D, d",,"x"'])
def test_a_quotation_mark_that_is_not_closed_costs_its_line(tmp_path: Path, last: str) -> None:
    text = 'sku,image,title\n1,{0},A\n2,{1},"B\n3,{2},C\n' + last + "\n5,{4},E\n"
    catalogue = read_text(tmp_path, "a.csv", text.format(*PICTURES))
    ragged = last.count(",") > 3
    assert [each.id for each in catalogue.products] == ["1", "3", *([] if ragged else ["4"]), "5"]
    assert reasons(catalogue)["a.csv, line 3"] == NOT_CLOSED
    assert len(catalogue.left_out) == 1 + ragged


def test_a_quotation_mark_that_is_not_closed_in_a_large_table_costs_its_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(delimited, "LONGEST", 2_000)
    rows = "".join(f"{row},{PICTURES[1]},{'x' * 50}\n" for row in range(100))
    catalogue = read_text(tmp_path, "a.csv", f'sku,image,title\nA,{PICTURES[0]},"A\n{rows}')
    assert [each.id for each in catalogue.products] == [str(row) for row in range(100)]
    assert reasons(catalogue) == {"a.csv, line 2": NOT_CLOSED}


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (b"", "which is empty"),
        (b"\n \n", "which is empty"),
        (b"sku,image\n", "Received: no rows"),
        (b",,\n1,2,3\n", "Expected column names in the first line"),
        (
            b"sku,image\n1,2,3,4\n",
            "Received: none that can be read; the first, a.csv, line 2: it has 4 cells",
        ),
        (
            b"sku,image\n1,gone.png\n",
            r"1 row, none usable; the first, a.csv, line 2: its image 'gone.png' does not",
        ),
    ],
)
def test_a_table_with_nothing_in_it_is_one_sentence(tmp_path: Path, content: bytes, words: str) -> None:
    (tmp_path / "a.csv").write_bytes(content)
    with pytest.raises(UserError, match=words) as caught:
        read_text(tmp_path, "a.csv", content.decode())
    assert "\n" not in str(caught.value)


CELLS = st.text(st.characters(codec="utf-8", exclude_categories=["Cc"]), min_size=1, max_size=12)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60, deadline=None)
@given(
    # An id that several rows have may be none: "0", "n/a".
    rows=st.lists(st.tuples(CELLS, CELLS), min_size=1, max_size=8, unique_by=lambda row: clean(row[0])),
    delimiter=st.sampled_from(",;\t|"),
    encoding=st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_any_table_is_read_back_with_the_same_identities(
    tmp_path: Path, rows: list[tuple[str, str]], delimiter: str, encoding: str
) -> None:
    path = tmp_path / "a.csv"
    with path.open("w", encoding=encoding, newline="") as file:
        writer = csv.writer(file, delimiter=delimiter)
        writer.writerow(["sku", "image", "colour"])
        writer.writerows(
            [product_id, f"images/{place}.png", text] for place, (product_id, text) in enumerate(rows)
        )
    found = list(read_records(path))
    expected = [
        (clean(product_id) or f"images/{place}.png", (f"images/{place}.png",))
        for place, (product_id, _) in enumerate(rows)
    ]
    assert [(entry.fields["id"], entry.images) for entry in found] == expected
