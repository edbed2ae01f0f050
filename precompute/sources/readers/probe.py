"""Opens a file in a process of its own, so that one that breaks its library can stop only that process.

A workbook of a kilobyte may have a cell in the last row of the last column: the library allocates all cells
before it. The metadata of a Parquet file may contradict each other. In both cases the library raises no
exception but ends the process that called it.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from io import BufferedReader
from pathlib import Path
from typing import BinaryIO

_BYTES = 6_000_000_000
"""The most memory that opening a file may take. Readers refuse workbooks that have over 1 GB unpacked."""

_SECONDS = 120
"""The most processor time."""

_READABLE = 7
"""The exit code of a process that had nothing to object to; crashes and libraries do not use it."""


def probed(file: BufferedReader, kind: str) -> BufferedReader:
    """`file`, rewound. Raises `ValueError` if opening it, a "workbook" or "parquet", ends a process."""
    program = [sys.executable, "-I", str(Path(__file__).resolve()), kind]
    output = subprocess.DEVNULL
    done = subprocess.run(program, stdin=file, stdout=output, stderr=output, check=False, process_group=0)
    file.seek(0)
    if done.returncode != _READABLE:
        raise ValueError("it takes too much memory or time, or breaks the library that reads it")
    return file


def _open_workbook(file: BinaryIO) -> None:
    from python_calamine import load_workbook

    workbook = load_workbook(file)
    for name in workbook.sheet_names:
        workbook.get_sheet_by_name(name)


def _open_parquet(file: BinaryIO) -> None:
    from pyarrow import parquet

    metadata = parquet.ParquetFile(file).metadata
    for group in range(metadata.num_row_groups):
        for column in range(metadata.num_columns):
            metadata.row_group(group).column(column)


_OPENERS: dict[str, Callable[[BinaryIO], None]] = {"workbook": _open_workbook, "parquet": _open_parquet}


def main() -> None:
    """Open what is on stdin. The reader will meet exceptions too, and has words for them."""
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    try:
        _OPENERS[sys.argv[1]](sys.stdin.buffer)
    except MemoryError:
        return
    # A panic of a library is no `Exception`.
    except Exception:
        pass
    os._exit(_READABLE)


if __name__ == "__main__":
    main()
