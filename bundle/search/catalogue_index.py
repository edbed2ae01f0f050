"""What the tables of a catalogue hold besides its products, gathered one product at a time."""

from __future__ import annotations

import sys
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any

from bundle.format import Product
from bundle.indexed_words import Remembered, name_key
from bundle.search.query import category_name, category_path
from bundle.search.words import code_of, indexed, words_of

_LONGEST_FACT = 80
"""The most characters of a fact that is searched: longer ones are texts, as descriptions are."""

_ID_NAMES = ("sku", "mpn", "gtin", "ean", "upc", "isbn", "asin", "barcode")
"""How the names of facts begin that are ids."""


class CatalogueIndex:
    """Collects the content of all tables except `products`, one product at a time.

    Of each product it keeps a few numbers and the texts that it is ordered and searched for by, no objects.
    """

    def __init__(self) -> None:
        self._labels: dict[tuple[str, str], array[int]] = defaultdict(lambda: array("I"))
        self._prices: dict[str, tuple[array[float], array[int]]] = defaultdict(
            lambda: (array("d"), array("I"))
        )
        self._names: list[str] = []
        self._popularity = array("d")
        self._popular, self._without = array("I"), array("I")
        self._codes: list[str] = []
        self._coded = array("I")
        self._texts: list[str] = []
        self.described: set[str] = set()
        self._folded = Remembered(indexed)
        self._facts = Remembered(_searched_fact)
        self._shown_colours = Remembered(self._folded_colours)
        self._is_id_name = Remembered(_is_id_name)
        self._categories = Remembered(self._append_to_category)
        self._brands, self._tags, self._colours = map(self._appending, ("brand", "tag", "colour"))

    def add(self, position: int, product: Product) -> tuple[str, Sequence[Sequence[str]]]:
        """Add the product at a position and return what is searched of it, folded.

        That is its title and, for each further column of the table `search`, the texts that it has there.
        Products must come in the catalogue's order.
        """
        title = indexed(product.title)
        self._names.append(name_key(title if title.isascii() else " ".join(words_of(product.title))))
        self._label(position, product)
        self._order(position, product)
        if product.description:
            self._texts.append(product.description)
        codes = [code_of(product.id[:_LONGEST_FACT])]
        facts = []
        for name, fact in product.facts.items():
            searched = self._facts[fact] if len(fact) <= _LONGEST_FACT else None
            if searched is None:
                self._texts.append(fact)
            else:
                facts.append(searched)
            if self._is_id_name[name]:
                codes.append(code_of(fact[:_LONGEST_FACT]))
        for code in codes if len(codes) == 1 else dict.fromkeys(codes):
            if code:
                self._codes.append(code)
                self._coded.append(position)
        folded = self._folded
        return title, (
            (folded[product.brand],),
            (folded[product.category],),
            [folded[tag] for tag in product.tags],
            facts,
            self._shown_colours[product.colours],
        )

    def _folded_colours(self, colours: tuple[str, ...]) -> list[str]:
        # The first colour is the largest, so it counts twice.
        return [self._folded[colour] for colour in (*colours[:1], *colours)]

    def add_described(self) -> None:
        """Take in the words of the texts, gathered since the last time, that are not searched."""
        plain = [text for text in self._texts if text.isascii()]
        self.described.update(words_of("\n".join(plain)))
        for text in self._texts if len(plain) < len(self._texts) else ():
            self.described.update(words_of(text))
        self._texts.clear()

    def _label(self, position: int, product: Product) -> None:
        """Add a product to every label that it can be filtered by."""
        for append in self._categories[product.category]:
            append(position)
        if product.brand:
            self._brands[product.brand](position)
        for tag in set(product.tags):
            self._tags[tag](position)
        for colour in set(product.colours):
            self._colours[colour](position)
        if product.in_stock:
            self._labels["stock", "in"].append(position)
        if product.compare_at_price is not None and product.saving:
            self._labels["sale", "on"].append(position)

    def _order(self, position: int, product: Product) -> None:
        if product.price is not None:
            amounts, positions = self._prices[product.currency]
            amounts.append(product.price)
            positions.append(position)
        if product.popularity is None:
            self._without.append(position)
        else:
            self._popular.append(position)
            self._popularity.append(-product.popularity)

    def _appending(self, kind: str) -> Remembered[str, Callable[[int], None]]:
        """What appends a position to a label of a kind, by the label's name."""
        return Remembered(lambda name: self._labels[kind, name].append)

    def _append_to_category(self, category: str) -> list[Callable[[int], None]]:
        """The same for a category and all above it."""
        path = category_path(category)
        return [
            self._labels["category", category_name(path[:depth])].append for depth in range(1, 1 + len(path))
        ]

    def labels(self) -> Iterator[tuple[str, str, int, bytes]]:
        """The rows of the table `labels`."""
        for (kind, name), positions in sorted(self._labels.items()):
            yield kind, name, len(positions), encoded("I", positions)

    def columns(self) -> Iterator[tuple[str, int, bytes, bytes | None]]:
        """The rows of the table `columns`."""
        count = len(self._names)
        for kind in ("brand", "category"):
            codes = array("I", bytes(4 * count))
            # A category comes after those above it, whose place it takes: it implies them.
            for code, positions in self._numbered(kind):
                for position in positions:
                    codes[position] = code
            yield kind, *_narrowed(codes), None
        starts = array("I", bytes(4 * (count + 1)))
        for _, positions in self._numbered("tag"):
            for position in positions:
                starts[position + 1] += 1
        starts = array("I", accumulate(starts))
        codes, free = array("I", bytes(4 * starts[-1])), starts[:]
        for code, positions in self._numbered("tag"):
            for position in positions:
                codes[free[position]] = code
                free[position] += 1
        yield "tag", *_narrowed(codes), encoded("I", starts)

    def _numbered(self, kind: str) -> Iterator[tuple[int, array[int]]]:
        """The labels of a kind by name: their numbers from 1 on, and the products that have them."""
        names = sorted(name for each, name in self._labels if each == kind)
        return ((code, self._labels[kind, name]) for code, name in enumerate(names, start=1))

    def codes(self) -> Iterator[tuple[str, int]]:
        """The rows of the table `codes`, in its order."""
        return ((self._codes[place], self._coded[place]) for place in _order_of(self._codes))

    def prices(self) -> Iterator[tuple[str, bytes, bytes]]:
        """The rows of the table `prices`, the most frequent currency first."""
        for currency, (amounts, positions) in sorted(
            self._prices.items(), key=lambda item: (-len(item[1][0]), item[0])
        ):
            order = _order_of(amounts)
            yield (
                currency,
                encoded("I", map(positions.__getitem__, order)),
                encoded("d", map(amounts.__getitem__, order)),
            )

    def orders(self) -> Iterator[tuple[str, bytes]]:
        """The rows of the table `orders`."""
        yield "name", encoded("I", _order_of(self._names))
        if self._popularity:
            positions = array("I", map(self._popular.__getitem__, _order_of(self._popularity)))
            yield "popularity", encoded("I", positions + self._without)


def _searched_fact(fact: str) -> str | None:
    """The words of a fact that is searched; None for an address."""
    return None if "://" in fact else indexed(fact)


def _is_id_name(name: str) -> bool:
    """Whether facts of this name are ids."""
    return code_of(name).startswith(_ID_NAMES)


def _order_of(values: Sequence[Any]) -> list[int]:
    """The places of values from the lowest to the highest; equal ones stay in their order."""
    return sorted(range(len(values)), key=values.__getitem__)


def _narrowed(codes: array[int]) -> tuple[int, bytes]:
    """Codes in as few bytes each as their largest needs: 2 or 4; and the bytes of all."""
    size = 2 if max(codes, default=0) < 1 << 16 else 4
    return size, encoded("H" if size == 2 else "I", codes)


def encoded(code: str, values: Iterable[float]) -> bytes:
    """Numbers of a type of `array`, little-endian."""
    numbers = array(code, values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()
