"""An in-memory index of labels, prices and orders: filters and their counts without reading the products."""

from __future__ import annotations

import sqlite3
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from contextlib import suppress
from functools import cached_property
from itertools import groupby
from typing import NamedTuple

from pyroaring import BitMap

from bundle.caches import cached_with_owner
from bundle.database import Connections, amounts_from, numbers_from, positions_from
from bundle.format import COLOURS
from bundle.search.hits import SearchHits
from bundle.search.labels import CategorySets, Column, Counts, LabelSets
from bundle.search.orders import Falling, InCatalogueOrder, Order, OrderPart, page_of, shuffled
from bundle.search.query import SORTS, Facets, Filters, PriceRange, Query, Value, category_name, category_path
from bundle.search.steps import step

_PLACES = {colour: place for place, colour in enumerate(COLOURS)}

_KINDS = ("category", "brand", "tag", "colour", "stock", "sale")


class _Prices(NamedTuple):
    """The different prices in one currency, ascending, and the order of their products.

    `starts` has the first place in this order of each price, and after them how many products it has.
    """

    currency: str
    amounts: array[float]
    starts: array[int]
    rising: Order

    @classmethod
    def of(cls, currency: str, amounts: array[float], rising: Order) -> _Prices:
        """The prices of an order's products, where `amounts` has the price of each."""
        different = array("d", (amount for amount, _ in groupby(amounts)))
        starts = array("I", (bisect_left(amounts, amount) for amount in different))
        starts.append(len(amounts))
        return cls(currency, different, starts, rising)

    @property
    def falling(self) -> Falling:
        """The dearest product first, and equal ones in the catalogue's order."""
        return Falling(self.rising, self.starts)

    def at(self, place: int) -> float:
        """The price of the product at a place of the order."""
        return self.amounts[bisect_right(self.starts, place) - 1]


class _Restrictions(NamedTuple):
    """The sets that the parts of a query admit, by kind. A part that admits everything is left out."""

    sets: dict[str, BitMap]

    def without(self, kind: str) -> BitMap | None:
        """The products that pass all restrictions but one; None if there are no others."""
        others = [members for other, members in self.sets.items() if other != kind]
        return BitMap.intersection(*others) if others else None


