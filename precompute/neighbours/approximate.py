"""Approximate search with a graph index of faiss. Its recall is measured."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, cast

import faiss
import numpy as np

from precompute.neighbours.against_all import settle_against_all
from precompute.neighbours.best_pair import ProductSpace
from precompute.neighbours.ranking import Ranking, Settled
from precompute.neighbours.step_progress import Progress

RECALL = 0.98
"""The least share of the exact lists' shown entries that approximate lists have."""

SAMPLE = 1000
"""Products that the recall is measured on."""

_LINKS = 16
LINK_BYTES = 4 * 2 * _LINKS + 32
"""About the bytes that the graph has for a point besides a byte for each of its numbers."""

_EFFORT_OF_BUILDING = 64
_LEAST_EFFORT = 64
_MOST_EFFORT = 1024
"""The largest search effort: beyond it, exact search is faster."""

_TRAINED = 65_536
"""Points from which the range of each number is learned."""

_TOGETHER = 4096
_MARGIN = 16
"""Candidates beyond the depth, because float32 may order them differently from the exact scores."""


class ApproximateSearch:
    """Finds the lists of rows of a space by a hierarchical navigable small world graph.

    The method is Malkov and Yashunin 2018, implemented by faiss. If several threads add to the graph, the
    lists of two builds may differ. Their scores are exact.
    """

    def __init__(
        self,
        space: ProductSpace,
        *,
        memory_budget: int,
        found: int | None = None,
        graph: np.ndarray | None = None,
    ) -> None:
        """The first `found` products, by default all, can be entries; `graph` is theirs once it is built."""
        self._space, self._memory_budget = space, memory_budget
        self._counts = space.counts
        self._starts = np.cumsum(self._counts) - self._counts
        self._found = space.count if found is None else found
        self._owners = np.repeat(np.arange(self._found), self._counts[: self._found])
        self._points = space.points[: len(self._owners)]
        opened = _new_index(space) if graph is None else faiss.deserialize_index(graph)
        self._index = cast(faiss.IndexHNSWSQ, opened)

    def build(self, advance: Callable[[int], None]) -> None:
        """Build the graph. `advance(count)` is called with the number of products added."""
        progress = Progress(self._found, len(self._points), advance)
        count = len(self._points)
        self._index.train(self._points[np.linspace(0, count - 1, min(count, _TRAINED)).astype(np.int64)])
        for places in _parts(count):
            self._index.add(self._points[places])
            progress.step(len(places))

    @property
    def graph(self) -> np.ndarray:
        """The graph as bytes: (b,) uint8."""
        content: np.ndarray = faiss.serialize_index(self._index)
        return content

    def tune(self, ranking: Ranking, *, top: int) -> dict[str, Any] | None:
        """Raise the search effort until the first `top` entries reach the recall.

        Returns the manifest's entry about the search, or None if the recall cannot be reached. The sample's
        lists are written to `ranking`, whose content is of no use afterwards.
        """

        def search(sample: np.ndarray, effort: int) -> np.ndarray:
            self.settle(ranking, sample, effort=effort)
            scores: np.ndarray = ranking.scores[sample]
            return scores

        found = tuned(self._space, ranking, search, top=top, memory_budget=self._memory_budget)
        return None if found is None else found[1]

    def run(self, ranking: Ranking, advance: Callable[[int], None]) -> None:
        """Fill in the ranking. `advance(count)` is called with the number of products done."""
        for rows in _parts(self._space.count):
            self.settle(ranking, rows)
            advance(len(rows))

    def settle(self, ranking: Settled, rows: np.ndarray, *, effort: int | None = None) -> None:
        """Fill in the lists of `rows` (q,), with the effort of the last search by default."""
        if effort is not None:
            self._index.hnsw.efSearch = effort
        wanted = ranking.depth + 1 + _MARGIN
        # So many pictures are expected to belong to at least `wanted` products.
        each = min(wanted * -(-len(self._owners) // self._found), len(self._owners))
        for count in np.unique(self._counts[rows]).tolist():
            alike = rows[self._counts[rows] == count]
            step = max(1, _TOGETHER * wanted // (count * each))
            for begin in range(0, len(alike), step):
                self._settle_alike(ranking, alike[begin : begin + step], count, each)

    def _settle_alike(self, ranking: Settled, rows: np.ndarray, count: int, each: int) -> None:
        """Fill in the lists of `rows` (q,), which have `count` points each, from `each` found for a point."""
        points = self._starts[rows, np.newaxis] + np.arange(count)
        _, found = self._index.search(self._space.points[points.ravel()], each)
        options = self._owners[found].reshape(len(rows), -1)
        # faiss gives -1 if it found fewer, and two pictures may lead to the same product. Both are replaced
        # by the row itself, which is no entry of its own list.
        options = np.where(found.reshape(options.shape) >= 0, options, rows[:, np.newaxis])
        options.sort(axis=1)
        again = np.zeros(options.shape, bool)
        again[:, 1:] = options[:, 1:] == options[:, :-1]
        options = np.where(again, rows[:, np.newaxis], options)
        short = (options != rows[:, np.newaxis]).sum(axis=1) < ranking.depth
        if not short.all():
            ranking.settle(rows[~short], options[~short])
        among = slice(0, self._found)
        settle_against_all(self._space, ranking, rows[short], memory_budget=self._memory_budget, among=among)


def tuned(
    space: ProductSpace,
    ranking: Ranking,
    search: Callable[[np.ndarray, int], np.ndarray],
    *,
    top: int,
    memory_budget: int,
) -> tuple[int, dict[str, Any]] | None:
    """The least effort whose lists reach the recall at `top`, and the manifest's entry; None if none does.

    `search(sample, effort)` gives the scores (q, k) of a sample's lists. Their exact lists are written to
    `ranking`, whose content is of no use afterwards.
    """
    sample = np.random.default_rng(0).choice(space.count, min(SAMPLE, space.count), replace=False)
    settle_against_all(space, ranking, sample, memory_budget=memory_budget)
    exact = ranking.scores[sample, :top]
    effort = _LEAST_EFFORT
    while effort <= _MOST_EFFORT:
        found = search(sample, effort)[:, :top]
        # An entry as good as the exact list's last one counts as right: only ids break ties.
        right = found <= exact[:, -1:] if space.lower_is_better else found >= exact[:, -1:]
        recall = float(right.mean())
        if recall >= RECALL:
            index = f"faiss HNSW{_LINKS}, SQ8, efConstruction {_EFFORT_OF_BUILDING}, efSearch {effort}"
            measured = {"recall": round(recall, 4), "sample": len(sample)}
            return effort, {"engine": "approximate", "index": index} | measured
        effort *= 2
    return None


def _new_index(space: ProductSpace) -> faiss.IndexHNSWSQ:
    metric = faiss.METRIC_L2 if space.lower_is_better else faiss.METRIC_INNER_PRODUCT
    # A byte for each number finds the candidates as well as four do, and their scores are exact anyway.
    kind = faiss.ScalarQuantizer.QT_8bit
    index = faiss.IndexHNSWSQ(space.points.shape[1], kind, _LINKS, metric)  # type: ignore[arg-type]
    index.hnsw.efConstruction = _EFFORT_OF_BUILDING
    return index


def _parts(count: int) -> list[np.ndarray]:
    return [np.arange(start, min(start + _TOGETHER, count)) for start in range(0, count, _TOGETHER)]
