"""What the tables of a catalogue hold besides its products, gathered one product at a time."""

from __future__ import annotations

import sys
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from itertools import accumulate
from typing import Any, TypeVar

from pyroaring import BitMap

from bundle.format import Product
from bundle.indexed_words import Remembered, name_key
from bundle.search.query import category_name, category_path
from bundle.search.weights import Postings
from bundle.search.words import code_of, codes_of, indexed, indexed_texts, words_of

_Key = TypeVar("_Key")

_LONGEST_FACT = 80
"""The most characters of a fact that is searched: longer ones are texts, as descriptions are."""

_ID_NAMES = ("sku", "mpn", "gtin", "ean", "upc", "isbn", "asin", "barcode")
"""How the names of facts begin that are ids."""


_BRAND, _CATEGORY, _TAGS, _FACTS, _COLOURS = range(1, 6)
"""The columns of the table `search` after the title: places in `bundle.search.weights.WEIGHTS`."""


_Text = tuple[str, int, Callable[[int], None]]
"""The words of a text as they are searched, their number, and what adds a product that has the text."""


class CatalogueIndex:
    """Collects the content of all tables except `products`, some products at a time.

    Of each product it keeps a few numbers and the texts that it is ordered and searched for by, no objects.
    A text that many products have, such as a brand, is folded and split once, and has one list of products
    for all that is made from it.
    """

    def __init__(self) -> None:
        self.postings = Postings()
        self._labels: dict[tuple[str, str], array[int]] = defaultdict(_positions)
        self._exactly: dict[str, array[int]] = {}
        self._together: dict[tuple[str, ...], array[int]] = {}
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
        self._id_names = Remembered(_id_names)
        self._in_titles = Remembered(self.postings.of_words(0))

    def add(self, first: int, products: Sequence[Product]) -> list[tuple[int | str, ...]]:
        """Add the products from a position on and return their rows of the table `search`.

        Products must come in the catalogue's order.
        """
        titles = indexed_texts([product.title for product in products])
        self._order(first, products)
        self._name(products, titles)
        self._code(first, products)
        brands, categories, tags, colours = self._brands, self._categories, self._tags, self._colours
        facts, in_titles, unsearched = self._facts, self._in_titles, self._texts
        rows: list[tuple[int | str, ...]] = []
        lengths = []
        # One loop without calls of functions, since it takes most of the time that a catalogue is written in.
        for position, (product, title) in enumerate(zip(products, titles, strict=True), start=first):
            in_title = title.split()
            for word in in_title:
                in_titles[word](position)
            brand, of_brand, append = brands[product.brand]
            append(position)
            category, of_category, append = categories[product.category]
            append(position)
            colour, length, append = colours[product.colours]
            append(position)
            length += len(in_title) + of_brand + of_category
            tagged, stated = [], []
            for tag in product.tags:
                words, count, append = tags[tag]
                append(position)
                tagged.append(words)
                length += count
            for fact in product.facts.values():
                found = facts[fact] if len(fact) <= _LONGEST_FACT else None
                if found is None:
                    unsearched.append(fact)
                else:
                    words, count, append = found
                    append(position)
                    stated.append(words)
                    length += count
            if product.description:
                unsearched.append(product.description)
            rows.append((position, title, brand, category, " ".join(tagged), " ".join(stated), colour))
            lengths.append(length)
        self.postings.add_lengths(first, lengths)
        return rows

    def _name(self, products: Sequence[Product], titles: Sequence[str]) -> None:
        """Add the products to the order by name."""
        self._names += [
            name_key(title if title.isascii() else " ".join(words_of(product.title)))
            for product, title in zip(products, titles, strict=True)
        ]

    def _code(self, first: int, products: Sequence[Product]) -> None:
        """Add the products' ids, and those among their facts."""
        own = codes_of([product.id[:_LONGEST_FACT] for product in products])
        for position, (product, code) in enumerate(zip(products, own, strict=True), start=first):
            names = self._id_names[tuple(product.facts)]
            others = [code_of(product.facts[name][:_LONGEST_FACT]) for name in names]
            for each in dict.fromkeys((code, *others)) if others else (code,):
                if each:
                    self._codes.append(each)
                    self._coded.append(position)

    def add_described(self) -> None:
        """Take in the words of the texts, gathered since the last time, that are not searched."""
        plain = [text for text in self._texts if text.isascii()]
        self.described.update(words_of("\n".join(plain)))
        for text in self._texts if len(plain) < len(self._texts) else ():
            self.described.update(words_of(text))
        self._texts.clear()

    def _order(self, first: int, products: Sequence[Product]) -> None:
        """Add products to the orders, and to the labels that only say yes."""
        in_stock, on_sale = self._labels["stock", "in"], self._labels["sale", "on"]
        for position, product in enumerate(products, start=first):
            if product.in_stock:
                in_stock.append(position)
            price = product.price
            if price is not None:
                amounts, positions = self._prices[product.currency]
                amounts.append(price)
                positions.append(position)
                if product.compare_at_price is not None and product.saving:
                    on_sale.append(position)
            popularity = product.popularity
            if popularity is None:
                self._without.append(position)
            else:
                self._popular.append(position)
                self._popularity.append(-popularity)

    def _brand(self, brand: str) -> _Text:
        return self._labelled(self._labels, ("brand", brand), _BRAND, indexed(brand))

    def _category(self, category: str) -> _Text:
        return self._labelled(self._exactly, category, _CATEGORY, indexed(category))

    def _tag(self, tag: str) -> _Text:
        return self._labelled(self._labels, ("tag", tag), _TAGS, indexed(tag))

    def _colours_together(self, colours: tuple[str, ...]) -> _Text:
        # The first colour is the largest, so it counts twice.
        words = " ".join(map(indexed, (*colours[:1], *colours)))
        return self._labelled(self._together, colours, _COLOURS, words)

    def _labelled(self, known: dict[_Key, array[int]], key: _Key, column: int, words: str) -> _Text:
        """A text that is a label too, whose products are among the `known` ones."""
        positions = known.get(key)
        if positions is None:
            positions = known[key] = _positions()
            self.postings.add_text(column, words, positions)
        return words, len(words.split()), positions.append

    def _searched_fact(self, fact: str) -> _Text | None:
        """A fact that is searched; None for an address."""
        if "://" in fact:
            return None
        words = indexed(fact)
        if not self._facts.is_full:
            positions = _positions()
            self.postings.add_text(_FACTS, words, positions)
            return words, len(words.split()), positions.append
        appends = list(map(self.postings.of_words(_FACTS), words.split()))

        def append(position: int) -> None:
            for each in appends:
                each(position)

        return words, len(appends), append

    def finish(self) -> None:
        """Make the labels that follow from others, once all products have been added."""
        found: dict[tuple[str, str], list[array[int]]] = defaultdict(list)
        for category, positions in self._exactly.items():
            path = category_path(category)
            for depth in range(1, 1 + len(path)):
                found["category", category_name(path[:depth])].append(positions)
        for colours, positions in self._together.items():
            for colour in dict.fromkeys(colours):
                found["colour", colour].append(positions)
        for (kind, name), positions in self._labels.items():
            found[kind, name].append(positions)
        found.pop(("brand", ""), None)
        self._labels = {label: _merged(parts) for label, parts in found.items() if any(parts)}

    def labels(self) -> Iterator[tuple[str, str, int, bytes]]:
        """The rows of the table `labels`."""
        for (kind, name), positions in sorted(self._labels.items()):
            yield kind, name, len(positions), encoded("I", positions)

    def columns(self) -> Iterator[tuple[str, int, bytes, bytes | None]]:
        """The rows of the table `columns`."""
        count = len(self._names)
        for kind in ("brand", "category"):
            numbers = self._numbers(kind)
            codes = _numbers_for(numbers, count)
            # Those of a category alone, without the ones below it: a category implies those above it.
            own = self._exactly.items() if kind == "category" else self._of_kind(kind)
            for name, positions in own:
                code = numbers.get(category_name(category_path(name)) if kind == "category" else name, 0)
                for position in positions:
                    codes[position] = code
            yield kind, codes.itemsize, encoded(codes.typecode, codes), None
        numbers = self._numbers("tag")
        starts = array("I", bytes(4 * (count + 1)))
        for _, positions in self._of_kind("tag"):
            for position in positions:
                starts[position + 1] += 1
        starts = array("I", accumulate(starts))
        codes, free = _numbers_for(numbers, starts[-1]), starts[:]
        for name, positions in self._of_kind("tag"):
            code = numbers[name]
            for position in positions:
                codes[free[position]] = code
                free[position] += 1
        yield "tag", codes.itemsize, encoded(codes.typecode, codes), encoded("I", starts)

    def _of_kind(self, kind: str) -> list[tuple[str, array[int]]]:
        """The labels of a kind in the order of their names, with the products that have them."""
        return sorted(
            ((name, positions) for (each, name), positions in self._labels.items() if each == kind),
            key=lambda label: label[0],
        )

    def _numbers(self, kind: str) -> dict[str, int]:
        """The numbers of the labels of a kind, from 1 on in the order of their names."""
        return {name: number for number, (name, _) in enumerate(self._of_kind(kind), start=1)}

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


def _id_names(names: tuple[str, ...]) -> tuple[str, ...]:
    """Those of the names of facts whose facts are ids."""
    return tuple(name for name in names if code_of(name).startswith(_ID_NAMES))


def _positions() -> array[int]:
    return array("I")


def _merged(parts: Sequence[array[int]]) -> array[int]:
    """The products of all parts in order, each once, though one may have the same tag twice."""
    products = BitMap.union(*map(BitMap, parts))
    return parts[0] if len(parts) == 1 and len(products) == len(parts[0]) else products.to_array()


def _order_of(values: Sequence[Any]) -> list[int]:
    """The places of values from the lowest to the highest; equal ones stay in their order."""
    return sorted(range(len(values)), key=values.__getitem__)


def _numbers_for(labels: Collection[str], count: int) -> array[int]:
    """`count` zeros of as few bytes each as the labels' numbers need: 2 or 4."""
    code = "H" if len(labels) < 1 << 16 else "I"
    return array(code, bytes(array(code).itemsize * count))


def encoded(code: str, values: Iterable[float]) -> bytes:
    """Numbers of a type of `array`, little-endian."""
    numbers = array(code, values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()
