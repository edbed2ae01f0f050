"""Which product was clicked in the list of which: what a recipe's lists can be judged by."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import numpy as np

from precompute.reports.clicks.reading import PassedOver, read_events
from precompute.shared.errors import UserError

ClickedPairs = Mapping[tuple[str, str, str], int]
"""How often a product was clicked: by the recipe of the list, the list's product, and the product clicked."""


def read_pairs(files: Sequence[Path]) -> ClickedPairs:
    """The clicks in lists of products. Raises `UserError` if a file cannot be opened, or none has a click."""
    found: Counter[tuple[str, str, str]] = Counter()
    for event in read_events(files, PassedOver()):
        if event.place and event.product is not None:
            found[event.recipe, event.product, event.chosen] += 1
    if not found:
        raise UserError(
            "Expected --clicks with clicks that a dashboard wrote with AKIN_EVENTS. "
            f"Received: {', '.join(map(str, files))}, with none in the list of a product."
        )
    return found


def clicks_of_others(pairs: ClickedPairs, recipe: str, places: Mapping[str, int]) -> np.ndarray:
    """The clicks in lists of other recipes, (m, 3) int64 as `clicked_found` takes them.

    What was clicked in a list of this recipe was in it, so it would say nothing of the recipe.
    """
    rows = [
        (places[product], places[chosen], count)
        for (of, product, chosen), count in pairs.items()
        if of != recipe and product in places and chosen in places
    ]
    return np.array(rows, np.int64).reshape(-1, 3)
