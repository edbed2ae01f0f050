"""Combines the rows of one product: its pictures, its price, its stock and its options."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from precompute.sources.exports.export import (
    FACT,
    Entries,
    WholeTable,
    amount_of,
    by_compact_name,
    compact,
    first_of,
)
from precompute.sources.records import LeftOut
from precompute.sources.rows import Cell, Row

KeyOf = Callable[[Row, str], str]
"""Returns the key of a row's product, given the row and the previous row's key."""

Change = Callable[[Entries, WholeTable], Iterator[Row | LeftOut]]
"""What an `Export` has as its `change`."""


def combining(key_of: KeyOf, combine: Callable[[list[Row]], Row | LeftOut]) -> Change:
    """The change of an export with several rows a product, which calls `combine` with the rows of each."""

    def change(entries: Entries, table: WholeTable) -> Iterator[Row | LeftOut]:
        for rows in by_product(entries, table, key_of):
            yield rows if isinstance(rows, LeftOut) else combine(rows)

    return change


def keyed_by(*names: str) -> KeyOf:
    """Group rows by the first of these cells. A row without any belongs to the previous row's product."""
    return lambda row, before: first_of(by_compact_name(row), *names) or before


def by_product(entries: Entries, table: WholeTable, key_of: KeyOf) -> Iterator[list[Row] | LeftOut]:
    """The rows of each product, even if they are scattered, in the order of their first rows.

    The table is read twice, so memory holds only rows of incomplete products.
    """
    left = Counter(_keys(table.rows(), key_of))
    waiting: dict[str, list[Row]] = {}
    order: deque[str | LeftOut] = deque()
    before = ""
    for entry in entries:
        if isinstance(entry, LeftOut):
            order.append(entry)
        else:
            before = key_of(entry, before)
            if before not in waiting:
                waiting[before] = []
                order.append(before)
            waiting[before].append(entry)
            left[before] -= 1
        while order and (isinstance(order[0], LeftOut) or left[order[0]] <= 0):
            first = order.popleft()
            yield first if isinstance(first, LeftOut) else waiting.pop(first)
    for first in order:
        yield first if isinstance(first, LeftOut) else waiting.pop(first)


def _keys(rows: Iterable[Row], key_of: KeyOf) -> Iterator[str]:
    before = ""
    for row in rows:
        before = key_of(row, before)
        yield before


@dataclass
class Gathered:
    """Combines the variants of a product."""

    images: dict[str, dict[str, None]] = field(default_factory=dict)
    options: dict[str, dict[str, None]] = field(default_factory=dict)
    _price: tuple[float, str, str] | None = None
    _stock: list[bool] = field(default_factory=list)

    def add_images(self, row: Row, columns: Sequence[str]) -> None:
        """Add a row's pictures from the columns with these compact names."""
        for name, cell in row.cells.items():
            if compact(name) in columns:
                found = self.images.setdefault(name, {})
                found.update(dict.fromkeys(cell if isinstance(cell, tuple) else (cell,)))

    def add_price(self, paid: str, before: str = "", *, decimal: str = ".") -> None:
        """Add a variant's price, and its price before a sale. The product's price is the lowest."""
        amount, regular = amount_of(paid, decimal), amount_of(before, decimal)
        if amount is not None and (self._price is None or amount < self._price[0]):
            self._price = (amount, paid, before if regular is not None and regular > amount else "")

    def add_stock(self, there: bool | None) -> None:
        """Add whether a variant is in stock; None if unknown."""
        if there is not None:
            self._stock.append(there)

    def add_option(self, name: str, value: str) -> None:
        """Add one value of an option, such as a colour."""
        if name and value and value != "Default Title":
            self.options.setdefault(name, {})[value] = None

    def as_cells(
        self, rows: Sequence[Row], *, price: Sequence[str] = (), stock: Sequence[str] = ()
    ) -> dict[str, Cell]:
        """The combined result as cells.

        Pictures, price and stock keep the names of the table's own columns, if `rows` have columns with the
        compact names `price` and `stock`. So --column can name these.
        """
        found: dict[str, Cell] = {name: tuple(images) for name, images in self.images.items()}
        if self._price:
            _, paid, before = self._price
            found[name_of(rows, price) or "price"] = before or paid
            found |= {"sale_price": paid} if before else {}
        if self._stock:
            found[name_of(rows, stock) or "in_stock"] = "yes" if any(self._stock) else "no"
        return found | {FACT + name: ", ".join(values) for name, values in self.options.items()}


def name_of(rows: Iterable[Row], columns: Sequence[str]) -> str:
    """The name of the rows' first column whose compact name is in `columns`; empty if there is none."""
    return next((name for row in rows for name in row.cells if compact(name) in columns), "")


def first_row_with(rows: Sequence[Row], cells: Sequence[Mapping[str, str]], *names: str) -> int:
    """The index of the first row with one of these cells: it has the product's texts. 0 if there is none."""
    return next((place for place, each in enumerate(cells) if any(each.get(name) for name in names)), 0)


def numbered_pairs(
    cells: Mapping[str, str], name: str, value: str, most: int = 10
) -> Iterator[tuple[str, str]]:
    """Names and values in numbered columns. `name` and `value` are compact names with {} for the number."""
    for number in range(1, most + 1):
        if text := cells.get(value.format(number)):
            yield cells.get(name.format(number), ""), text
