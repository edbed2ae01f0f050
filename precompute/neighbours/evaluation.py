"""Measures how well lists agree with the catalogue's categories, and with another recipe's lists."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from typing import Any

import numpy as np

from precompute.neighbours import NeighbourLists

CUTS = (1, 5, 10)

PERSISTENCE = 0.9
"""The p of rank-biased overlap: the probability that a reader goes on to the next entry of a list."""

_COMPARED_AT_ONCE = 16_000_000


def category_precision(lists: NeighbourLists, categories: Mapping[str, str]) -> dict[str, float]:
    """The share of the first k neighbours in the product's own category, for k = 1, 5 and 10.

    It is averaged over the products whose category has at least one other product. A product is never its own
    neighbour (leave-one-out). Empty if no such product exists. `categories` maps each product to its
    category.
    """
    own, same = _same_category(lists, categories)
    return _precision(same) if len(own) and len(set(categories.values())) > 1 else {}


def precision_by_category(lists: NeighbourLists, categories: Mapping[str, str]) -> list[dict[str, Any]]:
    """The category precision of each category's products, with their number, sorted by category name."""
    own, same = _same_category(lists, categories)
    if not len(own) or len(set(categories.values())) < 2:
        return []
    order = np.argsort(own, kind="stable")
    names, begins = np.unique(own[order], return_index=True)
    return [
        {"category": str(name), "products": len(rows), **_precision(same[rows])}
        for name, rows in zip(names, np.split(order, begins[1:]), strict=True)
    ]


def _same_category(lists: NeighbourLists, categories: Mapping[str, str]) -> tuple[np.ndarray, np.ndarray]:
    """For products that share their category: the category (q,), and which neighbours are in it (q, k)."""
    own = np.array([categories[product_id] for product_id in lists.ids])
    sizes = Counter(own.tolist())
    counted = np.array([category != "" and sizes[category] > 1 for category in own.tolist()], bool)
    return own[counted], own[lists.rows[counted]] == own[counted][:, np.newaxis]


def _precision(same: np.ndarray) -> dict[str, float]:
    return {f"precision_at_{k}": round(float(same[:, :k].mean()), 4) for k in CUTS if k <= same.shape[1]}


def overlap(first: NeighbourLists, second: NeighbourLists, *, cut: int) -> dict[str, float]:
    """How much the lists of two recipes for the same products agree, each cut to its first `cut` entries.

    Both measures are means over the products, from 0 (nothing in common) to 1. The Jaccard index only asks
    whether an entry is in both lists. The rank-biased overlap also weighs ranks: Webber, Moffat and Zobel
    2010, “A similarity measure for indefinite rankings”, equation 23 (extrapolated, for lists of one length
    k), p = 0.9: RBO = A(k) pᵏ + (1 − p) / p · Σ A(d) pᵈ over d = 1 … k, where A(d) is the share of the first
    d entries that the lists have in common. Empty without entries.
    """
    if first.ids != second.ids:
        raise ValueError("Expected lists for the same products. Received: lists for different ones.")
    depth = min(cut, first.rows.shape[1])
    if depth == 0 or not first.ids:
        return {}
    depths = np.arange(1, depth + 1)
    weights = (1 - PERSISTENCE) / PERSISTENCE * PERSISTENCE**depths
    weights[-1] += PERSISTENCE**depth
    jaccard = biased = 0.0
    step = max(1, _COMPARED_AT_ONCE // depth**2)
    for start in range(0, len(first.ids), step):
        rows, columns = (lists.rows[start : start + step, :depth] for lists in (first, second))
        product, place, other = np.nonzero(rows[:, :, np.newaxis] == columns[:, np.newaxis, :])
        # Both lists contain an entry from the larger of its two ranks on.
        arrivals = np.zeros(rows.shape, np.int64)
        np.add.at(arrivals, (product, np.maximum(place, other)), 1)
        common = arrivals.cumsum(axis=1)
        jaccard += float((common[:, -1] / (2 * depth - common[:, -1])).sum())
        biased += float((common / depths @ weights).sum())
    means = {"jaccard": jaccard, "rank_biased_overlap": biased}
    return {name: round(value / len(first.ids), 4) for name, value in means.items()}
