"""The lists against a brute-force reference, ties and memory included."""

from __future__ import annotations

import numpy as np
import pytest

from precompute import neighbours
from precompute.evaluation import category_precision
from precompute.neighbours import NeighbourLists, find_neighbours
from precompute.projection import centre


def reference(ids: list[str], vectors: np.ndarray, depth: int) -> dict[str, list[tuple[str, float]]]:
    """The lists as their definition reads, from the full matrix in float64."""
    scores = np.round(vectors.astype(np.float64) @ vectors.astype(np.float64).T, 6)
    lists = {}
    for row, own in enumerate(ids):
        entries = [(-scores[row, other], ids[other]) for other in range(len(ids)) if other != row]
        lists[own] = [(name, -score) for score, name in sorted(entries)[:depth]]
    return lists


def as_dictionary(lists: NeighbourLists) -> dict[str, list[tuple[str, float]]]:
    return {name: [tuple(entry) for entry in entries] for name, entries in lists}


def catalogue(count: int, dimensions: int, seed: int = 0) -> tuple[list[str], np.ndarray]:
    random = np.random.default_rng(seed)
    vectors, _ = centre(random.random((count, dimensions)).astype(np.float32))
    return [f"p{number}" for number in random.permutation(count)], vectors


@pytest.mark.parametrize("depth", [1, 7, 60])
@pytest.mark.parametrize("queries", [64, 4096])
def test_lists_are_those_of_the_reference(monkeypatch: pytest.MonkeyPatch, depth: int, queries: int) -> None:
    monkeypatch.setattr(neighbours, "_QUERIES", queries)
    ids, vectors = catalogue(500, 32)
    assert as_dictionary(find_neighbours(ids, vectors, depth=depth)) == reference(ids, vectors, depth)


@pytest.mark.parametrize("memory_budget", [1, neighbours.MEMORY_BUDGET])
def test_many_equal_scores_are_ordered_by_id(memory_budget: int) -> None:
    ids, vectors = catalogue(400, 16)
    vectors[100:300] = vectors[100]  # one picture on 200 products
    vectors[350:380] = 0  # no direction at all
    lists = find_neighbours(ids, vectors, depth=20, memory_budget=memory_budget)
    assert as_dictionary(lists) == reference(ids, vectors, 20)


def test_scores_that_differ_in_the_seventh_decimal_count_as_equal() -> None:
    base = np.zeros((40, 8), np.float32)
    base[:, 0] = 1
    base[:, 1] = np.linspace(0, 1e-4, 40)
    vectors = (base / np.linalg.norm(base, axis=1, keepdims=True)).astype(np.float32)
    ids = [f"{number:02}" for number in range(40)][::-1]
    assert as_dictionary(find_neighbours(ids, vectors, depth=5)) == reference(ids, vectors, 5)


def test_the_order_of_the_products_does_not_matter() -> None:
    ids, vectors = catalogue(300, 24)
    turned = find_neighbours(ids[::-1], vectors[::-1], depth=10)
    assert as_dictionary(turned) == as_dictionary(find_neighbours(ids, vectors, depth=10))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_few_products_give_short_lists(count: int) -> None:
    ids, vectors = catalogue(count, 8)
    lists = as_dictionary(find_neighbours(ids, vectors, depth=60))
    assert {name: len(entries) for name, entries in lists.items()} == dict.fromkeys(ids, count - 1)


def test_progress_counts_every_product(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(neighbours, "_QUERIES", 64)
    ids, vectors = catalogue(150, 8)
    steps: list[int] = []
    find_neighbours(ids, vectors, depth=3, advance=steps.append)
    assert steps == [64, 64, 22]


def test_centring_takes_the_mean_away_and_leaves_unit_length() -> None:
    embeddings = np.random.default_rng(1).random((50, 12)).astype(np.float32) + 7
    vectors, mean = centre(embeddings)
    assert np.allclose(mean, embeddings.mean(axis=0))
    assert np.allclose(np.linalg.norm(vectors, axis=1), 1)
    direction = embeddings - embeddings.mean(axis=0)
    assert np.allclose(vectors, direction / np.linalg.norm(direction, axis=1, keepdims=True), atol=1e-5)


def test_one_picture_alone_has_no_direction() -> None:
    vectors, _ = centre(np.ones((1, 4), np.float32))
    assert (vectors == 0).all()


def test_precision_counts_neighbours_of_the_same_category() -> None:
    rows = np.array([[1, 2], [0, 2], [0, 1], [0, 1]], np.int32)
    lists = NeighbourLists(["a", "b", "c", "d"], rows, np.ones((4, 2)))
    categories = {"a": "cup", "b": "cup", "c": "cup", "d": "lamp"}
    # The lamp is alone in its category and so does not count.
    assert category_precision(lists, categories) == {"precision_at_1": 1.0}
    categories = {"a": "cup", "b": "cup", "c": "lamp", "d": "lamp"}
    assert category_precision(lists, categories) == {"precision_at_1": 0.5}
    assert category_precision(lists, dict.fromkeys("abcd", "")) == {}