class Index:
    """The labels, prices and orders of one catalogue, read when they are first needed, or by `warm`.

    A set of products is a Roaring bitmap. Intersecting and counting sets then costs microseconds, whatever
    the size of the catalogue, and none of it holds Python's lock for long.
    """

    def __init__(self, connection: Connections, *, count: int) -> None:
        """`connection` gives each thread its connection to the catalogue of `count` products."""
        self._connection = connection
        self._count = count
        self._everything = BitMap(range(count))

    def warm(self) -> None:
        """Read all that the first visitors would wait for."""
        for kind in _KINDS:
            self._labels(kind).warm()
        for sort in self.sorts:
            page_of(self._parts(Query(sort=sort)), BitMap([0]), offset=0, limit=1)

    @property
    def sorts(self) -> tuple[str, ...]:
        """The available sort orders. Without prices, for example, there is none by price."""
        there = {"name", "shuffle"}
        there |= {"price", "price-down"} if self._prices() else set()
        there |= {"popularity"} if self._stored("popularity") else set()
        return tuple(sort for sort in SORTS if sort in there)

    @property
    def currency(self) -> str:
        """The currency of most prices; empty if there are no prices."""
        return next((prices.currency for prices in self._prices()), "")

    def positions(
        self, query: Query, *, found: SearchHits | None, offset: int, limit: int
    ) -> tuple[list[int], int]:
        """The positions of one page of a query's products, and the number on all pages together.

        `found` is what the search found, or None without a search.
        """
        members = self._restrictions(query.filters, found).without("")
        members = self._everything if members is None else members
        total = len(members)
        if offset >= total:
            return [], total
        if query.sort == "shuffle":
            place = shuffled(total, seed=query.seed)
            return [members[place(each)] for each in range(offset, min(offset + limit, total))], total
        if found is not None and not query.sort:
            return found.page(members, offset=offset, limit=limit), total
        return page_of(self._parts(query), members, offset=offset, limit=limit), total

    def admitted(self, query: Query, *, found: SearchHits | None = None) -> bytes | None:
        """One byte for each product: 1 if the query's filters admit it, else 0; None if they admit all.

        `found` is as for `positions`.
        """
        members = self._restrictions(query.filters, found).without("")
        if members is None:
            return None
        # Only the fewer ones are gone through.
        are_most = len(members) * 2 > self._count
        flags = bytearray(self._count) if not are_most else bytearray(b"\1") * self._count
        for position in members.flip(0, self._count) if are_most else members:
            flags[position] = not are_most
        return bytes(flags)

    def facets(self, query: Query, *, found: SearchHits | None) -> Facets:
        """The counts for every choice; `found` as for `positions`."""
        restrictions = self._restrictions(query.filters, found)
        within = {kind: restrictions.without(kind) for kind in (*_KINDS, "price")}

        def counts(kind: str, *, by_name: bool = False) -> Counts:
            step()
            return Counts(self._labels(kind), within[kind], count=self._count, by_name=by_name)

        categories = counts("category", by_name=True)
        return Facets(
            categories=categories,
            brands=counts("brand"),
            tags=counts("tag"),
            colours=tuple(sorted(counts("colour"), key=lambda value: _PLACES.get(value.name, 0))),
            currencies=self._currencies(within["price"]),
            # Either kind has one label.
            in_stock=sum(value.products for value in counts("stock")),
            on_sale=sum(value.products for value in counts("sale")),
            prices=self._price_range(query.filters.currency, within["price"]),
            below=categories.below,
        )

    def category_codes(self) -> tuple[list[str], array[int]] | None:
        """No category and then all, and the place in them of each product's; None in an older build's."""
        labels = self._labels("category")
        return None if labels.column is None else (["", *labels.names], labels.column.codes)

    # --- sets ---------------------------------------------------------------------------------------

    def _restrictions(self, filters: Filters, found: SearchHits | None) -> _Restrictions:
        sets = dict(self._admitted_by(filters))
        if found is not None:
            sets["search"] = found.members
        return _Restrictions(sets)

    @cached_with_owner(maxsize=16)
    def _admitted_by(self, filters: Filters) -> dict[str, BitMap]:
        category = category_name(category_path(filters.category))
        chosen = {
            "category": (category,) if category else (),
            "brand": filters.brands,
            "tag": filters.tags,
            "colour": filters.colours,
            "stock": ("in",) if filters.in_stock else (),
            "sale": ("on",) if filters.on_sale else (),
        }
        sets = {kind: self._labels(kind).members(names) for kind, names in chosen.items() if names}
        if filters.currency or filters.lowest is not None or filters.highest is not None:
            sets["price"] = self._priced(filters)
        return sets

    # --- prices -------------------------------------------------------------------------------------

    def _in(self, currency: str) -> _Prices | None:
        prices = self._prices()
        if not currency:
            return prices[0] if prices else None
        return next((each for each in prices if each.currency == currency), None)

    def _priced(self, filters: Filters) -> BitMap:
        prices = self._in(filters.currency)
        if prices is None:
            return BitMap()
        first = 0 if filters.lowest is None else bisect_left(prices.amounts, filters.lowest)
        last = len(prices.amounts)
        last = last if filters.highest is None else bisect_right(prices.amounts, filters.highest)
        return prices.rising.between(prices.starts[first], prices.starts[last])

    def _price_range(self, currency: str, members: BitMap | None) -> PriceRange | None:
        prices = self._in(currency)
        if prices is None:
            return None
        if members is None:
            return PriceRange(prices.amounts[0], prices.amounts[-1], prices.currency)
        if not members.intersect(prices.rising.products):
            return None
        lowest, highest = prices.rising.ends(members)
        return PriceRange(prices.at(lowest), prices.at(highest), prices.currency)

    def _currencies(self, members: BitMap | None) -> tuple[Value, ...]:
        counted = [
            Value(each.currency, len(each.rising) if members is None else each.rising.number_of(members))
            for each in self._prices()
        ]
        return tuple(value for value in counted if value.products)

    # --- orders -------------------------------------------------------------------------------------

    def _parts(self, query: Query) -> Sequence[OrderPart]:
        """What follows one another in a query's order."""
        if query.sort in ("name", "popularity"):
            stored = self._stored(query.sort)
            return [stored] if stored else [InCatalogueOrder(self._everything)]
        if query.sort in ("price", "price-down"):
            # First the given currency, then the others, then products without a price.
            first = self._in(query.filters.currency)
            prices = sorted(self._prices(), key=lambda each: each is not first)
            down = query.sort == "price-down"
            priced = [each.falling if down else each.rising for each in prices]
            return [*priced, InCatalogueOrder(self._unpriced)]
        return [InCatalogueOrder(self._everything)]

    @cached_property
    def _unpriced(self) -> BitMap:
        return self._everything.difference(*(each.rising.products for each in self._prices()))

    # --- reading ------------------------------------------------------------------------------------

    @cached_with_owner()
    def _labels(self, kind: str) -> LabelSets:
        query = "SELECT name, positions FROM labels WHERE kind = ? ORDER BY name"
        rows = self._connection().execute(query, (kind,))
        found = [(name, BitMap(positions_from(blob))) for name, blob in rows]
        names, sets = [name for name, _ in found], [members for _, members in found]
        return (CategorySets if kind == "category" else LabelSets)(names, sets, self._column(kind))

    def _column(self, kind: str) -> Column | None:
        with suppress(sqlite3.OperationalError):  # A catalogue of an older build has no columns.
            query = "SELECT size, codes, starts FROM columns WHERE kind = ?"
            for size, codes, starts in self._connection().execute(query, (kind,)):
                return Column(numbers_from(codes, size=size), positions_from(starts) if starts else None)
        return None

    @cached_with_owner()
    def _prices(self) -> tuple[_Prices, ...]:
        rows = self._connection().execute("SELECT currency, positions, amounts FROM prices ORDER BY rowid")
        return tuple(
            _Prices.of(name, amounts_from(amounts), Order(positions_from(positions), count=self._count))
            for name, positions, amounts in rows
        )

    @cached_with_owner()
    def _stored(self, name: str) -> Order | None:
        """The stored order with this name, or None."""
        row = self._connection().execute("SELECT positions FROM orders WHERE name = ?", (name,)).fetchone()
        return Order(positions_from(row[0]), count=self._count) if row else None
