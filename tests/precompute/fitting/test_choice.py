"""What is kept: what lifts lists of products that no head saw, and nothing else."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import pytest

from precompute.fitting.choice import MOST_PARTS, TOLERATED, WEIGHTS, Chosen, choose
from precompute.fitting.splits import by_class, by_product
from precompute.fitting.trial import (
    CLASS_FIRST,
    CLASS_FIVE,
    FACTS,
    OTHER_PICTURE,
    UNSEEN_FIRST,
    Trial,
    Values,
)
from tests.precompute.fitting.conftest import Made

Making = Callable[..., Made]


def trial_of(made: Made) -> Trial:
    sample = made.sample
    return Trial(
        sample,
        made.labels,
        products=by_product(sample.products, sample.classes),
        classes=by_class(sample.products, sample.classes),
    )


def chosen(made: Made) -> Chosen:
    return choose(trial_of(made).values, [labels.name for labels in made.labels])


def difference(found: Chosen, name: str) -> float:
    return next(each.difference.value for each in found.changes if each.name == name)


def test_labels_that_pictures_show_are_kept_and_lift_the_lists(made: Making) -> None:
    found = chosen(made())
    assert set(found.weights) == {"category"} and found.weights["category"] in WEIGHTS
    assert difference(found, CLASS_FIRST) > 0.1 and difference(found, CLASS_FIVE) > 0.1
    assert difference(found, UNSEEN_FIRST) >= -TOLERATED
    assert all(each.difference.sample == 240 for each in found.changes)


@pytest.mark.parametrize("seed", range(6))
def test_labels_that_mean_nothing_are_not_kept(made: Making, seed: int) -> None:
    assert chosen(made(told=False, seed=seed)).weights == {}


def test_pictures_of_one_product_are_labels_too(made: Making) -> None:
    found = chosen(made(count=160, pictures=2))
    assert "views" in found.weights
    sample = next(each.difference.sample for each in found.changes if each.name == OTHER_PICTURE)
    assert sample == 320
    assert difference(found, OTHER_PICTURE) > 0.05


def test_the_same_products_give_the_same_weights_and_numbers(made: Making) -> None:
    assert chosen(made()) == chosen(made())


def _values(
    of: Callable[[Mapping[str, float]], Mapping[str, float]],
) -> Callable[[Mapping[str, float]], Values]:
    """Yardsticks of 500 products of which a share is right, the first ones."""

    def values(weights: Mapping[str, float]) -> Values:
        return {name: (np.arange(500) < 500 * share).astype(float) for name, share in of(weights).items()}

    return values


def test_a_part_that_harms_another_yardstick_is_not_kept() -> None:
    harming = _values(
        lambda weights: {CLASS_FIRST: 0.5 + 0.2 * weights.get("a", 0), FACTS: 0.5 - 0.1 * weights.get("a", 0)}
    )
    assert choose(harming, ["a"]).weights == {}
    harmless = _values(lambda weights: {CLASS_FIRST: 0.5 + 0.2 * weights.get("a", 0), FACTS: 0.5})
    assert choose(harmless, ["a"]).weights == {"a": 1.0}


def test_classes_never_seen_may_not_fall_and_count_for_nothing() -> None:
    def with_unseen(change: float) -> Chosen:
        return choose(
            _values(
                lambda weights: {
                    CLASS_FIRST: 0.5 + 0.1 * bool(weights),
                    UNSEEN_FIRST: 0.5 + change * bool(weights),
                }
            ),
            ["a"],
        )

    assert with_unseen(-0.02).weights == {}
    assert with_unseen(-0.008).weights == {"a": min(WEIGHTS)}
    only = _values(lambda weights: {CLASS_FIRST: 0.5, UNSEEN_FIRST: 0.5 + 0.2 * bool(weights)})
    assert choose(only, ["a"]).weights == {}


def test_the_weight_of_a_part_is_changed_when_another_one_joins() -> None:
    """Alone, much of `a` is best; beside `b`, half of it does the same."""

    def share(weights: Mapping[str, float]) -> dict[str, float]:
        a, b = weights.get("a", 0.0), weights.get("b", 0.0)
        return {CLASS_FIRST: 0.3 + 0.15 * b + (0.4 * min(a, 0.5) - 0.05 * a if b else 0.2 * a)}

    found = choose(_values(share), ["a", "b"])
    assert found.weights == {"a": 0.5, "b": 1.0}


def test_there_are_no_more_parts_than_a_few() -> None:
    names = [f"fact: {number}" for number in range(9)]
    found = choose(_values(lambda weights: {CLASS_FIRST: 0.1 + 0.09 * len(weights)}), names)
    assert len(found.weights) == MOST_PARTS


def test_a_difference_that_chance_explains_is_no_reason() -> None:
    def values(weights: Mapping[str, float]) -> Values:
        drawn = np.random.default_rng(1 if weights else 0).random(60)
        return {CLASS_FIRST: (drawn < 0.5).astype(float) + 0.006 * bool(weights)}

    assert choose(values, ["a"]).weights == {}


def test_products_that_cannot_be_parted_judge_nothing(made: Making) -> None:
    found = made(count=30, classes=2)
    trial = Trial(found.sample, found.labels, products=[], classes=[])
    assert choose(trial.values, ["category"]) == Chosen({}, [])
