"""The result of every reader of tables and feeds: rows of cells, before any column is interpreted."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from time import monotonic
from typing import BinaryIO, TextIO, TypeVar

from precompute.shared.progress import stage
from precompute.sources.records import LeftOut
from precompute.sources.text import clean

LONGEST = 4_000_000
"""The most characters of a row, or bytes of an item. Longer ones are left out: no product is so long."""


class Number(str):
    """The text of a cell that is a number in its file. Its decimal separator is a point."""

    __slots__ = ()


Cell = str | tuple[str, ...]
"""A cell's text, or several texts if the source itself separates them."""


class Listed(tuple[str, ...]):
    """The texts of one list, such as a JSON array. Repeated XML elements are not a list."""

    __slots__ = ()


class Objects(Listed):
    """The names, or the pictures' addresses, of a list of objects."""

    __slots__ = ()


Thing = TypeVar("Thing")

_SECONDS_UNSEEN = 1.0


def text_of(value: object) -> str:
    """A cell as people write it: no decimals for whole numbers, no midnight for dates. Else empty."""
    match value:
        case str():
            return clean(value)
        case bool():
            return "yes" if value else "no"
        case int():
            return Number(value)
        case float() if math.isfinite(value):
            return Number(int(value) if value.is_integer() and abs(value) < 1e15 else value)
        case Decimal() if value.is_finite():
            return Number(f"{value:f}")
        case datetime() if value.time() == time.min:
            return value.date().isoformat()
        case date() | time():
            return value.isoformat()
    return ""


Keep = Callable[[bytes, str], str]
"""Keeps a picture from inside a table: takes its bytes and a name, returns the path by which it is found."""


@dataclass(frozen=True)
class Row:
    """One row of a table, or item of a feed: its non-empty cells by column name."""

    place: str
    cells: dict[str, Cell]


@dataclass
class Rows:
    """A table or feed. Its `entries` are read lazily.

    `what` describes it ("a table (CSV, semicolons)"), and `unit` its entries ("rows", "items"). `notes` are
    sentences for the user; reading may add more. `columns` are the names that it declares, if any. `position`
    says how much of `total` is read, in `measure` ("kB", "rows").
    """

    what: str
    unit: str
    entries: Iterator[Row | LeftOut]
    columns: tuple[str, ...] = ()
    notes: list[str] = field(default_factory=list)
    position: Callable[[], int] = lambda: 0
    total: int = 0
    measure: str = "kB"


class TooLongError(Exception):
    """A row or an item is longer than any product."""


class Metered:
    """A file for a parser, limited to about `LONGEST` bytes per item. Text is encoded as UTF-8."""

    def __init__(self, file: BinaryIO | TextIO) -> None:
        self._file = file
        self._of_item = 0
        self.position = 0

    def read(self, size: int = -1) -> bytes:
        """See `io.RawIOBase`."""
        if self._of_item > LONGEST:
            raise TooLongError(f"an item has more than {LONGEST:,} bytes")
        data = self._file.read(size)
        if isinstance(data, str):
            data = data.encode()
        self._of_item += len(data)
        self.position += len(data)
        return data

    def begin(self) -> None:
        """Begin the next item."""
        self._of_item = 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def watched(entries: Iterable[Thing], rows: Rows) -> Iterator[Thing]:
    """The `entries`, with a progress line if reading takes more than a moment."""
    started, before = monotonic(), 0
    with ExitStack() as stack:
        advance: Callable[..., None] | None = None
        for count, entry in enumerate(entries, 1):
            yield entry
            if count % 500 or monotonic() - started < _SECONDS_UNSEEN:
                continue
            if advance is None:
                advance = stack.enter_context(stage("Reading", rows.total, rows.measure))
            now = rows.position()
            advance(now - before)
            before = now
        if advance is not None:
            advance(rows.total - before)
