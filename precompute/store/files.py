"""Files that are complete or absent."""

from __future__ import annotations

import os
from pathlib import Path

from bundle.disk import flush

STORE = "store"
"""The folder, beside the generations, of what builds keep."""


def write_whole(path: Path, content: bytes, *, by_way_of: Path, durable: bool = False) -> None:
    """Write a file in the folder `by_way_of`, then move it: nobody ever sees a part of it.

    A file that is there is replaced and not written into, so that hard links to it keep what they have. With
    `durable`, no crash of the machine undoes it once this returns.
    """
    temporary = by_way_of / f".{path.name}.new"
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        with temporary.open("wb") as file:
            file.write(content)
            if durable:
                file.flush()
                os.fsync(file.fileno())
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    if durable:
        flush(path.parent)


def remove_unfinished(folder: Path) -> None:
    """Remove what a killed process left in a folder that it wrote by way of."""
    for path in folder.glob(".*.new"):
        path.unlink(missing_ok=True)
