"""How much lists agree, against values computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from precompute.evaluation.overlap import overlap
from precompute.neighbours import NeighbourLists


def lists(*rows: list[int], count: int = 10) -> NeighbourLists:
    """Lists of the first products of `count`; the others' are copies of the last one given."""
    filled = [*rows, *[rows[-1]] * (count - len(rows))]
    array = np.array(filled, np.int32).reshape(count, -1)
    return NeighbourLists([f"p{number}" for number in range(count)], array, np.zeros(array.shape))


def rank_biased_overlap(first: list[int], second: list[int], p: float) -> float:
    """Extrapolated, term by term as Webber, Moffat and Zobel write it."""
    depth = len(first)
    shares = [len(set(first[:d]) & set(second[:d])) / d for d in range(1, depth + 1)]
    return shares[-1] * p**depth + (1 - p) / p * sum(share * p**d for d, share in enumerate(shares, 1))


def test_the_same_lists_overlap_wholly_and_others_not_at_all() -> None:
    one = lists([1, 2, 3])
    assert overlap(one, one, cut=3) == {"jaccard": 1.0, "rank_biased_overlap": 1.0}
    assert overlap(one, lists([4, 5, 6]), cut=3) == {"jaccard": 0.0, "rank_biased_overlap": 0.0}


def test_overlap_by_hand() -> None:
    """[1 2] and [2 3] share one of three; A(1) = 0, A(2) = 1/2: ½ · 0.81 + ⅑ · ½ · 0.81 = 0.45."""
    found = overlap(lists([1, 2], count=1), lists([2, 3], count=1), cut=2)
    assert found == {"jaccard": round(1 / 3, 4), "rank_biased_overlap": 0.45}


def test_the_cut_leaves_the_rest_aside_and_short_lists_are_taken_whole() -> None:
    first, second = lists([1, 2, 7]), lists([1, 2, 8])
    assert overlap(first, second, cut=2)["jaccard"] == 1.0
    assert overlap(first, second, cut=99) == overlap(first, second, cut=3)
    assert overlap(first, second, cut=3)["jaccard"] == 0.5


def test_overlap_is_the_mean_over_the_products(monkeypatch: pytest.MonkeyPatch) -> None:
    random = np.random.default_rng(0)
    first, second = ([random.permutation(12)[:7].tolist() for _ in range(50)] for _ in range(2))
    expected = {
        "jaccard": np.mean([len({*a} & {*b}) / len({*a} | {*b}) for a, b in zip(first, second, strict=True)]),
        "rank_biased_overlap": np.mean(
            [rank_biased_overlap(a, b, 0.9) for a, b in zip(first, second, strict=True)]
        ),
    }
    for at_once in (1, 10**6):
        monkeypatch.setattr("precompute.evaluation.overlap._COMPARED_AT_ONCE", at_once)
        found = overlap(lists(*first, count=50), lists(*second, count=50), cut=7)
        assert found == pytest.approx(expected, abs=1e-4)


def test_a_product_alone_overlaps_with_nothing() -> None:
    alone = NeighbourLists(["p"], np.empty((1, 0), np.int32), np.empty((1, 0)))
    assert overlap(alone, alone, cut=5) == {}


def test_lists_of_other_products_cannot_be_compared() -> None:
    with pytest.raises(ValueError, match="same products"):
        overlap(lists([1]), lists([1], count=3), cut=1)
