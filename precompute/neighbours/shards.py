"""Approximate lists by shards: a graph for each shard of the products, which any machine can build or search.

Each list is searched for in every shard. The scores of what is found are exact, so the best of all shards are
the list, and what is lost is only what the graphs miss. That is measured.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, Protocol

import faiss
import numpy as np

from precompute.neighbours.approximate import ApproximateSearch, tuned
from precompute.neighbours.best_pair import ProductSpace
from precompute.neighbours.ranking import Ranking
from precompute.neighbours.step_progress import Progress
from precompute.neighbours.tiles import FoundEntries, TileBlock, TileEntries, merge
from precompute.shared.wording import counted


class ShardStore(Protocol):
    """Builds the graphs of shards somewhere, and searches them."""

    def build(self) -> Iterator[int]:
        """Build the graph of each shard. Yields each shard's number once its graph is built."""

    def search(self, asked: Sequence[TileBlock], *, effort: int) -> Iterator[tuple[int, int, TileEntries]]:
        """What each shard knows of the lists of each block that is asked for, as `search_shard` finds it.

        Yields the number of the block, that of the shard, and the entries, in any order.
        """


def build_graph(shard: TileBlock, *, memory_budget: int) -> np.ndarray:
    """The graph of a shard as bytes, (b,) uint8. It is built by one thread, so it is always the same."""
    faiss.omp_set_num_threads(1)
    search = ApproximateSearch(shard.space, memory_budget=memory_budget)
    search.build(lambda count: None)
    return search.graph


def search_shard(
    shard: TileBlock,
    graph: np.ndarray,
    asked: TileBlock,
    *,
    depth: int,
    effort: int,
    memory_budget: int,
) -> TileEntries:
    """What a shard knows of the lists of the products `asked` for, which may be its own.

    Each list gets its best `depth` entries, as far as the graph finds them. `others` are places in the shard.
    Takes memory for the vectors of both and for the graph, and about `memory_budget` bytes.
    """
    faiss.omp_set_num_threads(1)
    count = shard.space.count
    # Both were cut from one space.
    space: ProductSpace = shard.space.followed_by(asked.space)  # type: ignore[arg-type]
    ranks = np.concatenate([shard.ranks, asked.ranks])
    # One more than a list has, since the product itself may be among them.
    found = FoundEntries(space, ranks, depth + 1)
    search = ApproximateSearch(space, memory_budget=memory_budget, found=count, graph=graph)
    search.settle(found, np.arange(count, space.count), effort=effort)
    entries = found.entries(slice(count, space.count), others_from=0)
    others = asked.ranks[entries.places] != shard.ranks[entries.others]
    return TileEntries(*(values[others] for values in entries))


def fill_by_shards(
    space: ProductSpace,
    ranking: Ranking,
    shards: Sequence[slice],
    asked: Sequence[slice],
    store: ShardStore,
    advance: Callable[[int], None],
    *,
    top: int,
    steps: int,
    memory_budget: int,
) -> dict[str, Any] | None:
    """Fill in the ranking with approximate lists, for the products `asked` for at a time, which are all.

    `shards` are all products too. Returns the manifest's entry about the search, or None if the recall cannot
    be reached (see `precompute.neighbours.approximate.tuned`). `advance(count)` is called with the steps
    newly done, of `steps` in all; building the graphs counts as half of them.
    """
    progress = Progress(steps, 2 * len(shards) * len(asked), advance)
    for _ in store.build():
        progress.step(len(asked))

    def merged(so_far: Sequence[tuple[int, TileEntries]], count: int) -> TileEntries:
        return merge(so_far, ranking.ranks, count=count, depth=ranking.depth, metric=space.metric)

    def sample_scores(sample: np.ndarray, effort: int) -> np.ndarray:
        block = TileBlock(space.cut(sample), ranking.ranks[sample])
        parts = [(shards[shard].start, each) for _, shard, each in store.search([block], effort=effort)]
        return merged(parts, len(sample)).scores.reshape(len(sample), ranking.depth)

    found = tuned(space, ranking, sample_scores, top=top, memory_budget=memory_budget)
    if found is None:
        return None
    effort, how = found
    blocks = [TileBlock(space.cut(part), ranking.ranks[part]) for part in asked]
    waiting: list[list[tuple[int, TileEntries]]] = [[] for _ in asked]
    for number, shard, entries in store.search(blocks, effort=effort):
        waiting[number].append((shards[shard].start, entries))
        progress.step()
        if len(waiting[number]) == len(shards):
            best = merged(waiting[number], blocks[number].space.count)
            ranking.rows[asked[number]] = best.others.reshape(-1, ranking.depth)
            ranking.scores[asked[number]] = best.scores.reshape(-1, ranking.depth)
            waiting[number] = []
    return how | {"index": f"{how['index']}, {counted(len(shards), 'shard')}"}
