"""Tiles of a search, kept in the store: a build that was stopped continues with those that are there."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
from pyarrow import ipc

from bundle.format import canonical_json
from precompute.neighbours.best_pair import ProductSpace
from precompute.neighbours.known import digests_of
from precompute.neighbours.tiles import TileEntries
from precompute.store.locations import Location

_VERSION = 2
"""The version of the files and of the rules for tiles. Raise it with each change."""

_TILE = ".arrow"
"""How the name of a tile's file ends."""


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
        # A row for each list. Arrow's own files take no time beside the tile, as Parquet's do.
        counts = [np.bincount(each.places) for each in sides]
        starts = np.cumsum(np.concatenate([[0], *counts])).astype(np.int32)
        side = np.repeat(np.arange(len(sides), dtype=np.int8), list(map(len, counts)))
        others, scores = (
            pa.ListArray.from_arrays(_array(starts, pa.int32()), _array(np.concatenate(values), kind))
            for values, kind in (
                ([each.others for each in sides], pa.int32()),
                ([each.scores for each in sides], pa.float64()),
            )
        )
        table = pa.table([_array(side, pa.int8()), others, scores], names=["side", "others", "scores"])
        buffer = pa.BufferOutputStream()
        with ipc.new_file(buffer, table.schema) as writer:
            writer.write_table(table)
        content = buffer.getvalue()
        name = f"{one}-{other}-{hashlib.sha256(content).hexdigest()}{_TILE}"
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
        sha256 = name.removesuffix(_TILE).rpartition("-")[2]
        try:
            content = self.location.read(name, sha256=sha256)
        except FileNotFoundError:
            return None
        if hashlib.sha256(content).hexdigest() != sha256:
            self.location.remove(name)
            return None
        table = ipc.open_file(pa.BufferReader(content)).read_all()
        side, others, scores = (column.combine_chunks() for column in table.columns)
        counts = np.diff(_numbers(others.offsets, np.int32))
        values = _numbers(others.flatten(), np.int32), _numbers(scores.flatten(), np.float64)
        # The second side's lists come after those of the first.
        middle = int(np.count_nonzero(_numbers(side, np.int8) == 0))
        end = int(counts[:middle].sum())
        sides = [
            TileEntries(
                np.repeat(np.arange(len(some), dtype=np.int32), some), *(each[part] for each in values)
            )
            for some, part in ((counts[:middle], slice(0, end)), (counts[middle:], slice(end, None)))
        ]
        one, other, _ = name.split("-")
        return sides[0], sides[0 if one == other else 1]


def _array(values: np.ndarray, kind: pa.DataType) -> pa.Array:
    """The values as Arrow's. Its own conversions would import Pandas, which takes half a second."""
    return pa.Array.from_buffers(kind, len(values), [None, pa.py_buffer(values)])


def _numbers(values: pa.Array, kind: type[np.number[Any]]) -> np.ndarray:
    """The values of an array that has no nulls."""
    if not len(values):
        return np.empty(0, kind)
    found: np.ndarray = np.frombuffer(values.buffers()[-1], kind)
    return found[values.offset : values.offset + len(values)]
