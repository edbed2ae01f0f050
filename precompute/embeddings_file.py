"""The embeddings of a build, kept beside its generations: one Parquet file for each extractor."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
from pyarrow import parquet

from precompute.errors import UserError

FOLDER = "embeddings"

_ROWS_TOGETHER = 4096
_ID = "image_id"
_VECTOR = "vector"


def embeddings_path(out: Path, *, fingerprint: str) -> Path:
    """Where the embeddings of the extractor with this fingerprint are, for the bundle at `out`."""
    return out / FOLDER / f"{fingerprint}.parquet"


def write_embeddings(out: Path, *, fingerprint: str, ids: list[str], vectors: np.ndarray) -> Path:
    """Write the embeddings of one extractor, whole or not at all, and return the file.

    `ids` are the image ids of the rows of `vectors`, (n, d) float32.
    """
    path = embeddings_path(out, fingerprint=fingerprint)
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.new")
    try:
        write_vectors(temporary, ids=ids, vectors=vectors, id_name=_ID)
        with temporary.open("rb") as file:
            os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    return path


def write_vectors(path: Path, *, ids: list[str], vectors: np.ndarray, id_name: str) -> None:
    """Write ids and vectors, (n, d) float32, to a Parquet file: a string and d float32 a row."""
    vectors = np.ascontiguousarray(vectors, np.float32)
    dimensions = vectors.shape[1]
    schema = pa.schema([(id_name, pa.string()), (_VECTOR, pa.list_(pa.float32(), dimensions))])
    # Embeddings have next to nothing that compression could take away.
    with parquet.ParquetWriter(path, schema, compression="none", use_dictionary=False) as writer:
        for start in range(0, len(ids), _ROWS_TOGETHER):
            part = slice(start, start + _ROWS_TOGETHER)
            values = pa.array(vectors[part].ravel())
            columns = [pa.array(ids[part]), pa.FixedSizeListArray.from_arrays(values, dimensions)]
            writer.write_batch(pa.record_batch(columns, schema=schema))


def read_embeddings(out: Path, *, fingerprint: str) -> tuple[list[str], np.ndarray]:
    """The image ids and the vectors, (n, d) float32, of the extractor with this fingerprint.

    Raises `UserError` where the file is not there or cannot be read.
    """
    path = embeddings_path(out, fingerprint=fingerprint)
    if not path.is_file():
        raise UserError(
            f"Expected the embeddings of the build in {path}. Received: no such file (they are not part of a "
            "deploy). Export where the bundle was built, or build it again."
        )
    try:
        with parquet.ParquetFile(path) as file:
            vectors = np.empty(
                (file.metadata.num_rows, file.schema_arrow.field(_VECTOR).type.list_size), np.float32
            )
            ids: list[str] = []
            for batch in file.iter_batches(_ROWS_TOGETHER, columns=[_ID, _VECTOR]):
                values = batch.column(1).flatten().to_numpy()
                vectors[len(ids) : len(ids) + len(batch)] = values.reshape(len(batch), -1)
                ids += batch.column(0).to_pylist()
        return ids, vectors
    except (OSError, ValueError, LookupError, AttributeError, pa.ArrowException) as error:
        raise UserError(f"{path} cannot be read ({error}): build the bundle again.") from error
