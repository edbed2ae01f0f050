"""How often products have a word, each column of the search counting as much as it weighs; kept as sets."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby
from operator import itemgetter
from typing import TypeAlias

from pyroaring import BitMap

WEIGHTS = (8, 4, 2, 2, 1, 2)
"""What a word counts in each column of the table `search`: title, brand, category, tags, facts, colours."""

SHORT = 3
"""Beginnings of up to this many letters are stored as words are: they begin too many of these."""

WITH_COLOURS = 3
"""The shortest beginning that counts in the colours too, as in `bundle.search.word_search`."""

_FEW = 64
"""The words of fewer products are gathered before they are made a set, since most words are rare."""

_MOST = (1 << 16) - 1
"""The most that a word weighs in a product."""


class Weighted:
    """Products by what a word, or several together, weigh in them: `sets` has disjoint sets by the weight."""

    def __init__(self, sets: Mapping[int, BitMap] | None = None) -> None:
        self.sets: dict[int, BitMap] = dict(sets or {})
        self.members = BitMap.union(*self.sets.values()) if self.sets else BitMap()

    def add(self, other: Mapping[int, BitMap]) -> None:
        """Add the weights of another word in each product. `other` has disjoint sets by the weight."""
        for weight, products in other.items():
            known = products & self.members
            new = products - known if known else products
            if known:
                self._raise(known, weight)
            self.members |= new
            self._join(weight, new)

    def _raise(self, products: BitMap, weight: int) -> None:
        moved = []
        for old in list(self.sets):
            both = self.sets[old] & products
            if both:
                self.sets[old] = self.sets[old] - both
                moved.append((old + weight, both))
        for new, both in moved:
            self._join(new, both)
        self.sets = {old: left for old, left in self.sets.items() if left}

    def _join(self, weight: int, products: BitMap) -> None:
        if products:
            self.sets[weight] = self.sets[weight] | products if weight in self.sets else products


_Positions: TypeAlias = "dict[int, dict[str, array[int]]]"
"""The positions of the products in which a word has a weight, in order, by the weight and the word."""


class Postings:
    """Collects which products have each word and what it weighs there, for the tables of a catalogue."""

    def __init__(self) -> None:
        self._words: _Positions = defaultdict(_by_word)
        self._colours: _Positions = defaultdict(_by_word)
        self._lengths: dict[int, array[int]] = defaultdict(lambda: array("I"))

    def add(self, position: int, texts: Sequence[str]) -> None:
        """Add a product's indexed texts, one for each of `WEIGHTS`. Products come in order."""
        length = 0
        *columns, colours = (text.split() for text in texts)
        weights: dict[str, int] = {}
        for words, weight in zip(columns, WEIGHTS, strict=False):
            length += len(words)
            for word in words:
                weights[word] = weights.get(word, 0) + weight
        for word, weight in weights.items():
            self._words[min(weight, _MOST)][word].append(position)
        for word in set(colours):
            self._colours[WEIGHTS[-1] * colours.count(word)][word].append(position)
        self._lengths[length + len(colours)].append(position)

    def lengths(self) -> Iterator[tuple[int, bytes]]:
        """The rows of the table `lengths`."""
        for length, positions in sorted(self._lengths.items()):
            yield length, BitMap(positions).serialize()

    def rows(self) -> Iterator[tuple[str, int, bytes]]:
        """The rows of the table `postings`."""
        beginnings: dict[int, _Beginning] = {}
        for word, plain, coloured in self._by_name():
            sets = _sets(plain)
            if coloured:
                weighted = Weighted(sets)
                weighted.add(_sets(coloured))
                sets = weighted.sets
            yield from _rows(word, sets)
            for letters in range(1, min(SHORT, len(word)) + 1):
                beginning = beginnings.get(letters)
                if beginning is None or beginning.letters != word[:letters]:
                    if beginning is not None:
                        yield from beginning.rows()
                    beginning = beginnings[letters] = _Beginning(word[:letters])
                beginning.add(plain)
                if coloured and letters >= WITH_COLOURS:
                    beginning.add(coloured)
        for beginning in beginnings.values():
            yield from beginning.rows()

    def _by_name(self) -> Iterator[tuple[str, dict[int, array[int]], dict[int, array[int]]]]:
        """Every word, sorted, with its positions by their weights, and those of colours."""
        both = (self._words, self._colours)
        entries = sorted(
            (word, which, weight)
            for which, positions in enumerate(both)
            for weight, words in positions.items()
            for word in words
        )
        for word, some in groupby(entries, key=itemgetter(0)):
            found: tuple[dict[int, array[int]], dict[int, array[int]]] = ({}, {})
            for _, which, weight in some:
                found[which][weight] = both[which][weight][word]
            yield word, *found


class _Beginning:
    """The sum of all words that begin with some letters."""

    def __init__(self, letters: str) -> None:
        self.letters = letters
        self._weighted = Weighted()
        self._few: dict[int, array[int]] = defaultdict(lambda: array("I"))

    def add(self, positions: Mapping[int, array[int]]) -> None:
        """Add a word's positions by their weights."""
        if sum(map(len, positions.values())) >= _FEW:
            self._weighted.add(_sets(positions))
            return
        for weight, some in positions.items():
            self._few[weight].extend(some)

    def rows(self) -> Iterator[tuple[str, int, bytes]]:
        """The rows of the table `postings` for this beginning."""
        for weight, positions in self._few.items():
            members = BitMap(positions)
            if len(members) == len(positions):
                self._weighted.add({weight: members})
                continue
            # Some products have several such words of this weight.
            by_sum: dict[int, array[int]] = defaultdict(lambda: array("I"))
            for position, words in Counter(positions).items():
                by_sum[weight * words].append(position)
            self._weighted.add(_sets(by_sum))
        return _rows(beginning_of(self.letters), self._weighted.sets)


def beginning_of(letters: str) -> str:
    """What the table `postings` has for all words that begin so. No word holds the sign."""
    return letters + "*"


def _by_word() -> dict[str, array[int]]:
    return defaultdict(lambda: array("I"))


def _sets(positions: Mapping[int, array[int]]) -> dict[int, BitMap]:
    return {weight: BitMap(some) for weight, some in positions.items()}


def _rows(term: str, sets: Mapping[int, BitMap]) -> Iterator[tuple[str, int, bytes]]:
    return ((term, weight, sets[weight].serialize()) for weight in sorted(sets))
