"""Finds the exact lists of a few rows by comparing each with all others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from precompute.neighbours.best_pair import ProductSpace
from precompute.neighbours.ranking import Ranking

_GROUPS = 16
"""Groups for each entry of a list: so few of its entries share one that hardly a candidate is needless."""


def settle_against_all(
    space: ProductSpace,
    ranking: Ranking,
    rows: np.ndarray,
    *,
    memory_budget: int,
    advance: Callable[[int], None] = lambda count: None,
) -> None:
    """Fill in the lists of `rows` (q,); `advance(count)` is told of the rows that are done.

    Rows with the same vector are ranked once: a catalogue's placeholder picture may be on half of it.
    """
    alike: dict[bytes, list[int]] = {}
    for row in rows.tolist():
        alike.setdefault(space.content(row).tobytes(), []).append(row)
    groups = list(alike.values())
    # The row itself is among those it is compared with, and its list is without it.
    wanted = ranking.rows.shape[1] + 1
    step = max(1, memory_budget // (space.count * 8))
    for begin in range(0, len(groups), step):
        part = groups[begin : begin + step]
        firsts = np.array([group[0] for group in part])
        for group, near in zip(part, space.nearness(firsts, slice(None)), strict=True):
            limit = _reached_by(wanted, near) - space.margins[group[0]]
            ranking.settle_alike(np.array(group), np.flatnonzero(near >= limit))
        advance(sum(map(len, part)))


def _reached_by(wanted: int, near: np.ndarray) -> np.float32:
    """A value that `wanted` at least of `near` (n,) reach, and few more.

    As many groups have a greatest value that reaches it: to put all in order would take far longer.
    """
    groups = min(_GROUPS * wanted, len(near))
    greatest = near[: len(near) // groups * groups].reshape(-1, groups).max(axis=0)
    reached: np.float32 = np.partition(greatest, -wanted)[-wanted]
    return reached
