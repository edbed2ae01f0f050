"""How products are parted: nothing that a head saw judges it."""

from __future__ import annotations

from precompute.fitting.splits import MOST_JUDGED, by_class, by_product
from tests.precompute.fitting.conftest import product


def test_each_product_is_judged_once_and_never_by_a_head_that_saw_it() -> None:
    products = [product(number) for number in range(100)]
    splits = by_product(products, ["a", "b"] * 50)
    assert len(splits) == 5
    assert sorted(place for split in splits for place in split.judged) == list(range(100))
    for split in splits:
        assert not set(split.fitted) & set(split.judged)
        assert len(split.fitted) + len(split.judged) == 100


def test_small_classes_are_held_out_in_larger_parts() -> None:
    """So that products of one class are there to find each other."""
    products = [product(number) for number in range(90)]
    classes = [f"class {number // 9}" for number in range(90)]
    assert [len(split.judged) for split in by_product(products, classes)] == [45, 45]


def test_products_of_one_look_are_on_one_side() -> None:
    products = [product(number, variants=f"design {number // 3}") for number in range(99)]
    for split in by_product(products, [""] * 99):
        looks = [{products[place].variants for place in side} for side in (split.fitted, split.judged)]
        assert not looks[0] & looks[1]


def test_whole_classes_are_held_out() -> None:
    products = [product(number) for number in range(120)]
    classes = [f"class {number % 10}" if number < 110 else "" for number in range(120)]
    splits = by_class(products, classes)
    assert len(splits) == 3
    for split in splits:
        sides = [{classes[place] for place in side} for side in (split.fitted, split.judged)]
        assert not sides[0] & sides[1] and len(sides[1]) >= 3 and "" not in sides[0] | sides[1]


def test_few_classes_are_not_held_out() -> None:
    products = [product(number) for number in range(60)]
    assert by_class(products, ["a", "b", "c"] * 20) == []
    assert len(by_class(products, ["a", "b", "c", "d"] * 15)) == 2


def test_no_more_products_are_judged_at_a_time_than_can_be_kept() -> None:
    products = [product(number) for number in range(7 * MOST_JUDGED)]
    for split in by_product(products, [""] * len(products)):
        assert len(split.judged) == MOST_JUDGED


def test_the_order_of_a_catalogue_does_not_matter() -> None:
    products = [product(number) for number in range(50)]
    classes = [f"class {number % 5}" for number in range(50)]

    def judged(step: int) -> list[set[str]]:
        return [
            {products[::step][place].id for place in split.judged}
            for part in (by_product, by_class)
            for split in part(products[::step], classes[::step])
        ]

    assert judged(1) == judged(-1)


def test_products_of_one_look_alone_are_not_parted() -> None:
    products = [product(number, variants="the one design") for number in range(20)]
    assert by_product(products, ["a", "b"] * 10) == []
