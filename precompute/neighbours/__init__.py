"""Finds each product's nearest neighbours. Up to a size they are exact and the same on every machine."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
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
    "ExactFill",
    "KnownLists",
    "NeighbourLists",
    "find_neighbours",
    "load_lists",
    "save_lists",
]

EXACT_PRODUCTS = 300_000
"""Up to this many products, or compared pictures, the search is exact by default."""

MEMORY_BUDGET = 256 * 1024 * 1024
"""The bytes that a search may use for comparisons in progress."""

_WORTH_SAYING = 60.0
"""Exact searches that take longer than this, in seconds, are announced."""


class ExactFill(Protocol):
    """Fills in a ranking with exact lists, in this process or elsewhere."""

    def __call__(
        self, space: ProductSpace, ranking: Ranking, advance: Callable[[int], None], *, steps: int
    ) -> None:
        """`advance(count)` is called with the number of steps newly done, of `steps` in all."""


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
    fill: ExactFill | None = None,
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

    `search` is "exact", "approximate", or None for exact up to `EXACT_PRODUCTS` products. Approximate lists
    have a recall of at least 0.98, measured on a sample at `top` entries, or at all if `top` is None. If that
    cannot be reached, the search is exact, and a line says so.

    A search needs `memory_budget` bytes besides vectors and lists, and 12 bytes for each of about 2 × `depth`
    candidates of a product. Approximate search, distances, and cosines of vectors not of unit length copy the
    vectors. `fill` finds exact lists, by default this process. `advance(count)` gets the products done.
    """
    count = len(ids)
    order = np.array(sorted(range(count), key=ids.__getitem__))
    ranks = np.argsort(order).astype(np.int32)
    space = open_products(vectors, metric, counts=counts)
    approximate = search == "approximate" or (search is None and len(vectors) > EXACT_PRODUCTS)
    # Later searches cannot start from approximate lists.
    spare, digests = (0, None) if approximate else (SPARE, digests_of(space))
    ranking = Ranking(space, ranks, depth=min(depth + spare, count - 1))
    depth = min(depth, count - 1)
    progress = Progress(count, 2 * count, advance)
    how: dict[str, Any] = {"engine": "exact"}
    updated = False
    if known is not None and digests is not None:
        now = known.rows_now(ids, digests)
        updated = update(
            space, ranking, known, now, depth=depth, memory_budget=memory_budget, advance=progress.step
        )
    if not updated and count > 1:
        how = _from_scratch(space, ranking, approximate, top or depth, memory_budget, fill, progress)
    progress.step(progress.left)
    rows, scores = ranking.rows, ranking.scores
    if (np.diff(order) < 0).any():  # Copies are as large as the lists; a build gives the ids in order.
        ids, rows, scores = [ids[row] for row in order], ranks[rows[order]], scores[order]
    known = None
    if digests is not None and count > 1:
        known = KnownLists(metric, list(ids), digests[order], rows, scores)
    return NeighbourLists(ids, rows[:, :depth], scores[:, :depth], how, known)


def _from_scratch(
    space: ProductSpace,
    ranking: Ranking,
    approximate: bool,
    top: int,
    memory_budget: int,
    fill: ExactFill | None,
    progress: Progress,
) -> dict[str, Any]:
    """Fill in the ranking, and return the manifest's entry about the search."""
    run = partial(fill, space, ranking) if fill else _run_here(space, ranking, approximate, memory_budget)
    # In an approximate search, building the index counts as the first half.
    how = _approximate(space, ranking, top, memory_budget, progress.step) if approximate else None
    if how is None:
        run(progress.step, steps=progress.left)
    return how or {"engine": "exact"}


def _run_here(
    space: ProductSpace, ranking: Ranking, approximate: bool, memory_budget: int
) -> Callable[..., None]:
    """What fills in the ranking with exact lists in this process. A line says so if it takes long."""
    exact = ExactSearch(space, ranking, memory_budget=memory_budget)
    seconds = exact.estimate()
    if seconds > _WORTH_SAYING:
        other = "using approximate search (--exact to force)" if approximate else "--approximate is faster"
        count = space.count
        say(f"Exact lists of {count:,} products take about {seconds / 60:,.0f} minutes; {other}.")
    return exact.run


def _approximate(
    space: ProductSpace, ranking: Ranking, top: int, memory_budget: int, advance: Callable[[int], None]
) -> dict[str, Any] | None:
    """Fill in the ranking and return the manifest's entry about the search; None below the recall."""
    # faiss is imported here, as exact search does not need it.
    from precompute.neighbours.approximate import RECALL, ApproximateSearch

    search = ApproximateSearch(space, memory_budget=memory_budget)
    search.build(advance)
    how = search.tune(ranking, top=top)
    if how is None:
        say(f"Approximate search stays below a recall of {RECALL} on these vectors: using exact search.")
    else:
        search.run(ranking, advance)
    return how
