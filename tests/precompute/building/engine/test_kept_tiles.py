"""What tiles found, kept for a build that goes on."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest

from precompute.building.engine import ray_lists
from precompute.building.engine.kept_tiles import KeptTiles, key_of
from precompute.neighbours.best_pair import open_products
from precompute.neighbours.exact import ExactSearch
from precompute.neighbours.ranking import Ranking
from precompute.neighbours.tiles import TileEntries, fill_by_tiles
from precompute.store.locations import Folder


def entries(seed: int, count: int) -> TileEntries:
    random = np.random.default_rng(seed)
    places, others = random.integers(0, 9, (2, count)).astype(np.int32)
    return TileEntries(np.sort(places), others, random.standard_normal(count))


def same(one: TileEntries, other: TileEntries) -> bool:
    pairs = zip(one, other, strict=True)
    return all(left.dtype == right.dtype and np.array_equal(left, right) for left, right in pairs)


@pytest.mark.parametrize("counts", [(30, 20), (0, 20), (0, 0)])
def test_what_was_kept_comes_back(counts: tuple[int, int], tmp_path: Path) -> None:
    kept = KeptTiles(Folder(tmp_path))
    across = entries(1, counts[0]), entries(2, counts[1])
    name = kept.write(3, 12, across)
    assert kept.names() == {(3, 12): name}
    found = kept.read(name)
    assert found and all(map(same, found, across))


def test_a_tile_on_the_diagonal_is_kept_once(tmp_path: Path) -> None:
    kept = KeptTiles(Folder(tmp_path))
    own = entries(3, 50)
    found = kept.read(kept.write(4, 4, (own, own)))
    assert found and same(found[0], own) and same(found[1], own)


def test_two_copies_of_a_tile_are_one_file(tmp_path: Path) -> None:
    kept = KeptTiles(Folder(tmp_path))
    across = entries(1, 30), entries(2, 20)
    assert kept.write(0, 1, across) == kept.write(0, 1, across)
    assert len(list(tmp_path.iterdir())) == 1


def test_a_damaged_tile_is_removed_and_a_missing_one_is_none(tmp_path: Path) -> None:
    kept = KeptTiles(Folder(tmp_path))
    name = kept.write(0, 1, (entries(1, 30), entries(2, 20)))
    content = (tmp_path / name).read_bytes()
    (tmp_path / name).write_bytes(content[:-1])
    assert kept.read(name) is None
    assert not kept.names()
    assert kept.read(name) is None


def test_all_tiles_are_dropped_together(tmp_path: Path) -> None:
    kept = KeptTiles(Folder(tmp_path))
    kept.write(0, 1, (entries(1, 30), entries(2, 20)))
    kept.write(1, 1, (entries(3, 30), entries(3, 30)))
    kept.drop()
    assert not kept.names()


def test_other_vectors_ids_depths_and_sides_have_other_keys() -> None:
    vectors = np.random.default_rng(0).standard_normal((6, 3)).astype(np.float32)
    ranks = np.arange(6, dtype=np.int32)
    space = open_products(vectors, "dot", counts=None)
    keys = {
        key_of(space, ranks, depth=3, side=4),
        key_of(open_products(vectors, "cosine", counts=None), ranks, depth=3, side=4),
        key_of(open_products(vectors[::-1], "dot", counts=None), ranks, depth=3, side=4),
        key_of(space, ranks[::-1], depth=3, side=4),
        key_of(space, ranks, depth=4, side=4),
        key_of(space, ranks, depth=3, side=5),
    }
    assert len(keys) == 6
    assert key_of(space, ranks.copy(), depth=3, side=4) in keys


class RunHere:
    """What stands for `Runner`: each task at once, in this process."""

    def __init__(self, submit: Callable[[Any], Any]) -> None:
        self._submit = submit

    def run(self, items: Iterable[Any]) -> Iterator[tuple[Any, Any]]:
        return ((each, self._submit(each)) for each in items)


class SoonGone(ray_lists.RayTiles):
    """Tiles that another build drops when all of a round are there."""

    def compute(
        self, tiles: Sequence[tuple[int, int]], reached: Sequence[np.ndarray] | None
    ) -> Iterator[tuple[int, int]]:
        yield from super().compute(tiles, reached)
        self._kept.drop()


@pytest.fixture
def ray_here(monkeypatch: pytest.MonkeyPatch) -> None:
    """What stands for Ray: all that a worker would do is done in this process."""
    here = SimpleNamespace(put=lambda value: value, remote=lambda **_: lambda do: SimpleNamespace(remote=do))
    monkeypatch.setattr(ray_lists, "ray", here)
    monkeypatch.setattr(ray_lists, "Runner", RunHere)
    monkeypatch.setattr(ray_lists, "memory_of_a_core", lambda: 1e12)


@pytest.mark.usefixtures("ray_here")
def test_approximate_lists_say_how_many_shards_were_searched() -> None:
    vectors = np.random.default_rng(0).standard_normal((50, 4)).astype(np.float32)
    space = open_products(vectors, "cosine", counts=None)
    found, exact = (Ranking(space, np.arange(50, dtype=np.int32), depth=9) for _ in range(2))
    done: list[int] = []
    # A shard has four tiles' rows: eight, no more than a list has entries and one.
    lists = ray_lists.RayLists(Folder(Path()), 2)
    how = lists.approximate(space, found, done.append, top=5, steps=100)
    assert how and how["index"].endswith(", 7 shards") and how["recall"] == 1
    assert sum(done) == 100
    ExactSearch(space, exact, memory_budget=1 << 20).run(done.append, steps=1)
    assert np.array_equal(found.rows, exact.rows) and np.array_equal(found.scores, exact.scores)


@pytest.mark.usefixtures("ray_here")
def test_tiles_that_another_build_dropped_are_computed_again(tmp_path: Path) -> None:
    """Builds of the same lists share their tiles, and the first that ends drops them."""
    vectors = np.random.default_rng(0).standard_normal((20, 4)).astype(np.float32)
    space = open_products(vectors, "cosine", counts=None)
    blocks = space.blocks(8)
    lists = []
    for kind in (ray_lists.RayTiles, SoonGone):
        ranking = Ranking(space, np.arange(20, dtype=np.int32), depth=3)
        tiles = kind(space, ranking, blocks, KeptTiles(Folder(tmp_path / kind.__name__)))
        fill_by_tiles(space, ranking, blocks, tiles, lambda count: None, steps=1)
        lists.append(ranking)
    assert np.array_equal(lists[0].rows, lists[1].rows)
    assert np.array_equal(lists[0].scores, lists[1].scores)
