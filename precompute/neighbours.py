"""Finds each product's nearest neighbours: exactly, block by block, the same on every machine."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import faiss
import numpy as np

from bundle import Neighbour

MEMORY_BUDGET = 256 * 1024 * 1024
"""Bytes that a search may take besides the vectors and the lists."""

_QUERIES = 4096
"""Products that are searched for at a time: enough to keep faiss at the speed of a matrix product."""

_MARGIN = 16
"""Candidates beyond the depth: float32 may order near-equal scores in another way than float64."""

_DECIMALS = 6

_CACHE = 4 * 1024 * 1024
"""Bytes of candidates' vectors that are gathered at a time: more than a cache holds takes thrice as long."""

_UNSURE = 5e-6
"""More than the error of a unit vectors' dot product in float32 and that of rounding, together."""


@dataclass(frozen=True)
class NeighbourLists:
    """The lists of all products: `rows` (n, k), int32, and `scores` (n, k), float64, best first.

    Row i belongs to `ids[i]`, and so does an entry i of `rows`; `ids` is sorted.
    """

    ids: list[str]
    rows: np.ndarray
    scores: np.ndarray

    def __iter__(self) -> Iterator[tuple[str, list[Neighbour]]]:
        """Each product's id with its list, by id."""
        for product_id, rows, scores in zip(self.ids, self.rows, self.scores, strict=True):
            entries = zip(rows.tolist(), scores.tolist(), strict=True)
            yield product_id, [Neighbour(self.ids[row], score) for row, score in entries]


def find_neighbours(
    ids: list[str],
    vectors: np.ndarray,
    *,
    depth: int,
    memory_budget: int = MEMORY_BUDGET,
    advance: Callable[[int], None] = lambda count: None,
) -> NeighbourLists:
    """The `depth` nearest neighbours of every product by cosine, best first, the product itself left out.

    `ids` names the rows of `vectors`, (n, d) float32, each of unit length or zero. Candidates come from
    faiss in float32; every score is computed anew from its two vectors in float64, rounded to six
    decimals, and equal scores are ordered by id: a list depends on neither the blocks nor the machine.
    Besides the vectors (once more, sorted) and the lists about `memory_budget` bytes are taken.
    `advance(count)` is told of every product that is done.
    """
    count = len(ids)
    order = sorted(range(count), key=ids.__getitem__)
    # From here on a smaller row means a smaller id, which is what decides between equal scores.
    vectors = np.ascontiguousarray(vectors[order])
    depth = min(depth, count - 1)
    lists = NeighbourLists(
        [ids[row] for row in order], np.empty((count, depth), np.int32), np.empty((count, depth))
    )
    for start in range(0, count, _QUERIES):
        block = np.arange(start, min(start + _QUERIES, count))
        unsettled = _search(vectors, block, lists)
        _search_all(vectors, unsettled, lists, memory_budget)
        advance(len(block))
    return lists


def _search(vectors: np.ndarray, block: np.ndarray, lists: NeighbourLists) -> np.ndarray:
    """Fill in the lists of the rows in `block`; return those whose candidates were too few to be sure."""
    count, dimensions = vectors.shape
    depth = lists.rows.shape[1]
    candidates = min(depth + 1 + _MARGIN, count)
    found_scores, found = faiss.knn(vectors[block], vectors, candidates, metric=faiss.METRIC_INNER_PRODUCT)
    unsettled = []
    # A candidate takes its vector in float32 and again in float64.
    step = max(1, _CACHE // (candidates * dimensions * 12))
    for begin in range(0, len(block), step):
        rows, options = block[begin : begin + step], found[begin : begin + step]
        scores = _exact_scores(vectors, rows, options)
        _keep_best(lists, rows, options, scores)
        if candidates < count and depth:
            # What was not found scores no more than the last that was, give or take the error.
            limit = found_scores[begin : begin + step, -1] + _UNSURE
            unsettled.append(rows[lists.scores[rows, -1] <= limit])
    return np.concatenate(unsettled) if unsettled else block[:0]


def _search_all(
    vectors: np.ndarray, unsettled: np.ndarray, lists: NeighbourLists, memory_budget: int
) -> None:
    """Fill in the lists of the rows in `unsettled`, where many scores are as good as equal."""
    step = max(1, memory_budget // (len(vectors) * 4))
    for begin in range(0, len(unsettled), step):
        part = unsettled[begin : begin + step]
        for row, scores in zip(part, vectors[part] @ vectors.T, strict=True):
            options = np.flatnonzero(scores >= lists.scores[row, -1] - _UNSURE)[np.newaxis]
            rows = np.array([row])
            pieces = range(0, options.shape[1], _QUERIES)
            exact = [_exact_scores(vectors, rows, options[:, piece : piece + _QUERIES]) for piece in pieces]
            _keep_best(lists, rows, options, np.concatenate(exact, axis=1))


def _exact_scores(vectors: np.ndarray, rows: np.ndarray, options: np.ndarray) -> np.ndarray:
    """The rounded cosines of each of `rows` (q,) to its `options` (q, c), computed in float64: (q, c)."""
    queries = vectors[rows].astype(np.float64)[:, :, np.newaxis]
    return np.round(np.matmul(vectors[options].astype(np.float64), queries)[:, :, 0], _DECIMALS)


def _keep_best(lists: NeighbourLists, rows: np.ndarray, options: np.ndarray, scores: np.ndarray) -> None:
    """Write the best of `options` into the lists of `rows`, without the rows themselves."""
    depth = lists.rows.shape[1]
    keys = np.where(options == rows[:, np.newaxis], np.inf, -scores)
    best = np.lexsort((options, keys), axis=1)[:, :depth]
    lists.rows[rows] = np.take_along_axis(options, best, axis=1)
    lists.scores[rows] = np.take_along_axis(scores, best, axis=1)
