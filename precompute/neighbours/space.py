"""Compares vectors under a metric: nearness in float32 with an error bound, and exact scores."""

from __future__ import annotations

import math
import threading
from dataclasses import dataclass, replace

import numpy as np

from bundle.metric import lower_is_better

DECIMALS = 6

_STEP = 1.1e-6
"""A rounding step and a little more: scores that are closer may be equal once rounded."""

_UNIT = 2.0**-24
"""The unit roundoff of float32."""

_UNIT_64 = 2.0**-53
"""The unit roundoff of float64."""

_NEAR_ONE = 1e-6
"""A vector counts as one of unit length if its length differs from 1 by no more than this."""

_BLOCK = 1 << 22
"""How many numbers are converted to float64 at a time."""
_CACHE = 8 * 1024 * 1024
"""Bytes of vectors gathered at a time: more would not fit the cache, less would make threads wait."""

_thread = threading.local()


@dataclass(frozen=True)
class Space:
    """Vectors under one metric.

    `vectors` (n, d), float32, are the given ones and `norms` (n,), float64, their lengths. Nearness is
    computed from `points` (n, d), float32: unit vectors for a cosine, otherwise the vectors, centred if
    Euclidean, times `scale`. `halves` (n,), float32, are half the points' squared lengths (Euclidean only).
    If one option's nearness to a row is lower than another's by more than the row's `margins` (n,), float32,
    its rounded score is certainly worse.

    A score is the same to the last bit on every machine, however many are computed at once. A matrix product
    adds in an order of its own. If its error could change the sixth decimal, the sum is computed again in an
    order that depends only on the number of dimensions.
    """

    metric: str
    vectors: np.ndarray
    norms: np.ndarray
    points: np.ndarray
    scale: float
    halves: np.ndarray | None
    margins: np.ndarray

    @property
    def count(self) -> int:
        """How many rows there are."""
        return len(self.vectors)

    @property
    def counts(self) -> np.ndarray:
        """How many points each row has: one."""
        return np.ones(self.count, np.int32)

    def content(self, row: int) -> np.ndarray:
        """The row's vector, which decides its scores."""
        return self.vectors[row, :]

    def blocks(self, side: int, part: slice = slice(None)) -> list[slice]:
        """All rows, or those of one part, in blocks of at most `side`."""
        begin, end, _ = part.indices(self.count)
        return [slice(start, min(start + side, end)) for start in range(begin, end, side)]

    def cut(self, rows: slice | np.ndarray) -> Space:
        """Some of the rows. Their nearness, margins and scores are what they were."""
        vectors = self.vectors[rows]
        return replace(
            self,
            vectors=vectors,
            norms=self.norms[rows],
            points=vectors if self.points is self.vectors else self.points[rows],
            halves=None if self.halves is None else self.halves[rows],
            margins=self.margins[rows],
        )

    def followed_by(self, other: Space) -> Space:
        """The rows of this space and then those of another that was cut from the same one."""
        vectors = np.concatenate([self.vectors, other.vectors])
        shared = self.points is self.vectors and other.points is other.vectors
        return replace(
            self,
            vectors=vectors,
            norms=np.concatenate([self.norms, other.norms]),
            points=vectors if shared else np.concatenate([self.points, other.points]),
            halves=None
            if self.halves is None or other.halves is None
            else np.concatenate([self.halves, other.halves]),
            margins=np.concatenate([self.margins, other.margins]),
        )

    def nearness(
        self, rows: slice | np.ndarray, others: slice | np.ndarray, *, out: np.ndarray | None = None
    ) -> np.ndarray:
        """The nearness of each of `rows` (q,) to each of `others` (c,): (q, c) float32; higher is nearer.

        If `out`, float32 with at least q * c elements, is given, the result is written there.
        """
        left, right = self.points[rows], self.points[others]
        if out is not None:
            out = out[: len(left) * len(right)].reshape(len(left), len(right))
        near = np.matmul(left, right.T, out=out)
        if self.halves is not None:
            near -= self.halves[rows, np.newaxis]
            near -= self.halves[others]
        return near

    def least_nearness(self, rows: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """The least nearness, (q,) float32, of any product whose score with a row is the given one or better.

        `rows` (q,) and the rounded `scores` (q,) belong together. A margin covers the errors of two
        nearnesses and one rounding step; here one such error and half a step occur.
        """
        nearness: np.ndarray = self.nearness_of(scores) - self.margins[rows]
        return nearness.astype(np.float32)

    def nearness_of(self, scores: np.ndarray) -> np.ndarray:
        """The nearness, float64, that corresponds to a score if neither is rounded."""
        scaled = scores * self.scale
        found: np.ndarray = -np.square(scaled) / 2 if self.lower_is_better else scaled * self.scale
        return found

    def scores(self, rows: np.ndarray, options: np.ndarray) -> np.ndarray:
        """The rounded scores of each of `rows` (q,) with its `options` (q, c), from float64: (q, c)."""
        (count, columns), width = options.shape, self.vectors.shape[1]
        queries = self.vectors[rows].astype(np.float64)
        sums = np.empty(options.shape)
        columns = max(1, min(columns, _CACHE // (width * 12)))
        together = max(1, _CACHE // (width * 12 * columns))
        for row in range(0, count, together):
            for column in range(0, options.shape[1], columns):
                part = slice(row, row + together), slice(column, column + columns)
                sums[part] = self._sums(queries[part[0]], options[part])
        scores = self._scores(rows[:, np.newaxis], options, sums)
        doubts = self._error * scores if self.lower_is_better else self._doubts(rows, options)
        return self._rounded(rows, options, scores, doubts)

    def full_scores(self, rows: np.ndarray) -> np.ndarray:
        """The rounded scores of each of `rows` (q,) with every row, from float64: (q, n)."""
        return self.table(rows, np.arange(self.count))

    def table(self, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
        """The rounded scores of each of `rows` (q,) with each of `others` (c,), from float64: (q, c)."""
        sums = np.empty((len(rows), len(others)))
        queries = self.vectors[rows].astype(np.float64)
        step = max(1, _CACHE // (self.vectors.shape[1] * 12))
        for start in range(0, len(others), step):
            part = slice(start, start + step)
            np.matmul(queries, self._wide(others[part]).T, out=sums[:, part])
        options = np.broadcast_to(others, sums.shape)
        if not self.lower_is_better:
            scores = self._scores(rows[:, np.newaxis], options, sums)
            return self._rounded(rows, options, scores, self._doubts(rows, options))
        squares = self.norms[rows, np.newaxis] ** 2 + self.norms[others] ** 2
        # Near-equal vectors cancel: the smaller the difference, the larger its relative error, up to
        # infinity.
        with np.errstate(divide="ignore", invalid="ignore"):
            distances = np.sqrt(squares - 2 * sums)
            return self._rounded(rows, options, distances, self._error * squares / distances)

    @property
    def lower_is_better(self) -> bool:
        """Whether a score is a distance."""
        return lower_is_better(self.metric)

    @property
    def _error(self) -> float:
        # Two sums of d products differ by at most 2 d u of the lengths, whatever their orders. Lengths,
        # squares and roots are each within (d + 8) u.
        width: int = self.vectors.shape[1]
        return 4 * (width + 8) * _UNIT_64

    def _doubts(self, rows: np.ndarray, options: np.ndarray) -> np.ndarray | float:
        """How much a score may change if its products are summed in another order."""
        if self.metric == "cosine":
            return self._error
        doubts: np.ndarray = self._error * self.norms[rows, np.newaxis] * self.norms[options]
        return doubts

    def _sums(self, queries: np.ndarray, options: np.ndarray) -> np.ndarray:
        """The inner products or squared distances of `queries` (q, d) and `options` (q, c): (q, c)."""
        wide = self._wide(options)
        if self.lower_is_better:
            # Differences are squared, because lengths and products would cancel for near-equal vectors.
            wide -= queries[:, np.newaxis]
            sums: np.ndarray = np.vecdot(wide, wide)
        else:
            sums = np.matmul(wide, queries[:, :, np.newaxis])[:, :, 0]
        return sums

    def _wide(self, rows: np.ndarray) -> np.ndarray:
        """The vectors of `rows` (…,) in float64, (…, d). This thread's next call overwrites them."""
        shape = (*rows.shape, self.vectors.shape[1])
        narrow = scratch("narrow", shape, np.float32)
        # "clip" copies the vectors directly to `out`. No row is out of range.
        np.take(self.vectors, rows, axis=0, out=narrow, mode="clip")
        wide = scratch("wide", shape, np.float64)
        wide[:] = narrow
        return wide

    def _scores(self, rows: np.ndarray, options: np.ndarray, sums: np.ndarray) -> np.ndarray:
        """The scores, not yet rounded, of pairs whose inner products or squared distances are `sums`."""
        if self.lower_is_better:
            scores: np.ndarray = np.sqrt(sums)
        elif self.metric == "dot":
            scores = sums
        else:
            lengths = self.norms[rows] * self.norms[options]
            scores = np.divide(sums, lengths, out=np.zeros_like(sums), where=lengths > 0)
        return scores

    def _rounded(
        self, rows: np.ndarray, options: np.ndarray, scores: np.ndarray, doubts: np.ndarray | float
    ) -> np.ndarray:
        """Round the scores (q, c). Those whose `doubts` could change the sixth decimal are computed again."""
        unsure = np.round(scores - doubts, DECIMALS) != np.round(scores + doubts, DECIMALS)
        left, others = np.broadcast_to(rows[:, np.newaxis], scores.shape)[unsure], options[unsure]
        scores[unsure] = self._scores(left, others, self._sums_in_order(left, others))
        # Adding 0 turns a negative zero, which would be written as -0.000000, into zero.
        return np.round(scores, DECIMALS) + 0.0

    def _sums_in_order(self, rows: np.ndarray, others: np.ndarray) -> np.ndarray:
        """Like `_sums`, for pairs of rows (p,), in the order of NumPy's own sum, which depends only on d."""
        sums = np.empty(len(rows))
        for part in _parts(len(rows), self.vectors.shape[1]):
            left, right = (self.vectors[some[part]].astype(np.float64) for some in (rows, others))
            terms = np.square(left - right) if self.lower_is_better else left * right
            sums[part] = terms.sum(axis=1)
        return sums


def open_space(vectors: np.ndarray, metric: str) -> Space:
    """The space of `vectors` (n, d), float32, under "cosine", "dot" or "euclidean".

    The error bounds hold for every order of summation. In float32, the error of the inner product of two
    vectors of d dimensions is at most d u / (1 - d u) times the sum of |x_i y_i| (Higham, Accuracy and
    Stability of Numerical Algorithms, 2002, section 3.1; u = 2⁻²⁴). That sum is at most the product of the
    two lengths. Raises `ValueError` for another metric, NaN or infinity.
    """
    vectors = np.ascontiguousarray(vectors, np.float32)
    norms = _lengths(vectors)
    if not np.isfinite(norms).all():
        raise ValueError("Expected vectors of finite numbers. Received: NaN or infinity.")
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
        for part in _parts(len(vectors), vectors.shape[1]):
            lengths = np.where(norms[part] > 0, norms[part], 1)[:, np.newaxis]
            points[part] = vectors[part].astype(np.float64) / lengths
    # If lengths are within 1e-6 of 1, the cosine changes by at most 2e-6, which 50 u covers.
    margin = 2 * _error(vectors.shape[1] + 50) + _STEP
    return Space("cosine", vectors, norms, points, 1.0, None, np.full(len(vectors), margin, np.float32))


def _dot(vectors: np.ndarray, norms: np.ndarray) -> Space:
    scale = _scale(norms)
    # Scaling by a power of two is exact except for underflow, which the margin's last term covers.
    points = vectors if scale == 1 else vectors * np.float32(scale)
    lengths = norms * scale
    errors = _error(vectors.shape[1] + 10) * lengths * lengths.max(initial=0)
    margins = 2 * errors + _STEP * scale**2 + _underflow(vectors.shape[1])
    return Space("dot", vectors, norms, points, scale, None, margins.astype(np.float32))


def _euclidean(vectors: np.ndarray, norms: np.ndarray) -> Space:
    # Nearness is -|x - y|² / 2 = x·y - |x|² / 2 - |y|² / 2, which cancels: its error grows with the lengths,
    # not with the distance. Subtracting the mean shortens the vectors and preserves their distances.
    mean = vectors.mean(axis=0, dtype=np.float64)
    points = np.empty_like(vectors)
    scale = _scale(norms) / 2
    for part in _parts(len(vectors), vectors.shape[1]):
        points[part] = (vectors[part] - mean) * scale
    lengths = _lengths(points)
    longest = lengths.max(initial=0)
    # Let H = (|x|² + |y|²) / 2, which is at least |x·y|. The product is off by d u H, the halves and the two
    # differences by 5 u H, and rounding the points to float32 changes half a squared distance by 4 u H.
    errors = _error(vectors.shape[1] + 12) * (lengths**2 + longest**2) / 2
    step = _STEP * scale
    margins = 2 * errors + step * (lengths + longest + step) + _underflow(vectors.shape[1])
    halves = (lengths**2 / 2).astype(np.float32)
    return Space("euclidean", vectors, norms, points, scale, halves, margins.astype(np.float32))


def _error(terms: int) -> float:
    """The relative error of a float32 sum of this many products."""
    return terms * _UNIT / (1 - terms * _UNIT)


def _underflow(dimensions: int) -> float:
    """The largest sum of products that are too small for float32."""
    return 4 * dimensions * float(np.finfo(np.float32).tiny)


def _scale(norms: np.ndarray) -> float:
    """The power of two, at most 1, that brings all lengths to 1 or below, so their products stay finite."""
    longest = norms.max(initial=0)
    return float(2.0 ** -np.ceil(np.log2(longest))) if longest > 1 else 1.0


def scratch(name: str, shape: tuple[int, ...], kind: type) -> np.ndarray:
    """An array in memory that this thread reuses: allocating it anew takes longer than computing a score."""
    size = math.prod(shape)
    held = getattr(_thread, name, None)
    if held is None or len(held) < size:
        held = np.empty(size, kind)
        setattr(_thread, name, held)
    return held[:size].reshape(shape)


def _lengths(vectors: np.ndarray) -> np.ndarray:
    lengths = np.empty(len(vectors))
    for part in _parts(len(vectors), vectors.shape[1]):
        block = vectors[part].astype(np.float64)
        lengths[part] = np.sqrt(np.square(block, out=block).sum(axis=1))
    return lengths


def _parts(count: int, width: int) -> list[slice]:
    step = max(1, _BLOCK // max(1, width))
    return [slice(start, start + step) for start in range(0, count, step)]
