"""Reads Parquet files."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bundle.disk import open_file
from precompute.shared.errors import UserError
from precompute.sources.columns import has_picture
from precompute.sources.readers.embedded import is_picture_s
from precompute.sources.readers.json_rows import cells_of
from precompute.sources.readers.probe import probed
from precompute.sources.records import LeftOut
from precompute.sources.rows import LONGEST, Keep, Row, Rows

if TYPE_CHECKING:
    import pyarrow as pa

_ROWS_AT_ONCE = 256
_WITH_PICTURES = 32
_LARGEST_COLUMN = 1_000_000_000
"""The most bytes of a column in a row group, which may all be in memory while it is read."""


def open_parquet(path: Path, keep: Keep) -> Rows:
    """The rows of a Parquet file. Pictures in it are passed to `keep`.

    Raises `UserError` if it is damaged or its row groups are too large.
    """
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(probed(open_file(path), "parquet"))
        pictures = _picture_columns(file)
        binary = {field.name for field in file.schema_arrow if _is_bytes(field.type)} - pictures
        columns = [name for name in file.schema_arrow.names if name not in binary]
        _check_sizes(path, file, columns)
    # A name that is not text is a `ValueError`.
    except (pa.ArrowException, OSError, ValueError) as error:
        raise UserError(f"{path} cannot be read as Parquet ({_reason(error)}).") from error
    # As float64, float32 numbers would show digits that nobody wrote.
    narrow = [field.name for field in file.schema_arrow if pa.types.is_float32(field.type)]
    schema = file.schema_arrow
    classes = {
        name: labels for name, labels in _classes(file.schema_arrow.metadata).items() if name in columns
    }
    done = 0

    def entries() -> Iterator[Row | LeftOut]:
        nonlocal done
        try:
            for batch in file.iter_batches(
                batch_size=_WITH_PICTURES if pictures else _ROWS_AT_ONCE, columns=columns
            ):
                for item in batch.to_pylist():
                    done += 1
                    item |= {name: float(f"{item[name]:.7g}") for name in narrow if item[name] is not None}
                    item |= {name: _named(item[name], labels) for name, labels in classes.items()}
                    place = f"{path.name}, row {done}"
                    for name in pictures:
                        item[name] = _kept(item[name], f"{done:06}", keep)
                    cells = cells_of(item)
                    if sum(map(len, cells.values())) > LONGEST:
                        yield LeftOut(place, f"it has more than {LONGEST:,} characters")
                    elif cells:
                        yield Row(place, cells)
        except (pa.ArrowException, OSError, ValueError) as error:
            place = f"{path.name}, after row {done}"
            yield LeftOut(place, f"the file is damaged ({_reason(error)}): the rest is not read")
        finally:
            file.close(force=True)

    return Rows(
        what="a table (Parquet)",
        unit="rows",
        entries=entries(),
        columns=tuple(name for name in columns if name in pictures or not _is_struct(schema, name)),
        notes=[f"{', '.join(sorted(binary))} holds bytes, which are not read"] if binary else [],
        position=lambda: done,
        total=file.metadata.num_rows,
        measure="rows",
    )


def _classes(metadata: Mapping[bytes, bytes] | None) -> dict[str, list[str]]:
    """The names of classes that columns give as numbers, from the metadata of Hugging Face's library."""
    try:
        features = json.loads((metadata or {})[b"huggingface"])["info"]["features"]
        found = {name: each.get("names") for name, each in features.items() if isinstance(each, dict)}
    except (KeyError, TypeError, ValueError, AttributeError):
        return {}
    return {name: labels for name, labels in found.items() if isinstance(labels, list)}


def _named(value: object, labels: list[str]) -> object:
    return labels[value] if isinstance(value, int) and 0 <= value < len(labels) else value


def _is_struct(schema: pa.Schema, name: str) -> bool:
    """Whether a column has structs, which are flattened to columns of their own."""
    import pyarrow as pa

    return bool(pa.types.is_struct(schema.field(name).type))


def _is_bytes(kind: pa.DataType) -> bool:
    import pyarrow as pa

    tests = (pa.types.is_binary, pa.types.is_large_binary, pa.types.is_fixed_size_binary)
    return any(test(kind) for test in tests)


def _may_hold_pictures(field: pa.Field) -> bool:
    """Whether a column may hold pictures: bytes under a picture's name, or structs with bytes."""
    import pyarrow as pa

    kind = field.type
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        kind = kind.value_type
    if pa.types.is_struct(kind):
        names = {kind.field(place).name for place in range(kind.num_fields)}
        return "bytes" in names and _is_bytes(kind.field("bytes").type)
    return _is_bytes(kind) and has_picture([field.name])


def _picture_columns(file: Any) -> set[str]:
    """The columns that may hold pictures, by their names, or else by their first values."""
    schema = file.schema_arrow
    named = {field.name for field in schema if _may_hold_pictures(field)}
    large = {name for name, size in _sizes(file) if size > _LARGEST_COLUMN}
    unnamed = {field.name for field in schema if _is_bytes(field.type)} - large
    return named or {name for name in unnamed if _begins_with_picture(file, name)}


def _begins_with_picture(file: Any, name: str) -> bool:
    for batch in file.iter_batches(batch_size=_WITH_PICTURES, columns=[name]):
        return is_picture_s(next((value for value in batch.column(0).to_pylist() if value), b""))
    return False


def _kept(value: object, name: str, keep: Keep) -> object:
    """A picture's path: the one under which its bytes are kept, or its own if it has no bytes."""
    if isinstance(value, list):
        return [_kept(each, f"{name}-{place}", keep) for place, each in enumerate(value, 1)]
    data, called = (value.get("bytes"), value.get("path")) if isinstance(value, dict) else (value, None)
    if isinstance(data, bytes) and data:
        return keep(data, called if isinstance(called, str) and called else name)
    return called if isinstance(called, str) else None


def _check_sizes(path: Path, file: Any, columns: list[str]) -> None:
    for name, size in _sizes(file):
        if name in columns and size > _LARGEST_COLUMN:
            raise UserError(
                f"Expected at most {_LARGEST_COLUMN // 10**6:,} MB of a column in each row group "
                f"of {path}. Received: {size // 10**6:,} MB of {name}: "
                "write it in smaller row groups."
            )


def _sizes(file: Any) -> Iterator[tuple[str, int]]:
    """The columns of each row group, with their unpacked bytes."""
    metadata = file.metadata
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            column = metadata.row_group(group).column(place)
            yield column.path_in_schema.partition(".")[0], column.total_uncompressed_size


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
