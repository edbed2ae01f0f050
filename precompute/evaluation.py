"""How good the lists are, measured with nothing but the categories of the catalogue."""

from __future__ import annotations

from collections import Counter

import numpy as np

from precompute.neighbours import NeighbourLists

CUTS = (1, 5, 10)


def category_precision(lists: NeighbourLists, categories: dict[str, str]) -> dict[str, float]:
    """The share of the first k neighbours that have the product's own category, for k = 1, 5 and 10.

    Averaged over the products whose category has at least one other product; a product never counts as
    its own neighbour (leave-one-out). Empty where no product is left. `categories` gives each product's.
    """
    own = np.array([categories[product_id] for product_id in lists.ids])
    sizes = Counter(own.tolist())
    counted = np.array([category != "" and sizes[category] > 1 for category in own.tolist()], bool)
    if not counted.any() or len(sizes) < 2:
        return {}
    same = own[lists.rows[counted]] == own[counted][:, np.newaxis]
    return {f"precision_at_{k}": round(float(same[:, :k].mean()), 4) for k in CUTS if k <= same.shape[1]}
