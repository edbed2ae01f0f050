"""Finds the exact lists of a few rows by comparing each with all others."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from precompute.neighbours.best_pair import ProductSpace
from precompute.neighbours.ranking import Settled

_GROUPS = 16
"""Groups for each entry of a list. With so many, entries rarely share one, so few candidates are needless."""


def settle_against_all(
    space: ProductSpace,
    ranking: Settled,
    rows: np.ndarray,
    *,
    memory_budget: int,
    among: slice = slice(None),
    advance: Callable[[int], None] = lambda count: None,
) -> None:
    """Fill in the lists of `rows` (q,). `advance(count)` is called with the number of rows done.

    Only the products `among` the given ones become entries, all of them by default. Rows with the same vector
    are ranked once: half of a catalogue may show the same placeholder picture.
    """
    alike: dict[bytes, list[int]] = {}
    for row in rows.tolist():
        alike.setdefault(space.content(row).tobytes(), []).append(row)
    groups = list(alike.values())
    # Each row is also compared with itself, but is no entry of its own list.
    start, stop, _ = among.indices(space.count)
    wanted = min(ranking.depth + 1, stop - start)
    step = max(1, memory_budget // ((stop - start) * 8))
    for begin in range(0, len(groups), step):
        part = groups[begin : begin + step]
        firsts = np.array([group[0] for group in part])
        for group, near in zip(part, space.nearness(firsts, among), strict=True):
            limit = _reached_by(wanted, near) - space.margins[group[0]]
            ranking.settle_alike(np.array(group), start + np.flatnonzero(near >= limit))
        advance(sum(map(len, part)))


def _reached_by(wanted: int, near: np.ndarray) -> np.float32:
    """A value that at least `wanted` values of `near` (n,) reach, but few more.

    The values are split into groups, and `wanted` of the groups have a maximum that reaches it. Sorting all
    values would take far longer.
    """
    groups = min(_GROUPS * wanted, len(near))
    greatest = near[: len(near) // groups * groups].reshape(-1, groups).max(axis=0)
    reached: np.float32 = np.partition(greatest, -wanted)[-wanted]
    return reached
