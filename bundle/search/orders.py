"""Orders of products, of which a page is found without walking through the pages before it."""

from __future__ import annotations

import hashlib
import sys
from array import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import cached_property
from itertools import accumulate, chain
from operator import methodcaller
from typing import Protocol

from pyroaring import BitMap

from bundle.search.steps import stepwise

_BLOCK = 4096
"""How many products of an order are counted at once."""

_COUNTED = 100
"""How many sets are counted in one step."""

_FEW = 32
"""Up to this many members of a block are looked up in it one by one."""

_ROUNDS = 4
"""The rounds of a shuffle. Four make a permutation that no reader can tell from a random one."""


def counted(sets: Sequence[BitMap], members: BitMap, *, count: int) -> Iterator[int]:
    """How many of the `members`, out of `count` products, each of the sets has.

    Sets are counted against whichever is larger, the members or the other products. A large set is stored as
    bits, so looking something up in it is one step.
    """
    number_of: Callable[[BitMap], int] = members.intersection_cardinality
    if len(members) * 2 < count:
        number_of = methodcaller("difference_cardinality", members.flip(0, count))
    starts = stepwise(range(0, len(sets), _COUNTED))
    return chain.from_iterable(map(number_of, sets[start : start + _COUNTED]) for start in starts)


class OrderPart(Protocol):
    """Some products in an order of their own."""

    def __len__(self) -> int: ...

    def number_of(self, members: BitMap) -> int:
        """How many of the members are in this part."""

    def page(self, members: BitMap, *, offset: int, limit: int) -> list[int]:
        """At most `limit` of the members in this part, from the `offset`-th on."""


class InCatalogueOrder:
    """A set of products in the catalogue's order."""

    def __init__(self, products: BitMap) -> None:
        self._products = products

    def __len__(self) -> int:
        return len(self._products)

    def number_of(self, members: BitMap) -> int:
        """How many of the members are in this part."""
        return members.intersection_cardinality(self._products)

    def page(self, members: BitMap, *, offset: int, limit: int) -> list[int]:
        """At most `limit` of the members in this part, from the `offset`-th on."""
        return list((members & self._products)[offset : offset + limit])


