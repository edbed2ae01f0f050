"""Makes figures with intervals of what was counted, and says how far the place in a list explains them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from precompute.evaluation.intervals import Estimate, clustered_rate, difference_of
from precompute.reports.clicks.counting import ClickCounts, Tally
from precompute.reports.clicks.examination import Examination
from precompute.reports.clicks.reading import PLACES

_FEWEST_SHOWN = 30
"""A place that was shown less often gets no row of its own."""


@dataclass(frozen=True)
class PlaceFigures:
    """One place of a kind of list: its clicks for each time that something was `shown` there.

    `looked_at` is how often it is looked at, as a share of the first place, where that could be estimated.
    """

    place: int
    shown: int
    clicks: int
    rate: Estimate
    looked_at: Estimate | None


@dataclass(frozen=True)
class GroupFigures:
    """The lists of a recipe, or of a category.

    `per_list` are clicks for each list seen, `per_shown` for each product shown. `usual` is the number of
    clicks as a share of those that lists of this kind usually get with as many products shown at the same
    places. `corrected` are clicks for each product shown if all places were looked at as often as the first.
    """

    name: str
    lists: int
    shown: int
    clicks: int
    per_list: Estimate
    per_shown: Estimate
    usual: Estimate
    corrected: Estimate | None


@dataclass(frozen=True)
class Halves:
    """Two recipes, each shown for half of the products: the clicks for each list, and their `difference`.

    The difference is how many more `second` gets than `first`. Products of the two halves are others, so the
    interval has to allow for what they differ in.
    """

    first: GroupFigures
    second: GroupFigures
    difference: Estimate


@dataclass(frozen=True)
class KindFigures:
    """One kind of list: all of it, its places, its recipes and its products' categories, most seen first."""

    kind: str
    all: GroupFigures
    places: list[PlaceFigures]
    recipes: list[GroupFigures]
    categories: list[GroupFigures]
    halves: list[Halves]
    examination: Examination | None

    @property
    def first_to_last(self) -> tuple[int, float] | None:
        """The last place, and how many times as often the first is clicked; None where it has no clicks."""
        last = self.places[-1] if self.places else None
        if last is None or last.place == 1 or not last.clicks:
            return None
        return last.place, self.places[0].rate.value / last.rate.value


def figures_of(counts: ClickCounts) -> list[KindFigures]:
    """The figures of each kind of list, those seen most often first."""
    return [_kind(counts, kind) for kind in counts.kinds]


def _kind(counts: ClickCounts, kind: str) -> KindFigures:
    tally, examination = counts.of_kind(kind), counts.harvest.examination(kind)
    usual = _share(tally.clicked.sum(axis=0), tally.shown.sum(axis=0))

    def groups(named: dict[tuple[str, str], Tally]) -> list[GroupFigures]:
        own = [_group(name, each, usual, examination) for (of, name), each in named.items() if of == kind]
        return sorted(own, key=lambda each: (-each.lists, each.name))

    return KindFigures(
        kind=kind,
        all=_group(kind, tally, usual, examination),
        places=list(_places(tally, examination)),
        recipes=groups(counts.groups),
        categories=groups(counts.categories),
        halves=list(_halves(counts, kind, usual, examination)),
        examination=examination,
    )


def _halves(
    counts: ClickCounts, kind: str, usual: np.ndarray, examination: Examination | None
) -> Iterator[Halves]:
    compared: dict[str, list[GroupFigures]] = {}
    for (of, pair, recipe), tally in counts.halves.items():
        if of == kind:
            compared.setdefault(pair, []).append(_group(recipe, tally, usual, examination))
    for both in compared.values():
        if len(both) == 2:
            first, second = sorted(both, key=lambda each: each.name)
            yield Halves(first, second, difference_of(first.per_list, second.per_list))


def _places(tally: Tally, examination: Examination | None) -> Iterator[PlaceFigures]:
    relative = examination.relative if examination else {}
    for column in range(PLACES):
        shown, clicks = tally.shown[:, column], tally.clicked[:, column]
        if shown.sum() < (_FEWEST_SHOWN if column else 1):
            break
        yield PlaceFigures(
            place=column + 1,
            shown=int(shown.sum()),
            clicks=int(clicks.sum()),
            rate=clustered_rate(clicks, shown),
            looked_at=relative.get(column + 1),
        )


def _group(name: str, tally: Tally, usual: np.ndarray, examination: Examination | None) -> GroupFigures:
    clicks = tally.clicked.sum(axis=1)
    return GroupFigures(
        name=name,
        lists=int(tally.lists.sum()),
        shown=int(tally.shown.sum()),
        clicks=int(clicks.sum()),
        per_list=clustered_rate(clicks, tally.lists),
        per_shown=clustered_rate(clicks, tally.shown.sum(axis=1)),
        usual=clustered_rate(clicks, tally.shown @ usual),
        corrected=_corrected(tally, examination) if examination else None,
    )


def _corrected(tally: Tally, examination: Examination) -> Estimate:
    """Clicks weighted by the inverse of how often their place is looked at, for each product shown.

    After Joachims, Swaminathan and Schnabel 2017, "Unbiased learning-to-rank with biased feedback". Only
    places whose share is known count, on both sides.
    """
    places = np.array(list(examination.relative)) - 1
    weights = 1 / np.array([each.value for each in examination.relative.values()])
    return clustered_rate(tally.clicked[:, places] @ weights, tally.shown[:, places].sum(axis=1))


def _share(part: np.ndarray, whole: np.ndarray) -> np.ndarray:
    shares: np.ndarray = np.divide(part, whole, out=np.zeros(len(whole)), where=whole > 0)
    return shares
