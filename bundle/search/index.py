"""An in-memory index of labels, which answers filters and their counts without reading the products."""

from __future__ import annotations

from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from itertools import compress, islice
from operator import and_, or_
from random import Random

from bundle.caches import cached_with_owner
from bundle.database import Connections, amounts_from, positions_from
from bundle.format import COLOURS
from bundle.search.query import SORTS, Facets, Filters, PriceRange, Query, Value, category_name, category_path

_DENSE = 32
"""A label on at least one in this many products takes less memory as a bit set over the catalogue than as a
list of four-byte positions."""

_BITS_TO_BYTES = bytes.maketrans(b"01", b"\0\1")

_PLACES = {colour: place for place, colour in enumerate(COLOURS)}

_KINDS = {"category": "categories", "brand": "brands", "tag": "tags", "colour": "colours"}
"""The kinds of labels, each with the field of `Facets` that holds its counts."""


@dataclass(frozen=True)
class _Label:
    """The products with one label. A set is an integer whose bits are set at its members' positions."""

    name: str
    products: int
    positions: array[int]
    bits: int | None


@dataclass(frozen=True)
class _Prices:
    """The prices in one currency, ascending, with the products' positions; `bits` is the set of these."""

    currency: str
    positions: array[int]
    amounts: array[float]
    bits: int


