"""Finds and ranks products by words: by the sets that a catalogue has of each, or by its full-text index."""

from __future__ import annotations

import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Collection, Sequence
from functools import cached_property, reduce
from heapq import heapify, heappop, heapreplace, nsmallest
from itertools import islice
from math import log
from operator import and_, or_

from pyroaring import BitMap

from bundle.caches import cached_with_owner
from bundle.database import Connections, all_positions
from bundle.search.hits import SearchHits
from bundle.search.steps import step, stepwise
from bundle.search.weights import SHORT, WITH_COLOURS, Weighted, beginning_of

_K1 = 1.2
_B = 0.75
"""The parameters of SQLite's `bm25`."""

_LEAST = 1e-6
"""The weight of a word that more than half of the products have, as in SQLite's `bm25`."""

_FEW = 2000
"""Up to this many products are scored one by one."""

_TOKEN = re.compile(r' *(?:"([^"]*)"(\*?)|(AND|OR|\(|\)|- colours :))')

_Lengths = Sequence[tuple[int, BitMap]]


class _NotInSetsError(Exception):
    """An expression that the sets do not answer."""


class Matcher:
    """Answers the FTS5 expressions of `bundle.search.word_search` from one catalogue."""

    def __init__(self, connection: Connections) -> None:
        """`connection` gives each thread its connection to the catalogue."""
        self._connection = connection
        query = "SELECT 1 FROM sqlite_master WHERE name = 'postings'"
        self._has_sets = connection().execute(query).fetchone() is not None

    @cached_with_owner(maxsize=8)
    def hits(self, expression: str) -> SearchHits:
        """What an FTS5 expression finds; an empty one finds nothing.

        Words and beginnings that are joined by AND and OR are looked up in the sets. Phrases and columns are
        left to SQLite, and so is all of a catalogue from an older build, which has no sets.
        """
        if expression and self._has_sets:
            try:
                members, words = _Reader(expression, self._word).read()
            except _NotInSetsError:
                pass
            else:
                return SetHits(members, words, self.lengths)
        return FullTextHits(self._connection, expression)

    def begins_a_word(self, beginning: str) -> bool:
        """Whether a word of the catalogue begins so."""
        # FTS5's own table of words counts all of a word's products before it says that it is there.
        table = "postings" if self._has_sets else "words"
        query = f"SELECT 1 FROM {table} WHERE term >= ? AND term < ? LIMIT 1"
        found = self._connection().execute(query, (beginning, beginning + "\U0010ffff"))
        return found.fetchone() is not None

    def frequencies(self, words: Collection[str]) -> dict[str, int]:
        """Those of the words that are the catalogue's, each with how many products have it."""
        # SQLite takes 32,766 values in one statement; a word of 40 letters has some 5,000 neighbours.
        marks = ",".join("?" * len(words))
        if not self._has_sets:
            query = f"SELECT term, doc FROM words WHERE term IN ({marks})"
            return dict(self._connection().execute(query, sorted(words)).fetchall())
        query = f"SELECT DISTINCT term FROM postings WHERE term IN ({marks})"
        found = self._connection().execute(query, sorted(words)).fetchall()
        return {word: len(self._word(word, False, False).members) for (word,) in found}

    @cached_property
    def lengths(self) -> _Lengths:
        """Numbers of words, ascending, each with the products that have so many."""
        if not self._has_sets:
            return []
        rows = self._connection().execute("SELECT words, positions FROM lengths ORDER BY words")
        return [(words, BitMap.deserialize(positions)) for words, positions in rows]

    @cached_with_owner(maxsize=16)
    def _word(self, word: str, is_beginning: bool, but_colours: bool) -> Weighted:
        if but_colours is not (is_beginning and len(word) < WITH_COLOURS):
            raise _NotInSetsError
        condition, values = "term = ?", [beginning_of(word) if is_beginning else word]
        if is_beginning and len(word) > SHORT:
            condition, values = "term >= ? AND term < ?", [word, word + "\U0010ffff"]
        query = f"SELECT term, weight, positions FROM postings WHERE {condition} ORDER BY term"
        found: dict[str, dict[int, BitMap]] = defaultdict(dict)
        for term, weight, positions in stepwise(self._connection().execute(query, values), every=20):
            found[term][weight] = BitMap.deserialize(positions)
        sums = Weighted()
        for sets in stepwise(found.values(), every=20):
            sums.add(sets)
        return sums


