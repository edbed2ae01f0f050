"""Ranks a row's candidates by their exact scores: candidates in float32 go in, lists come out."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from precompute.neighbours.best_pair import ProductSpace
from precompute.shared.mapped_arrays import large_array


class Settled(Protocol):
    """What a search gives its candidates to; see `Ranking`."""

    @property
    def depth(self) -> int:
        """How many entries a list has."""

    def settle(self, rows: np.ndarray, options: np.ndarray) -> None:
        """See `Ranking.settle`."""

    def settle_alike(self, rows: np.ndarray, options: np.ndarray) -> None:
        """See `Ranking.settle_alike`."""


class Ranking:
    """Fills in the lists of all rows: `rows` (n, k), int32, and `scores` (n, k), float64, best first.

    `ranks` (n,), the products' ranks by id, orders equal scores. Different threads may fill in different
    rows.
    """

    def __init__(self, space: ProductSpace, ranks: np.ndarray, *, depth: int) -> None:
        count = space.count
        self.rows = large_array((count, depth), np.int32)
        self.scores = large_array((count, depth), np.float64)
        self.depth = depth
        self.ranks = ranks
        self._space = space

    def settle(self, rows: np.ndarray, options: np.ndarray) -> None:
        """Write the best of `options` (q, c) into the lists of `rows` (q,), without the rows themselves.

        A row may occur in its own options any number of times; other options must not repeat.
        """
        self._write(rows, options, self._space.scores(rows, options))

    def insert(self, rows: np.ndarray, options: np.ndarray) -> None:
        """Insert the best of `options` (q, c), none of which is there yet, into the lists of `rows` (q,).

        In lists and in `options`, the row itself means "no entry" and may occur any number of times.
        """
        entries, scores = self.rows[rows], self.scores[rows]
        more = self._space.scores(rows, options)
        self._write(rows, np.hstack([entries, options]), np.hstack([scores, more]))

    def _write(self, rows: np.ndarray, options: np.ndarray, scores: np.ndarray) -> None:
        keys = np.where(options == rows[:, np.newaxis], np.inf, self._keys(scores))
        best = np.lexsort((self.ranks[options], keys), axis=1)[:, : self.depth]
        self.rows[rows] = np.take_along_axis(options, best, axis=1)
        self.scores[rows] = np.take_along_axis(scores, best, axis=1)

    def settle_alike(self, rows: np.ndarray, options: np.ndarray) -> None:
        """Write the best of `options` (c,) into the lists of `rows` (q,), which all have the same vector.

        Options must not repeat. They may include the rows.
        """
        scores = self._space.scores(rows[:1], options[np.newaxis])[0]
        best = np.lexsort((self.ranks[options], self._keys(scores)))[: self.depth + 1]
        for row in rows.tolist():
            own = best[options[best] != row][: self.depth]
            self.rows[row], self.scores[row] = options[own], scores[own]

    def _keys(self, scores: np.ndarray) -> np.ndarray:
        return scores if self._space.lower_is_better else -scores


def padded(rows: np.ndarray, options: np.ndarray, starts: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """The options of each of `rows` (q,) as an array (q, c); shorter ones are padded with the row itself.

    Each row has `counts` (q,) of the `options` (p,), beginning at `starts` (q,).
    """
    columns = np.arange(counts.max())
    inside = columns < counts[:, np.newaxis]
    return np.where(
        inside, options[np.where(inside, starts[:, np.newaxis] + columns, 0)], rows[:, np.newaxis]
    )
