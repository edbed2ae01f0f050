"""The lists of a build, kept on disk for the next build to start from."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa

from bundle.disk import whole_file
from precompute.neighbours.best_pair import ProductSpace
from precompute.shared.progress import say

_VERSION = "1"
"""The version of the file and of the rules for lists. Lists of another version are not used."""

_DIGEST = 32


@dataclass(frozen=True)
class KnownLists:
    """Exact lists under one metric, with hashes that show whether a product's vector has changed since.

    `rows` (n, k), int32, and `scores` (n, k), float64, are those of `NeighbourLists`, some entries deeper;
    `ids` is sorted. If an entry is the product itself, it and all after it are unknown. `digests` (n, 32),
    uint8, are the SHA-256 of the products' vectors.
    """

    metric: str
    ids: list[str]
    digests: np.ndarray
    rows: np.ndarray
    scores: np.ndarray

    def rows_now(self, ids: list[str], digests: np.ndarray) -> np.ndarray:
        """The row of each product among `ids`, (n,) int32; -1 if it left or has another vector."""
        row_of = {product_id: row for row, product_id in enumerate(ids)}
        now = np.array([row_of.get(product_id, -1) for product_id in self.ids], np.int32)
        return np.where((digests[now] == self.digests).all(axis=1), now, np.int32(-1))


def digests_of(space: ProductSpace) -> np.ndarray:
    """The SHA-256 of the vectors that decide each product's scores: (n, 32), uint8."""
    together = b"".join([hashlib.sha256(space.content(row).data).digest() for row in range(space.count)])
    return np.frombuffer(together, np.uint8).reshape(space.count, _DIGEST)


def save_lists(folder: Path, key: str, known: KnownLists) -> Path:
    """Write lists to `folder` atomically, replacing those with the same key.

    The file is an Arrow stream, followed by its SHA-256.
    """
    path = _path(folder, key)
    path.parent.mkdir(parents=True, exist_ok=True)
    columns = {
        "id": pa.array(known.ids, pa.string()),
        "digest": _columns(known.digests, pa.uint8()),
        "rows": _columns(known.rows, pa.int32()),
        "scores": _columns(known.scores, pa.float64()),
    }
    batch = pa.record_batch(columns, metadata={"version": _VERSION, "metric": known.metric})
    with whole_file(path) as temporary, temporary.open("w+b") as file:
        with pa.ipc.new_stream(file, batch.schema) as writer:
            writer.write_batch(batch)
        file.seek(0)
        file.write(hashlib.file_digest(file, "sha256").digest())
        file.flush()
        os.fsync(file.fileno())
    return path


def load_lists(folder: Path, key: str) -> KnownLists | None:
    """The lists with this key in `folder`, or None if there are none that can be used.

    One sentence reports damaged ones and those of another version.
    """
    path = _path(folder, key)
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    except OSError as error:
        _say_useless(path, error.strerror or "it cannot be read")
        return None
    stream, digest = memoryview(content)[:-_DIGEST], content[-_DIGEST:]
    if hashlib.sha256(stream).digest() != digest:
        _say_useless(path, "it is damaged")
        return None
    with pa.ipc.open_stream(stream) as reader:
        metadata = reader.schema.metadata
        if metadata[b"version"] != _VERSION.encode():
            _say_useless(path, "another version of Akin wrote it")
            return None
        ids, *arrays = reader.read_next_batch().columns
    return KnownLists(metadata[b"metric"].decode(), ids.to_pylist(), *map(_array, arrays))


def _path(folder: Path, key: str) -> Path:
    return folder / f"{key}.arrow"


def _say_useless(path: Path, reason: str) -> None:
    say(f"The last build's lists in {path} cannot be used ({reason}): all lists are searched again.")


def _columns(values: np.ndarray, kind: pa.DataType) -> pa.FixedSizeListArray:
    flat = pa.array(np.ascontiguousarray(values).ravel(), kind)
    return pa.FixedSizeListArray.from_arrays(flat, type=pa.list_(kind, values.shape[1]))


def _array(column: pa.FixedSizeListArray) -> np.ndarray:
    # Arrow's own `to_numpy` would import pandas, which takes longer than reading the file.
    values = np.frombuffer(column.values.buffers()[1], column.type.value_type.to_pandas_dtype())
    return values.reshape(len(column), column.type.list_size)
