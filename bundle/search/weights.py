"""How often products have a word, each column of the search counting as much as it weighs; kept as sets."""

from __future__ import annotations

from array import array
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pyroaring import BitMap

WEIGHTS = (8, 4, 2, 2, 1, 2)
"""What a word counts in each column of the table `search`: title, brand, category, tags, facts, colours."""

SHORT = 3
"""Beginnings of up to this many letters are stored as words are: they begin too many of these."""

WITH_COLOURS = 3
"""The shortest beginning that counts in the colours too, as in `bundle.search.word_search`."""

_FEW = 64
"""The words of fewer products are added up product by product, which is quicker than by sets."""

_BITS = 16
_MOST = (1 << _BITS) - 1


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


class Postings:
    """Collects which products have each word and what it weighs there, for the tables of a catalogue."""

    def __init__(self) -> None:
        # Each number holds a position and, in its lowest bits, a weight.
        self._words: dict[str, array[int]] = defaultdict(lambda: array("Q"))
        self._colours: dict[str, array[int]] = defaultdict(lambda: array("Q"))
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
        at = position << _BITS
        for word, weight in weights.items():
            self._words[word].append(at | min(weight, _MOST))
        for word in set(colours):
            self._colours[word].append(at | WEIGHTS[-1] * colours.count(word))
        self._lengths[length + len(colours)].append(position)

    def lengths(self) -> Iterator[tuple[int, bytes]]:
        """The rows of the table `lengths`."""
        for length, positions in sorted(self._lengths.items()):
            yield length, BitMap(positions).serialize()

    def rows(self) -> Iterator[tuple[str, int, bytes]]:
        """The rows of the table `postings`."""
        beginnings: dict[int, _Beginning] = {}
        for word in sorted(self._words.keys() | self._colours.keys()):
            plain = self._words.get(word, array("Q"))
            coloured = self._colours.get(word)
            weighted = Weighted(_sets(_pairs(plain)))
            if coloured is not None:
                weighted.add(_sets(_pairs(coloured)))
            yield from _rows(word, weighted)
            for letters in range(1, min(SHORT, len(word)) + 1):
                beginning = beginnings.get(letters)
                if beginning is None or beginning.letters != word[:letters]:
                    if beginning is not None:
                        yield from beginning.rows()
                    beginning = beginnings[letters] = _Beginning(word[:letters])
                beginning.add(plain)
                if coloured is not None and letters >= WITH_COLOURS:
                    beginning.add(coloured)
        for beginning in beginnings.values():
            yield from beginning.rows()


class _Beginning:
    """The sum of all words that begin with some letters."""

    def __init__(self, letters: str) -> None:
        self.letters = letters
        self._weighted = Weighted()
        self._few: dict[int, int] = {}

    def add(self, entries: array[int]) -> None:
        """Add a word's positions and weights."""
        if len(entries) >= _FEW:
            self._weighted.add(_sets(_pairs(entries)))
            return
        for position, weight in _pairs(entries):
            self._few[position] = self._few.get(position, 0) + weight

    def rows(self) -> Iterator[tuple[str, int, bytes]]:
        """The rows of the table `postings` for this beginning."""
        self._weighted.add(_sets(self._few.items()))
        return _rows(beginning_of(self.letters), self._weighted)


def beginning_of(letters: str) -> str:
    """What the table `postings` has for all words that begin so. No word holds the sign."""
    return letters + "*"


def _pairs(entries: array[int]) -> Iterator[tuple[int, int]]:
    return ((entry >> _BITS, entry & _MOST) for entry in entries)


def _sets(pairs: Iterable[tuple[int, int]]) -> dict[int, BitMap]:
    positions: dict[int, array[int]] = defaultdict(lambda: array("I"))
    for position, weight in pairs:
        positions[weight].append(position)
    return {weight: BitMap(each) for weight, each in positions.items()}


def _rows(term: str, weighted: Weighted) -> Iterator[tuple[str, int, bytes]]:
    return ((term, weight, weighted.sets[weight].serialize()) for weight in sorted(weighted.sets))
