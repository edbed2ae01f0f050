"""What the report says of the lists, against values computed by hand or term by term."""

from __future__ import annotations

import numpy as np
import pytest

from precompute.building.list_quality import BINS, examine, histograms, hubs, orphans
from precompute.neighbours import NeighbourLists, find_neighbours
from precompute.neighbours.pairs import SAMPLED, describe_pairs, pair_scores
from tests.small_bundle import small_product

IDS = ["a", "b", "c", "d"]


def vectors(count: int, seed: int = 0) -> np.ndarray:
    return np.random.default_rng(seed).standard_normal((count, 6), np.float32)


def test_hubs_and_orphans_by_hand() -> None:
    frequency = np.array([2, 3, 3, 0])
    assert hubs(IDS, frequency) == {"products": [["b", 3], ["c", 3], ["a", 2]]}
    found = orphans(dict(zip(IDS, [0, 3, 1, 0], strict=True)), ["d", "c", "b", "a"])
    assert found == {"count": 2, "ids": ["d", "a"]}


def test_histograms_count_every_score_once() -> None:
    random = np.random.default_rng(0)
    groups = {"first": random.normal(size=(50, 1)), "stored": random.normal(size=(50, 7))}
    found = histograms(**groups)
    assert len(found["edges"]) == BINS + 1
    assert {name: sum(found[name]) for name in groups} == {"first": 50, "stored": 350}
    assert histograms(first=np.empty((1, 0)), stored=np.empty((1, 0))) == {
        "edges": [],
        "first": [],
        "stored": [],
    }


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_few_products_are_compared_all_with_all(metric: str) -> None:
    points = vectors(30)
    lists = find_neighbours([f"{n:02}" for n in range(30)], points, metric=metric, depth=29)
    assert np.allclose(np.sort(pair_scores(points, metric)), np.sort(lists.scores, axis=None)[::2], atol=1e-6)


def test_many_products_are_sampled_and_never_with_themselves() -> None:
    points = vectors(600)
    found = pair_scores(points, "euclidean")
    assert len(found) == SAMPLED and found.min() > 0
    assert np.array_equal(found, pair_scores(points, "euclidean"))
    everything = np.linalg.norm(points[:, None].astype(float) - points, axis=2)[np.triu_indices(600, 1)]
    assert np.quantile(found, [0.1, 0.5, 0.9]) == pytest.approx(
        np.quantile(everything, [0.1, 0.5, 0.9]), abs=0.03
    )


@pytest.mark.parametrize(("metric", "sign"), [("cosine", 1), ("dot", 1), ("euclidean", -1)])
def test_the_quantiles_say_how_many_pairs_are_farther(metric: str, sign: int) -> None:
    scores = pair_scores(vectors(400), metric)
    said = describe_pairs(scores, metric)
    assert said["sampled"] == len(scores) and len(said["quantiles"]) == 101
    for share, least in [*enumerate(said["quantiles"]), *((float(k), v) for k, v in said["tail"].items())]:
        assert (sign * scores < sign * least).mean() == pytest.approx(share / 100, abs=1e-3)


def test_one_product_has_no_pairs_and_a_report_all_the_same() -> None:
    alone = NeighbourLists(["a"], np.empty((1, 0), np.int32), np.empty((1, 0)))
    found = examine(alone, vectors(1), metric="cosine", top=20, products=[small_product("a")])
    assert found.pairs == {"sampled": 0, "quantiles": [], "tail": {}}
    assert found.yardsticks == {} and found.categories == [] and found.closeness == {}
    assert found.orphans == {"count": 1, "ids": ["a"]}
