"""Tables that are made to take memory or time, or to break their library: each is a sentence, at once."""

from __future__ import annotations

import gzip
import time
import zipfile
from collections.abc import Callable
from io import BytesIO
from pathlib import Path

import pytest
from pyarrow import Table
from pyarrow.parquet import write_table

from precompute.shared.errors import UserError
from precompute.sources import read_catalogue
from tests.drawn_pictures import encoded, picture

SECONDS = 4.0
"""Of the processor's time: far more than any of these takes, far less than each took."""

_MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
_OFFICE = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
_PACKAGE = "http://schemas.openxmlformats.org/package/2006"
_OASIS = "urn:oasis:names:tc:opendocument:xmlns"

TABLE = b"id,image\n1,a.png\n"


def zipped(files: dict[str, str]) -> bytes:
    buffer = BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return buffer.getvalue()


def cell(place: str, text: str) -> str:
    return f'<c r="{place}" t="inlineStr"><is><t>{text}</t></is></c>'


def workbook(rows: str) -> bytes:
    """A workbook of Excel with two rows of a table, and further `rows`."""
    table = (
        f"<row>{cell('A1', 'id')}{cell('B1', 'image')}</row><row>{cell('A2', '1')}{cell('B2', 'a.png')}</row>"
    )

    def relations(kind: str, target: str) -> str:
        one = f'<Relationship Id="r" Type="{_OFFICE}/{kind}" Target="{target}"/>'
        return f'<Relationships xmlns="{_PACKAGE}/relationships">{one}</Relationships>'

    data = f"<sheetData>{table}{rows}</sheetData>"
    sheets = '<sheets><sheet name="S" sheetId="1" r:id="r"/></sheets>'
    return zipped(
        {
            "[Content_Types].xml": f'<Types xmlns="{_PACKAGE}/content-types"/>',
            "_rels/.rels": relations("officeDocument", "xl/workbook.xml"),
            "xl/workbook.xml": f'<workbook xmlns="{_MAIN}" xmlns:r="{_OFFICE}">{sheets}</workbook>',
            "xl/_rels/workbook.xml.rels": relations("worksheet", "worksheets/sheet1.xml"),
            "xl/worksheets/sheet1.xml": f'<worksheet xmlns="{_MAIN}">{data}</worksheet>',
        }
    )


def open_document(rows: str) -> bytes:
    """A workbook of LibreOffice with two rows of a table, and further `rows`."""
    one = f"<table:table-row>{text('id')}{text('image')}</table:table-row>"
    two = f"<table:table-row>{text('1')}{text('a.png')}</table:table-row>"
    spaces = " ".join(f'xmlns:{name}="{_OASIS}:{name}:1.0"' for name in ("office", "table", "text"))
    table = f'<table:table table:name="S">{one}{two}{rows}</table:table>'
    body = f"<office:body><office:spreadsheet>{table}</office:spreadsheet></office:body>"
    return zipped(
        {
            "mimetype": "application/vnd.oasis.opendocument.spreadsheet",
            "META-INF/manifest.xml": f'<m:manifest xmlns:m="{_OASIS}:manifest:1.0"/>',
            "content.xml": f"<office:document-content {spaces}>{body}</office:document-content>",
        }
    )


def text(value: str, *, times: int = 1) -> str:
    repeated = f'office:value-type="string" table:number-columns-repeated="{times}"'
    return f"<table:table-cell {repeated}><text:p>{value}</text:p></table:table-cell>"


def packed(times: int) -> bytes:
    data = TABLE
    for _ in range(times):
        data = gzip.compress(data)
    return data


def feed(item: str) -> bytes:
    return f"<rss><channel>{item}</channel></rss>".encode()


