"""The map: look-alikes lie together, the same every time, and what is on it stays where it is."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from bundle.format import MAP_SIDE, ProductMap
from precompute.building import product_map
from precompute.building.product_map import REFIT, STEPS, PreviousMap, lay_out, principal_axes
from precompute.neighbours import NeighbourLists, find_neighbours

GROUPS = 4


def clusters(count: int) -> tuple[list[str], np.ndarray]:
    """Ids and vectors in four groups, product i in group i modulo 4."""
    random = np.random.default_rng(1)
    centres = 5 * random.standard_normal((GROUPS, 12))
    points = centres[np.arange(count) % GROUPS] + random.standard_normal((count, 12))
    return [f"p{number:03}" for number in range(count)], points.astype(np.float32)


def lists_of(count: int, metric: str = "cosine") -> tuple[NeighbourLists, np.ndarray]:
    ids, points = clusters(count)
    return find_neighbours(ids, points, metric=metric, depth=20), points


def laid_out(count: int, *, metric: str = "cosine", previous: PreviousMap | None = None) -> ProductMap:
    lists, points = lists_of(count, metric)
    return lay_out(lists, points, lists.ids, metric=metric, previous=previous)


def places(found: ProductMap) -> np.ndarray:
    return np.column_stack([found.x, found.y])


def known(found: ProductMap, ids: list[str]) -> PreviousMap:
    return PreviousMap(
        dict(zip(ids, map(tuple, places(found).tolist()), strict=True)),
        found.fitted,
        found.placed,
        found.removed,
    )


@pytest.mark.parametrize("metric", ["cosine", "euclidean", "dot"])
def test_look_alikes_lie_together(metric: str) -> None:
    found = places(laid_out(120, metric=metric)).astype(float)
    distances = np.linalg.norm(found[:, None] - found, axis=2)
    nearest = distances.argsort(axis=1)[:, 1:6]
    assert (nearest % GROUPS == np.arange(120)[:, None] % GROUPS).mean() > 0.95
    assert found.min() == 0 and found.max() == MAP_SIDE


def test_the_map_is_the_same_every_time_and_on_any_number_of_threads(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("precompute.building.product_map.STEPS", (10, 10))
    once = laid_out(60)
    monkeypatch.setattr("precompute.building.product_map._WORTH_THREADS", 0)
    monkeypatch.setattr("precompute.building.product_map.available_cores", lambda: 2)
    assert laid_out(60) == once


def test_places_are_in_the_order_asked_for() -> None:
    lists, points = lists_of(40)
    forward = lay_out(lists, points, lists.ids, metric="cosine")
    backward = lay_out(lists, points, lists.ids[::-1], metric="cosine")
    assert forward.x == backward.x[::-1] and forward.y == backward.y[::-1]


@pytest.mark.parametrize("count", [1, 2, 3, 5, 8, 9])
def test_few_products_have_a_map(count: int) -> None:
    found = laid_out(count)
    assert found.fitted == len(found.x) == len(found.y) == count
    assert all(0 <= place <= MAP_SIDE for place in (*found.x, *found.y))
    assert len(set(zip(found.x, found.y, strict=True))) == count


def test_products_that_all_have_one_picture_have_a_map() -> None:
    points = np.zeros((30, 12), np.float32)
    lists = find_neighbours([f"p{number:03}" for number in range(30)], points, metric="cosine", depth=20)
    found = lay_out(lists, points, lists.ids, metric="cosine")
    assert all(0 <= place <= MAP_SIDE for place in (*found.x, *found.y))


def test_what_is_on_the_map_stays_and_what_comes_lies_with_its_like() -> None:
    before = laid_out(100)
    lists, _ = lists_of(105)
    after = laid_out(105, previous=known(before, lists.ids[:100]))
    assert np.array_equal(places(after)[:100], places(before))
    assert (after.fitted, after.placed, after.removed) == (100, 5, 0)
    for row in range(100, 105):
        near = np.linalg.norm(places(before) - places(after)[row], axis=1).argsort()[:3]
        assert set(near % GROUPS) == {row % GROUPS}
    assert laid_out(105, previous=known(before, lists.ids[:100])) == after


def test_a_product_lies_between_its_neighbours_nearer_to_the_nearer() -> None:
    lists = NeighbourLists(
        ["a", "b", "c"], np.array([[1, 2], [0, 2], [0, 1]], np.int32), np.array([[1.0, 2.0]] * 3)
    )
    previous = PreviousMap({"b": (1000, 0), "c": (6000, 500)}, fitted=100, placed=0, removed=0)
    found = lay_out(lists, np.zeros((3, 2)), ["a", "b", "c"], metric="euclidean", previous=previous)
    # Weights of 1 and 1/4.
    assert (found.x, found.y) == ([2000, 1000, 6000], [100, 0, 500])


def test_a_product_that_knows_only_others_that_came_waits_for_them() -> None:
    rows, scores = np.array([[1], [2], [1]], np.int32), np.ones((3, 1))
    lists = NeighbourLists(["a", "b", "c"], rows, scores)
    previous = PreviousMap({"c": (7, 9)}, fitted=100, placed=0, removed=0)
    found = lay_out(lists, np.zeros((3, 2)), ["a", "b", "c"], metric="cosine", previous=previous)
    assert (found.x, found.y) == ([7, 7, 7], [9, 9, 9])


@pytest.mark.parametrize(("placed", "removed", "kept"), [(5, 4, True), (5, 5, True), (5, 6, False)])
def test_everything_is_laid_out_anew_once_a_tenth_has_changed(placed: int, removed: int, kept: bool) -> None:
    assert REFIT == 0.1
    before = laid_out(100)
    ids = lists_of(100)[0].ids
    shifted = replace(before, x=[0] * 100, placed=placed, removed=removed)
    after = laid_out(100, previous=known(shifted, ids))
    assert (after == shifted) is kept and (after == before) is not kept


@pytest.mark.parametrize("count", [5, 30])
def test_the_progress_adds_up(count: int) -> None:
    lists, points = lists_of(count)
    for previous in (None, PreviousMap(dict.fromkeys(lists.ids, (1, 1)), count, 0, 0)):
        told: list[int] = []
        lay_out(lists, points, lists.ids, metric="cosine", previous=previous, advance=told.append)
        assert sum(told) == sum(STEPS)


@pytest.mark.parametrize("count", [2, 3, 200])
def test_the_axes_are_those_of_the_singular_values(count: int) -> None:
    _, points = clusters(count)
    centred = points.astype(np.float64) - points.mean(axis=0, dtype=np.float64)
    left, singular, _ = np.linalg.svd(centred, full_matrices=False)
    expected = (left * singular)[:, :2]
    expected /= expected[:, 0].std()
    found = principal_axes(points)
    assert np.allclose(np.abs(found), np.abs(expected), atol=1e-5)
    assert np.array_equal(found, principal_axes(points))


def test_equal_vectors_have_no_axes() -> None:
    assert not principal_axes(np.ones((9, 12), np.float32)).any()
    assert not principal_axes(np.ones((1, 12), np.float32)).any()


@pytest.fixture
def by_sample(monkeypatch: pytest.MonkeyPatch) -> None:
    """Of more than 150 products only 60 are laid out, in few steps."""
    monkeypatch.setattr("precompute.building.product_map.WHOLE", 150)
    monkeypatch.setattr("precompute.building.product_map.SAMPLE", 60)
    monkeypatch.setattr("precompute.building.product_map.STEPS", (20, 40))


@pytest.mark.usefixtures("by_sample")
def test_of_many_products_a_sample_is_laid_out_and_the_others_lie_among_their_neighbours(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fitted: list[list[str]] = []
    fit = product_map._fit

    def noted(lists: NeighbourLists, *rest: Any) -> np.ndarray:
        fitted.append(lists.ids)
        return fit(lists, *rest)

    monkeypatch.setattr(product_map, "_fit", noted)
    lists, points = lists_of(400)
    found = lay_out(lists, points, lists.ids, metric="cosine")
    assert [len(ids) for ids in fitted] == [60]
    assert (found.fitted, found.placed, found.removed) == (400, 0, 0)
    at = places(found)
    distances = np.linalg.norm(at[:, None].astype(float) - at, axis=2)
    near = distances.argsort(axis=1)[:, 1:6]
    assert (near % GROUPS == np.arange(400)[:, None] % GROUPS).mean() > 0.9
    group = np.arange(400) % GROUPS
    chosen = np.isin(lists.ids, fitted[0])
    for number in range(GROUPS):
        corners = at[chosen & (group == number)]
        inside = (at[group == number] >= corners.min(axis=0)) & (at[group == number] <= corners.max(axis=0))
        assert inside.mean() > 0.95
    # They lie apart from each other, not on the few of the sample.
    assert len(np.unique(at, axis=0)) > 380


@pytest.mark.usefixtures("by_sample")
def test_the_map_by_a_sample_is_the_same_whatever_the_blocks_and_keeps_known_places(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    once = laid_out(200)
    monkeypatch.setattr("precompute.building.product_map._BLOCK", 7)
    assert laid_out(200) == once
    lists, _ = lists_of(205)
    later = laid_out(205, previous=known(once, lists.ids[:200]))
    assert (later.fitted, later.placed) == (200, 5)
    assert (places(later)[:200] == places(once)).all()


@pytest.mark.usefixtures("by_sample")
def test_few_additions_hardly_change_the_sample() -> None:
    ids = [f"p{number}" for number in range(1_000)]
    before, after = ({ids[row] for row in product_map.sampled(some)} for some in (ids[:990], ids))
    assert len(before) == 60
    assert len(before & after) >= 57
