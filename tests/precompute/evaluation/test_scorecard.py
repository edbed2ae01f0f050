"""All yardsticks of some lists at once, and two sets of lists compared."""

from __future__ import annotations

import numpy as np
import pytest

from bundle import Product
from precompute.evaluation.named import YARDSTICKS
from precompute.evaluation.other_pictures import measure_other_pictures, other_picture_first
from precompute.evaluation.scorecard import Scorecard, categories_described, differences, drops, measure
from tests.small_bundle import small_product

COUNT = 40


def products(prefix: str = "p") -> list[Product]:
    """Half of them cups, half of them lamps; every fourth is red, the others are blue."""
    return [
        small_product(
            f"{prefix}{number:02}",
            category=("Cups", "Lamps")[number % 2],
            colours=("red",) if number % 4 == 0 else ("blue", "red"),
            facts={"material": ("oak", "steel")[number % 2]},
        )
        for number in range(COUNT)
    ]


def ring(step: int) -> np.ndarray:
    """Lists of ten: the products at `step`, 2 `step`, … after each."""
    return (np.arange(COUNT)[:, np.newaxis] + step * np.arange(1, 11)) % COUNT


def card(step: int = 2, **options: np.ndarray) -> Scorecard:
    return measure(products(), ring(step), top=5, **options)


def test_each_yardstick_by_hand() -> None:
    found = {name: estimate.value for name, estimate in card().estimates().items()}
    # The entries at even distances have the category; of a list's first five, two or three have the colour.
    assert found.pop("colour_at_5") == pytest.approx((10 * 2 + 10 * 2 + 20 * 5) / (5 * COUNT))
    assert found == {
        "precision_at_1": 1.0,
        "precision_at_5": 1.0,
        "precision_at_10": 1.0,
        "facts_at_5": 1.0,
        "largest_hub": 10 / COUNT,
        "hub_skewness": 0.0,
        "not_shown": 0.0,
        "in_no_list": 0.0,
    }
    assert list(card().estimates()) == [
        name for name in YARDSTICKS if name != "other_picture_first" and not name.startswith("clicked")
    ]


def test_products_out_of_reach_are_counted_until_a_place_is_given() -> None:
    rows = np.where(ring(1) == 3, 4, ring(1))
    alone = measure(products(), rows, top=5).estimates()["in_no_list"]
    assert (alone.value, alone.sample) == (1 / COUNT, COUNT)
    placed = measure(products(), rows, top=5, lengthened=np.array([3])).estimates()
    assert placed["in_no_list"].value == 0 and placed["not_shown"].value == 1 / COUNT


def test_categories_are_measured_alone() -> None:
    rows = ring(2)
    rows[::2, 0] = 1  # All cups show a lamp first.
    rows[1, 0] = 0
    found = categories_described(measure(products(), rows, top=5))
    assert [(each["category"], each["products"], each["precision_at_1"]["value"]) for each in found] == [
        ("Cups", 20, 0.0),
        ("Lamps", 20, 0.95),
    ]
    assert found[1]["precision_at_1"]["low"] > found[0]["precision_at_1"]["high"]
    assert "hub_skewness" not in found[0]


def test_a_set_is_as_good_as_itself() -> None:
    found = differences(card(), card())
    assert all((each.value, each.low, each.high) == (0, 0, 0) for each in found.values())
    assert drops(found) == []


def test_worse_lists_are_found_and_better_ones_are_no_drop() -> None:
    worse = differences(card(1), card(2))
    assert worse["precision_at_1"].value == -1.0
    assert drops(worse) == [
        "precision_at_1",
        "precision_at_5",
        "precision_at_10",
        "colour_at_5",
        "facts_at_5",
    ]
    better = differences(card(2), card(1))
    assert better["precision_at_1"].value == 1.0 and drops(better) == []


def test_more_hubs_are_a_drop() -> None:
    rows = ring(2)
    rows[:, 9] = 0
    found = differences(measure(products(), rows, top=5), card())
    assert found["largest_hub"].value > 0.5 and "largest_hub" in drops(found)
    assert found["hub_skewness"].value > 0


def test_only_products_of_both_are_compared() -> None:
    others = products("q")[:20] + products()[20:]
    found = differences(measure(others, ring(2), top=5), card())
    assert found["precision_at_1"].sample == 20
    assert differences(measure(products("q"), ring(2), top=5), card()) == {}


def pictures(seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Of three products two, one and three pictures; the third's are alike, the first's are not."""
    vectors = np.random.default_rng(seed).normal(size=(6, 8)).astype(np.float32)
    vectors[0] = vectors[2] + 0.01
    vectors[4:] = vectors[3] + 0.01
    return vectors, np.array([2, 1, 3])


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_the_other_picture_by_hand(metric: str) -> None:
    found = other_picture_first(*pictures(), metric=metric)
    assert np.array_equal(found, [0, np.nan, 1], equal_nan=True)


def test_the_other_pictures_are_given_back_in_order(monkeypatch: pytest.MonkeyPatch) -> None:
    several = {"a": 2, "b": 1, "c": 3}
    shop = [small_product(name, images=small_product(name).images * count) for name, count in several.items()]
    vectors, counts = pictures()
    starts = dict(zip(several, np.cumsum(counts) - counts, strict=True))

    def vectors_of(chosen: list[Product]) -> tuple[np.ndarray, np.ndarray]:
        rows = [starts[each.id] + row for each in chosen for row in range(several[each.id])]
        return vectors[rows], np.array([several[each.id] for each in chosen])

    found = measure_other_pictures(shop, vectors_of, metric="cosine")
    assert found is not None and np.array_equal(found, [0, np.nan, 1], equal_nan=True)
    monkeypatch.setattr("precompute.evaluation.other_pictures.AMONG", 2)
    part = measure_other_pictures(shop, vectors_of, metric="cosine")
    assert part is not None and np.isnan(part).sum() >= 1
    assert measure_other_pictures([small_product("a")] * 2, vectors_of, metric="cosine") is None
