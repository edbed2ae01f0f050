"""Files that are complete or absent."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path
from time import time

from bundle.disk import whole_file

STORE = "store"
"""The folder, beside the generations, of what builds keep."""


def write_whole(
    path: Path, content: bytes, *, by_way_of: Path, durable: bool = False, many: bool = False
) -> None:
    """Write a file by `bundle.disk.whole_file`, and the folders above it where they are not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path, by_way_of=by_way_of, durable=durable, many=many) as temporary:
        temporary.write_bytes(content)


def remove_unfinished(folder: Path, *, older: float = 0.0) -> None:
    """Remove what killed processes left in a folder that they wrote by way of.

    With `older`, files that changed within so many seconds stay: another process may still be writing them.
    """
    for path in folder.glob(".*.new"):
        with suppress(FileNotFoundError):
            if not older or path.stat().st_mtime < time() - older:
                path.unlink()
