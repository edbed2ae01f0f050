"""What tiles found, kept for a build that goes on."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from precompute.building.engine.kept_tiles import KeptTiles, key_of
from precompute.neighbours.best_pair import open_products
from precompute.neighbours.tiles import TileEntries
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
