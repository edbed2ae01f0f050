"""What the tables of a catalogue hold besides its products, gathered one product at a time."""

from __future__ import annotations

import sys
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, NamedTuple

from pyroaring import BitMap

from bundle.format import Product
from bundle.indexed_words import Remembered, name_key
from bundle.search.query import category_name, category_path
from bundle.search.weights import IndexedText, Postings
from bundle.search.words import code_of, indexed, words_of

_LONGEST_FACT = 80
"""The most characters of a fact that is searched: longer ones are texts, as descriptions are."""

_ID_NAMES = ("sku", "mpn", "gtin", "ean", "upc", "isbn", "asin", "barcode")
"""How the names of facts begin that are ids."""


_BRAND, _CATEGORY, _TAGS, _FACTS, _COLOURS = range(1, 6)
"""The columns of the table `search` after the title: places in `bundle.search.weights.WEIGHTS`."""


class _Label(NamedTuple):
    """What products are labelled with: the text that it is searched by, and what adds a position to it."""

    text: IndexedText
    appends: tuple[Callable[[int], None], ...]


class CatalogueIndex:
    """Collects the content of all tables except `products`, one product at a time.

    Of each product it keeps a few numbers and the texts that it is ordered and searched for by, no objects.
    A text that many products have, such as a brand, is folded and split once.
    """

    def __init__(self) -> None:
        self.postings = Postings()
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
        self._brands = Remembered(self._brand)
        self._categories = Remembered(self._category)
        self._tags = Remembered(self._tag)
        self._colours = Remembered(self._colours_together)
        self._facts = Remembered(self._searched_fact)
        self._is_id_name = Remembered(_is_id_name)

    def add(self, position: int, product: Product) -> tuple[int | str, ...]:
        """Add the product at a position and return its row of the table `search`.

        Products must come in the catalogue's order.
        """
        title = indexed(product.title)
        self._names.append(name_key(title if title.isascii() else " ".join(words_of(product.title))))
        self._order(position, product)
        if product.description:
            self._texts.append(product.description)
        brand = self._label(position, self._brands[product.brand])
        category = self._label(position, self._categories[product.category])
        colours = self._label(position, self._colours[product.colours])
        tags = [self._label(position, self._tags[tag]) for tag in product.tags]
        facts = self._add_facts(position, product)
        others = sum([text.count for text in (brand, category, colours, *tags, *facts)])
        self.postings.add(position, title, others)
        joined_tags, joined_facts = (" ".join([text.words for text in texts]) for texts in (tags, facts))
        return position, title, brand.words, category.words, joined_tags, joined_facts, colours.words

    @staticmethod
    def _label(position: int, label: _Label) -> IndexedText:
        text, appends = label
        text.append(position)
        for append in appends:
            append(position)
        return text

    def _add_facts(self, position: int, product: Product) -> list[IndexedText]:
        """Add the facts, and the ids: the product's own and those among the facts."""
        texts = []
        codes = [code_of(product.id[:_LONGEST_FACT])]
        for name, fact in product.facts.items():
            text = self._facts[fact] if len(fact) <= _LONGEST_FACT else None
            if text is None:
                self._texts.append(fact)
            else:
                text.append(position)
                texts.append(text)
            if self._is_id_name[name]:
                codes.append(code_of(fact[:_LONGEST_FACT]))
        for code in codes if len(codes) == 1 else dict.fromkeys(codes):
            if code:
                self._codes.append(code)
                self._coded.append(position)
        return texts

    def add_described(self) -> None:
        """Take in the words of the texts, gathered since the last time, that are not searched."""
        plain = [text for text in self._texts if text.isascii()]
        self.described.update(words_of("\n".join(plain)))
        for text in self._texts if len(plain) < len(self._texts) else ():
            self.described.update(words_of(text))
        self._texts.clear()

    def _order(self, position: int, product: Product) -> None:
        """Add a product to the orders, and to the labels that only say yes."""
        if product.in_stock:
            self._labels["stock", "in"].append(position)
        if product.compare_at_price is not None and product.saving:
            self._labels["sale", "on"].append(position)
        if product.price is not None:
            amounts, positions = self._prices[product.currency]
            amounts.append(product.price)
            positions.append(position)
        if product.popularity is None:
            self._without.append(position)
        else:
            self._popular.append(position)
            self._popularity.append(-product.popularity)

    def _brand(self, brand: str) -> _Label:
        appends = (self._labels["brand", brand].append,) if brand else ()
        return _Label(self.postings.text(_BRAND, indexed(brand)), appends)

    def _category(self, category: str) -> _Label:
        """A category, labelled with all above it too."""
        path = category_path(category)
        names = (category_name(path[:depth]) for depth in range(1, 1 + len(path)))
        appends = tuple(self._labels["category", name].append for name in names)
        return _Label(self.postings.text(_CATEGORY, indexed(category)), appends)

    def _tag(self, tag: str) -> _Label:
        return _Label(self.postings.text(_TAGS, indexed(tag)), (self._labels["tag", tag].append,))

    def _colours_together(self, colours: tuple[str, ...]) -> _Label:
        # The first colour is the largest, so it counts twice.
        words = " ".join(map(indexed, (*colours[:1], *colours)))
        appends = tuple(self._labels["colour", colour].append for colour in dict.fromkeys(colours))
        return _Label(self.postings.text(_COLOURS, words), appends)

    def _searched_fact(self, fact: str) -> IndexedText | None:
        """A fact that is searched; None for an address."""
        return None if "://" in fact else self.postings.text(_FACTS, indexed(fact))

    def labels(self) -> Iterator[tuple[str, str, int, bytes]]:
        """The rows of the table `labels`."""
        for kind, name in sorted(self._labels):
            positions = self._positions(kind, name)
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
        return ((code, self._positions(kind, name)) for code, name in enumerate(names, start=1))

    def _positions(self, kind: str, name: str) -> array[int]:
        """The products with a label, each once, though a product may have the same tag twice."""
        positions = self._labels[kind, name]
        if kind == "tag" and len(products := BitMap(positions)) < len(positions):
            return array("I", products)
        return positions

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
