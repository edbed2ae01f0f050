"""Describes the export of a shop system, with helpers for their rules."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import MAXYEAR, UTC, datetime, timedelta
from functools import lru_cache

from precompute.sources.records import LeftOut
from precompute.sources.rows import Cell, Row
from precompute.sources.values.prices import price_from

FACT = "fact: "
"""A cell whose name begins so is a fact of the product, whatever else the name may mean."""

Entries = Iterable[Row | LeftOut]


@dataclass(frozen=True)
class WholeTable:
    """The table of an export: its columns' compact names, and a function that reads it from the beginning."""

    names: frozenset[str]
    again: Callable[[], Entries]

    def rows(self) -> Iterator[Row]:
        """All rows, from the first on."""
        return (entry for entry in self.again() if isinstance(entry, Row))


def _unchanged(entries: Entries, table: WholeTable) -> Iterator[Row | LeftOut]:
    return iter(entries)


@dataclass(frozen=True)
class Export:
    """A kind of table that a shop system exports.

    `what` is its name in messages. `is_one` recognises it by the compact names of all columns. `columns` maps
    compact names to fields ("" for none) where that differs from other tables; a field's likelier columns
    come first. `patterns` does the same for names that vary.

    `change` turns the table's rows into one row for each product, and `unit` is then the word for these rows.
    Shown as facts are cells that `change` names with `FACT`, and columns whose compact names are in `facts`.
    `decimal` is the separator that the system always writes before decimals.
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
        """The field of a column ("" for none) and its rank; None if this export has no rule for it."""
        key = compact(name)
        if key in self.columns:
            return self.columns[key], list(self.columns).index(key) - len(self.columns)
        return next(((field, 0) for pattern, field in self.patterns if pattern.fullmatch(name.strip())), None)


def columns_of(text: str) -> dict[str, str]:
    """Parse lines such as "id: productid sku" to fields by compact column names; "none" is no field."""
    found: dict[str, str] = {}
    field = ""
    for word in text.split():
        if word.endswith(":"):
            field = "" if word == "none:" else word[:-1]
        else:
            found[word] = field
    return found


def has_all(*alternatives: str) -> Callable[[frozenset[str]], bool]:
    """A test for columns: whether they include all compact names in one of the texts."""
    sets = [frozenset(each.split()) for each in alternatives]
    return lambda names: any(each <= names for each in sets)


@lru_cache(maxsize=4096)
def compact(name: str) -> str:
    """A column's name without case, spaces and punctuation, so that all spellings are equal."""
    return re.sub(r"[\W_]", "", name.removeprefix("g:").lower())


def by_compact_name(row: Row, names: Mapping[str, str] | None = None) -> dict[str, str]:
    """A row's texts by their columns' compact names; several texts in a cell are joined by |.

    `names` translates compact names, for example from another language.
    """
    cells: dict[str, str] = {}
    for name, cell in row.cells.items():
        key = compact(name)
        text = cell if isinstance(cell, str) else "|".join(cell)
        cells.setdefault(names.get(key, key) if names else key, text)
    return cells


def without(cells: Mapping[str, Cell], *keys: str) -> dict[str, Cell]:
    """The cells except those of columns with these compact names."""
    return {name: cell for name, cell in cells.items() if compact(name) not in keys}


def first_of(cells: Mapping[str, str], *names: str) -> str:
    """The first non-empty cell with one of these names; empty if there is none."""
    return next((cells[name] for name in names if cells.get(name)), "")


def amount_of(text: str, decimal: str = ".") -> float | None:
    """The amount of a price as a number; None if it cannot be parsed."""
    price = price_from(text, decimal=decimal) if text else None
    return price.amount if price else None


def amount_cell(amount: float) -> str:
    """An amount as the text of a cell."""
    return f"{amount:.4f}".rstrip("0").rstrip(".")


def is_between(start: str, end: str) -> bool:
    """Whether now is between two times, either of which may be empty. False if one cannot be parsed.

    A date without a time includes the whole day.
    """
    now = datetime.now(UTC)
    try:
        return (not start or _moment(start)[0] <= now) and (not end or now <= _end_of(end))
    except ValueError:
        return False


def is_date(text: str) -> bool:
    """Whether a text is a time that `is_between` can parse."""
    try:
        return bool(_moment(text))
    except ValueError:
        return False


def _end_of(text: str) -> datetime:
    start, duration = _moment(text)
    # 9999-12-31, which stands for no end, has no next day.
    return start + duration if start.year < MAXYEAR else start


_FORMATS = ("%m/%d/%y", "%m/%d/%Y", "%d.%m.%Y", "%d.%m.%y", "%Y/%m/%d", "%d/%m/%Y", "%Y-%m-%d")
_TIMES = ("", " %H:%M", " %H:%M:%S", ", %I:%M %p", " %I:%M %p")


def _moment(text: str) -> tuple[datetime, timedelta]:
    """Parse a time in ISO 8601 or as spreadsheets write dates. Returns its start and its duration.

    Raises `ValueError` if it is neither.
    """
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
