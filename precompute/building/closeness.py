"""From which scores on look-alikes are called very close, close, or not alike: measured for each recipe."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from bundle import Product
from bundle.metric import sign
from precompute.evaluation.yardsticks import label_codes
from precompute.neighbours import NeighbourLists

VERY_CLOSE = 0.5
CLOSE = 0.1
WEAK = 0.03
"""Shares of the catalogue's products whose nearest look-alike is not as near as that word asks for."""

UNRELATED = 0.98
"""The share of random pairs of products that the nearest of a weak list does not beat."""


def calibrate(
    lists: NeighbourLists, pairs: np.ndarray, *, metric: str, products: Mapping[str, Product]
) -> dict[str, float]:
    """The scores from which look-alikes are `very_close` and `close`, and below which a list is weak.

    `pairs` (p,) are the scores of random pairs, `products` has each product by id. No labels are used:
    the nearest look-alikes of all products are the scale. `docs/recipes.md` has what the three scores mean
    on labelled catalogues. The result is empty where no product has a look-alike.
    """
    nearest = nearest_scores(lists, products)
    if not nearest.size or not pairs.size:
        return {}
    way = sign(metric)

    def at(share: float, scores: np.ndarray) -> float:
        return float(np.quantile(way * scores, share))

    found = {
        "very_close": at(VERY_CLOSE, nearest),
        "close": at(CLOSE, nearest),
        "weak_below": min(at(UNRELATED, pairs), at(WEAK, nearest)),
    }
    return {name: round(way * score, 6) + 0.0 for name, score in found.items()}


def nearest_scores(lists: NeighbourLists, products: Mapping[str, Product]) -> np.ndarray:
    """The score of each product's first entry that is not its own variant or twin: (m,) float64.

    Those whose stored entries are all variants or twins of it have none.
    """
    groups = ([getattr(products[each], name) for each in lists.ids] for name in ("variants", "twins"))
    kin = [label_codes(each)[0] for each in groups]
    waiting = np.arange(len(lists.ids))
    found = []
    for rows, scores in zip(lists.rows.T, lists.scores.T, strict=True):
        others = rows[waiting]
        own = np.zeros(len(waiting), bool)
        for codes in kin:
            own |= (codes[waiting] >= 0) & (codes[waiting] == codes[others])
        found.append(scores[waiting[~own]])
        waiting = waiting[own]
        if not waiting.size:
            break
    return np.concatenate(found) if found else np.empty(0)
