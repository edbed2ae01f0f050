"""Updates the lists of a catalogue that has changed a little. The result is the same as from scratch.

The first entries of a known list stay the best of the products that are still what they were: what has
gone is taken out, and none of the others comes before what is left. What is new or has another vector is
compared with every product, and comes into a list where its score reaches that of the last entry left. So
a list stays exact and becomes shorter by what has gone, and is searched anew only where fewer entries are
left than are asked for. A search finds `SPARE` entries more than that, so that this is rare.
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
"""Entries of a list beyond those that are asked for, which take the places of products that go."""

_DEARER = 5
"""How many times as long a row takes that is searched by itself as one among all rows."""

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
    """Fill in the ranking from known lists, of which `depth` entries at least are right in the end.

    `now` (m,), int32, is the row of each product of `known`, or -1 where it has gone or has another vector.
    In place of an entry that is not known a list has the row itself. `advance(count)` is told of the work
    done, in twice the products. Returns False before any work where the lists are not of this metric and
    width, or where so much has changed that all lists anew are quicker.
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
    """Write what is left of the known lists into the ranking: how many entries each row has, (n,)."""
    sizes = np.zeros(len(ranking.rows), np.int32)
    for start in range(0, len(now), _TOGETHER):
        kept = start + np.flatnonzero(now[start : start + _TOGETHER] >= 0)
        rows = now[kept]
        entries, scores = now[known.rows[kept]], known.scores[kept]
        left = (entries >= 0) & (entries != rows[:, np.newaxis])
        entries = np.where(left, entries, rows[:, np.newaxis])
        # Only lists with an entry after a gap have to move up.
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
    """Let the rows `fresh` (c,) into the lists that they belong to, but for those that are made again.

    Returns a mask (n,) of the rows that so many of them are close to that they are better made again, too.
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
    """Let `options` (q, c) into the lists of `rows` (q,), which have `sizes` (q,) entries each."""
    last = ranking.rows[rows, sizes - 1]
    ranking.insert(rows, options)
    entries = ranking.rows[rows]
    # After the last entry that was there others may belong, which were too far to be known.
    after = np.cumsum(entries == last[:, np.newaxis], axis=1) - (entries == last[:, np.newaxis])
    ranking.rows[rows] = np.where(after > 0, rows[:, np.newaxis], entries)
