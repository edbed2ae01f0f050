"""Finds lists on a Ray cluster: exact ones by tiles, approximate ones by shards."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any

import numpy as np
import ray

from precompute.building.engine import SHARD_TILES
from precompute.building.engine.cluster import CrashedError, Runner, cores, memory_of_a_core
from precompute.building.engine.kept_tiles import KeptTiles, key_of
from precompute.neighbours import MEMORY_BUDGET, exact_products
from precompute.neighbours.approximate import LINK_BYTES
from precompute.neighbours.best_pair import ProductSpace
from precompute.neighbours.ranking import Ranking
from precompute.neighbours.shards import build_graph, fill_by_shards, search_shard
from precompute.neighbours.space import Space
from precompute.neighbours.tiles import TileBlock, TileEntries, fill_by_tiles, tile
from precompute.shared.errors import UserError
from precompute.shared.progress import say
from precompute.shared.wording import counted
from precompute.store.locations import Location

_ASKED = 8_192
"""How many vectors one task searches for in a shard."""


class RayLists:
    """See `ListSearch`. Exact lists are kept in a location, tile by tile."""

    def __init__(self, tiles: Location, side: int) -> None:
        self._tiles, self._side = tiles, side
        self._kept: list[KeptTiles] = []

    @property
    def exact_products(self) -> int:
        """See `ListSearch`."""
        return exact_products(cores())

    def exact(
        self, space: ProductSpace, ranking: Ranking, advance: Callable[[int], None], *, steps: int
    ) -> None:
        """See `ListSearch`."""
        check_tile(space, self._side, memory_of_a_core())
        blocks = space.blocks(self._side)
        key = key_of(space, ranking.ranks, depth=ranking.depth, side=self._side)
        kept = KeptTiles(self._tiles.below(key))
        self._kept.append(kept)
        fill_by_tiles(space, ranking, blocks, RayTiles(space, ranking, blocks, kept), advance, steps=steps)

    def approximate(
        self, space: ProductSpace, ranking: Ranking, advance: Callable[[int], None], *, top: int, steps: int
    ) -> dict[str, Any] | None:
        """See `ListSearch`."""
        side = SHARD_TILES * self._side
        check_tile(space, self._side, memory_of_a_core(), shards=True)
        shards = space.blocks(side)
        say(f"Approximate search in {counted(len(shards), 'shard')} of up to {side:,} vectors.")
        return fill_by_shards(
            space,
            ranking,
            shards,
            space.blocks(_ASKED),
            RayShards(space, ranking, shards),
            advance,
            top=top,
            steps=steps,
            memory_budget=MEMORY_BUDGET,
        )

    def drop_tiles(self) -> None:
        """Drop all tiles, as a bundle has the lists by now, and those that other builds abandoned."""
        for kept in self._kept:
            kept.drop()
        self._tiles.remove_abandoned()


def check_tile(space: ProductSpace, side: int, memory: float, *, shards: bool = False) -> None:
    """Raise `UserError` if a tile of `side` vectors needs more than the bytes of `memory` that a core has.

    With `shards`, if a shard of as many vectors as `SHARD_TILES` tiles does.
    """
    vectors = space.vectors if isinstance(space, Space) else space.space.vectors
    # Vectors, and their points where these are other numbers.
    vector = vectors.shape[1] * vectors.itemsize * (1 if space.points is vectors else 2)
    # Both blocks at once, or a shard, its graph, and the vectors that are searched for.
    fixed, row = MEMORY_BUDGET, 2 * vector
    if shards:
        fixed, row = fixed + _ASKED * vector, SHARD_TILES * (vector + vectors.shape[1] + LINK_BYTES)
    rows = min(side, len(vectors))
    needed = fixed + rows * row
    if needed > memory:
        most = int((memory - fixed) // row)
        advice = f"at most --tile {most}" if most > 0 else "more memory for each core"
        raise UserError(
            f"Expected a {'shard' if shards else 'tile'} to fit into the cluster's memory for a core, "
            f"{memory / 1e9:.1f} GB. Received: {rows:,} rows, which take {needed / 1e9:.1f} GB. "
            f"It needs {advice}. All embeddings are kept."
        )


class RayTiles:
    """Tiles as tasks of a cluster. See `TileStore`."""

    def __init__(
        self, space: ProductSpace, ranking: Ranking, blocks: Sequence[slice], kept: KeptTiles
    ) -> None:
        self._kept, self._depth = kept, ranking.depth
        self._blocks = [ray.put(TileBlock(space.cut(block), ranking.ranks[block])) for block in blocks]
        self._names = kept.names()
        self._reached: Sequence[np.ndarray] | None = None

    def compute(
        self, tiles: Sequence[tuple[int, int]], reached: Sequence[np.ndarray] | None
    ) -> Iterator[tuple[int, int]]:
        """See `TileStore`."""
        self._reached = reached
        there = [each for each in tiles if each in self._names and self._kept.read(self._names[each])]
        yield from there
        shared = None if reached is None else [ray.put(each) for each in reached]
        task = ray.remote(num_cpus=1, max_retries=0)(_keep_tile)

        def submit(pair: tuple[int, int]) -> Any:
            one, other = pair
            given = (None, None) if shared is None else (shared[one], shared[other])
            second = None if one == other else self._blocks[other]
            return task.remote(self._kept, pair, self._blocks[one], second, *given, depth=self._depth)

        left = set(tiles) - set(there)
        for pair, result in Runner(submit).run(each for each in tiles if each in left):
            if isinstance(result, CrashedError):
                raise UserError(
                    "Expected --tile to fit into the memory of the cluster's machines. Every worker that "
                    "computed one of the tiles crashed: use fewer rows. All that is finished is kept."
                )
            self._names[pair] = result
            yield pair

    def entries(self, pair: tuple[int, int]) -> tuple[TileEntries, TileEntries]:
        """See `TileStore`."""
        found = self._kept.read(self._names[pair])
        if found is None:
            # Another build that shares the store may have finished the same lists and dropped their tiles.
            for _ in self.compute([pair], self._reached):
                found = self._kept.read(self._names[pair])
        if found is None:
            raise UserError(
                f"The tile {self._names[pair]} in {self._kept.location} was damaged during the build: "
                "run the same command again to recompute it."
            )
        return found


def _keep_tile(
    kept: KeptTiles,
    pair: tuple[int, int],
    block: TileBlock,
    other: TileBlock | None,
    reached: np.ndarray | None,
    other_reached: np.ndarray | None,
    *,
    depth: int,
) -> str:
    """Compute a tile and keep it. Returns its file's name. Runs on a worker."""
    both = None if reached is None or other_reached is None else (reached, other_reached)
    found = tile(block, other, depth=depth, memory_budget=MEMORY_BUDGET, threads=1, reached=both)
    return kept.write(*pair, found)


