"""Records in a folder of Parquet files, which are complete or absent. Damaged files are never used."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import Any

import pyarrow as pa
from pyarrow import parquet

from precompute.shared.progress import say
from precompute.store.files import remove_unfinished, write_whole

FULL = 64 * 1024 * 1024
"""Bytes from which on a part is large enough to stay as it is; reading takes memory for one part."""

_MOST_SMALL = 16
"""Parts that are not full before they are merged into one."""


class Parts:
    """The parts in one folder, which need not be there yet: records in any order, repeats harmless.

    The first of `columns` is the key, a text: records with the same one are the same.

    The name of a part is the SHA-256 of its bytes, so that each read can tell whether they are what was
    written. A part that was cut short or changed is said, removed where `writable`, and otherwise as if it
    had never been: what was in it is computed again.
    """

    def __init__(self, folder: Path, columns: tuple[str, ...], *, writable: bool) -> None:
        self.folder = folder
        self._columns = columns
        self._writable = writable
        if writable:
            remove_unfinished(folder)

    def append(self, table: pa.Table) -> Path:
        """Add a part and return its file, which is on the disk by then; a crash before leaves no part."""
        buffer = pa.BufferOutputStream()
        # Embeddings and hashes have next to nothing that compression could take away.
        parquet.write_table(table, buffer, compression="none", use_dictionary=False, write_statistics=False)
        content = buffer.getvalue()
        path = self.folder / f"{hashlib.sha256(content).hexdigest()}.parquet"
        write_whole(path, content, by_way_of=self.folder, durable=True)
        return path

    def append_records(self, records: Mapping[str, Any], types: Sequence[pa.DataType]) -> None:
        """Add dataclasses by their keys, whose fields are of these types, and merge the small parts."""
        values = zip(*map(astuple, records.values()), strict=True)
        arrays = [pa.array(column, kind) for column, kind in zip(values, types, strict=True)]
        self.append(pa.table([pa.array(records, pa.string()), *arrays], names=self._columns))
        self.merge()

    def read(self, *columns: str) -> Iterator[pa.Table]:
        """Every whole part, one at a time; all its columns where none are named.

        A build may merge parts while another process reads: what has gone by then is in a new one.
        """
        seen: set[Path] = set()
        while new := sorted(set(self._paths()) - seen):
            for path in new:
                seen.add(path)
                table = self._read(path, columns)
                if table is not None:
                    yield table

    def merge(self) -> None:
        """Put small parts together once there are many; a crash leaves the old ones, the new one, or both."""
        small = [path for path in self._paths() if path.stat().st_size < FULL]
        if len(small) <= _MOST_SMALL:
            return
        for group in _groups(small):
            tables = [table for path in group if (table := self._read(path)) is not None]
            merged = self.append(self._distinct(pa.concat_tables(tables))) if tables else None
            for path in set(group) - {merged}:
                path.unlink(missing_ok=True)

    def keep(self, wanted: Callable[[pa.Table], pa.Array]) -> None:
        """Drop the records for which `wanted` has False in the mask that it makes of a part."""
        for path in self._paths():
            table = self._read(path)
            if table is None:
                continue
            kept = table.filter(wanted(table))
            if len(kept) < len(table):
                if len(kept):
                    self.append(kept)
                path.unlink(missing_ok=True)

    def _distinct(self, table: pa.Table) -> pa.Table:
        """The records of a table, each key once: a crash while parts are merged leaves some twice."""
        place_of = {key: place for place, key in enumerate(table[self._columns[0]].to_pylist())}
        return table if len(place_of) == len(table) else table.take(sorted(place_of.values()))

    def _paths(self) -> list[Path]:
        return sorted(self.folder.glob("*.parquet"))

    def _read(self, path: Path, columns: tuple[str, ...] = ()) -> pa.Table | None:
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            return None
        if hashlib.sha256(content).hexdigest() == path.stem:
            try:
                # `read_table` would import Pandas, which takes half a second.
                file = parquet.ParquetFile(pa.BufferReader(content))
                if tuple(file.schema_arrow.names) == self._columns:
                    return file.read(columns=list(columns or self._columns))
            except (pa.ArrowException, OSError):
                # Intact, but written by another program: treated as damaged.
                pass
        say(f"{path} is damaged: its content is computed again.")
        if self._writable:
            path.unlink(missing_ok=True)
        return None


def _groups(paths: Iterable[Path]) -> Iterator[list[Path]]:
    """Paths in groups whose files have about `FULL` bytes together."""
    group: list[Path] = []
    size = 0
    for path in paths:
        group.append(path)
        size += path.stat().st_size
        if size >= FULL:
            yield group
            group, size = [], 0
    if group:
        yield group