class Index:
    """The labels, prices and orders of one catalogue, read when they are first needed.

    A set of products is an integer whose bits are set at its members' positions. Intersecting and counting
    sets are then single operations, whatever the size of the catalogue.
    """

    def __init__(self, connection: Connections, *, count: int) -> None:
        """`connection` gives each thread its connection to the catalogue of `count` products."""
        self._connection = connection
        self._count = count
        self._everything = (1 << count) - 1

    @property
    def sorts(self) -> tuple[str, ...]:
        """The available sort orders. Without prices, for example, there is none by price."""
        there = {"name", "shuffle"}
        there |= {"price", "price-down"} if self._prices() else set()
        there |= {"popularity"} if isinstance(self._ordered("popularity"), array) else set()
        return tuple(sort for sort in SORTS if sort in there)

    @property
    def currency(self) -> str:
        """The currency of most prices; empty if there are no prices."""
        return next((prices.currency for prices in self._prices()), "")

    def positions(
        self, query: Query, *, found: Sequence[int] | None, offset: int, limit: int
    ) -> tuple[list[int], int]:
        """The positions of one page of a query's products, and the number on all pages together.

        `found` holds the positions that the search found, best first, or None without a search.
        """
        restrictions = self._restrictions(query.filters, found)
        order = self._order(query, found)
        if not restrictions:
            return list(order[offset : offset + limit]), self._count
        members = reduce(and_, restrictions.values())
        total = members.bit_count()
        if offset >= total:
            return [], total
        return list(islice(self._kept(order, members), offset, offset + limit)), total

    def admitted(self, query: Query, *, found: Sequence[int] | None = None) -> bytes | None:
        """One byte for each product: 1 if the query's filters admit it, else 0; None if they admit all.

        `found` is as for `positions`.
        """
        restrictions = self._restrictions(query.filters, found)
        return self._flags(reduce(and_, restrictions.values())) if restrictions else None

    def facets(self, query: Query, *, found: Sequence[int] | None) -> Facets:
        """The counts for every choice; `found` as for `positions`."""
        restrictions = self._restrictions(query.filters, found)

        def without(kind: str) -> int | None:
            """The products that pass all restrictions but one; None if there are no others."""
            others = [members for other, members in restrictions.items() if other != kind]
            return reduce(and_, others) if others else None

        counts = {field: self._counts(kind, without(kind)) for kind, field in _KINDS.items()}
        counts["categories"] = tuple(sorted(counts["categories"]))
        counts["colours"] = tuple(sorted(counts["colours"], key=lambda value: _PLACES.get(value.name, 0)))

        def one(kind: str) -> int:
            """How many products remain with the only label of a kind."""
            return sum(value.products for value in self._counts(kind, without(kind)))

        return Facets(
            **counts,
            currencies=self._currencies(without("price")),
            in_stock=one("stock"),
            on_sale=one("sale"),
            prices=self._price_range(query.filters.currency, without("price")),
        )

    # --- sets ---------------------------------------------------------------------------------------

    def _restrictions(self, filters: Filters, found: Sequence[int] | None) -> dict[str, int]:
        """The set that each part of a query admits, by kind. A part that admits everything is left out."""
        category = category_name(category_path(filters.category))
        chosen = {
            "category": (category,) if category else (),
            "brand": filters.brands,
            "tag": filters.tags,
            "colour": filters.colours,
            "stock": ("in",) if filters.in_stock else (),
            "sale": ("on",) if filters.on_sale else (),
        }
        sets = {kind: self._any_of(kind, names) for kind, names in chosen.items() if names}
        if filters.currency or filters.lowest is not None or filters.highest is not None:
            sets["price"] = self._bits(self._priced(filters))
        if found is not None:
            sets["search"] = self._bits(found)
        return sets

    def _any_of(self, kind: str, names: Iterable[str]) -> int:
        labels = self._labels(kind)
        return reduce(or_, (self._members(labels[name]) for name in set(names) if name in labels), 0)

    def _members(self, label: _Label) -> int:
        return self._bits(label.positions) if label.bits is None else label.bits

    def _bits(self, positions: Iterable[int]) -> int:
        digits = bytearray(b"0") * (self._count + 1)
        for position in positions:
            digits[-1 - position] = 49
        return int(digits, 2)

    # Most kinds of labels are counted under the same restrictions.
    @cached_with_owner(maxsize=8)
    def _flags(self, members: int) -> bytes:
        """One byte for each product: 1 for a member, 0 for another."""
        return f"{members:0{self._count}b}".encode().translate(_BITS_TO_BYTES)[::-1]

    def _kept(self, positions: Sequence[int], members: int) -> Iterator[int]:
        """Yield the `positions` that are members, in order."""
        flags = self._flags(members)
        return compress(positions, map(flags.__getitem__, positions))

    def _counts(self, kind: str, members: int | None) -> tuple[Value, ...]:
        """How many of the members carry each label of a kind, most frequent first."""
        labels = self._labels(kind).values()
        if members is None:
            return tuple(Value(label.name, label.products) for label in labels)
        flags = self._flags(members)
        counted = [
            Value(
                label.name,
                sum(map(flags.__getitem__, label.positions))
                if label.bits is None
                else (members & label.bits).bit_count(),
            )
            for label in labels
        ]
        counted = [value for value in counted if value.products]
        # The labels are already sorted by frequency, and a stable sort keeps that order among equals.
        counted.sort(key=lambda value: -value.products)
        return tuple(counted)

    # --- prices -------------------------------------------------------------------------------------

    def _in(self, currency: str) -> _Prices | None:
        prices = self._prices()
        if not currency:
            return prices[0] if prices else None
        return next((each for each in prices if each.currency == currency), None)

    def _priced(self, filters: Filters) -> Sequence[int]:
        prices = self._in(filters.currency)
        if prices is None:
            return ()
        first = 0 if filters.lowest is None else bisect_left(prices.amounts, filters.lowest)
        last = None if filters.highest is None else bisect_right(prices.amounts, filters.highest)
        return prices.positions[first:last]

    def _price_range(self, currency: str, members: int | None) -> PriceRange | None:
        prices = self._in(currency)
        if prices is None:
            return None
        within = self._everything if members is None else members
        if not within & prices.bits:
            return None
        flags = self._flags(within)
        lowest = next(compress(prices.amounts, map(flags.__getitem__, prices.positions)))
        highest = next(compress(reversed(prices.amounts), map(flags.__getitem__, reversed(prices.positions))))
        return PriceRange(lowest, highest, prices.currency)

    def _currencies(self, members: int | None) -> tuple[Value, ...]:
        within = self._everything if members is None else members
        counted = [Value(each.currency, (within & each.bits).bit_count()) for each in self._prices()]
        return tuple(value for value in counted if value.products)

    # --- orders -------------------------------------------------------------------------------------

    def _order(self, query: Query, found: Sequence[int] | None) -> Sequence[int]:
        if query.sort in ("name", "popularity"):
            return self._ordered(query.sort)
        if query.sort in ("price", "price-down"):
            return self._by_price(query.filters.currency, query.sort == "price-down")
        if query.sort == "shuffle":
            return self._shuffled(query.seed)
        return range(self._count) if found is None else found

    @cached_with_owner(maxsize=8)
    def _by_price(self, currency: str, down: bool) -> array[int]:
        """Sort by price: first the given currency, then the others, then products without a price."""
        first = self._in(currency)
        order = array("I")
        for prices in sorted(self._prices(), key=lambda each: each != first):
            if down:
                falling = sorted(range(len(prices.amounts)), key=prices.amounts.__getitem__, reverse=True)
                order.extend(prices.positions[place] for place in falling)
            else:
                order.extend(prices.positions)
        order.extend(self._kept(range(self._count), self._everything ^ self._bits(order)))
        return order

    @cached_with_owner(maxsize=8)
    def _shuffled(self, seed: int) -> array[int]:
        # Python guarantees that a seed gives the same numbers in every version.
        draw = Random(seed).random
        places = [draw() for _ in range(self._count)]
        return array("I", sorted(range(self._count), key=places.__getitem__))

    # --- reading ------------------------------------------------------------------------------------

    @cached_with_owner()
    def _labels(self, kind: str) -> dict[str, _Label]:
        rows = self._connection().execute(
            "SELECT name, products, positions FROM labels WHERE kind = ? ORDER BY products DESC, name",
            (kind,),
        )
        labels = {}
        for name, products, blob in rows:
            positions = positions_from(blob)
            bits = self._bits(positions) if products * _DENSE > self._count else None
            labels[name] = _Label(name, products, positions if bits is None else array("I"), bits)
        return labels

    @cached_with_owner()
    def _prices(self) -> tuple[_Prices, ...]:
        rows = self._connection().execute("SELECT currency, positions, amounts FROM prices ORDER BY rowid")
        found = [(name, positions_from(one), amounts_from(other)) for name, one, other in rows]
        return tuple(_Prices(name, one, other, self._bits(one)) for name, one, other in found)

    @cached_with_owner()
    def _ordered(self, name: str) -> Sequence[int]:
        """The stored order with this name, or the catalogue's order if there is none."""
        row = self._connection().execute("SELECT positions FROM orders WHERE name = ?", (name,)).fetchone()
        return positions_from(row[0]) if row else range(self._count)
