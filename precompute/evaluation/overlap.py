"""How much the lists of two recipes agree."""

from __future__ import annotations

import numpy as np

from precompute.neighbours import NeighbourLists

PERSISTENCE = 0.9
"""The p of rank-biased overlap: the probability that a reader goes on to the next entry of a list."""

_COMPARED_AT_ONCE = 16_000_000


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
