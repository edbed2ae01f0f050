"""Finds each product's nearest neighbours. Up to a size they are exact and the same on every machine."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any, Protocol

import numpy as np

from precompute.neighbours.best_pair import ProductSpace, open_products
from precompute.neighbours.exact import ExactSearch
from precompute.neighbours.incremental import SPARE, update
from precompute.neighbours.known import KnownLists, digests_of, load_lists, save_lists
from precompute.neighbours.lists import NeighbourLists
from precompute.neighbours.ranking import Ranking
from precompute.neighbours.step_progress import Progress
from precompute.shared.progress import say

__all__ = [
    "EXACT_PRODUCTS",
    "MEMORY_BUDGET",
    "KnownLists",
    "ListSearch",
    "NeighbourLists",
    "exact_cores",
    "exact_products",
    "find_neighbours",
    "load_lists",
    "save_lists",
]

EXACT_PRODUCTS = 300_000
"""Up to this many products, or compared pictures, the search is exact by default."""

_EXACT_CORES = 2
"""The cores that find exact lists of `EXACT_PRODUCTS` in about ten minutes."""

MEMORY_BUDGET = 256 * 1024 * 1024
"""The bytes that a search may use for comparisons in progress."""

_WORTH_SAYING = 60.0
"""Exact searches that take longer than this, in seconds, are announced."""


class ListSearch(Protocol):
    """Finds lists, in this process or elsewhere."""

    @property
    def exact_products(self) -> int:
        """Up to this many products, or compared pictures, the search is exact by default."""

    def exact(
        self, space: ProductSpace, ranking: Ranking, advance: Callable[[int], None], *, steps: int
    ) -> None:
        """Fill in a ranking with exact lists.

        `advance(count)` is called with the number of steps newly done, of `steps` in all.
        """

    def approximate(
        self, space: ProductSpace, ranking: Ranking, advance: Callable[[int], None], *, top: int, steps: int
    ) -> dict[str, Any] | None:
        """Fill in a ranking with approximate lists and return the manifest's entry about the search.

        None if their first `top` entries do not reach the recall. For `advance` see `exact`.
        """


def exact_products(cores: int) -> int:
    """Up to how many products a cluster of so many cores searches exactly by default.

    As many as take it the time that `EXACT_PRODUCTS` take one machine: the work grows with their square.
    """
    return round(EXACT_PRODUCTS * math.sqrt(max(1.0, cores / _EXACT_CORES)))


def exact_cores(products: int) -> int:
    """From how many cores on a cluster searches so many products exactly by default."""
    return math.ceil(_EXACT_CORES * (products / EXACT_PRODUCTS) ** 2)


def find_neighbours(
    ids: list[str],
    vectors: np.ndarray,
    *,
    metric: str,
    depth: int,
    counts: np.ndarray | None = None,
    top: int | None = None,
    search: str | None = None,
    known: KnownLists | None = None,
    memory_budget: int = MEMORY_BUDGET,
    elsewhere: ListSearch | None = None,
    advance: Callable[[int], None] = lambda count: None,
) -> NeighbourLists:
    """The `depth` nearest neighbours of every product, best first, without the product itself.

    `ids` names the products and `vectors` (r, d), float32 of any length, has their rows in the same order. A
    product has one row, or as many as `counts` (n,) says; the score of two products is then that of their
    best matching pair of rows. `metric` is "cosine" (0 with a zero vector), "dot", or "euclidean", a
    distance, so lower is better.

    Every score is computed in float64 and rounded to six decimals, and equal scores are ordered by id. So an
    exact list depends neither on blocks nor on the machine. Nor does it depend on `known`, the lists of an
    earlier catalogue (`NeighbourLists.known`), which save time after a small change.

    `search` is "exact", "approximate", or None for exact up to `EXACT_PRODUCTS` products, or as many as
    `elsewhere` says. Approximate lists have a recall of at least 0.98, measured on a sample at `top` entries,
    or at all if `top` is None. If that cannot be reached, the search is exact, and a line says so. Lists are
    found `elsewhere`, by default in this process.

    A search needs `memory_budget` bytes besides vectors and lists, and 12 bytes for each of about 2 × `depth`
    candidates of a product. Approximate search, distances, and cosines of vectors not of unit length copy the
    vectors. `advance(count)` gets the products done.
    """
    count = len(ids)
    order = np.array(sorted(range(count), key=ids.__getitem__))
    ranks = np.argsort(order).astype(np.int32)
    space = open_products(vectors, metric, counts=counts)
    where = _SearchHere(memory_budget) if elsewhere is None else elsewhere
    approximate = search == "approximate" or (search is None and len(vectors) > where.exact_products)
    # Later searches cannot start from approximate lists.
    spare, digests = (0, None) if approximate else (SPARE, digests_of(space))
    ranking = Ranking(space, ranks, depth=min(depth + spare, count - 1))
    depth = min(depth, count - 1)
    progress = Progress(count, 2 * count, advance)
    how: dict[str, Any] = {"engine": "exact"}
    updated = False
    if known is not None and digests is not None:
        now, options = known.rows_now(ids, digests), {"depth": depth, "memory_budget": memory_budget}
        updated = update(space, ranking, known, now, advance=progress.step, **options)
    if not updated and count > 1:
        how = _from_scratch(space, ranking, where, progress, top=top or depth if approximate else None)
    progress.step(progress.left)
    rows, scores = ranking.rows, ranking.scores
    if (np.diff(order) < 0).any():  # Copies are as large as the lists; a build gives the ids in order.
        ids, rows, scores = [ids[row] for row in order], ranks[rows[order]], scores[order]
    known = None
    if digests is not None and count > 1:
        known = KnownLists(metric, list(ids), digests[order], rows, scores)
    return NeighbourLists(ids, rows[:, :depth], scores[:, :depth], how, known)


def _from_scratch(
    space: ProductSpace, ranking: Ranking, where: ListSearch, progress: Progress, *, top: int | None
) -> dict[str, Any]:
    """Fill in the ranking, approximately if there is a `top`. Returns the manifest's entry about that."""
    if top is not None:
        how = where.approximate(space, ranking, progress.step, top=top, steps=progress.left)
        if how is not None:
            return how
        # faiss is imported there, as exact search does not need it.
        from precompute.neighbours.approximate import RECALL

        say(f"Approximate search stays below a recall of {RECALL} on these vectors: using exact search.")
    where.exact(space, ranking, progress.step, steps=progress.left)
    return {"engine": "exact"}


