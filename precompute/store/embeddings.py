"""Embeddings by image id."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from copy import copy
from pathlib import Path

import numpy as np
import pyarrow as pa

from precompute.shared.mapped_arrays import large_array
from precompute.store.known_ids import KnownIds
from precompute.store.locations import Location
from precompute.store.parts import Parts

_COLUMNS = ("image_id", "vector")


class EmbeddingStore:
    """The embeddings that one extractor gave, in a location that may be new; opening reads which there are.

    What is added is kept once `commit` returns. `writable` says that this is the driver (see `Parts`).
    """

    def __init__(self, location: Path | Location, *, writable: bool = True) -> None:
        self._parts = Parts(location, _COLUMNS, writable=writable)
        self.folder = self._parts.location.folder
        self._ids = KnownIds()
        self._seen: set[str] = set()
        self._added: list[pa.Table] = []
        self.refresh()

    def __len__(self) -> int:
        return len(self._ids)

    def __contains__(self, image_id: str) -> bool:
        return image_id in self._ids

    def refresh(self) -> None:
        """Read which embeddings were added by others."""
        tables = self._parts.read("image_id", seen=self._seen)
        self._ids.join([np.array(table["image_id"].to_pylist(), "S64") for table in tables])

    def known(self) -> np.ndarray:
        """The ids of the pictures that have an embedding, sorted: (n,) S64."""
        return self._ids.in_order()

    def for_worker(self) -> EmbeddingStore:
        """This store for a process that only adds, on any machine that reaches its location; can be pickled.

        It holds the ids known now as one sorted array, and never lists the location. Each `commit` writes one
        part, which `refresh` finds here. It merges and removes nothing.
        """
        worker = copy(self)
        worker._parts, worker._added = self._parts.for_worker(), []
        worker.folder = worker._parts.location.folder
        worker._ids, worker._seen = KnownIds(self.known()), set()
        return worker

    def add(self, ids: Sequence[str], vectors: np.ndarray) -> None:
        """Add the embeddings (n, d), float32, of n pictures."""
        rows, width = vectors.shape
        # A vector is the bytes of its numbers: reading it back is one copy.
        values = pa.py_buffer(np.ascontiguousarray(vectors, "<f4").tobytes())
        column = pa.FixedSizeBinaryArray.from_buffers(pa.binary(4 * width), rows, [None, values])
        self._added.append(pa.table([pa.array(ids, pa.string()), column], names=_COLUMNS))

    def commit(self) -> None:
        """Write everything added since the last commit to the disk."""
        if self._added:
            table = pa.concat_tables(self._added)
            self._added.clear()
            self._parts.add(table)
            self._ids.update(table["image_id"].to_pylist())

    def merge(self) -> None:
        """Merge the small parts if there are many; only the driver may."""
        self._parts.merge()

    def vectors(self, ids: Sequence[str]) -> np.ndarray:
        """The embeddings (n, d), float32, of n pictures, in their order; one may occur many times.

        Takes memory for one part; they are a `large_array`. Raises `KeyError` with the number of those that
        are missing.
        """
        first = {image_id: len(ids) - 1 - row for row, image_id in enumerate(reversed(ids))}
        found = np.empty((0, 0), np.float32)
        left = dict(first)
        for table in self._parts.read():
            column = table["vector"].combine_chunks()
            vectors = np.frombuffer(column.buffers()[1], "<f4").reshape(len(table), -1)
            if not found.size:
                found = large_array((len(ids), vectors.shape[1]), np.float32, folder=self.folder)
            rows = np.array([left.pop(image_id, -1) for image_id in table["image_id"].to_pylist()])
            found[rows[rows >= 0]] = vectors[rows >= 0]
        if left:
            raise KeyError(len(left))
        again = [row for row, image_id in enumerate(ids) if first[image_id] != row]
        found[again] = found[[first[ids[row]] for row in again]]
        return found

    def keep(self, ids: Collection[str]) -> None:
        """Drop the embeddings of all but these pictures, unless the store is shared."""
        if self._parts.location.shared:
            return
        self._parts.keep(lambda table: pa.array([one in ids for one in table["image_id"].to_pylist()]))
        self._ids.keep(ids)
