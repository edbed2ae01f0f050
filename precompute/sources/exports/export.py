"""What there is to know of an export, and what their rules share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import lru_cache

from precompute.sources.records import LeftOut
from precompute.sources.rows import Cell, Row
from precompute.sources.values.prices import price_from

FACT = "fact: "
"""How the name of a cell begins that is a fact of a product, whatever else the name may mean."""

Entries = Iterable[Row | LeftOut]


@dataclass(frozen=True)
class WholeTable:
    """The table that an export is: its columns' compact names, and how to read it from its beginning."""

    names: frozenset[str]
    again: Callable[[], Entries]

    def rows(self) -> Iterator[Row]:
        """All rows, from the first one."""
        return (entry for entry in self.again() if isinstance(entry, Row))


def _unchanged(entries: Entries, table: WholeTable) -> Iterator[Row | LeftOut]:
    return iter(entries)


@dataclass(frozen=True)
class Export:
    """A kind of table that many shops have.

    `what` it is called; `is_one` tells it by the compact names of all columns; `columns` has by their compact
    names the fields of those that are not what their names say elsewhere, "" for none, of several for one
    field the likelier ones first, and `patterns` the same for names that vary. `facts` are the compact names
    of the further columns that are shown with a product; so is what `change`, which makes of the table's rows
    a row for each product, calls `FACT` and a name; `unit` is what they are then, where they are no rows.
    `decimal` is the separator that the system always puts before decimals.
    """

    what: str
    is_one: Callable[[frozenset[str]], bool]
    columns: Mapping[str, str] = field(default_factory=dict)
    patterns: tuple[tuple[re.Pattern[str], str], ...] = ()
    facts: frozenset[str] = frozenset()
    change: Callable[[Entries, WholeTable], Iterator[Row | LeftOut]] = _unchanged
    unit: str = ""
    decimal: str = ""

    def role(self, name: str) -> tuple[str, int] | None:
        """The field that a column is here, "" for none, and its rank; None where its name says it."""
        key = compact(name)
        if key in self.columns:
            return self.columns[key], list(self.columns).index(key) - len(self.columns)
        return next(((field, 0) for pattern, field in self.patterns if pattern.fullmatch(name.strip())), None)


def columns_of(text: str) -> dict[str, str]:
    """Fields by compact names of columns, from lines such as "id: productid sku"; "none" is no field."""
    found: dict[str, str] = {}
    field = ""
    for word in text.split():
        if word.endswith(":"):
            field = "" if word == "none:" else word[:-1]
        else:
            found[word] = field
    return found


def has_all(*alternatives: str) -> Callable[[frozenset[str]], bool]:
    """Tells a table by its columns: it has those of which the words of one text are compact names."""
    sets = [frozenset(each.split()) for each in alternatives]
    return lambda names: any(each <= names for each in sets)


@lru_cache(maxsize=4096)
def compact(name: str) -> str:
    """A column's name without case, spaces and signs: by it a column is known in every spelling."""
    return re.sub(r"[\W_]", "", name.removeprefix("g:").lower())


def by_compact_name(row: Row, names: Mapping[str, str] | None = None) -> dict[str, str]:
    """A row's texts by their columns' compact names; several in one cell with | between.

    `names` has by compact name another one that goes for it: the same in another language.
    """
    cells: dict[str, str] = {}
    for name, cell in row.cells.items():
        key = compact(name)
        text = cell if isinstance(cell, str) else "|".join(cell)
        cells.setdefault(names.get(key, key) if names else key, text)
    return cells


def without(cells: Mapping[str, Cell], *keys: str) -> dict[str, Cell]:
    """Cells without those of some columns, by compact name."""
    return {name: cell for name, cell in cells.items() if compact(name) not in keys}


def first_of(cells: Mapping[str, str], *names: str) -> str:
    """The first of some cells that is there; empty where none is."""
    return next((cells[name] for name in names if cells.get(name)), "")


def amount_of(text: str, decimal: str = ".") -> float | None:
    """The amount of a price as a number; None where it is none."""
    price = price_from(text, decimal=decimal) if text else None
    return price.amount if price else None


def said(amount: float) -> str:
    """An amount as a cell."""
    return f"{amount:.4f}".rstrip("0").rstrip(".")


def is_between(start: str, end: str) -> bool:
    """Whether now is between two moments, either of which may be empty; not where one is none.

    A day without a time is there from its first moment to its last.
    """
    now = datetime.now(UTC)
    try:
        return (not start or _moment(start)[0] <= now) and (not end or now <= sum_of(_moment(end)))
    except ValueError:
        return False


def sum_of(moment: tuple[datetime, timedelta]) -> datetime:
    """The end of a moment, or of the day that it is."""
    return moment[0] + moment[1]


_FORMATS = ("%m/%d/%y", "%m/%d/%Y", "%d.%m.%Y", "%d.%m.%y", "%Y/%m/%d", "%d/%m/%Y", "%Y-%m-%d")
_TIMES = ("", " %H:%M", " %H:%M:%S", ", %I:%M %p", " %I:%M %p")


def _moment(text: str) -> tuple[datetime, timedelta]:
    """A moment in ISO 8601 or as spreadsheets write days, and how long it lasts. Raises `ValueError`."""
    text = text.strip()
    try:
        moment = datetime.fromisoformat(text)
        lasts = timedelta(days=1) if len(text) <= 10 else timedelta()
    except ValueError:
        moment, lasts = _written_otherwise(text)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)), lasts


def _written_otherwise(text: str) -> tuple[datetime, timedelta]:
    for day in _FORMATS:
        for time in _TIMES:
            try:
                return datetime.strptime(text, day + time).replace(tzinfo=UTC), timedelta(days=not time)
            except ValueError:
                continue
    if text.isdecimal() and len(text) in (10, 13):
        return datetime.fromtimestamp(int(text[:10]), UTC), timedelta()
    raise ValueError(text)
