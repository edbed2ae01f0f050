"""The vectors that photos are compared with, and the search among them."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from bundle.live import OWNERS, SCALES, LiveSearch
from bundle.metric import lower_is_better
from dashapp.photo.live.mapped import MappedRows

SHORTLIST = 1_000
"""The least number of rows in the shortlist. With fewer rows in all, every row is scored in full."""

_FOR_EACH = 3
"""Rows in the shortlist for each requested product, if that is more."""

_COARSE = 96
"""The dimensions used for the shortlist."""

_SAMPLE = 2_048
_SPARE = 16
_BLOCK = 1_024
_TOGETHER = 128


@dataclass(frozen=True)
class RankedPositions:
    """Products by their `positions` in the catalogue, (k,), best first, with their `scores` (k,), float32."""

    positions: np.ndarray
    scores: np.ndarray


class VectorIndex:
    """Rows of vectors under a metric, each belonging to a product.

    A search has two stages. The first compares all rows in the 96 directions in which they differ most
    (Halko, Martinsson and Tropp 2011, arXiv 0909.4061, algorithm 4.4), in a tenth of the time that all
    directions would take, and makes a shortlist. The second computes the full scores of the shortlist.
    """

    def __init__(
        self,
        numbers: np.ndarray | MappedRows,
        *,
        scales: np.ndarray | None,
        owners: np.ndarray,
        metric: str,
    ) -> None:
        """`numbers` (n, d) are float32, or int8 to be multiplied by `scales` (n,); `owners` (n,) positions.

        Under cosine the rows have unit length.
        """
        owners = owners.astype(np.int64)
        if (np.diff(owners) < 0).any():
            order = np.argsort(owners, kind="stable")
            numbers, owners = numbers[order], owners[order]
            scales = None if scales is None else scales[order]
        # Sorted by product, so that the rows of one product are adjacent.
        self._numbers, self._scales, self._owners = numbers, scales, owners
        self.metric = metric
        self._halves = self._half_squares() if lower_is_better(metric) else None
        self._basis = self._coarse = None
        if len(numbers) > SHORTLIST:
            self._basis = _basis(self.rows(_spread(len(numbers))))
            self._coarse = np.empty((len(numbers), self._basis.shape[1]), np.float32)
            for start in range(0, len(numbers), _BLOCK):
                part = slice(start, start + _BLOCK)
                self._coarse[part] = self.rows(part) @ self._basis

    @classmethod
    def read(cls, live: LiveSearch) -> VectorIndex:
        """Read the vectors of a bundle. Its int8 rows stay in their files."""
        numbers = MappedRows(
            live.shard_paths(), dimensions=live.dimensions, rows_per_file=live.rows_per_shard
        )
        scales = np.fromfile(live.path(SCALES), "<f4")
        return cls(numbers, scales=scales, owners=np.fromfile(live.path(OWNERS), "<u4"), metric=live.metric)

    def rows(self, which: slice | np.ndarray) -> np.ndarray:
        """The full rows, (k, d) float32."""
        numbers = self._numbers[which].astype(np.float32)
        return numbers if self._scales is None else numbers * self._scales[which, np.newaxis]

    def nearest(
        self, query: np.ndarray, *, count: int, admitted: np.ndarray | None = None
    ) -> RankedPositions:
        """The `count` products nearest to `query` (d,), float32, or as many as there are.

        A product's score is that of its nearest row; ties are in the catalogue's order. `admitted`, bool by
        position, says which products may be returned.
        """
        rows = self._shortlist(query, count=count, admitted=admitted)
        if not len(rows):
            return RankedPositions(np.empty(0, np.int64), np.empty(0, np.float32))
        positions, near = self._by_product(rows, self._nearness(query, rows))
        best = np.argsort(-near, kind="stable")[:count]
        return RankedPositions(positions[best].astype(np.int64), self._scores(query, near[best]))

    def _by_product(self, rows: np.ndarray, near: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        """The products of sorted rows, and the nearness of each product's nearest row."""
        owners = self._owners[rows]
        starts = np.flatnonzero(np.diff(owners, prepend=-1))
        return owners[starts], np.maximum.reduceat(near, starts)

    def scores(self, query: np.ndarray) -> np.ndarray:
        """The score of every product's nearest row, by position, float32."""
        rows = np.arange(len(self._numbers))
        _, near = self._by_product(rows, self._nearness(query, rows))
        return self._scores(query, near)

    def _shortlist(self, query: np.ndarray, *, count: int, admitted: np.ndarray | None) -> np.ndarray:
        """The rows, sorted, that may be among the nearest."""
        size = max(SHORTLIST, _FOR_EACH * count)
        open_rows = None if admitted is None else np.flatnonzero(admitted[self._owners])
        if open_rows is not None and len(open_rows) <= size:
            return open_rows
        if self._coarse is None or self._basis is None or len(self._numbers) <= size:
            return np.arange(len(self._numbers)) if open_rows is None else open_rows
        near = self._coarse @ (query @ self._basis)
        if self._halves is not None:
            near -= self._halves
        if open_rows is None:
            return np.sort(np.argpartition(near, -size)[-size:])
        return np.sort(open_rows[np.argpartition(near[open_rows], -size)[-size:]])

    def _nearness(self, query: np.ndarray, rows: np.ndarray) -> np.ndarray:
        """How near rows are, (k,) float32; higher is nearer."""
        near = np.empty(len(rows), np.float32)
        # In blocks small enough for the CPU cache, in memory that is allocated once.
        block = np.empty((_TOGETHER, len(query)), np.float32)
        for start in range(0, len(rows), _BLOCK):
            numbers = self._numbers[rows[start : start + _BLOCK]]
            for place in range(0, len(numbers), _TOGETHER):
                some = numbers[place : place + _TOGETHER]
                full = block[: len(some)]
                full[:] = some
                np.matmul(full, query, out=near[start + place : start + place + len(some)])
        if self._scales is not None:
            near *= self._scales[rows]
        return near if self._halves is None else near - self._halves[rows]

    def _scores(self, query: np.ndarray, nearness: np.ndarray) -> np.ndarray:
        if self._halves is None:
            return nearness
        distances: np.ndarray = np.sqrt(np.maximum(np.vecdot(query, query) - 2 * nearness, 0))
        return distances

    def _half_squares(self) -> np.ndarray:
        halves = np.empty(len(self._numbers), np.float32)
        for start in range(0, len(halves), _BLOCK):
            part = slice(start, start + _BLOCK)
            rows = self.rows(part)
            halves[part] = np.vecdot(rows, rows) / 2
        return halves


def _spread(count: int) -> np.ndarray:
    """A sample of at most `_SAMPLE` rows, spread over the catalogue, from which the directions are found."""
    return np.unique(np.linspace(0, count - 1, min(count, _SAMPLE)).astype(np.intp))


def _basis(sample: np.ndarray) -> np.ndarray:
    """Orthogonal directions (d, k), float32, along which the rows of a sample (m, d) are longest."""
    width = min(_COARSE, *sample.shape)
    drawn = np.random.default_rng(0).standard_normal((sample.shape[1], width + _SPARE), dtype=np.float32)
    directions = np.linalg.qr(drawn)[0]
    for _ in range(3):
        directions = np.linalg.qr(sample.T @ (sample @ directions))[0]
    # Drop the spare directions that contribute least.
    left = np.linalg.svd(sample @ directions, full_matrices=False)[2]
    return np.ascontiguousarray(directions @ left[:width].T, np.float32)
