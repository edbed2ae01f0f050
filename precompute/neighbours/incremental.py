"""Updates the lists of a catalogue that has changed a little. The result is the same as from scratch.

Products that left, or have another vector, are removed from the known lists. The remaining entries are still
the best of the unchanged products. New and changed products are compared with every product. They enter a
list if their score reaches that of its last remaining entry.

So a list stays exact, but becomes shorter as entries leave. It is searched again only if it has fewer entries
than requested. This is rare, because a search finds `SPARE` entries more.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from precompute.neighbours.against_all import settle_against_all
from precompute.neighbours.best_pair import ProductSpace
from precompute.neighbours.known import KnownLists
from precompute.neighbours.ranking import Ranking, padded
from precompute.neighbours.step_progress import Progress

SPARE = 6
"""Entries of a list beyond the requested depth, which replace products that leave."""

_DEARER = 5
"""A row that is searched alone takes this many times as long as in a search of all rows."""

_TOGETHER = 4096
"""How many rows are processed together."""


def update(
    space: ProductSpace,
    ranking: Ranking,
    known: KnownLists,
    now: np.ndarray,
    *,
    depth: int,
    memory_budget: int,
    advance: Callable[[int], None],
) -> bool:
    """Fill in the ranking from known lists. At least the first `depth` entries of each list are then right.

    `now` (m,), int32, is the row of each product of `known`, or -1 if it left or has another vector. Where an
    entry is not known, a list contains the row itself. `advance(count)` is called with the work done, twice
    the number of products in all. Returns False before any work if the lists have another metric or width, or
    if so much changed that searching all lists again is faster.
    """
    count, width = ranking.rows.shape
    fresh = np.ones(count, bool)
    fresh[now[now >= 0]] = False
    if known.metric != space.metric or known.rows.shape[1] != width or fresh.sum() * _DEARER > count:
        return False
    sizes = _carry_over(ranking, known, now)
    again = sizes < depth
    if again.sum() * _DEARER > count:
        return False
    again |= _insert_all(space, ranking, sizes, again, np.flatnonzero(fresh), memory_budget, advance)
    rows = np.flatnonzero(again)
    progress = Progress(count, len(rows), advance)
    settle_against_all(space, ranking, rows, memory_budget=memory_budget, advance=progress.step)
    return True


def _carry_over(ranking: Ranking, known: KnownLists, now: np.ndarray) -> np.ndarray:
    """Write the remaining entries of known lists into the ranking. Returns their number per row, (n,)."""
    sizes = np.zeros(len(ranking.rows), np.int32)
    for start in range(0, len(now), _TOGETHER):
        kept = start + np.flatnonzero(now[start : start + _TOGETHER] >= 0)
        rows = now[kept]
        entries, scores = now[known.rows[kept]], known.scores[kept]
        left = (entries >= 0) & (entries != rows[:, np.newaxis])
        entries = np.where(left, entries, rows[:, np.newaxis])
        # Only in lists with an entry after a gap do entries have to move up.
        torn = np.flatnonzero((left[:, 1:] & ~left[:, :-1]).any(axis=1))
        order = np.argsort(~left[torn], axis=1, kind="stable")
        entries[torn] = np.take_along_axis(entries[torn], order, axis=1)
        scores[torn] = np.take_along_axis(scores[torn], order, axis=1)
        ranking.rows[rows], ranking.scores[rows] = entries, scores
        sizes[rows] = left.sum(axis=1)
    return sizes


def _insert_all(
    space: ProductSpace,
    ranking: Ranking,
    sizes: np.ndarray,
    again: np.ndarray,
    fresh: np.ndarray,
    memory_budget: int,
    advance: Callable[[int], None],
) -> np.ndarray:
    """Insert the rows `fresh` (c,) into the lists that they belong to, except the lists searched `again`.

    Returns a mask (n,) of the rows with so many of them nearby that searching again is better for these too.
    """
    count, width = ranking.rows.shape
    rows = np.flatnonzero(~again)
    limits = np.full(count, np.inf, np.float32)
    limits[rows] = space.least_nearness(rows, ranking.scores[rows, sizes[rows] - 1])
    crowded = np.zeros(count, bool)
    step = max(1, min(_TOGETHER, memory_budget // (8 * max(1, len(fresh)))))
    for start in range(0, count, step):
        part = slice(start, min(start + step, count))
        reached, which = np.nonzero(space.nearness(part, fresh) >= limits[part, np.newaxis])
        found = np.bincount(reached, minlength=part.stop - start)
        crowded[part] = found > width
        some = np.flatnonzero((found > 0) & (found <= width))
        if len(some):
            starts = np.cumsum(found) - found
            options = padded(start + some, fresh[which], starts[some], found[some])
            _insert(ranking, start + some, sizes[start + some], options)
        advance(part.stop - start)
    return crowded


def _insert(ranking: Ranking, rows: np.ndarray, sizes: np.ndarray, options: np.ndarray) -> None:
    """Insert `options` (q, c) into the lists of `rows` (q,), which have `sizes` (q,) entries each."""
    last = ranking.rows[rows, sizes - 1]
    ranking.insert(rows, options)
    entries = ranking.rows[rows]
    # Products too far away to be known may belong after the old last entry, so nothing after it is certain.
    after = np.cumsum(entries == last[:, np.newaxis], axis=1) - (entries == last[:, np.newaxis])
    ranking.rows[rows] = np.where(after > 0, rows[:, np.newaxis], entries)
