"""Opens a workbook in a process of its own, so that one that breaks its library can stop only that process.

A workbook of a kilobyte may have a cell in the last row of the last column. The library allocates all cells
before it, and where there is not so much memory, it ends the process that called it.
"""

from __future__ import annotations

import os
import resource
import subprocess
import sys
from io import BufferedReader
from pathlib import Path

_BYTES = 6_000_000_000
"""The most memory that opening a workbook may take. Readers refuse those that have over 1 GB unpacked."""

_SECONDS = 120
"""The most processor time."""

_READABLE = 7
"""The exit code of a process that had nothing to object to; crashes and libraries do not use it."""


def breaks_its_library(file: BufferedReader) -> bool:
    """Whether opening all sheets of a workbook fails with more than an exception. `file` is rewound."""
    program = [sys.executable, "-I", str(Path(__file__).resolve())]
    output = subprocess.DEVNULL
    done = subprocess.run(program, stdin=file, stdout=output, stderr=output, check=False, process_group=0)
    file.seek(0)
    return done.returncode != _READABLE


def main() -> None:
    """Open the workbook on stdin. The reader will meet exceptions too, and has words for them."""
    from python_calamine import load_workbook

    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    resource.setrlimit(resource.RLIMIT_AS, (_BYTES, _BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (_SECONDS, _SECONDS))
    try:
        workbook = load_workbook(sys.stdin.buffer)
        for name in workbook.sheet_names:
            workbook.get_sheet_by_name(name)
    except MemoryError:
        return
    # A panic of the library is no `Exception`.
    except Exception:
        pass
    os._exit(_READABLE)


if __name__ == "__main__":
    main()
