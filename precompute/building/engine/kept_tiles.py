"""Tiles of a search, kept in the store: a build that was stopped continues with those that are there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from bundle.format import canonical_json
from precompute.neighbours.best_pair import ProductSpace
from precompute.neighbours.known import digests_of
from precompute.neighbours.tiles import TileEntries
from precompute.store.locations import PART, Location

_VERSION = 1
"""The version of the files and of the rules for tiles. Raise it with each change."""

_COLUMNS = ("side", "place", "other", "score")


def key_of(space: ProductSpace, ranks: np.ndarray, *, depth: int, side: int) -> str:
    """The SHA-256 of all that decides what the tiles of a search find."""
    settings = {"version": _VERSION, "metric": space.metric, "depth": depth, "side": side}
    digest = hashlib.sha256(canonical_json(settings))
    digest.update(digests_of(space).data)
    digest.update(np.ascontiguousarray(ranks).data)
    return digest.hexdigest()


@dataclass(frozen=True)
class KeptTiles:
    """The tiles in one location. The name of a file has its two blocks and the SHA-256 of its bytes."""

    location: Location

    def write(self, one: int, other: int, found: tuple[TileEntries, TileEntries]) -> str:
        """Keep what a tile found. Returns its file's name."""
        sides = found[: 1 if one == other else 2]
        columns = [np.repeat(np.arange(len(sides), dtype=np.int8), [len(each.places) for each in sides])]
        columns += [np.concatenate(values) for values in zip(*sides, strict=True)]
        table = pa.table([pa.array(values) for values in columns], names=_COLUMNS)
        buffer = pa.BufferOutputStream()
        # Looking for repetitions would take a tenth of the time of the tile and save a third of the bytes.
        parquet.write_table(table, buffer, compression="none", use_dictionary=False, write_statistics=False)
        content = buffer.getvalue().to_pybytes()
        name = f"{one}-{other}-{hashlib.sha256(content).hexdigest()}{PART}"
        self.location.write(name, content, durable=True)
        return name

    def names(self) -> dict[tuple[int, int], str]:
        """The files that are there, by their blocks."""
        found = {}
        for name in self.location.sizes():
            one, other, _ = name.split("-")
            found[int(one), int(other)] = name
        return found

    def drop(self) -> None:
        """Remove all tiles."""
        for name in self.location.sizes():
            self.location.remove(name)

    def read(self, name: str) -> tuple[TileEntries, TileEntries] | None:
        """What a tile found for its two blocks; None if its file is gone, or damaged and so removed."""
        sha256 = name.removesuffix(PART).rpartition("-")[2]
        try:
            content = self.location.read(name, sha256=sha256)
        except FileNotFoundError:
            return None
        if hashlib.sha256(content).hexdigest() != sha256:
            self.location.remove(name)
            return None
        table = parquet.ParquetFile(pa.BufferReader(content)).read()
        side, *values = (table[column].to_numpy() for column in _COLUMNS)
        sides = [TileEntries(*(column[side == number] for column in values)) for number in (0, 1)]
        one, other, _ = name.split("-")
        return sides[0], sides[0 if one == other else 1]