class RayShards:
    """Shards as tasks of a cluster, each for one core. See `ShardStore`."""

    def __init__(self, space: ProductSpace, ranking: Ranking, shards: Sequence[slice]) -> None:
        self._depth = ranking.depth
        self._shards = [ray.put(TileBlock(space.cut(shard), ranking.ranks[shard])) for shard in shards]
        self._graphs: dict[int, Any] = {}

    def build(self) -> Iterator[int]:
        """See `ShardStore`. Ray keeps the graphs, and builds one again whose machine goes away."""
        task = ray.remote(num_cpus=1, num_returns=2, max_retries=3)(_graph_of)

        def submit(shard: int) -> Any:
            self._graphs[shard], built = task.remote(self._shards[shard])
            return built

        for shard, result in Runner(submit).run(range(len(self._shards))):
            _check_finished(result)
            yield shard

    def search(self, asked: Sequence[TileBlock], *, effort: int) -> Iterator[tuple[int, int, TileEntries]]:
        """See `ShardStore`."""
        task = ray.remote(num_cpus=1, max_retries=0)(_found_in_shard)
        # Blocks are sent when they are first searched for, and freed once all shards have been searched.
        sent: dict[int, Any] = {}
        left = [len(self._shards)] * len(asked)

        def submit(pair: tuple[int, int]) -> Any:
            number, shard = pair
            block = sent.get(number) or sent.setdefault(number, ray.put(asked[number]))
            return task.remote(
                self._shards[shard], self._graphs[shard], block, depth=self._depth, effort=effort
            )

        pairs = ((number, shard) for number in range(len(asked)) for shard in range(len(self._shards)))
        for (number, shard), result in Runner(submit).run(pairs):
            _check_finished(result)
            left[number] -= 1
            if not left[number]:
                sent.pop(number, None)
            yield number, shard, result


def _check_finished(result: Any) -> None:
    if isinstance(result, CrashedError):
        raise UserError(
            "Expected --tile to fit into the memory of the cluster's machines. Every worker that computed a "
            f"part of the lists crashed, with shards of {SHARD_TILES} times as many rows: use fewer. All "
            "embeddings are kept."
        )


def _graph_of(shard: TileBlock) -> tuple[np.ndarray, bool]:
    """The graph of a shard, and that it is built. Runs on a worker."""
    return build_graph(shard, memory_budget=MEMORY_BUDGET), True


def _found_in_shard(
    shard: TileBlock, graph: np.ndarray, asked: TileBlock, *, depth: int, effort: int
) -> TileEntries:
    """Search a shard. Runs on a worker."""
    return search_shard(shard, graph, asked, depth=depth, effort=effort, memory_budget=MEMORY_BUDGET)