class _Reader:
    """Reads an FTS5 expression. Raises `_NotInSetsError` for what it does not know."""

    def __init__(self, expression: str, word: Callable[[str, bool, bool], Weighted]) -> None:
        self._tokens: list[tuple[str, bool, str]] = []
        end = 0
        while match := _TOKEN.match(expression, end):
            end = match.end()
            self._tokens.append((match[1], bool(match[2]), match[3] or ""))
        if end != len(expression):
            raise _NotInSetsError
        self._tokens.reverse()
        self._word = word
        self._words: list[Weighted] = []

    def read(self) -> tuple[BitMap, list[Weighted]]:
        """The products that fit the expression, and those with each of its words."""
        members = self._joined("OR", lambda: self._joined("AND", self._part, and_), or_)
        if self._tokens:
            raise _NotInSetsError
        return members, self._words

    def _joined(
        self, sign: str, part: Callable[[], BitMap], join: Callable[[BitMap, BitMap], BitMap]
    ) -> BitMap:
        found = [part()]
        while self._tokens and self._tokens[-1][2] == sign:
            self._tokens.pop()
            found.append(part())
        return reduce(join, found)

    def _part(self, *, but_colours: bool = False) -> BitMap:
        if not self._tokens:
            raise _NotInSetsError
        text, is_beginning, sign = self._tokens.pop()
        if sign == "(":
            members = self._joined(
                "OR", lambda: self._joined("AND", lambda: self._part(but_colours=but_colours), and_), or_
            )
            if not self._tokens or self._tokens.pop()[2] != ")":
                raise _NotInSetsError
            return members
        if sign == "- colours :":
            return self._part(but_colours=True)
        if sign or not text or " " in text:
            raise _NotInSetsError
        word = self._word(text, is_beginning, but_colours)
        self._words.append(word)
        return word.members


