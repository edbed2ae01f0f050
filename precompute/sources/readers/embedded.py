"""Keeps the pictures that are written into the cells of a table, as data addresses or in base64."""

from __future__ import annotations

import base64
import binascii
import re
from collections.abc import Iterable, Iterator

from precompute.sources.records import LeftOut
from precompute.sources.rows import Cell, Keep, Row

_DATA = re.compile(r"data:image/[\w.+-]+;(?:[\w=-]+;)*base64,", re.IGNORECASE)
_BASE64 = ("/9j/", "iVBORw0KGgo", "R0lGOD", "UklGR")
"""How JPEG, PNG, GIF and WebP begin in base64."""

_FEWEST = 200
"""The least number of characters of such a picture. A path is shorter."""

_MAGIC = (b"\xff\xd8\xff", b"\x89PNG\r\n", b"GIF8", b"RIFF", b"BM", b"II*\0", b"MM\0*")


def is_picture_s(data: bytes) -> bool:
    """Whether bytes begin as a picture's do."""
    return data.startswith(_MAGIC) or data[4:8] == b"ftyp"


def with_kept_pictures(entries: Iterable[Row | LeftOut], keep: Keep) -> Iterator[Row | LeftOut]:
    """The entries, with the path of the kept picture in each cell that held a picture."""
    for number, entry in enumerate(entries, 1):
        yield entry if isinstance(entry, LeftOut) else _kept(entry, number, keep)


def _kept(row: Row, number: int, keep: Keep) -> Row:
    found: dict[str, Cell] = {}
    for name, cell in row.cells.items():
        if isinstance(cell, str) and len(cell) >= _FEWEST and (data := _bytes_in(cell)):
            found[name] = keep(data, f"{number:06}" if not found else f"{number:06}-{len(found) + 1}")
    return Row(row.place, row.cells | found) if found else row


def _bytes_in(cell: str) -> bytes:
    """The picture in a cell; empty if it holds none."""
    header = _DATA.match(cell)
    if header is None and not cell.startswith(_BASE64):
        return b""
    try:
        data = base64.b64decode(cell[header.end() if header else 0 :])
    except binascii.Error:
        return b""
    return data if is_picture_s(data) else b""
