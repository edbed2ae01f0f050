"""How often products have a word, each column of the search counting as much as it weighs; kept as sets."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain, compress, groupby
from operator import attrgetter, eq
from typing import NamedTuple

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


class _Part(NamedTuple):
    """Products, each as often as it has a text of a column; the text has the word some `times`."""

    column: int
    positions: array[int]
    times: int


class Postings:
    """Collects which products have each word and what it weighs there, for the tables of a catalogue.

    Most columns hold what many products have, so positions are gathered by text: a product costs one step for
    a text and not one for each word of it. Titles are gathered by word.
    """

    def __init__(self) -> None:
        self._words: list[dict[str, array[int]]] = [defaultdict(_positions) for _ in WEIGHTS]
        self._texts: list[list[tuple[str, array[int]]]] = [[] for _ in WEIGHTS]
        self._lengths: dict[int, array[int]] = defaultdict(_positions)

    def add_text(self, column: int, words: str, positions: array[int]) -> None:
        """Add a text that several products may have, its words as they are indexed, to a column of `WEIGHTS`.

        `positions` are the products that have it, in order, each as often as it has it. They may come later.
        """
        self._texts[column].append((words, positions))

    def of_words(self, column: int) -> Callable[[str], Callable[[int], None]]:
        """What gives what adds a product's position to a word of a column."""
        words = self._words[column]
        return lambda word: words[word].append

    def add_lengths(self, first: int, lengths: Iterable[int]) -> None:
        """Add how many words the products from a position on have in all columns."""
        for position, length in enumerate(lengths, start=first):
            self._lengths[length].append(position)

    def lengths(self) -> Iterator[tuple[int, bytes]]:
        """The rows of the table `lengths`."""
        for length, positions in sorted(self._lengths.items()):
            yield length, BitMap(positions).serialize()

    def rows(self) -> Iterator[tuple[str, int, bytes]]:
        """The rows of the table `postings`, once all products have been added."""
        begun: list[_Beginning] = []
        for word, parts in sorted(self._parts().items()):
            while begun and not word.startswith(begun[-1].letters):
                yield from _ended(begun)
            for letters in range(len(begun) + 1, min(SHORT, len(word)) + 1):
                begun.append(_Beginning(word[:letters]))
            plain, coloured = _weighed(parts)
            begun[-1].add(plain)
            if coloured:
                if len(begun[-1].letters) >= WITH_COLOURS:
                    begun[-1].colours.add(coloured)
                both = Weighted(plain)
                both.add(coloured)
                plain = both.sets
            yield from _rows(word, plain)
        while begun:
            yield from _ended(begun)

    def _parts(self) -> dict[str, list[_Part]]:
        """Where each word stands, column by column."""
        found: dict[str, list[_Part]] = defaultdict(list)
        for column, (by_word, texts) in enumerate(zip(self._words, self._texts, strict=True)):
            for word, positions in by_word.items():
                found[word].append(_Part(column, positions, 1))
            for text, positions in texts:
                words = text.split()
                once = dict.fromkeys(words, 1)
                for word, times in once.items() if len(once) == len(words) else Counter(words).items():
                    found[word].append(_Part(column, positions, times))
        return found


def _weighed(parts: Sequence[_Part]) -> tuple[dict[int, BitMap], dict[int, BitMap]]:
    """The products by what a word weighs in them, but for the colours, and the same of the colours alone."""
    plain: dict[int, BitMap] = {}
    coloured: dict[int, BitMap] = {}
    for column, some in groupby(parts, key=attrgetter("column")):
        sets = _in_column(list(some), WEIGHTS[column])
        if column == len(WEIGHTS) - 1:
            coloured = sets
        elif plain:
            weighted = Weighted(plain)
            weighted.add(sets)
            plain = weighted.sets
        else:
            plain = sets
    return plain, coloured


def _in_column(parts: Sequence[_Part], weight: int) -> dict[int, BitMap]:
    """The products by what a word weighs in them where it counts `weight` each time."""
    if len(parts) == 1 and parts[0].times == 1:
        return _by_weight(parts[0].positions, weight)
    by_times: dict[int, list[BitMap]] = defaultdict(list)
    for _, positions, times in parts:
        by_times[times].append(BitMap(positions))
    sets = {min(weight * times, _MOST): BitMap.union(*some) for times, some in by_times.items()}
    if len(BitMap.union(*sets.values())) == sum(len(part.positions) for part in parts):
        return sets
    # Some products have several such texts, or one several times.
    all_times = chain.from_iterable(part.positions for part in parts for _ in range(part.times))
    return _by_weight(array("I", sorted(all_times)), weight)


def _ended(begun: list[_Beginning]) -> Iterator[tuple[str, int, bytes]]:
    """The rows of the last of some beginnings; its words also begin with the one before it."""
    last = begun.pop()
    weighted = last.weighted()
    if begun:
        begun[-1].add(weighted.sets)
    weighted.add(last.colours.sets)
    return _rows(beginning_of(last.letters), weighted.sets)


def _positions() -> array[int]:
    return array("I")


def _by_weight(positions: array[int], weight: int) -> dict[int, BitMap]:
    """The products by what a word weighs in them where it counts `weight` each time.

    `positions`, in order, has a product as often as it has the word.
    """
    products = BitMap(positions)
    if len(products) == len(positions):
        return {weight: products}
    following = positions[1:]
    repeats = Counter(compress(following, map(eq, following, positions)))
    by_weight: dict[int, array[int]] = defaultdict(_positions)
    for position, times in repeats.items():
        by_weight[min(weight * (times + 1), _MOST)].append(position)
    once = products - BitMap(repeats)
    return _sets(by_weight) | ({weight: once} if once else {})


class _Beginning:
    """The sum of all words that begin with some letters; `colours` has those of the colours apart."""

    def __init__(self, letters: str) -> None:
        self.letters = letters
        self.colours = Weighted()
        self._weighted = Weighted()
        self._few: dict[int, array[int]] = defaultdict(_positions)

    def add(self, sets: Mapping[int, BitMap]) -> None:
        """Add the products of a word by their weights."""
        if sum(map(len, sets.values())) >= _FEW:
            self._weighted.add(sets)
            return
        for weight, products in sets.items():
            self._few[weight].extend(products)

    def weighted(self) -> Weighted:
        """The sum of what was added, but for the colours."""
        for weight, positions in self._few.items():
            members = BitMap(positions)
            if len(members) == len(positions):
                self._weighted.add({weight: members})
                continue
            # Some products have several such words of this weight.
            by_sum: dict[int, array[int]] = defaultdict(_positions)
            for position, words in Counter(positions).items():
                by_sum[weight * words].append(position)
            self._weighted.add(_sets(by_sum))
        self._few.clear()
        return self._weighted


def beginning_of(letters: str) -> str:
    """What the table `postings` has for all words that begin so. No word holds the sign."""
    return letters + "*"


def _sets(positions: Mapping[int, array[int]]) -> dict[int, BitMap]:
    return {weight: BitMap(some) for weight, some in positions.items()}


def _rows(term: str, sets: Mapping[int, BitMap]) -> Iterator[tuple[str, int, bytes]]:
    for weight in sorted(sets):
        # The smallest form, and the same whichever way the set was made.
        sets[weight].run_optimize()
        yield term, weight, sets[weight].serialize()
