"""What a metric makes of vectors: a nearness in float32 with a bound of its error, and the exact score."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass

import numpy as np

DECIMALS = 6

_STEP = 1.1e-6
"""A step of the rounding and a little more: scores that are closer may be equal once rounded."""

_UNIT = 2.0**-24
"""The unit roundoff of float32."""

_NEAR_ONE = 1e-6
"""A vector whose length differs from 1 by no more is taken for one of unit length."""

_BLOCK = 1 << 22
"""Numbers that are taken to float64 at a time."""
_CACHE = 8 * 1024 * 1024
"""Bytes of vectors that are gathered at a time: more leaves the cache, less makes threads wait for turns."""

_thread = threading.local()


@dataclass(frozen=True)
class Space:
    """Vectors under one metric.

    `vectors` (n, d), float32, are those that were given and `norms` (n,), float64, their lengths;
    `points` (n, d), float32, are what nearness is computed from, `halves` (n,), float32, half their squared
    lengths (Euclidean only). Where one product of a row has a nearness that is lower than another's by more
    than the row's `margins` (n,), float32, its rounded score is surely worse.
    """

    metric: str
    vectors: np.ndarray
    norms: np.ndarray
    points: np.ndarray
    halves: np.ndarray | None
    margins: np.ndarray

    def nearness(
        self, rows: slice | np.ndarray, others: slice, *, out: np.ndarray | None = None
    ) -> np.ndarray:
        """How near each of `rows` (q,) is to each of `others` (c,), in float32, (q, c): more is nearer.

        It is written to `out`, float32, where that is given, which has q * c places or more.
        """
        left, right = self.points[rows], self.points[others]
        if out is not None:
            out = out[: len(left) * len(right)].reshape(len(left), len(right))
        near = np.matmul(left, right.T, out=out)
        if self.halves is not None:
            near -= self.halves[rows, np.newaxis]
            near -= self.halves[others]
        return near

    def scores(self, rows: np.ndarray, options: np.ndarray) -> np.ndarray:
        """The rounded scores of each of `rows` (q,) with its `options` (q, c), from float64: (q, c)."""
        (count, columns), width = options.shape, self.vectors.shape[1]
        queries = self.vectors[rows].astype(np.float64)
        found = np.empty(options.shape)
        columns = max(1, min(columns, _CACHE // (width * 12)))
        together = max(1, _CACHE // (width * 12 * columns))
        for row in range(0, count, together):
            for column in range(0, options.shape[1], columns):
                part = slice(row, row + together), slice(column, column + columns)
                found[part] = self._pairs(queries[part[0]], options[part])
        if self.metric == "euclidean":
            return np.round(np.sqrt(found), DECIMALS)
        return self._finish(rows, options, found)

    def _pairs(self, queries: np.ndarray, options: np.ndarray) -> np.ndarray:
        """The inner products or squared distances of `queries` (q, d) and `options` (q, c): (q, c)."""
        shape = (*options.shape, self.vectors.shape[1])
        narrow = _scratch("narrow", shape, np.float32)
        # With "clip" the vectors go straight to their place; all rows exist.
        np.take(self.vectors, options, axis=0, out=narrow, mode="clip")
        wide = _scratch("wide", shape, np.float64)
        wide[:] = narrow
        if self.metric == "euclidean":
            # The squares of the differences, as lengths and products would cancel for near-equal vectors.
            wide -= queries[:, np.newaxis]
            return np.vecdot(wide, wide)
        return np.matmul(wide, queries[:, :, np.newaxis])[:, :, 0]

    def _finish(self, rows: np.ndarray, options: np.ndarray | slice, products: np.ndarray) -> np.ndarray:
        """The rounded scores of `rows` (q,) with `options`, from their inner products (q, c)."""
        if self.metric == "cosine":
            lengths = self.norms[rows, np.newaxis] * self.norms[options]
            products = np.divide(products, lengths, out=np.zeros_like(products), where=lengths > 0)
        # A sum with 0 turns a negative zero, which would be written as -0.000000, into zero.
        return np.round(products, DECIMALS) + 0.0

    def full_scores(self, rows: np.ndarray) -> np.ndarray:
        """The rounded scores of each of `rows` (q,) with every row, from float64: (q, n)."""
        found = np.empty((len(rows), len(self.vectors)))
        queries = self.vectors[rows].astype(np.float64)
        for part in _parts(self.vectors):
            np.matmul(queries, self.vectors[part].astype(np.float64).T, out=found[:, part])
        if self.metric == "euclidean":
            return self._distances(rows, found)
        return self._finish(rows, slice(None), found)

    def _distances(self, rows: np.ndarray, products: np.ndarray) -> np.ndarray:
        """The rounded distances of `rows` (q,) to all rows, from their inner products (q, n)."""
        squares = self.norms[rows, np.newaxis] ** 2 + self.norms**2
        distances = squares - 2 * products
        # Where little is left of the squares the difference is one of errors: these few are computed anew.
        for place in np.flatnonzero((distances < 1e-4 * squares).any(axis=1)):
            near = np.flatnonzero(distances[place] < 1e-4 * squares[place])
            distances[place, near] = self.scores(rows[place : place + 1], near[np.newaxis])[0] ** 2
        return np.round(np.sqrt(distances), DECIMALS)

    @property
    def lower_is_better(self) -> bool:
        """Whether a score is a distance."""
        return self.metric == "euclidean"


def open_space(vectors: np.ndarray, metric: str) -> Space:
    """The space of `vectors` (n, d), float32, under "cosine", "dot" or "euclidean".

    The bounds of the errors hold for every order of summation: float32 computes a product of two vectors of
    d dimensions to within d u / (1 - d u) times the sum of |x_i y_i| (Higham, Accuracy and Stability of
    Numerical Algorithms, 2002, section 3.1; u = 2⁻²⁴), and that sum is no more than the product of the two
    lengths. Raises `ValueError` for another metric and for values that are no numbers.
    """
    vectors = np.ascontiguousarray(vectors, np.float32)
    norms = _lengths(vectors)
    if not np.isfinite(norms).all():
        raise ValueError("Expected vectors of finite numbers. Received: some that are not.")
    if metric == "cosine":
        return _cosine(vectors, norms)
    if metric == "dot":
        return _dot(vectors, norms)
    if metric == "euclidean":
        return _euclidean(vectors, norms)
    raise ValueError(f"Expected the metric to be cosine, dot or euclidean. Received: {metric!r}.")


def _cosine(vectors: np.ndarray, norms: np.ndarray) -> Space:
    points = vectors
    if (np.abs(norms[norms > 0] - 1) > _NEAR_ONE).any():
        points = np.empty_like(vectors)
        for part in _parts(vectors):
            lengths = np.where(norms[part] > 0, norms[part], 1)[:, np.newaxis]
            points[part] = vectors[part].astype(np.float64) / lengths
    # Points of a length within 1e-6 of 1 change a cosine by no more than 2e-6, which 50 u covers.
    margin = 2 * _error(vectors.shape[1] + 50) + _STEP
    return Space("cosine", vectors, norms, points, None, np.full(len(vectors), margin, np.float32))


def _dot(vectors: np.ndarray, norms: np.ndarray) -> Space:
    scale = _scale(norms)
    # A power of two scales without an error, underflow apart, which the margin's last term covers.
    points = vectors if scale == 1 else vectors * np.float32(scale)
    lengths = norms * scale
    errors = _error(vectors.shape[1] + 10) * lengths * lengths.max(initial=0)
    margins = 2 * errors + _STEP * scale**2 + _underflow(vectors.shape[1])
    return Space("dot", vectors, norms, points, None, margins.astype(np.float32))


def _euclidean(vectors: np.ndarray, norms: np.ndarray) -> Space:
    # Nearness is -|x - y|² / 2 = x·y - |x|² / 2 - |y|² / 2, which cancels: its error goes with the lengths,
    # not with the distance. Distances stay when the mean is taken away, and the lengths become smaller.
    mean = vectors.mean(axis=0, dtype=np.float64)
    points = np.empty_like(vectors)
    scale = _scale(norms) / 2
    for part in _parts(vectors):
        points[part] = (vectors[part] - mean) * scale
    lengths = _lengths(points)
    longest = lengths.max(initial=0)
    # With H = (|x|² + |y|²) / 2, no less than |x·y|: the product errs by d u H, the halves and the two
    # differences by 5 u H, and points rounded to float32 move half a squared distance by 4 u H.
    errors = _error(vectors.shape[1] + 12) * (lengths**2 + longest**2) / 2
    step = _STEP * scale
    margins = 2 * errors + step * (lengths + longest + step) + _underflow(vectors.shape[1])
    halves = (lengths**2 / 2).astype(np.float32)
    return Space("euclidean", vectors, norms, points, halves, margins.astype(np.float32))


def _error(terms: int) -> float:
    """The relative error of a float32 sum of so many products."""
    return terms * _UNIT / (1 - terms * _UNIT)


def _underflow(dimensions: int) -> float:
    """What products too small for float32 can add up to."""
    return 4 * dimensions * float(np.finfo(np.float32).tiny)


def _scale(norms: np.ndarray) -> float:
    """The power of two, 1 at the most, that brings all lengths to 1 or below: their products stay finite."""
    longest = norms.max(initial=0)
    return float(2.0 ** -np.ceil(np.log2(longest))) if longest > 1 else 1.0


def _scratch(name: str, shape: tuple[int, ...], kind: type) -> np.ndarray:
    """Memory of this thread's own: asking the system for it anew takes longer than a score."""
    size = math.prod(shape)
    held = getattr(_thread, name, None)
    if held is None or len(held) < size:
        held = np.empty(size, kind)
        setattr(_thread, name, held)
    return held[:size].reshape(shape)


def _lengths(vectors: np.ndarray) -> np.ndarray:
    lengths = np.empty(len(vectors))
    for part in _parts(vectors):
        block = vectors[part].astype(np.float64)
        lengths[part] = np.sqrt(np.vecdot(block, block))
    return lengths


def _parts(vectors: np.ndarray) -> list[slice]:
    step = max(1, _BLOCK // max(1, vectors.shape[1]))
    return [slice(start, start + step) for start in range(0, len(vectors), step)]