class _SearchHere:
    """Finds lists in this process. A line says so if exact ones take long."""

    def __init__(self, memory_budget: int) -> None:
        self.exact_products = EXACT_PRODUCTS
        self._memory_budget = memory_budget
        self._said = False

    def exact(
        self, space: ProductSpace, ranking: Ranking, advance: Callable[[int], None], *, steps: int
    ) -> None:
        """See `ListSearch`."""
        search = ExactSearch(space, ranking, memory_budget=self._memory_budget)
        self._announce(search, space.count, "--approximate is faster")
        search.run(advance, steps=steps)

    def approximate(
        self, space: ProductSpace, ranking: Ranking, advance: Callable[[int], None], *, top: int, steps: int
    ) -> dict[str, Any] | None:
        """See `ListSearch`. Building the index counts as the first half."""
        from precompute.neighbours.approximate import ApproximateSearch

        exact = ExactSearch(space, ranking, memory_budget=self._memory_budget)
        self._announce(exact, space.count, "using approximate search (--exact to force)")
        search = ApproximateSearch(space, memory_budget=self._memory_budget)
        progress = Progress(steps, 2 * space.count, advance)
        search.build(progress.step)
        how = search.tune(ranking, top=top)
        if how is not None:
            search.run(ranking, progress.step)
        return how

    def _announce(self, exact: ExactSearch, count: int, other: str) -> None:
        seconds = 0.0 if self._said else exact.estimate()
        self._said = True
        if seconds > _WORTH_SAYING:
            say(f"Exact lists of {count:,} products take about {seconds / 60:,.0f} minutes; {other}.")
