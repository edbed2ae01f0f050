"""Lists by tiles are those of one search to the last bit, whatever the vectors and however they are cut."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

import numpy as np
import pytest

from precompute.neighbours import NeighbourLists, exact, find_neighbours
from precompute.neighbours.best_pair import ProductSpace, open_products
from precompute.neighbours.ranking import Ranking
from precompute.neighbours.tiles import TileBlock, TileEntries, fill_by_tiles, reached_by, tile
from tests.hard_vectors import KINDS, METRICS, vectors_of


class TilesHere:
    """Computes tiles in this process and keeps them in memory."""

    def __init__(self, blocks: list[TileBlock], *, depth: int, memory_budget: int = 1 << 20) -> None:
        self.kept: dict[tuple[int, int], tuple[TileEntries, TileEntries]] = {}
        self._blocks, self._depth, self._memory_budget = blocks, depth, memory_budget

    def compute(
        self, tiles: Sequence[tuple[int, int]], reached: Sequence[np.ndarray] | None
    ) -> Iterator[tuple[int, int]]:
        for one, other in tiles:
            self.kept[one, other] = tile(
                self._blocks[one],
                None if one == other else self._blocks[other],
                depth=self._depth,
                memory_budget=self._memory_budget,
                threads=1,
                reached=None if reached is None else (reached[one], reached[other]),
            )
            yield one, other

    def entries(self, pair: tuple[int, int]) -> tuple[TileEntries, TileEntries]:
        return self.kept[pair]


@dataclass(frozen=True)
class ByTiles:
    """Finds exact lists by tiles of so many vectors. See `ListSearch`."""

    side: int
    memory_budget: int = 1 << 20
    exact_products: int = 1_000_000

    def exact(
        self, space: ProductSpace, ranking: Ranking, advance: Callable[[int], None], *, steps: int
    ) -> None:
        parts = space.blocks(self.side)
        blocks = [TileBlock(space.cut(part), ranking.ranks[part]) for part in parts]
        tiles = TilesHere(blocks, depth=ranking.depth, memory_budget=self.memory_budget)
        fill_by_tiles(space, ranking, parts, tiles, advance, steps=steps)

    def approximate(self, *arguments: object, **options: object) -> None:
        raise AssertionError("these lists are exact")


def both(
    vectors: np.ndarray,
    metric: str,
    *,
    side: int,
    depth: int = 4,
    counts: np.ndarray | None = None,
    memory_budget: int = 1 << 20,
) -> tuple[NeighbourLists, NeighbourLists]:
    """The lists by one search, and by tiles; ids are in another order than rows."""
    count = len(vectors) if counts is None else len(counts)
    ids = [f"p{number}" for number in np.random.default_rng(5).permutation(count)]
    find = partial(find_neighbours, ids, vectors, metric=metric, depth=depth, counts=counts)
    return find(), find(elsewhere=ByTiles(side, memory_budget))


def assert_same(vectors: np.ndarray, metric: str, **options: int | np.ndarray | None) -> None:
    one, tiled = both(vectors, metric, **options)  # type: ignore[arg-type]
    assert one.ids == tiled.ids
    assert one.rows.tobytes() == tiled.rows.tobytes()
    assert one.scores.tobytes() == tiled.scores.tobytes()
    assert one.search == tiled.search


@pytest.fixture(params=[8, 1024], ids=["many blocks", "one block"])
def _blocks(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Within a tile, blocks of 8 rows meet many times; in one block all rows meet at once."""
    monkeypatch.setattr(exact, "_SMALLEST_BLOCK", request.param)
    monkeypatch.setattr(exact, "_LARGEST_BLOCK", request.param)


@pytest.mark.usefixtures("_blocks")
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kind", KINDS)
def test_hard_vectors_give_the_same_lists(kind: str, metric: str) -> None:
    random = np.random.default_rng(7)
    for count, side in ((45, 20), (31, 13), (5, 1), (20, 500)):
        assert_same(vectors_of(kind, count, random), metric, side=side)


@pytest.mark.usefixtures("_blocks")
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kind", KINDS)
def test_products_with_several_pictures_give_the_same_lists(kind: str, metric: str) -> None:
    random = np.random.default_rng(8)
    counts = random.integers(1, 5, 30)
    assert_same(vectors_of(kind, int(counts.sum()), random), metric, side=25, counts=counts)
    # A product with more pictures than a tile has a tile of its own.
    assert_same(vectors_of(kind, int(counts[:6].sum()), random), metric, side=3, counts=counts[:6])


@pytest.mark.usefixtures("_blocks")
@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("memory_budget", [1, 1 << 20])
def test_a_crowd_gives_the_same_lists(metric: str, memory_budget: int) -> None:
    random = np.random.default_rng(9)
    vectors = random.standard_normal((200, 6)).astype(np.float32)
    vectors[20:150] = vectors[20]  # one picture on many products, in several tiles
    vectors[150:165] = vectors[20] + np.float32(1e-7) * random.standard_normal((15, 6)).astype(np.float32)
    vectors[175:185] = 0
    for side in (60, 100):
        assert_same(vectors, metric, side=side, depth=2, memory_budget=memory_budget)


@pytest.mark.parametrize("metric", METRICS)
def test_many_tiles_in_several_rounds_give_the_same_lists(metric: str) -> None:
    vectors = np.random.default_rng(13).standard_normal((72, 3)).astype(np.float32)
    assert_same(vectors, metric, side=9, depth=3)
    assert_same(vectors[:63], metric, side=9, depth=12)


@pytest.mark.parametrize("depth", [1, 30, 500])
def test_lists_of_any_depth_are_the_same(depth: int) -> None:
    vectors = np.random.default_rng(10).standard_normal((70, 4)).astype(np.float32)
    assert_same(vectors, "cosine", side=30, depth=depth)


@pytest.mark.parametrize("metric", METRICS)
def test_what_the_diagonal_reached_leaves_little_to_other_tiles(metric: str) -> None:
    """A row's entries of another tile are those that come before the last of its own tile."""
    random = np.random.default_rng(11)
    # Two groups far from each other: neither has anything for the other's lists.
    vectors = random.standard_normal((200, 8)).astype(np.float32) + np.repeat([[9], [-9]], 100, axis=0)
    space = open_products(vectors.astype(np.float32), metric, counts=None)
    ranks = np.arange(200, dtype=np.int32)
    blocks = [TileBlock(space.cut(part), ranks[part]) for part in (slice(0, 100), slice(100, 200))]
    tiles = TilesHere(blocks, depth=5)
    list(tiles.compute([(0, 0), (1, 1)], None))
    own = [tiles.entries((at, at))[0] for at in range(2)]
    assert len(own[0].places) == len(own[1].places) == 500
    reached = [reached_by(block.space, own[at], depth=5) for at, block in enumerate(blocks)]
    list(tiles.compute([(0, 1)], reached))
    assert all(not len(each.places) for each in tiles.entries((0, 1)))


def test_progress_adds_up_to_all_steps() -> None:
    vectors = np.random.default_rng(12).standard_normal((50, 4)).astype(np.float32)
    done: list[int] = []
    ids = [*map(str, range(50))]
    find_neighbours(ids, vectors, metric="dot", depth=3, elsewhere=ByTiles(20), advance=done.append)
    assert sum(done) == 50
