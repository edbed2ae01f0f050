"""The kinds of source, with how each is recognised and read."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from bundle.disk import open_file
from precompute.shared.errors import UserError
from precompute.sources.readers.delimited import open_delimited
from precompute.sources.readers.encoding import Encoding, decoded, encoding_of_head
from precompute.sources.readers.excel import open_excel
from precompute.sources.readers.feed import open_feed
from precompute.sources.readers.json_rows import open_json, open_json_lines
from precompute.sources.readers.parquet import open_parquet
from precompute.sources.rows import Keep, Rows
from precompute.sources.text import line

_HEAD = 1 << 16


@dataclass(frozen=True)
class SourceKind:
    """A kind of source: its `name` for --source, and `what` it is, for messages."""

    name: str
    what: str


@dataclass(frozen=True)
class FileKind(SourceKind):
    """A kind of file. `recognises` tests a file's beginning, and `open` returns its rows."""

    recognises: Callable[[FileStart], bool]
    open: Callable[[Path, Keep], Rows]


@dataclass(frozen=True)
class FileStart:
    """The beginning of a file, as bytes and as text."""

    data: bytes
    text: str


def _is_workbook(head: FileStart) -> bool:
    in_zip = head.data.startswith(b"PK\x03\x04") and re.search(
        rb"xl/|\[Content_Types\]\.xml|opendocument\.spreadsheet|_rels/", head.data
    )
    return bool(in_zip) or head.data.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")


def _is_feed(head: FileStart) -> bool:
    return re.match(r"<(\?xml|rss|feed|rdf|!DOCTYPE\s+(?!html)|!--|[\w:]+[\s>])", head.text, re.I) is not None


def _is_json_lines(head: FileStart) -> bool:
    first, _, rest = head.text.partition("\n")
    try:
        item = json.loads(first)
    except (ValueError, RecursionError):
        return False
    # A file with a single line may be one product, or an object that contains all products.
    return isinstance(item, dict) and bool(rest.strip() or not re.search(r":\s*\[\s*\{", first))


def _without_pictures(rows_of: Callable[[Path], Rows]) -> Callable[[Path, Keep], Rows]:
    """Adapt the opener of a format that cannot contain pictures."""
    return lambda path, keep: rows_of(path)


FOLDER = SourceKind("folder", "a folder of pictures, or of pictures and a table that names them")

FILE_KINDS = (
    FileKind("parquet", "a Parquet file", lambda head: head.data.startswith(b"PAR1"), open_parquet),
    FileKind("excel", "a workbook (.xlsx, .xls, .ods)", _is_workbook, open_excel),
    FileKind(
        "feed",
        "an XML feed: Google Merchant's (RSS or Atom) and others",
        _is_feed,
        _without_pictures(open_feed),
    ),
    FileKind("jsonl", "JSON Lines, one object per line", _is_json_lines, _without_pictures(open_json_lines)),
    FileKind(
        "json",
        "JSON, an array of objects",
        lambda head: head.text[:1] in ("[", "{"),
        _without_pictures(open_json),
    ),
    FileKind("csv", "CSV, TSV or similar", lambda head: True, _without_pictures(open_delimited)),
)
"""The kinds of files, in the order in which they are tried."""

KINDS: tuple[SourceKind, ...] = (FOLDER, *FILE_KINDS)
"""All kinds of source."""

EXTENSIONS_OF_TABLES = frozenset(
    [".csv", ".tsv", ".xlsx", ".xls", ".ods", ".json", ".jsonl", ".ndjson", ".parquet", ".xml"]
)
"""The extensions of tables in a folder of pictures."""

_NO_TABLES = (
    (b"%PDF", "a PDF"),
    (b"\x1f\x8b", "a compressed file: unpack it first"),
    (b"BZh", "a compressed file: unpack it first"),
    (b"\xfd7zXZ", "a compressed file: unpack it first"),
    (b"(\xb5/\xfd", "a compressed file: unpack it first"),
    (b"Rar!", "an archive: unpack it and give the folder"),
    (b"7z\xbc\xaf", "an archive: unpack it and give the folder"),
    (b"PK\x03\x04", "a ZIP archive: unpack it and give the folder"),
    (b"SQLite format 3", "a database: export its table as CSV"),
    (b"\xff\xd8\xff", "a picture: give the folder that it is in"),
    (b"\x89PNG", "a picture: give the folder that it is in"),
    (b"GIF8", "a picture: give the folder that it is in"),
    (b"RIFF", "a picture: give the folder that it is in"),
)
"""Beginnings of files that are often given by mistake, and what these files are."""

_HTML = re.compile(
    r"(<\?xml[^>]*>\s*)?(<!--(?>.*?-->)\s*)*+<(!doctype\s+html|html|head|body)\b", re.IGNORECASE | re.DOTALL
)
_CONTROL = re.compile(r"[\x00-\x08\x0e-\x1f]")
_MOST_CONTROL = 0.05
"""The largest share of control characters in a text."""


def kind_of(path: Path) -> FileKind:
    """The kind of a file, by its content, not its name. Raises `UserError` if it is not a table."""
    with open_file(path) as file:
        data = file.read(_HEAD)
    if not data.strip(b"\x00\t\n\r "):
        raise UserError(f"Expected a table or a feed of products. Received: {path}, which is empty.")
    binary = next((kind for kind in FILE_KINDS[:2] if kind.recognises(FileStart(data, ""))), None)
    if binary:
        return binary
    for beginning, what in _NO_TABLES:
        if data.startswith(beginning):
            raise UserError(f"Expected a table or a feed of products. Received: {path}, which is {what}.")
    # Only ASCII is searched for, which all encodings of tables share.
    text = decoded(data, encoding_of_head(data) or Encoding("utf-8"))
    head = FileStart(data, text.lstrip("\ufeff \t\r\n"))
    if _HTML.match(head.text):
        raise UserError(
            f"Expected a table or a feed of products. Received: {path}, "
            f"which is an HTML page{_login(head.text)}."
        )
    if len(_CONTROL.findall(head.text)) > _MOST_CONTROL * len(head.text):
        raise UserError(f"Expected a table or a feed of products. Received: {path}, which is not text.")
    return next(kind for kind in FILE_KINDS if kind.recognises(head))


def kind_named(name: str) -> SourceKind:
    """The kind that --source names. Raises `UserError` if there is no such kind."""
    for kind in KINDS:
        if kind.name == name:
            return kind
    raise UserError(
        f"Expected --source to be one of {', '.join(kind.name for kind in KINDS)}. Received: {name}."
    )


def _login(text: str) -> str:
    title = re.search(r"<title[^>]*>([^<]{1,200})", text, re.I)
    called = f" (“{line(title[1])[:80]}”)" if title else ""
    password = re.search(r"""type\s*=\s*["']?password""", text, re.I)
    return called + (", a login form: log in with a browser and download the feed" if password else "")
