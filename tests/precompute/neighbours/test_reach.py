"""Places for products that no list has: against the definition, and after a change as from scratch."""

from __future__ import annotations

import json

import numpy as np
import pytest

from precompute.neighbours import KnownLists, NeighbourLists, find_neighbours
from precompute.neighbours.reach import find_reach, lines_with_reach, out_of_reach

DEPTH = 3


def vectors(count: int, seed: int) -> np.ndarray:
    """A few crowds and many that lie far from everything: these are in no list."""
    random = np.random.default_rng(seed)
    crowds = random.normal(size=(5, 8))
    spread = np.where(random.random((count, 1)) < 0.3, 3.0, 0.2)
    found: np.ndarray = crowds[random.integers(5, size=count)] + spread * random.normal(size=(count, 8))
    return found.astype(np.float32)


def search(
    ids: list[str], points: np.ndarray, metric: str, known: KnownLists | None = None
) -> NeighbourLists:
    return find_neighbours(ids, points, metric=metric, depth=DEPTH, known=known)


def parsed(lists: NeighbourLists, metric: str) -> dict[str, list[tuple[str, float]]]:
    lines = [line.decode() for _, line in lines_with_reach(lists, find_reach(lists, metric=metric))]
    content = json.loads("{" + ", ".join(lines) + "}")
    return {name: [(entry, score) for entry, score in entries] for name, entries in content.items()}


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
@pytest.mark.parametrize("seed", range(4))
def test_each_gets_a_place_where_it_is_nearest_and_nothing_else_moves(metric: str, seed: int) -> None:
    ids = [f'"{number:02}" ß' for number in range(60)]
    lists = search(ids, vectors(60, seed), metric)
    unreached = {lists.ids[place] for place in out_of_reach(lists)}
    found, before = parsed(lists, metric), {name: list(map(tuple, entries)) for name, entries in lists}
    assert unreached and {name: entries[:DEPTH] for name, entries in found.items()} == before
    added = {name: entries[DEPTH:] for name, entries in found.items()}
    hosts = {entry: host for host, entries in added.items() for entry, _ in entries}
    assert hosts == {name: before[name][0][0] for name in unreached}
    for entries in added.values():
        assert entries == sorted(
            entries, key=lambda one: (one[1] if metric == "euclidean" else -one[1], one[0])
        )
        assert all(score == before[entry][0][1] for entry, score in entries)
    assert {entry for entries in found.values() for entry, _ in entries} == set(ids)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
@pytest.mark.parametrize("seed", range(4))
def test_after_a_change_it_is_as_from_scratch(metric: str, seed: int) -> None:
    ids, points = [f"{number:03}" for number in range(120)], vectors(120, seed)
    known = search(ids[:110], points[:110], metric).known
    keep = np.random.default_rng(seed).permutation(120)[:114]
    some, left = [ids[place] for place in keep], points[keep]
    assert parsed(search(some, left, metric, known), metric) == parsed(search(some, left, metric), metric)


def test_where_all_are_in_all_lists_none_gets_a_place() -> None:
    lists = search(["a", "b", "c"], vectors(3, 0), "cosine")
    assert find_reach(lists, metric="cosine").longest == 0
    assert list(lines_with_reach(lists, find_reach(lists, metric="cosine"))) == list(lists.lines())
    alone = NeighbourLists(["a"], np.empty((1, 0), np.int32), np.empty((1, 0)))
    assert not len(find_reach(alone, metric="cosine").products)
