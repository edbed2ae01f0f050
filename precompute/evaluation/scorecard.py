"""Measures lists by all yardsticks at once: each product's values, their means, and two sets compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from bundle import Product
from precompute.evaluation.intervals import Estimate, mean_interval, moment_interval, paired_difference
from precompute.evaluation.named import SHOWN, YARDSTICKS
from precompute.evaluation.yardsticks import (
    CUTS,
    clicked_found,
    facts_shared,
    in_the_list,
    label_codes,
    list_frequency,
    moments,
    precision,
    skewness_of_moments,
    unreached,
)

CUT = 5
"""The entries at the head of a list that count for colour and facts."""

CLICK_CUTS = (5, 10)

_SKEWNESS = "hub_skewness"


@dataclass(frozen=True)
class Scorecard:
    """The values of the products `ids`, (n,) each by the yardstick's name; NaN where one cannot be judged.

    For the skewness the values are the numbers of lists. `categories` has each product's.
    """

    ids: Sequence[str]
    categories: Sequence[str]
    values: Mapping[str, np.ndarray]

    def estimates(self) -> dict[str, Estimate]:
        """Each yardstick with its interval, in the order of `YARDSTICKS`, without those that judge nobody."""
        found = {name: _estimate(name, self.values[name]) for name in YARDSTICKS if name in self.values}
        return {name: estimate for name, estimate in found.items() if estimate.sample}

    def by_category(self) -> Iterator[tuple[str, int, dict[str, Estimate]]]:
        """The same of each category's products: its name, how many they are, and the estimates.

        In the order of the names; categories in which no product has a precision are left out.
        """
        codes, names = label_codes(self.categories)
        ends = np.cumsum(np.bincount(codes + 1, minlength=1 + len(names)))
        _, *members = np.split(np.argsort(codes, kind="stable"), ends[:-1])
        for category, which in zip(names, members, strict=True):
            found = {
                name: mean_interval(self.values[name][which])
                for name, yardstick in YARDSTICKS.items()
                if yardstick.by_category and name in self.values
            }
            if found["precision_at_1"].sample:
                yield category, len(which), {name: each for name, each in found.items() if each.sample}


def measure(
    products: Sequence[Product],
    rows: np.ndarray,
    *,
    top: int,
    lengthened: np.ndarray | None = None,
    other_picture: np.ndarray | None = None,
    clicks: np.ndarray | None = None,
) -> Scorecard:
    """Measure the lists of `products`, whose places the `rows` (n, k) name.

    `top` is how many entries are shown at first. `lengthened` (e,) are the places of products that have an
    entry beyond the `rows` (`--reach`). `other_picture` (n,) is what `other_pictures.other_picture_first`
    found; without it, that yardstick is missing. So are those
    of clicks without `clicks`, as for `clicked_found`.
    """
    count, categories = len(products), [product.category for product in products]
    stored = list_frequency(rows, cut=rows.shape[1], count=count)
    if lengthened is not None:
        stored += np.bincount(lengthened, minlength=count)
    shown = list_frequency(rows, cut=SHOWN, count=count)
    colours = [product.colours[0] if product.colours else "" for product in products]
    values = {f"precision_at_{cut}": precision(rows, categories, cut=cut) for cut in CUTS}
    if other_picture is not None:
        values["other_picture_first"] = other_picture
    values["colour_at_5"] = precision(rows, colours, cut=CUT)
    values["facts_at_5"] = facts_shared(rows, [product.facts for product in products], cut=CUT)
    if clicks is not None:
        values |= {f"clicked_at_{cut}": clicked_found(rows, clicks, cut=cut) for cut in CLICK_CUTS}
    if rows.shape[1]:
        values["largest_hub"] = in_the_list(rows, int(shown.argmax()), cut=SHOWN)
        values[_SKEWNESS] = shown
        values["not_shown"] = unreached(list_frequency(rows, cut=top, count=count))
        values["in_no_list"] = unreached(stored)
    return Scorecard([product.id for product in products], categories, values)


def differences(card: Scorecard, other: Scorecard) -> dict[str, Estimate]:
    """How much larger each yardstick of `card` is than that of `other`, paired by product.

    Only products of both count, and yardsticks that judge some product in both.
    """
    places = {product_id: place for place, product_id in enumerate(other.ids)}
    pairs = [(place, places[each]) for place, each in enumerate(card.ids) if each in places]
    own, others = np.array(pairs, np.int64).reshape(-1, 2).T
    found = {}
    for name in YARDSTICKS:
        if name not in card.values or name not in other.values:
            continue
        first, second = other.values[name][others], card.values[name][own]
        difference = (
            _skewness_difference(first, second) if name == _SKEWNESS else paired_difference(first, second)
        )
        if difference.sample:
            found[name] = difference
    return found


def drops(compared: Mapping[str, Estimate]) -> list[str]:
    """The names of the yardsticks that got worse by more than chance explains, in the given order."""
    return [
        name
        for name, difference in compared.items()
        if difference.excludes_zero and YARDSTICKS[name].is_worse(difference.value)
    ]


def described(estimates: Mapping[str, Estimate]) -> dict[str, dict[str, Any]]:
    """Estimates by the yardstick's name, as JSON."""
    return {name: estimate.rounded() for name, estimate in estimates.items()}


def categories_described(card: Scorecard) -> list[dict[str, Any]]:
    """What is measured of each category alone, as JSON."""
    return [
        {"category": category, "products": count} | described(found)
        for category, count, found in card.by_category()
    ]


def _estimate(name: str, values: np.ndarray) -> Estimate:
    if name == _SKEWNESS:
        return moment_interval(moments(values), skewness_of_moments)
    return mean_interval(values)


def _skewness_difference(first: np.ndarray, second: np.ndarray) -> Estimate:
    both = np.hstack([moments(first), moments(second)])
    return moment_interval(
        both, lambda means: skewness_of_moments(means[:, 3:]) - skewness_of_moments(means[:, :3])
    )
