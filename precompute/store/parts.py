"""Records in Parquet files, which are complete or absent. Damaged files are never used."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from precompute.shared.progress import say
from precompute.store.locations import PART, Location, location_of

FULL = 64 * 1024 * 1024
"""Bytes from which on a part is large enough to stay as it is; reading takes memory for one part."""

_MOST_SMALL = 16
"""Parts that are not full before they are merged into one."""


class Parts:
    """The parts in one location, which need not be there yet: records in any order, repeats harmless.

    The first of `columns` is the key, a text: records with the same one are the same.

    The name of a part is the SHA-256 of its bytes, so that each read can tell whether they are what was
    written. A part that was cut short or changed is reported and not used: its content is computed again.

    Any number of processes may append. A part is removed only by a process that has written all its content
    to another one, so drivers that merge at the same time lose nothing. `writable` says that this process is
    a driver: it merges and, where no other may write, removes damaged parts.
    """

    def __init__(self, location: Path | Location, columns: tuple[str, ...], *, writable: bool) -> None:
        self.location = location_of(location)
        self._columns = columns
        self._writable = writable
        if writable:
            self.location.remove_unfinished()

    def for_worker(self) -> Parts:
        """The same parts for a process that only appends and reads; can be pickled."""
        return Parts(self.location.for_worker(), self._columns, writable=False)

    def append(self, table: pa.Table) -> str:
        """Add a part and return its name. It is on the disk by then; a crash before leaves no part."""
        buffer = pa.BufferOutputStream()
        # Embeddings and hashes have next to nothing that compression could take away.
        parquet.write_table(table, buffer, compression="none", use_dictionary=False, write_statistics=False)
        content = buffer.getvalue()
        name = hashlib.sha256(content).hexdigest() + PART
        self.location.write(name, content, durable=True)
        return name

    def add(self, table: pa.Table) -> None:
        """Append a part. A driver then merges the small ones, unless others may be reading them."""
        self.append(table)
        if self._writable and not self.location.shared:
            self.merge()

    def add_records(self, records: Mapping[str, Any], types: Sequence[pa.DataType]) -> None:
        """Add dataclasses by their keys, whose fields are of these types."""
        values = zip(*map(astuple, records.values()), strict=True)
        arrays = [pa.array(column, kind) for column, kind in zip(values, types, strict=True)]
        self.add(pa.table([pa.array(records, pa.string()), *arrays], names=self._columns))

    def read(self, *columns: str, seen: set[str] | None = None) -> Iterator[pa.Table]:
        """Every whole part, one at a time; all its columns where none are named.

        Parts whose names are in `seen` are left out; those of the others that are whole are added to it. A
        driver may merge parts while another process reads: what has gone by then is in a new one.
        """
        seen = set() if seen is None else seen
        # What is computed again may be written under the same name.
        useless: set[str] = set()
        while new := sorted(self.location.sizes().keys() - seen - useless):
            for name in new:
                table = self._read(name, columns)
                (useless if table is None else seen).add(name)
                if table is not None:
                    yield table

    def merge(self) -> None:
        """Put small parts together once there are many; a crash leaves the old ones, the new one, or both."""
        self._drop_copies_of_merged()
        small = {name: size for name, size in self.location.sizes().items() if size < FULL}
        if len(small) <= _MOST_SMALL:
            return
        for group in _groups(small):
            tables = {name: table for name in group if (table := self._read(name)) is not None}
            merged = self.append(self._distinct(pa.concat_tables(tables.values()))) if tables else None
            for name in tables.keys() - {merged}:
                self.location.remove(name)

    def _drop_copies_of_merged(self) -> None:
        """Remove the copies of parts that another driver has put together: their content is elsewhere."""
        here = self.location.only_here()
        if here:
            elsewhere = set().union(*map(self._keys, self.location.sizes().keys() - here))
            for name in here:
                if self._keys(name) <= elsewhere:
                    self.location.remove(name)

    def _keys(self, name: str) -> set[str]:
        table = self._read(name, (self._columns[0],))
        return set() if table is None else set(table[self._columns[0]].to_pylist())

    def keep(self, wanted: Callable[[pa.Table], pa.Array]) -> None:
        """Drop the records for which `wanted` has False in the mask that it makes of a part."""
        for name in self.location.sizes():
            table = self._read(name)
            if table is None:
                continue
            kept = table.filter(wanted(table))
            if len(kept) < len(table):
                if len(kept):
                    self.append(kept)
                self.location.remove(name)

    def _distinct(self, table: pa.Table) -> pa.Table:
        """The records of a table, each key once: a crash while parts are merged leaves some twice."""
        place_of = {key: place for place, key in enumerate(table[self._columns[0]].to_pylist())}
        return table if len(place_of) == len(table) else table.take(sorted(place_of.values()))

    def _read(self, name: str, columns: tuple[str, ...] = ()) -> pa.Table | None:
        sha256 = name.removesuffix(PART)
        try:
            content = self.location.read(name, sha256=sha256)
        except FileNotFoundError:
            return None
        if hashlib.sha256(content).hexdigest() == sha256:
            try:
                # `read_table` would import Pandas, which takes half a second.
                file = parquet.ParquetFile(pa.BufferReader(content))
                if tuple(file.schema_arrow.names) == self._columns:
                    return file.read(columns=list(columns or self._columns))
            except (pa.ArrowException, OSError):
                # Intact, but written by another program: treated as damaged.
                pass
        say(f"{self.location}/{name} is damaged: its content is computed again.")
        # Where others write, one of them may just have written it anew.
        if self._writable and not self.location.shared:
            self.location.remove(name)
        return None


def _groups(sizes: Mapping[str, int]) -> Iterator[list[str]]:
    """Names of parts in groups that have about `FULL` bytes together."""
    group: list[str] = []
    total = 0
    for name, size in sizes.items():
        group.append(name)
        total += size
        if total >= FULL:
            yield group
            group, total = [], 0
    if group:
        yield group