class SetHits:
    """The products that have some words, ranked as SQLite's `bm25` does, equals in the catalogue's order.

    A score depends only on what the words weigh in a product and on how many words it has. So products fall
    into cells that share a score, and only the cells of the page that is shown are looked at.
    """

    def __init__(self, members: BitMap, words: Sequence[Weighted], lengths: _Lengths) -> None:
        self._members = members
        self._words = words
        self._lengths = lengths
        self._count = sum(len(products) for _, products in lengths)
        total = sum(words * len(products) for words, products in lengths)
        self._mean_length = total / self._count if self._count else 1.0
        rarities = [
            log((self._count - len(each.members) + 0.5) / (len(each.members) + 0.5)) for each in words
        ]
        self._rarities = [rarity if rarity > 0 else _LEAST for rarity in rarities]

    @property
    def members(self) -> BitMap:
        """Their positions."""
        return self._members

    def page(self, members: BitMap, *, offset: int, limit: int) -> list[int]:
        """At most `limit` of those among the `members`, best first, from the `offset`-th on."""
        within = members & self._members
        if len(within) <= _FEW:
            scores = self._scores(within)
            return nsmallest(offset + limit, scores, key=lambda each: (-scores[each], each))[offset:]
        return self._from_cells(within, offset, limit)

    def _part(self, place: int, weight: int, length: int) -> float:
        """What one word adds to a score, in the order of SQLite's operations, so that it rounds alike."""
        divisor = weight + _K1 * (1 - _B + _B * length / self._mean_length)
        return self._rarities[place] * ((weight * (_K1 + 1.0)) / divisor)

    def _scores(self, within: BitMap) -> dict[int, float]:
        lengths = {position: words for words, products in self._lengths for position in products & within}
        scores = dict.fromkeys(within, 0.0)
        numbers = set(lengths.values())
        for place, word in enumerate(stepwise(self._words)):
            for weight, products in word.sets.items():
                both = products & within
                parts = {length: self._part(place, weight, length) for length in numbers} if both else {}
                for position in both:
                    scores[position] += parts[lengths[position]]
        return scores

    def _from_cells(self, within: BitMap, offset: int, limit: int) -> list[int]:
        cells = self._cells(within)
        lengths = [(words, products) for words, products in self._lengths if products.intersect(within)]

        def entry(cell: int, place: int) -> tuple[float, int, int]:
            weights = cells[cell][0]
            parts = (self._part(at, weight, lengths[place][0]) for at, weight in enumerate(weights))
            # `sum` would round otherwise than SQLite's loop.
            return -reduce(lambda total, part: total + part, parts, 0.0), cell, place

        # Of a cell, products with fewer words come first.
        step()
        heap = [entry(cell, 0) for cell in range(len(cells))]
        heapify(heap)
        found: list[int] = []
        while heap and len(found) < limit:
            step()
            score, equals = heap[0][0], []
            while heap and heap[0][0] == score:
                _, cell, place = heap[0]
                equals.append(cells[cell][1] & lengths[place][1])
                if place + 1 < len(lengths):
                    heapreplace(heap, entry(cell, place + 1))
                else:
                    heappop(heap)
            products = equals[0] if len(equals) == 1 else BitMap.union(*equals)
            if offset < len(products):
                found += products[offset : offset + limit - len(found)]
            offset = max(0, offset - len(products))
        return found

    def _cells(self, within: BitMap) -> list[tuple[tuple[int, ...], BitMap]]:
        """Products by what each word weighs in them."""
        cells: list[tuple[tuple[int, ...], BitMap]] = [((), within)]
        for word in stepwise(self._words):
            split = []
            for weights, products in cells:
                rest = products
                for weight, others in word.sets.items():
                    both = rest & others
                    if both:
                        split.append(((*weights, weight), both))
                        rest = rest - both
                if rest:
                    split.append(((*weights, 0), rest))
            cells = split
        return cells


class FullTextHits:
    """The products that SQLite's full-text index finds, ranked by its `bm25`."""

    def __init__(self, connection: Connections, expression: str) -> None:
        self._connection = connection
        self._expression = expression

    @cached_property
    def members(self) -> BitMap:
        """Their positions."""
        return BitMap(self._ranked)

    @cached_property
    def _ranked(self) -> array[int]:
        if not self._expression:
            return array("I")  # Signs without a letter or a digit are in no product.
        query = "SELECT rowid AS position FROM search WHERE search MATCH ? ORDER BY rank, rowid"
        return all_positions(self._connection(), query, (self._expression,))

    def page(self, members: BitMap, *, offset: int, limit: int) -> list[int]:
        """At most `limit` of those among the `members`, best first, from the `offset`-th on."""
        return list(islice(filter(members.__contains__, self._ranked), offset, offset + limit))


class FirstOfAll:
    """Products in a given order, and after them those that a search finds."""

    def __init__(self, first: SearchHits, then: SearchHits) -> None:
        self._first = first
        self._then = then

    @cached_property
    def members(self) -> BitMap:
        """Their positions."""
        return self._first.members | self._then.members

    def page(self, members: BitMap, *, offset: int, limit: int) -> list[int]:
        """At most `limit` of those among the `members`, from the `offset`-th on."""
        found = self._first.page(members, offset=offset, limit=limit)
        if len(found) < limit:
            before = self._first.members.intersection_cardinality(members)
            others = members - self._first.members
            offset = max(0, offset - before)
            found += self._then.page(others, offset=offset, limit=limit - len(found))
        return found
