"""The search among vectors: nothing that is nearer is passed over, whatever the metric."""

from __future__ import annotations

import numpy as np
import pytest

from dashapp.photo.live.vectors import SHORTLIST, VectorIndex
from precompute.live.write import quantised


def catalogue(count: int, width: int, *, seed: int = 0) -> np.ndarray:
    """Unit vectors as networks give them: in groups, most of their spread in few directions."""
    draw = np.random.default_rng(seed)
    spread = np.exp(-np.arange(width) / (width / 6)).astype(np.float32)
    groups = draw.standard_normal((count // 20 + 1, width), dtype=np.float32)
    own = draw.standard_normal((count, width), dtype=np.float32)
    vectors = (groups[np.arange(count) % len(groups)] + 0.7 * own) * spread
    return vectors / np.linalg.norm(vectors, axis=1, keepdims=True)


def held(vectors: np.ndarray, metric: str = "cosine", owners: np.ndarray | None = None) -> VectorIndex:
    numbers, scales = quantised(vectors)
    owners = np.arange(len(vectors), dtype=np.uint32) if owners is None else owners
    return VectorIndex(numbers, scales=scales, owners=owners, metric=metric)


def exact(vectors: np.ndarray, query: np.ndarray, metric: str) -> np.ndarray:
    if metric == "euclidean":
        return -np.linalg.norm(vectors - query, axis=1)
    return vectors @ query


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_the_shortlist_finds_what_a_search_among_all_finds(metric: str) -> None:
    vectors = catalogue(8 * SHORTLIST, 256)
    if metric != "cosine":
        vectors *= np.random.default_rng(5).uniform(0.5, 3, (len(vectors), 1)).astype(np.float32)
    # The same points between and beside products, which no row is.
    draw = np.random.default_rng(9)
    queries = vectors[::400] + 0.02 * draw.standard_normal((20, 256), dtype=np.float32)
    searched = held(vectors, metric)
    rows = searched.rows(slice(None))
    for count, least in ((10, 0.999), (300, 0.99)):
        shares = []
        for query in queries:
            right = np.argsort(-exact(rows, query, metric), kind="stable")[:count]
            found = searched.nearest(query, count=count)
            assert len(found.positions) == count
            shares.append(len({*right.tolist()} & {*found.positions.tolist()}) / count)
        assert np.mean(shares) >= least


@pytest.mark.parametrize("metric", ["cosine", "dot", "euclidean"])
def test_scores_are_those_of_the_metric_but_for_what_int8_rounds(metric: str) -> None:
    vectors = catalogue(300, 64) * (1 if metric == "cosine" else 2.5)
    query = vectors[7]
    found = held(vectors, metric).nearest(query, count=20)
    scores = exact(vectors, query, metric) * (-1 if metric == "euclidean" else 1)
    assert found.positions[0] == 7
    assert np.abs(found.scores - scores[found.positions]).max() < (0.1 if metric == "euclidean" else 0.02)
    best_first = -found.scores if metric == "euclidean" else found.scores
    assert (np.diff(best_first) <= 0).all()
    everything = held(vectors, metric).scores(query)
    assert np.allclose(everything[found.positions], found.scores, atol=1e-5)


def test_rounding_to_int8_moves_no_number_by_more_than_half_a_step() -> None:
    vectors = np.concatenate([catalogue(50, 32), np.zeros((1, 32), np.float32)])
    numbers, scales = quantised(vectors)
    assert np.abs(numbers).max(axis=1).tolist() == [127] * 50 + [0]
    assert (np.abs(numbers * scales[:, None] - vectors) <= scales[:, None] / 2 + 1e-7).all()


def test_filters_leave_as_many_as_there_are_however_far_away() -> None:
    vectors = catalogue(SHORTLIST * 3, 64)
    searched = held(vectors)
    query = vectors[0]
    order = np.argsort(-(searched.rows(slice(None)) @ query), kind="stable")
    admitted = np.zeros(len(vectors), np.bool_)
    admitted[order[-50:]] = True
    found = searched.nearest(query, count=300, admitted=admitted)
    assert found.positions.tolist() == order[-50:].tolist()
    admitted[order[100:]] = True
    assert set(searched.nearest(query, count=100, admitted=admitted).positions) <= set(order[100:])
    assert searched.nearest(query, count=5, admitted=np.zeros(len(vectors), np.bool_)).positions.size == 0


def test_a_product_has_the_score_of_its_nearest_picture() -> None:
    vectors = catalogue(200, 32)
    owners = np.repeat(np.arange(50), 4).astype(np.uint32)
    searched = held(vectors, owners=owners)
    found = searched.nearest(vectors[18], count=50)
    best = (searched.rows(slice(None)) @ vectors[18]).reshape(50, 4).max(axis=1)
    assert sorted(found.positions.tolist()) == list(range(50))
    assert found.positions[0] == 4
    assert np.allclose(found.scores, best[found.positions])
    assert np.allclose(searched.scores(vectors[18]), best)


def test_rows_may_be_in_any_order() -> None:
    vectors, owners = catalogue(120, 32), np.repeat(np.arange(40), 3).astype(np.uint32)
    order = np.random.default_rng(2).permutation(120)
    for query in vectors[:5]:
        one, other = held(vectors, owners=owners), held(vectors[order], owners=owners[order])
        assert (one.nearest(query, count=40).positions == other.nearest(query, count=40).positions).all()


def test_equal_scores_are_in_the_catalogue_s_order() -> None:
    vectors = np.repeat(catalogue(3, 16), 4, axis=0)
    assert held(vectors).nearest(vectors[5], count=4).positions.tolist() == [4, 5, 6, 7]
