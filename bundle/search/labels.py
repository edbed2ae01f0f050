"""What products are labelled with, and how many of some products have each label."""

from __future__ import annotations

from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from typing import NamedTuple, overload

from pyroaring import BitMap

from bundle.search.orders import counted
from bundle.search.query import Value, category_name, category_path
from bundle.search.steps import step


class Column(NamedTuple):
    """The labels of one kind by product: their numbers in the order of their names, from 1; 0 for none.

    The labels of the product at position p are `codes[starts[p] : starts[p + 1]]`, or `codes[p]` where
    `starts` is None since no product has several. Of a category, the widest ones are left out: they follow.
    """

    codes: array[int]
    starts: array[int] | None = None


class LabelSets:
    """All labels of one kind, by name, each with the set of its products."""

    def __init__(self, names: Sequence[str], sets: Sequence[BitMap], column: Column | None) -> None:
        self.names = names
        self.sets = sets
        self.totals = array("I", map(len, sets))
        self.column = column
        self._numbers = {name: number for number, name in enumerate(names)}

    def members(self, names: Iterable[str]) -> BitMap:
        """The products that have at least one of the labels with these names."""
        found = [self.sets[self._numbers[name]] for name in set(names) if name in self._numbers]
        # A set of one label is nearly all of a filter: it is used as it is, not copied.
        return found[0] if len(found) == 1 else BitMap.union(*found) if found else BitMap()

    def count(self, members: BitMap | None, *, count: int) -> array[int]:
        """How many of the members, out of `count` products, or of all, have each label."""
        step()
        if members is None:
            return self.totals
        # Looking at one label of a product costs about as much as looking at a label's set.
        if self.column is None or len(members) * len(self.column.codes) > len(self.names) * count:
            return array("I", counted(self.sets, members, count=count))
        numbers = array("I", bytes(4 * len(self.names)))
        for code, there in Counter(self._codes(members, self.column)).items():
            for number in self._with_parents[code]:
                numbers[number] += there
        return numbers

    def count_some(self, numbers: Iterable[int], members: BitMap | None) -> list[int]:
        """How many of the members, or of all products, have each of the labels with these numbers."""
        if members is None:
            return [self.totals[number] for number in numbers]
        return [members.intersection_cardinality(self.sets[number]) for number in numbers]

    @cached_property
    def by_frequency(self) -> array[int]:
        """The labels' numbers, those of most products first."""
        return array("I", sorted(range(len(self.names)), key=self.totals.__getitem__, reverse=True))

    @cached_property
    def below(self) -> dict[str, list[int]]:
        """The numbers of the categories directly below each category; below "" the widest."""
        found: dict[str, list[int]] = defaultdict(list)
        for number, name in enumerate(self.names):
            found[category_name(category_path(name)[:-1])].append(number)
        return dict(found)

    @cached_property
    def _with_parents(self) -> list[tuple[int, ...]]:
        """The numbers of the labels that each code of the column stands for."""
        found: list[tuple[int, ...]] = [()]
        for number, name in enumerate(self.names):
            path = category_path(name) if self._is_tree else ()
            parents = (self._numbers.get(category_name(path[:depth])) for depth in range(1, len(path)))
            found.append((number, *(parent for parent in parents if parent is not None)))
        return found

    def warm(self) -> None:
        """Make what is made from the labels once."""
        _ = self.by_frequency, self.below, self._with_parents

    @property
    def _is_tree(self) -> bool:
        return False

    def _codes(self, members: BitMap, column: Column) -> Iterator[int]:
        codes, starts = column
        if starts is None:
            return map(codes.__getitem__, members)
        several = (codes[starts[position] : starts[position + 1]] for position in members)
        return chain.from_iterable(several)


class CategorySets(LabelSets):
    """The categories: what is in one is in all those above it too."""

    @property
    def _is_tree(self) -> bool:
        return True


class Counts(Sequence[Value]):
    """How many products of a query each label leaves, those of most products first, counted when asked for.

    LabelSets without a product are left out. Equals any sequence with the same values.
    """

    def __init__(
        self, labels: LabelSets, members: BitMap | None, *, count: int, by_name: bool = False
    ) -> None:
        """Count among the `members`, out of `count` products, or all; in the order of names if `by_name`."""
        self._labels = labels
        self._members = members
        self._count = count
        self._by_name = by_name

    @cached_property
    def _numbers(self) -> array[int]:
        return self._labels.count(self._members, count=self._count)

    @cached_property
    def _order(self) -> Sequence[int]:
        numbers = self._numbers
        if self._by_name:
            return [place for place, there in enumerate(numbers) if there]
        if self._members is None:
            return self._labels.by_frequency
        # Among equals the order stays that of all products.
        found = [place for place in self._labels.by_frequency if numbers[place]]
        found.sort(key=numbers.__getitem__, reverse=True)
        return found

    def below(self, category: str) -> list[Value]:
        """The categories directly below one, by name; below "" the widest. Only these are counted."""
        labels = self._labels
        places = labels.below.get(category, [])
        counts = zip(places, labels.count_some(places, self._members), strict=True)
        return [Value(labels.names[place], there) for place, there in counts if there]

    def __len__(self) -> int:
        return len(self._order)

    @overload
    def __getitem__(self, place: int) -> Value: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Value, ...]: ...
    def __getitem__(self, place: int | slice) -> Value | tuple[Value, ...]:
        names, numbers = self._labels.names, self._numbers
        if isinstance(place, slice):
            return tuple(Value(names[each], numbers[each]) for each in self._order[place])
        each = self._order[place]
        return Value(names[each], numbers[each])

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Sequence) and tuple(self) == tuple(other)

    def __hash__(self) -> int:
        return hash(tuple(self))

    def __repr__(self) -> str:
        return repr(tuple(self))
