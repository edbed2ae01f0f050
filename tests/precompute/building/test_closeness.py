"""From which scores on look-alikes are very close, close, or not alike at all."""

import numpy as np
import pytest

from bundle.metric import sign
from precompute.building.closeness import calibrate, nearest_scores
from precompute.neighbours import NeighbourLists, find_neighbours
from precompute.neighbours.pairs import pair_scores
from tests.small_bundle import small_product

FAMILIES, SIZE, LONERS = 40, 10, 6


def crowd() -> np.ndarray:
    """Families of near points, and a few points that nothing is near to: (406, 64) float32."""
    random = np.random.default_rng(3)
    middles = np.repeat(random.normal(size=(FAMILIES, 64)), SIZE, axis=0)
    family = middles + 0.4 * random.normal(size=middles.shape)
    return np.concatenate([family, random.normal(size=(LONERS, 64))]).astype(np.float32)


def lists_of(vectors: np.ndarray, metric: str) -> NeighbourLists:
    ids = [f"p{number:03}" for number in range(len(vectors))]
    return find_neighbours(ids, vectors, metric=metric, depth=20)


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_what_nothing_is_near_to_falls_below_and_few_others_do(metric: str) -> None:
    vectors = crowd()
    lists = lists_of(vectors, metric)
    products = {each: small_product(each) for each in lists.ids}
    found = calibrate(lists, pair_scores(vectors, metric), metric=metric, products=products)
    way = sign(metric)
    nearest = way * lists.scores[:, 0]
    weak = nearest < way * found["weak_below"]
    assert weak[-LONERS:].all() and weak.mean() <= 0.031
    assert way * found["very_close"] > way * found["close"] > way * found["weak_below"]
    assert (nearest >= way * found["very_close"]).mean() == pytest.approx(0.5, abs=0.01)
    assert (nearest >= way * found["close"]).mean() == pytest.approx(0.9, abs=0.01)


def test_where_everything_is_alike_no_more_than_three_lists_in_a_hundred_are_weak() -> None:
    random = np.random.default_rng(5)
    vectors = (random.normal(size=64) + 0.3 * random.normal(size=(300, 64))).astype(np.float32)
    lists = lists_of(vectors, "cosine")
    products = {each: small_product(each) for each in lists.ids}
    found = calibrate(lists, pair_scores(vectors, "cosine"), metric="cosine", products=products)
    assert (lists.scores[:, 0] < found["weak_below"]).sum() <= 9


def test_variants_and_twins_do_not_count_as_the_nearest() -> None:
    lists = NeighbourLists(
        ["a", "b", "c", "d"],
        np.array([[1, 2, 3], [0, 2, 3], [3, 0, 1], [2, 0, 1]], np.int32),
        np.array([[0.9, 0.5, 0.2], [0.9, 0.4, 0.1], [0.8, 0.5, 0.4], [0.8, 0.2, 0.1]]),
    )
    products = {
        "a": small_product("a", variants="red or blue"),
        "b": small_product("b", variants="red or blue", twins="a"),
        "c": small_product("c", twins="c"),
        "d": small_product("d", twins="c"),
    }
    assert sorted(nearest_scores(lists, products)) == [0.2, 0.4, 0.5, 0.5]
