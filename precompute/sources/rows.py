"""What every reader of tables and feeds gives: rows, cell by cell, before any column is understood."""

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
"""Characters of a row, or bytes of an item, beyond which it is left out: no product says so much."""


class Number(str):
    """The text of a cell that its file has as a number: its decimals are behind a point."""

    __slots__ = ()


Cell = str | tuple[str, ...]
"""A cell's text, or its texts where the source says itself that there are several."""


class Listed(tuple[str, ...]):
    """The texts of one list, such as an array of JSON; an element that comes several times is none."""

    __slots__ = ()


class Objects(Listed):
    """What each object in a list of objects is called, or where its picture is."""

    __slots__ = ()


Thing = TypeVar("Thing")

_SECONDS_UNSEEN = 1.0


def text_of(value: object) -> str:
    """A cell as people write it: what is whole has no decimals, a day no midnight; empty for all else."""
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
"""Takes a picture that is inside of a table, and a name for it; returns the path by which it is found."""


@dataclass(frozen=True)
class Row:
    """One row of a table, or item of a feed: its cells that are not empty, by the names of their columns."""

    place: str
    cells: dict[str, Cell]


@dataclass
class Rows:
    """A table or a feed, read as its `entries` are asked for.

    `what` it is ("a table (CSV, semicolons)") of `unit` ("rows", "items"); `notes` are sentences that people
    should read: more may come while it is read. `columns` are the names that it declares, empty where it
    declares none. `position` is how far it is read, of `total`, in `measure` ("kB", "rows").
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
    """A row or an item is longer than any product's."""


class Metered:
    """A file for a parser, which gets little more than `LONGEST` bytes of one item; text becomes UTF-8."""

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
        """The next item begins."""
        self._of_item = 0

    def close(self) -> None:
        """Close the file."""
        self._file.close()


def watched(entries: Iterable[Thing], rows: Rows) -> Iterator[Thing]:
    """`entries` as they come, with progress where they take more than a moment."""
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
