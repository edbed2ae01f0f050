"""Lists from those of an earlier catalogue are those from scratch, to the last bit, whatever has changed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from precompute import neighbours
from precompute.neighbours import KnownLists, NeighbourLists, find_neighbours, incremental
from precompute.neighbours.space import open_space
from tests.hard_vectors import KINDS, METRICS, vectors_of


@dataclass
class Shop:
    """A catalogue that changes."""

    kind: str
    random: np.random.Generator
    vectors: dict[str, np.ndarray]
    made: int = 0

    def add(self, count: int) -> None:
        for vector in vectors_of(self.kind, count, self.random):
            self.made += 1
            # Some ids come before all others, some after them; some pictures are there already.
            twin = self.random.random() < 0.3 and self.vectors
            name = f"{self.random.integers(0, 100):02}-{self.made}"
            self.vectors[name] = self.vectors[self.pick(1)[0]] if twin else vector

    def remove(self, count: int) -> None:
        for name in self.pick(min(count, len(self.vectors) - 1)):
            del self.vectors[name]

    def edit(self, count: int) -> None:
        names = self.pick(count)
        self.vectors |= zip(names, vectors_of(self.kind, len(names), self.random), strict=True)

    def rename(self, count: int) -> None:
        for name in self.pick(count):
            self.made += 1
            self.vectors[f"{self.random.integers(0, 100):02}-{self.made}"] = self.vectors.pop(name)

    def pick(self, count: int) -> list[str]:
        names = sorted(self.vectors)
        return self.random.permutation(names)[: min(count, len(names))].tolist()

    def search(self, **options: Any) -> NeighbourLists:
        names = self.random.permutation(list(self.vectors)).tolist()
        return find_neighbours(names, np.array([self.vectors[name] for name in names]), **options)


@pytest.fixture
def updated(monkeypatch: pytest.MonkeyPatch) -> list[bool]:
    """Whether each search that had known lists was made from them."""
    results: list[bool] = []

    def update(*arguments: Any, **options: Any) -> bool:
        results.append(incremental.update(*arguments, **options))
        return results[-1]

    monkeypatch.setattr(neighbours, "update", update)
    return results


def assert_equal(lists: NeighbourLists, expected: NeighbourLists) -> None:
    assert list(lists.lines()) == list(expected.lines())
    assert lists.rows.tobytes() == expected.rows.tobytes()
    assert lists.scores.tobytes() == expected.scores.tobytes()
    assert lists.search == expected.search


def assert_true(known: KnownLists, expected: KnownLists) -> None:
    """What is known is right, and nothing is known after what is not."""
    there = known.rows != np.arange(len(known.ids))[:, np.newaxis]
    assert (there[:, :-1] >= there[:, 1:]).all()
    assert (known.rows[there] == expected.rows[there]).all()
    assert (known.scores[there] == expected.scores[there]).all()
    assert (known.digests == expected.digests).all()


CHANGES = some.lists(
    some.tuples(some.sampled_from(["add", "remove", "edit", "rename"]), some.integers(1, 6)), max_size=3
)


def test_lists_are_those_from_scratch_after_any_changes(
    monkeypatch: pytest.MonkeyPatch, updated: list[bool], often: Callable[[int, int], int]
) -> None:
    monkeypatch.setattr(incremental, "_TOGETHER", 7)
    monkeypatch.setattr(incremental, "_DEARER", 1.5)

    @settings(max_examples=often(20, 150), derandomize=True, database=None)
    @given(
        seed=some.integers(0, 2**32),
        kind=some.sampled_from(KINDS),
        metric=some.sampled_from(METRICS),
        count=some.integers(1, 60),
        depth=some.integers(1, 8),
        spare=some.integers(0, 4),
        steps=some.lists(CHANGES, min_size=1, max_size=4),
    )
    def check(
        seed: int,
        kind: str,
        metric: str,
        count: int,
        depth: int,
        spare: int,
        steps: list[list[tuple[str, int]]],
    ) -> None:
        monkeypatch.setattr(neighbours, "SPARE", spare)
        shop = Shop(kind, np.random.default_rng(seed), {})
        shop.add(count)
        known = shop.search(metric=metric, depth=depth).known
        for changes in steps:
            for change, how_many in changes:
                getattr(shop, change)(how_many)
            lists = shop.search(metric=metric, depth=depth, known=known)
            expected = shop.search(metric=metric, depth=depth)
            assert_equal(lists, expected)
            known = lists.known
            assert (known is None) == (len(shop.vectors) == 1)
            if known is not None:
                assert_true(known, expected.known)

    check()
    assert np.mean(updated) > 0.6
    assert len(updated) > often(30, 200)


def gaussian(count: int, dimensions: int = 8) -> Shop:
    shop = Shop("normal", np.random.default_rng(4), {})
    shop.vectors = dict(enumerate_names(np.random.default_rng(5).standard_normal((count, dimensions))))
    return shop


def enumerate_names(vectors: np.ndarray) -> list[tuple[str, np.ndarray]]:
    return [(f"p{row:04}", vector) for row, vector in enumerate(vectors.astype(np.float32))]


@pytest.mark.parametrize("metric", METRICS)
def test_few_changes_are_made_without_searching_anew(
    metric: str, updated: list[bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    searched: list[int] = []

    def settle(space: Any, ranking: Any, rows: np.ndarray, **options: Any) -> None:
        searched.append(len(rows))
        neighbours.against_all.settle_against_all(space, ranking, rows, **options)

    monkeypatch.setattr(incremental, "settle_against_all", settle)
    shop = gaussian(600)
    known = shop.search(metric=metric, depth=20).known
    shop.vectors["p0100"] = shop.vectors["p0101"] + np.float32(0.01)
    shop.vectors["new"] = shop.vectors["p0300"] * np.float32(0.99)
    del shop.vectors["p0200"]
    steps: list[int] = []
    lists = shop.search(metric=metric, depth=20, known=known, advance=steps.append)
    assert updated == [True]
    assert searched == [2], "the spare entries take the places of what went"
    assert sum(steps) == 600
    assert all(step >= 0 for step in steps)
    assert_equal(lists, shop.search(metric=metric, depth=20))
    # Nothing changed at all.
    again = shop.search(metric=metric, depth=20, known=lists.known)
    assert searched == [2, 0]
    assert_equal(again, lists)


def test_lists_that_lost_too_much_are_searched_anew(updated: list[bool]) -> None:
    shop = gaussian(300)
    known = shop.search(metric="cosine", depth=20).known
    # All that is near to one product goes, more than its list has to spare.
    row = known.ids.index("p0007")
    for near in known.rows[row, : incremental.SPARE + 2].tolist():
        del shop.vectors[known.ids[near]]
    lists = shop.search(metric="cosine", depth=20, known=known)
    assert updated == [True]
    assert_equal(lists, shop.search(metric="cosine", depth=20))
    row = lists.ids.index("p0007")
    assert (lists.known.rows[row] != row).all(), "a list that was searched anew has all its spare entries"


@pytest.mark.parametrize("metric", METRICS)
def test_a_placeholder_on_many_new_products_is_no_exception(metric: str, updated: list[bool]) -> None:
    shop = gaussian(500)
    shop.vectors |= {f"p{row:04}": shop.vectors["p0000"] for row in range(200)}
    known = shop.search(metric=metric, depth=5).known
    shop.vectors |= {f"a{row:04}": shop.vectors["p0000"] for row in range(40)}
    lists = shop.search(metric=metric, depth=5, known=known)
    assert updated == [True]
    assert_equal(lists, shop.search(metric=metric, depth=5))


def test_lists_of_another_kind_are_no_start(updated: list[bool]) -> None:
    shop = gaussian(100)
    cosine = shop.search(metric="cosine", depth=5).known
    for metric, depth in (("dot", 5), ("cosine", 6)):
        lists = shop.search(metric=metric, depth=depth, known=cosine)
        assert_equal(lists, shop.search(metric=metric, depth=depth))
    assert updated == [False, False]
    # Every vector is another one.
    shop.vectors = {name: vector + np.float32(1) for name, vector in shop.vectors.items()}
    lists = shop.search(metric="cosine", depth=5, known=cosine)
    assert updated == [False, False, False]
    assert_equal(lists, shop.search(metric="cosine", depth=5))


def test_approximate_search_neither_starts_from_lists_nor_leaves_any(updated: list[bool]) -> None:
    shop = gaussian(400)
    known = shop.search(metric="cosine", depth=5).known
    lists = shop.search(metric="cosine", depth=5, known=known, search="approximate")
    assert lists.known is None
    assert updated == []


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_score_that_reaches_another_is_below_the_least_nearness(metric: str, kind: str) -> None:
    vectors = vectors_of(kind, 120, np.random.default_rng(8))
    space = open_space(vectors, metric)
    rows = np.arange(120)
    scores = space.scores(rows, np.tile(rows, (120, 1)))
    near = space.nearness(slice(None), slice(None))
    for column in range(0, 120, 7):
        limits = space.least_nearness(rows, scores[:, column])[:, np.newaxis]
        reached = scores <= scores[:, [column]] if metric == "euclidean" else scores >= scores[:, [column]]
        assert (near >= limits)[reached].all()
        # And the limit is no lower than it has to be.
        assert (near[rows, column] - limits[:, 0] <= 2 * space.margins).all()