class Order:
    """A stored order: the positions of `count` products at most, each once."""

    def __init__(self, positions: array[int], *, count: int) -> None:
        self.positions = positions
        self._count = count

    def __len__(self) -> int:
        return len(self.positions)

    @cached_property
    def products(self) -> BitMap:
        """All products in this order."""
        return BitMap.union(*self._blocks) if self._blocks else BitMap()

    @cached_property
    def _blocks(self) -> list[BitMap]:
        starts = range(0, len(self.positions), _BLOCK)
        return [BitMap(self.positions[start : start + _BLOCK]) for start in starts]

    def number_of(self, members: BitMap) -> int:
        """How many of the members are in this order."""
        return members.intersection_cardinality(self.products)

    def page(self, members: BitMap, *, offset: int, limit: int) -> list[int]:
        """At most `limit` of the members in this order, from the `offset`-th on."""
        if len(members) == self._count:
            return list(self.positions[offset : offset + limit])
        found: list[int] = []
        for number, there in enumerate(self.counts(members)):
            if offset >= there:
                offset -= there
                continue
            places = self.places(number, members, there=there)[offset : offset + limit - len(found)]
            found += map(self.positions.__getitem__, places)
            offset = 0
            if len(found) >= limit:
                break
        return found

    def counts(self, members: BitMap) -> Iterator[int]:
        """How many of the members are in each block, one block after another."""
        return counted(self._blocks, members, count=self._count)

    def places(self, number: int, members: BitMap, *, there: int) -> list[int]:
        """The places of the members in the block with this number; `there` says how many they are."""
        begin = number * _BLOCK
        block = self.positions[begin : begin + _BLOCK]
        if there <= _FEW:
            looked_for = members & self._blocks[number]
            return sorted(begin + place for place in _found(block.tobytes(), looked_for, size=block.itemsize))
        return [place for place, position in enumerate(block, begin) if position in members]

    def between(self, first: int, last: int) -> BitMap:
        """The products from the `first` place of this order up to, but without, the `last`."""
        begin, end = -(-first // _BLOCK), last // _BLOCK
        if begin >= end:
            return BitMap(self.positions[first:last])
        edges = self.positions[first : begin * _BLOCK] + self.positions[end * _BLOCK : last]
        return BitMap.union(BitMap(edges), *self._blocks[begin:end])

    def ends(self, members: BitMap) -> tuple[int, int]:
        """The first and the last place in this order that has one of the members, of which there is one."""
        return self._place(members, range(len(self._blocks))), self._place(
            members, range(len(self._blocks) - 1, -1, -1)
        )

    def _place(self, members: BitMap, numbers: range) -> int:
        number = next(each for each in numbers if self._blocks[each].intersect(members))
        there = members.intersection_cardinality(self._blocks[number])
        if there <= _FEW:
            return self.places(number, members, there=there)[0 if numbers.step > 0 else -1]
        places = range(number * _BLOCK, min((number + 1) * _BLOCK, len(self)))[:: numbers.step]
        return next(place for place in places if self.positions[place] in members)


def _found(numbers: bytes, looked_for: Iterable[int], *, size: int) -> Iterator[int]:
    """The places of some of the numbers, which have `size` bytes each: searching bytes is fastest."""
    for each in looked_for:
        sought = each.to_bytes(size, sys.byteorder)
        place = numbers.find(sought)
        while place % size:  # It begins within a number.
            place = numbers.find(sought, place + 1)
        yield place // size


class Falling:
    """A stored order reversed, except that equals stay in their order.

    `starts` has the first place of each group of equals, ascending, and after them the order's length.
    """

    def __init__(self, rising: Order, starts: Sequence[int]) -> None:
        self._rising = rising
        self._starts = starts

    def __len__(self) -> int:
        return len(self._rising)

    def number_of(self, members: BitMap) -> int:
        """How many of the members are in this order."""
        return self._rising.number_of(members)

    def page(self, members: BitMap, *, offset: int, limit: int) -> list[int]:
        """At most `limit` of the members in this order, from the `offset`-th on."""
        ranks = _Ranks(self._rising, members)
        found: list[int] = []
        while len(found) < limit and offset < ranks.total:
            # With equals reversed too, the next product would be at this place: it is one of its equals.
            (place,) = ranks.places(ranks.total - 1 - offset, ranks.total - offset)
            group = bisect_right(self._starts, place) - 1
            first, end = ranks.before(self._starts[group]), ranks.before(self._starts[group + 1])
            first += offset - (ranks.total - end)
            some = ranks.places(first, min(end, first + limit - len(found)))
            found += map(self._rising.positions.__getitem__, some)
            offset += len(some)
        return found


class _Ranks:
    """The members in an order, by the number of members before each."""

    def __init__(self, order: Order, members: BitMap) -> None:
        self._order = order
        self._members = members
        self._before = list(accumulate(order.counts(members), initial=0))
        self._places: dict[int, list[int]] = {}

    @property
    def total(self) -> int:
        """How many members the order has."""
        return self._before[-1]

    def before(self, place: int) -> int:
        """How many members come before a place of the order."""
        number = place // _BLOCK
        if place % _BLOCK == 0:
            return self._before[number]
        return self._before[number] + bisect_left(self._in_block(number), place)

    def places(self, first: int, last: int) -> list[int]:
        """The places of the members from the `first` to before the `last`."""
        found: list[int] = []
        while first + len(found) < last:
            rank = first + len(found)
            number = bisect_right(self._before, rank) - 1
            found += self._in_block(number)[rank - self._before[number] :][: last - rank]
        return found

    def _in_block(self, number: int) -> list[int]:
        if number not in self._places:
            there = self._before[number + 1] - self._before[number]
            self._places[number] = self._order.places(number, self._members, there=there)
        return self._places[number]


def page_of(parts: Sequence[OrderPart], members: BitMap, *, offset: int, limit: int) -> list[int]:
    """One page of the members in parts that follow one another."""
    found: list[int] = []
    for part in parts:
        there = part.number_of(members)
        if offset >= there:
            offset -= there
            continue
        found += part.page(members, offset=offset, limit=limit - len(found))
        offset = 0
        if len(found) >= limit:
            break
    return found


def shuffled(count: int, *, seed: int) -> Callable[[int], int]:
    """A random permutation of the numbers below `count`, which the `seed` decides on, number by number.

    A Feistel network permutes the numbers of an even number of bits; those that are too large are permuted
    again until they are not (Black and Rogaway, "Ciphers with arbitrary finite domains", 2002). So a page of
    a shuffled catalogue costs as much as the page is long.
    """
    half = max(1, ((count - 1).bit_length() + 1) // 2)
    mask = (1 << half) - 1
    key = hashlib.sha256(str(seed).encode()).digest()
    keys = [int.from_bytes(key[8 * turn : 8 * turn + 8], "big") for turn in range(_ROUNDS)]

    def permuted(number: int) -> int:
        while True:
            left, right = number >> half, number & mask
            for each in keys:
                left, right = right, left ^ _mixed(right ^ each) & mask
            number = left << half | right
            if number < count:
                return number

    return permuted


_64_BITS = (1 << 64) - 1


def _mixed(number: int) -> int:
    """A number whose bits each depend on all of the given one's: the finalizer of SplitMix64."""
    number = (number ^ number >> 30) * 0xBF58476D1CE4E5B9 & _64_BITS
    number = (number ^ number >> 27) * 0x94D049BB133111EB & _64_BITS
    return number ^ number >> 31
