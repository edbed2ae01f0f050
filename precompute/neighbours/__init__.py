"""Finds each product's nearest neighbours: exactly up to a size, the same on every machine."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from precompute.neighbours.exact import ExactSearch
from precompute.neighbours.lists import NeighbourLists
from precompute.neighbours.progress import Progress
from precompute.neighbours.ranking import Ranking
from precompute.neighbours.space import Space, open_space
from precompute.progress import say

__all__ = ["EXACT_PRODUCTS", "MEMORY_BUDGET", "NeighbourLists", "find_neighbours"]

EXACT_PRODUCTS = 300_000
"""Up to so many products the search is exact unless told otherwise."""

MEMORY_BUDGET = 256 * 1024 * 1024
"""Bytes that a search may take for what it compares at a time."""

_WORTH_SAYING = 60.0
"""Seconds from which on people are told what exact search takes."""


def find_neighbours(
    ids: list[str],
    vectors: np.ndarray,
    *,
    metric: str,
    depth: int,
    top: int | None = None,
    search: str | None = None,
    memory_budget: int = MEMORY_BUDGET,
    advance: Callable[[int], None] = lambda count: None,
) -> NeighbourLists:
    """The `depth` nearest neighbours of every product, best first, the product itself left out.

    `ids` names the rows of `vectors`, (n, d) float32 of any length. `metric` is "cosine" (0 where a vector
    is zero), "dot", or "euclidean", the distance, of which less is better. Every score is computed in
    float64 from the two vectors and rounded to six decimals, and equal scores are ordered by id: an exact
    list depends on neither the blocks nor the machine.

    `search` is "exact", "approximate", or None for exact up to `EXACT_PRODUCTS` products. Approximate
    lists have a recall of 0.98 at least, measured at `top` entries (all, where left out) on a sample; where
    that cannot be reached the search is exact after all, and says so. Besides the vectors (once more for
    what is neither a dot product nor a cosine of unit vectors, and for approximate search) and the lists a
    search takes about `memory_budget` bytes and 12 for each of some twice `depth` candidates of a product.
    `advance(count)` is told of the work done, in products.
    """
    count = len(ids)
    order = np.array(sorted(range(count), key=ids.__getitem__))
    ranks = np.empty(count, np.int32)
    ranks[order] = np.arange(count, dtype=np.int32)
    space = open_space(vectors, metric)
    ranking = Ranking(space, ranks, depth=min(depth, count - 1))
    how: dict[str, Any] = {"engine": "exact"}
    if count < 2:
        advance(count)
    else:
        exact = ExactSearch(space, ranking, memory_budget=memory_budget)
        approximate = search == "approximate" or (search is None and count > EXACT_PRODUCTS)
        seconds = exact.estimate()
        if seconds > _WORTH_SAYING:
            other = (
                "approximate search is made; --exact forces it" if approximate else "--approximate is quicker"
            )
            say(f"Exact lists of {count:,} products take about {seconds / 60:,.0f} minutes; {other}.")
        # Of approximate search, building the index is the first half.
        progress = Progress(count, 2 * count, advance)
        found = (
            _approximate(space, ranking, top or depth, memory_budget, progress.step) if approximate else None
        )
        if found is None:
            exact.run(progress.step, steps=progress.left)
        how = found or how
    rows, scores = ranks[ranking.rows[order]], ranking.scores[order]
    return NeighbourLists([ids[row] for row in order], rows, scores, how)


def _approximate(
    space: Space, ranking: Ranking, top: int, memory_budget: int, advance: Callable[[int], None]
) -> dict[str, Any] | None:
    """Fill in the ranking, and return what the manifest says of it; None where the recall is too low."""
    # faiss is loaded here as exact search does without it.
    from precompute.neighbours.approximate import RECALL, ApproximateSearch

    search = ApproximateSearch(space, memory_budget=memory_budget)
    search.build(advance)
    how = search.tune(ranking, top=top)
    if how is None:
        say(f"Approximate search stays below a recall of {RECALL} on these vectors: exact search it is.")
    else:
        search.run(ranking, advance)
    return how
