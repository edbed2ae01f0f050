"""What there is to know of an export, and what their rules share."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime

from precompute.sources.records import LeftOut
from precompute.sources.rows import Row

FACT = "fact: "
"""How the name of a cell begins that is a fact of a product, whatever else the name may mean."""


@dataclass(frozen=True)
class Export:
    """A kind of table that many shops have.

    `what` it is called; `needs` are columns of which all are there; `columns` has by their compact names the
    fields of those that are not what their names say elsewhere, "" for none. `facts` are the compact names of
    the further columns that are shown with a product; so is what `change`, which makes of the table's rows a
    row for each product, calls `FACT` and a name; `unit` is what they are then, where they are no rows.
    """

    what: str
    needs: frozenset[str]
    columns: dict[str, str] = field(default_factory=dict)
    facts: frozenset[str] = frozenset()
    change: Callable[[Iterable[Row | LeftOut]], Iterator[Row | LeftOut]] = iter
    unit: str = ""


def compact(name: str) -> str:
    """A column's name without case, spaces and signs: by it a column is known in every spelling."""
    return re.sub(r"[\W_]", "", name.removeprefix("g:").lower())


def by_compact_name(row: Row) -> dict[str, str]:
    """A row's texts by their columns' compact names; several in one cell with | between."""
    return {
        compact(name): cell if isinstance(cell, str) else "|".join(cell) for name, cell in row.cells.items()
    }


def is_between(start: str, end: str) -> bool:
    """Whether now is between two moments in ISO 8601, either of which may be empty; not where one is none."""
    now = datetime.now(UTC)
    try:
        return (not start or _moment(start) <= now) and (not end or now <= _moment(end))
    except ValueError:
        return False


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text.strip())
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
