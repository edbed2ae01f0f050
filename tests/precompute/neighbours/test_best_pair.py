"""Where the best matching pair of pictures counts: every promise of the lists, pair by pair in float64."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from precompute import neighbours
from precompute.neighbours import NeighbourLists, approximate, best_pair, exact, find_neighbours, incremental
from precompute.neighbours.best_pair import BestPairs, open_products
from precompute.neighbours.pairs import pair_scores
from tests.hard_vectors import KINDS, METRICS, vectors_of

Lists = dict[str, list[tuple[str, float]]]


def catalogue(kind: str, count: int, seed: int = 0) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Ids, vectors and how many each product has: one to five, and one has many."""
    random = np.random.default_rng(seed)
    counts = random.integers(1, 6, count).astype(np.int32)
    counts[count // 2] = 23
    vectors = vectors_of(kind, int(counts.sum()), random, decades=3)
    return [f"p{number}" for number in random.permutation(count)], vectors, counts


def score(one: np.ndarray, other: np.ndarray, metric: str) -> float:
    if metric == "euclidean":
        return float(np.sqrt(np.square(one - other).sum()))
    product = float((one * other).sum())
    lengths = np.linalg.norm(one) * np.linalg.norm(other)
    return product if metric == "dot" else product / lengths if lengths else 0.0


def reference(ids: list[str], vectors: np.ndarray, counts: np.ndarray, depth: int, metric: str) -> Lists:
    """The lists as their definition reads."""
    pictures = np.split(vectors.astype(np.float64), np.cumsum(counts)[:-1])
    best, sign = (min, 1) if metric == "euclidean" else (max, -1)
    lists = {}
    for own, mine in zip(ids, pictures, strict=True):
        entries = [
            (sign * round(best(score(a, b, metric) for a in mine for b in its), 6) + 0.0, other)
            for other, its in zip(ids, pictures, strict=True)
            if other != own
        ]
        lists[own] = [(name, sign * key + 0.0) for key, name in sorted(entries)[:depth]]
    return lists


def as_dictionary(lists: NeighbourLists) -> Lists:
    return {name: [tuple(entry) for entry in entries] for name, entries in lists}


@pytest.fixture(params=[8, 1024], ids=["many blocks", "one block"])
def blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    for module, name in ((exact, "_SMALLEST_BLOCK"), (exact, "_LARGEST_BLOCK"), (best_pair, "_STRIP")):
        monkeypatch.setattr(module, name, request.param)


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("memory_budget", [1, neighbours.MEMORY_BUDGET])
@pytest.mark.parametrize("metric", METRICS)
def test_lists_are_those_of_the_best_pairs(metric: str, memory_budget: int) -> None:
    ids, vectors, counts = catalogue("normal", 32)
    options = {"metric": metric, "depth": 9, "counts": counts, "memory_budget": memory_budget}
    lists = find_neighbours(ids, vectors, **options)
    found = as_dictionary(lists)
    for name, entries in reference(ids, vectors, counts, 9, metric).items():
        assert [other for other, _ in found[name]] == [other for other, _ in entries]
        assert np.allclose([s for _, s in found[name]], [s for _, s in entries], rtol=0, atol=1.1e-6)


@pytest.mark.usefixtures("blocks")
@pytest.mark.parametrize("metric", METRICS)
def test_a_shared_picture_on_many_products_leaves_ties_by_id(metric: str) -> None:
    ids, vectors, counts = catalogue("normal", 80)
    starts = np.cumsum(counts) - counts
    vectors = np.random.default_rng(1).standard_normal(vectors.shape).astype(np.float32) / 2
    vectors[starts[10:60]] = 5  # one chart of sizes
    lists = find_neighbours(ids, vectors, metric=metric, depth=6, counts=counts)
    charted = {ids[row] for row in range(10, 60)}
    for name, entries in as_dictionary(lists).items():
        if name in charted:
            assert [other for other, _ in entries] == sorted(charted - {name})[:6]


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kind", KINDS)
def test_one_picture_a_product_costs_nothing_and_changes_no_bit(metric: str, kind: str) -> None:
    random = np.random.default_rng(5)
    vectors, ids = vectors_of(kind, 80, random, decades=3), [f"{row:02}" for row in range(80)]
    ones = np.ones(80, np.int32)
    assert not isinstance(open_products(vectors, metric, counts=ones), BestPairs)
    plain = find_neighbours(ids, vectors, metric=metric, depth=9)
    found = find_neighbours(ids, vectors, metric=metric, depth=9, counts=ones)
    assert list(found.lines()) == list(plain.lines())
    assert found.known.digests.tobytes() == plain.known.digests.tobytes()


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kind", KINDS)
def test_products_are_as_near_as_their_pictures_are(metric: str, kind: str) -> None:
    _, vectors, counts = catalogue(kind, 60, seed=8)
    space = open_products(vectors, metric, counts=counts)
    rows = np.arange(60)
    near = space.nearness(slice(None), slice(None))
    assert (space.nearness(rows[::-1], slice(10, 30)) == near[::-1, 10:30]).mean() > 0.9
    scores = space.scores(rows, np.tile(rows, (60, 1)))
    assert (scores == scores.T).all()
    assert space.full_scores(rows).tobytes() == scores.tobytes()
    alone = [space.scores(rows[[row]], rows[np.newaxis, ::-1])[0, ::-1] for row in rows]
    assert np.stack(alone).tobytes() == scores.tobytes()
    for column in range(0, 60, 5):
        limits = space.least_nearness(rows, scores[:, column])[:, np.newaxis]
        reached = scores <= scores[:, [column]] if metric == "euclidean" else scores >= scores[:, [column]]
        assert (near >= limits)[reached].all()
        # What the margin rules out has a worse score.
        below = near < (near[:, [column]] - space.margins[:, np.newaxis])
        worse = scores > scores[:, [column]] if metric == "euclidean" else scores < scores[:, [column]]
        assert worse[below].all()


@dataclass
class Shop:
    """A catalogue whose products gain and lose pictures."""

    kind: str
    random: np.random.Generator
    products: dict[str, list[np.ndarray]]
    made: int = 0

    def some_vectors(self) -> list[np.ndarray]:
        return list(vectors_of(self.kind, int(self.random.integers(1, 5)), self.random, decades=3))

    def add(self, count: int) -> None:
        for _ in range(count):
            self.made += 1
            twin = self.random.random() < 0.3 and self.products
            name = f"{self.random.integers(0, 100):02}-{self.made}"
            self.products[name] = self.products[self.pick(1)[0]] if twin else self.some_vectors()

    def remove(self, count: int) -> None:
        for name in self.pick(min(count, len(self.products) - 1)):
            del self.products[name]

    def add_pictures(self, count: int) -> None:
        for name in self.pick(count):
            self.products[name] = self.products[name] + self.some_vectors()

    def take_pictures(self, count: int) -> None:
        for name in self.pick(count):
            self.products[name] = self.products[name][1:] or self.products[name]

    def edit(self, count: int) -> None:
        for name in self.pick(count):
            self.products[name] = [
                *self.products[name][1:],
                *vectors_of(self.kind, 1, self.random, decades=3),
            ]

    def turn(self, count: int) -> None:
        for name in self.pick(count):
            self.products[name] = self.products[name][::-1]

    def pick(self, count: int) -> list[str]:
        names = sorted(self.products)
        return self.random.permutation(names)[: min(count, len(names))].tolist()

    def search(self, **options: Any) -> NeighbourLists:
        names = self.random.permutation(list(self.products)).tolist()
        vectors = np.array([vector for name in names for vector in self.products[name]])
        counts = np.array([len(self.products[name]) for name in names], np.int32)
        return find_neighbours(names, vectors, counts=counts, **options)


CHANGES = some.lists(
    some.tuples(
        some.sampled_from(["add", "remove", "add_pictures", "take_pictures", "edit", "turn"]),
        some.integers(1, 4),
    ),
    max_size=3,
)


def test_lists_are_those_from_scratch_after_any_changes(
    monkeypatch: pytest.MonkeyPatch, often: Callable[[int, int], int]
) -> None:
    updated: list[bool] = []

    def update(*arguments: Any, **options: Any) -> bool:
        updated.append(incremental.update(*arguments, **options))
        return updated[-1]

    monkeypatch.setattr(neighbours, "update", update)
    for module, name, value in (
        (incremental, "_TOGETHER", 7),
        (incremental, "_DEARER", 1.5),
        (best_pair, "_STRIP", 16),
        (neighbours, "SPARE", 2),
    ):
        monkeypatch.setattr(module, name, value)

    @settings(max_examples=often(12, 80), derandomize=True, database=None)
    @given(
        seed=some.integers(0, 2**32),
        kind=some.sampled_from(KINDS),
        metric=some.sampled_from(METRICS),
        count=some.integers(2, 40),
        depth=some.integers(1, 8),
        steps=some.lists(CHANGES, min_size=1, max_size=3),
    )
    def check(
        seed: int, kind: str, metric: str, count: int, depth: int, steps: list[list[tuple[str, int]]]
    ) -> None:
        shop = Shop(kind, np.random.default_rng(seed), {})
        shop.add(count)
        known = shop.search(metric=metric, depth=depth).known
        for changes in steps:
            for change, how_many in changes:
                getattr(shop, change)(how_many)
            lists = shop.search(metric=metric, depth=depth, known=known)
            expected = shop.search(metric=metric, depth=depth)
            assert list(lists.lines()) == list(expected.lines())
            assert lists.scores.tobytes() == expected.scores.tobytes()
            known = lists.known

    check()
    assert np.mean(updated) > 0.5


@pytest.mark.parametrize("metric", METRICS)
def test_approximate_lists_have_the_recall_that_they_state(metric: str) -> None:
    random = np.random.default_rng(3)
    centres, directions = random.standard_normal((20, 32)), random.standard_normal((4, 32))
    counts = random.integers(1, 4, 600).astype(np.int32)
    kind = np.repeat(random.integers(0, 20, 600), counts)
    vectors = centres[kind] + 0.3 * random.standard_normal((len(kind), 4)) @ directions
    ids, vectors = [f"{row:04}" for row in range(600)], vectors.astype(np.float32)
    options = {"metric": metric, "depth": 20, "top": 10, "counts": counts}
    steps: list[int] = []
    found = find_neighbours(ids, vectors, search="approximate", advance=steps.append, **options)
    best = find_neighbours(ids, vectors, **options)
    assert sum(steps) == 600
    pairs = zip(found.rows[:, :10].tolist(), best.rows[:, :10].tolist(), strict=True)
    assert np.mean([len(set(one) & set(other)) / 10 for one, other in pairs]) >= approximate.RECALL - 0.01
    assert all(len(set(row) - {own}) == 20 for own, row in enumerate(found.rows.tolist()))
    if metric != "dot":
        assert found.search["engine"] == "approximate"


def test_search_is_approximate_above_a_number_of_pictures(monkeypatch: pytest.MonkeyPatch) -> None:
    ids, vectors, counts = catalogue("normal", 60)
    monkeypatch.setattr(neighbours, "EXACT_PRODUCTS", len(vectors) - 1)
    found = find_neighbours(ids, vectors, metric="cosine", depth=5, counts=counts)
    assert found.search["engine"] == "approximate"


@pytest.mark.parametrize("metric", METRICS)
def test_random_pairs_have_the_scores_of_the_lists(metric: str) -> None:
    ids, vectors, counts = catalogue("normal", 30)
    lists = find_neighbours(ids, vectors, metric=metric, depth=29, counts=counts)
    found = pair_scores(vectors, metric, counts=counts)
    assert np.allclose(np.sort(found), np.sort(lists.scores, axis=None)[::2], atol=1e-6)
