"""The exact lists of some rows, each compared with all others: slower than all rows at once, but for few."""

from __future__ import annotations

import numpy as np

from precompute.neighbours.ranking import Ranking
from precompute.neighbours.space import Space


def settle_against_all(space: Space, ranking: Ranking, rows: np.ndarray, *, memory_budget: int) -> None:
    """Fill in the lists of `rows` (q,).

    Rows with the same vector are ranked once: a catalogue's placeholder picture may be on half of it.
    """
    alike: dict[bytes, list[int]] = {}
    for row in rows.tolist():
        alike.setdefault(space.vectors[row].tobytes(), []).append(row)
    groups = list(alike.values())
    # The row itself is among those it is compared with, and its list is without it.
    wanted = ranking.rows.shape[1] + 1
    step = max(1, memory_budget // (len(space.vectors) * 8))
    for begin in range(0, len(groups), step):
        part = groups[begin : begin + step]
        firsts = np.array([group[0] for group in part])
        for group, near in zip(part, space.nearness(firsts, slice(None)), strict=True):
            limit = np.partition(near, -wanted)[-wanted] - space.margins[group[0]]
            ranking.settle_alike(np.array(group), np.flatnonzero(near >= limit))
