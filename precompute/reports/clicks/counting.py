"""ClickCounts events in a memory that does not grow with their number."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import lru_cache
from zlib import crc32

import numpy as np

from precompute.reports.clicks.examination import Harvest
from precompute.reports.clicks.reading import PLACES, Event, PassedOver

CLUSTERS = 1024
"""Products are put into so many clusters by their id. Events of one product come together: an interval that
takes each for itself would be too narrow."""

_CATEGORY_CLUSTERS = 32
_MOST_GROUPS = 200
_MOST_CATEGORIES = 5_000

OTHER = "(other)"
"""The category of products beyond the most categories that are counted."""

NO_CATEGORY = "(none)"


class Tally:
    """How often each place was `shown` and `clicked`, by cluster: both (clusters, PLACES) int64."""

    def __init__(self, clusters: int = CLUSTERS) -> None:
        self.shown = np.zeros((clusters, PLACES), np.int64)
        self.clicked = np.zeros((clusters, PLACES), np.int64)

    def add(self, event: Event, cluster: int) -> None:
        """Count an event."""
        row = cluster % len(self.shown)
        if event.place:
            self.clicked[row, event.place - 1] += 1
        else:
            self.shown[row, : len(event.shown)] += 1

    @property
    def lists(self) -> np.ndarray:
        """How many lists were seen, by cluster: every list has a first place."""
        return self.shown[:, 0]


@dataclass
class ClickCounts:
    """Everything that is counted.

    `groups` by kind of list and recipe, `categories` by kind of list and the category of the list's product.
    `halves` has lists of compared recipes: by kind of list, the two names, and the recipe.
    `first` and `last` are the hours between which all happened.
    """

    groups: dict[tuple[str, str], Tally] = field(default_factory=dict)
    categories: dict[tuple[str, str], Tally] = field(default_factory=dict)
    halves: dict[tuple[str, str, str], Tally] = field(default_factory=dict)
    harvest: Harvest = field(default_factory=Harvest)
    first: str = ""
    last: str = ""

    def of_kind(self, kind: str) -> Tally:
        """All recipes of a kind of list together."""
        total = Tally()
        for (each, _), tally in self.groups.items():
            if each == kind:
                total.shown += tally.shown
                total.clicked += tally.clicked
        return total

    @property
    def kinds(self) -> list[str]:
        """The kinds of lists, those seen most often first."""
        lists = {kind: int(self.of_kind(kind).lists.sum()) for kind, _ in self.groups}
        return sorted(lists, key=lambda kind: (-lists[kind], kind))


def count(
    events: Iterable[Event], passed: PassedOver, *, category_of: Callable[[str], str | None] | None = None
) -> ClickCounts:
    """Count events. `category_of` gives the category of a product, None of an unknown one.

    Recipes and kinds of lists beyond a number that no dashboard has are passed over.
    """
    found = ClickCounts()
    known = lru_cache(maxsize=100_000)(category_of) if category_of else None
    for event in events:
        key = (event.list, event.recipe)
        tally = found.groups.get(key)
        if tally is None:
            if len(found.groups) >= _MOST_GROUPS:
                passed.add(f"{event.list}, {event.recipe}"[:100], "there are too many kinds and recipes")
                continue
            tally = found.groups[key] = Tally()
        # A list of no product has no cluster but its hour.
        cluster = crc32((event.hour if event.product is None else event.product).encode(errors="replace"))
        tally.add(event, cluster)
        if event.split:
            _half(found, (event.list, event.split, event.recipe)).add(event, cluster)
        if event.product is not None:
            found.harvest.add(event, cluster)
            if known is not None and (category := known(event.product)) is not None:
                _categorised(found, (event.list, category or NO_CATEGORY)).add(event, cluster)
        found.first = min(found.first or event.hour, event.hour)
        found.last = max(found.last, event.hour)
    return found


def _half(found: ClickCounts, key: tuple[str, str, str]) -> Tally:
    if key not in found.halves and len(found.halves) >= _MOST_GROUPS:
        return Tally(1)
    tally = found.halves.get(key)
    if tally is None:
        tally = found.halves[key] = Tally()
    return tally


def _categorised(found: ClickCounts, key: tuple[str, str]) -> Tally:
    if key not in found.categories and len(found.categories) >= _MOST_CATEGORIES:
        key = (key[0], OTHER)
    tally = found.categories.get(key)
    if tally is None:
        tally = found.categories[key] = Tally(_CATEGORY_CLUSTERS)
    return tally
