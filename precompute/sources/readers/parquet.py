"""Parquet files."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from precompute.shared.errors import UserError
from precompute.sources.readers.json_rows import cells_of
from precompute.sources.records import LeftOut
from precompute.sources.rows import LONGEST, Row, Rows

_ROWS_AT_ONCE = 256
_LARGEST_COLUMN = 1_000_000_000
"""Bytes of one column in one row group, all of which may be in memory while it is read."""


def open_parquet(path: Path) -> Rows:
    """The rows of a Parquet file. Raises `UserError` where it is damaged or its parts are too large."""
    import pyarrow as pa
    from pyarrow import parquet

    try:
        file = parquet.ParquetFile(path, memory_map=False)
    except (pa.ArrowException, OSError) as error:
        raise UserError(f"{path} cannot be read as Parquet ({_reason(error)}).") from error
    binary = {
        field.name
        for field in file.schema_arrow
        if pa.types.is_binary(field.type) or pa.types.is_large_binary(field.type)
    }
    # As Python's numbers they would show digits that nobody wrote.
    narrow = [field.name for field in file.schema_arrow if pa.types.is_float32(field.type)]
    columns = [name for name in file.schema_arrow.names if name not in binary]
    _check_sizes(path, file, columns)
    done = 0

    def entries() -> Iterator[Row | LeftOut]:
        nonlocal done
        try:
            for batch in file.iter_batches(batch_size=_ROWS_AT_ONCE, columns=columns):
                for item in batch.to_pylist():
                    done += 1
                    item |= {name: float(f"{item[name]:.7g}") for name in narrow if item[name] is not None}
                    place = f"{path.name}, row {done}"
                    cells = cells_of(item)
                    if sum(map(len, cells.values())) > LONGEST:
                        yield LeftOut(place, f"it has more than {LONGEST:,} characters")
                    elif cells:
                        yield Row(place, cells)
        except (pa.ArrowException, OSError) as error:
            place = f"{path.name}, after row {done}"
            yield LeftOut(place, f"the file is damaged ({_reason(error)}): what follows is not read")
        finally:
            file.close()

    return Rows(
        what="a table (Parquet)",
        unit="rows",
        entries=entries(),
        # Structs are taken apart into columns of their own.
        columns=tuple(each for each in columns if not pa.types.is_struct(file.schema_arrow.field(each).type)),
        notes=[f"{', '.join(sorted(binary))} holds bytes, which are not read"] if binary else [],
        position=lambda: done,
        total=file.metadata.num_rows,
        measure="rows",
    )


def _check_sizes(path: Path, file: object, columns: list[str]) -> None:
    metadata = file.metadata
    for group in range(metadata.num_row_groups):
        for place in range(metadata.num_columns):
            column = metadata.row_group(group).column(place)
            name = column.path_in_schema.partition(".")[0]
            if name in columns and column.total_uncompressed_size > _LARGEST_COLUMN:
                raise UserError(
                    f"Expected at most {_LARGEST_COLUMN // 10**6:,} MB of a column in each row group "
                    f"of {path}. Received: {column.total_uncompressed_size // 10**6:,} MB of {name}: "
                    "write it in smaller row groups."
                )


def _reason(error: Exception) -> str:
    return str(error).splitlines()[0].rstrip(".") if str(error) else type(error).__name__