def parquet(*, name: str, required: bool) -> bytes:
    """A Parquet file whose column of ids may contradict its statistics, or have another name."""
    buffer = BytesIO()
    write_table(Table.from_pydict({"id": ["1"], "image": ["a.png"]}), buffer)
    # In the schema: a column of bytes, that is optional (2) or required (0), and its name.
    told = b"\x15\x0c\x25\x02\x18\x02id"
    assert told in buffer.getvalue()
    changed = told[:3] + (b"\0" if required else b"\2") + told[4:6] + name.encode("latin-1")
    return buffer.getvalue().replace(told, changed)


ATTRIBUTES = " ".join(f'a{number}="1"' for number in range(150_000))
REFUSED: dict[str, tuple[str, Callable[[], bytes], str]] = {
    "a cell in the last place": (
        "a.xlsx",
        lambda: workbook(f"<row>{cell('XFD1048576', 'x')}</row>"),
        "memory",
    ),
    "a cell beyond all places": (
        "a.xlsx",
        lambda: workbook(f'<row r="4294967295">{cell("ZZZZZZZ99999999999999999999", "x")}</row>'),
        "breaks the library|cannot be read as a workbook",
    ),
    "statistics of another column": (
        "a.parquet",
        lambda: parquet(name="id", required=True),
        "breaks the library",
    ),
    "a name that is not text": (
        "a.parquet",
        lambda: parquet(name="i\xe2", required=False),
        "cannot be read as Parquet",
    ),
    "an archive of the future": (
        "a.xlsx",
        lambda: workbook("").replace(b"PK\1\2\x14\x03\x14", b"PK\1\2\x14\x03\xf0"),
        "cannot be read as a workbook",
    ),
    "brackets before any product": ("a.json", lambda: b'{"x":' + b"[" * 2_000_000, "nested too deeply"),
    "brackets in a product": (
        "a.json",
        lambda: b'[{"id": "1", "image": "a.png", "x": ' + b"[" * 400_000 + b"]" * 400_000 + b"}]",
        "nested too deeply",
    ),
    "a file packed again and again": ("a.csv.gz", lambda: packed(1_500), "packed over 4 times"),
    "columns without end": (
        "a.csv",
        lambda: b"\n".join(
            [b",".join([b"id", *[b"image %d" % n for n in range(30_000)]]), b"1" + b",a.png" * 30_000]
        ),
        "at most 5,000 columns",
    ),
}
READ: dict[str, tuple[str, Callable[[], bytes]]] = {
    "a sound Parquet file": ("a.parquet", lambda: parquet(name="id", required=False)),
    "rows without cells": ("a.xlsx", lambda: workbook("<row/>" * 200_000)),
    "a cell that is repeated": (
        "a.ods",
        lambda: open_document(f"<table:table-row>{text('x', times=2_000_000_000)}</table:table-row>"),
    ),
    "a table packed twice": ("a.csv.gz", lambda: packed(2)),
    "attributes without end": (
        "a.xml",
        lambda: feed(f"<item {ATTRIBUTES}><id>1</id><image>a.png</image></item>"),
    ),
    "brackets in texts": (
        "a.json",
        lambda: (
            b"[" + b",".join(b'{"id": "%d", "image": "a.png", "t": "[[["}' % n for n in range(2_000)) + b"]"
        ),
    ),
}


def write(folder: Path, name: str, data: bytes) -> Path:
    (folder / "a.png").write_bytes(encoded(picture(1)))
    (folder / name).write_bytes(data)
    return folder / name


@pytest.mark.parametrize("kind", REFUSED)
def test_it_is_refused_in_a_sentence(kind: str, tmp_path: Path) -> None:
    name, make, reason = REFUSED[kind]
    source = write(tmp_path, name, make())
    before = time.process_time()
    with pytest.raises(UserError, match=reason):
        read_catalogue(source)
    assert time.process_time() - before < SECONDS


@pytest.mark.parametrize("kind", READ)
def test_what_does_no_harm_is_read(kind: str, tmp_path: Path) -> None:
    name, make = READ[kind]
    source = write(tmp_path, name, make())
    before = time.process_time()
    found = read_catalogue(source)
    assert time.process_time() - before < SECONDS
    assert found.products[0].id == ("0" if kind == "brackets in texts" else "1")
