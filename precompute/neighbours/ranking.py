"""The best of a row's candidates, by their exact scores: candidates in float32 go in, lists come out."""

from __future__ import annotations

import numpy as np

from precompute.neighbours.space import Space

_CACHE = 1024 * 1024
"""Bytes of candidates' vectors that are gathered at a time: more than a cache holds takes thrice as long."""


class Ranking:
    """Fills in the lists of all rows: `rows` (n, k), int32, and `scores` (n, k), float64, best first.

    Equal scores are in the order of `ranks` (n,), which a product's id decides. Different rows may be
    filled in from different threads.
    """

    def __init__(self, space: Space, ranks: np.ndarray, *, depth: int) -> None:
        count = len(space.vectors)
        self.rows = np.empty((count, depth), np.int32)
        self.scores = np.empty((count, depth))
        self._space, self._ranks = space, ranks

    def settle(self, rows: np.ndarray, options: np.ndarray) -> None:
        """Write the best of `options` (q, c) into the lists of `rows` (q,), the rows themselves left out.

        An option may be a row itself any number of times, and no other more than once.
        """
        step = max(1, _CACHE // (options.shape[1] * self._space.vectors.shape[1] * 12))
        for begin in range(0, len(rows), step):
            part, chosen = rows[begin : begin + step], options[begin : begin + step]
            self._keep_best(part, chosen, self._space.scores(part, chosen))

    def settle_alike(self, rows: np.ndarray, options: np.ndarray) -> None:
        """Write the best of `options` (c,) into the lists of `rows` (q,), which all have the same vector.

        No option occurs twice; the rows may be among them.
        """
        depth = self.rows.shape[1]
        step = max(1, _CACHE // (self._space.vectors.shape[1] * 12))
        pieces = [options[np.newaxis, begin : begin + step] for begin in range(0, len(options), step)]
        scores = np.concatenate([self._space.scores(rows[:1], piece)[0] for piece in pieces])
        best = np.lexsort((self._ranks[options], self._keys(scores)))[: depth + 1]
        for row in rows.tolist():
            own = best[options[best] != row][:depth]
            self.rows[row], self.scores[row] = options[own], scores[own]

    def _keys(self, scores: np.ndarray) -> np.ndarray:
        return scores if self._space.lower_is_better else -scores

    def _keep_best(self, rows: np.ndarray, options: np.ndarray, scores: np.ndarray) -> None:
        depth = self.rows.shape[1]
        keys = np.where(options == rows[:, np.newaxis], np.inf, self._keys(scores))
        best = np.lexsort((self._ranks[options], keys), axis=1)[:, :depth]
        self.rows[rows] = np.take_along_axis(options, best, axis=1)
        self.scores[rows] = np.take_along_axis(scores, best, axis=1)
