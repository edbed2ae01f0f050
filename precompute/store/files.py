"""Files that are complete or absent."""

from __future__ import annotations

from pathlib import Path

from bundle.disk import whole_file

STORE = "store"
"""The folder, beside the generations, of what builds keep."""


def write_whole(path: Path, content: bytes, *, by_way_of: Path, durable: bool = False) -> None:
    """Write a file by `bundle.disk.whole_file`, and the folders above it where they are not there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with whole_file(path, by_way_of=by_way_of, durable=durable) as temporary:
        temporary.write_bytes(content)


def remove_unfinished(folder: Path) -> None:
    """Remove what a killed process left in a folder that it wrote by way of."""
    for path in folder.glob(".*.new"):
        path.unlink(missing_ok=True)
