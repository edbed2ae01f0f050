"""Finds several tables that are one catalogue: Hugging Face's `imagefolder`, img2dataset's output."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path, PurePosixPath

from precompute.sources.files import files_in

_METADATA = frozenset(["metadata.csv", "metadata.jsonl", "metadata.parquet"])
_SHARD = re.compile(r"\d{3,}")


def tables_below(folder: Path, exclude: Sequence[str] = ()) -> list[tuple[Path, str]]:
    """The tables below a folder, each with the sub-folder that its paths start from.

    These are files called "metadata" in sub-folders, or numbered tables beside folders with the same numbers.
    Empty if the folder has neither.
    """
    shards = sorted(path for path in folder.glob("*.parquet") if _SHARD.fullmatch(path.stem))
    shards = [path for path in shards if (folder / path.stem).is_dir()]
    if shards:
        return [(path, path.stem) for path in shards]
    found = [PurePosixPath(path) for path in files_in(folder, [], exclude=exclude) if _is_metadata(path)]
    if not found or any(path.parent == PurePosixPath() for path in found):
        return []
    return [(folder / path, path.parent.as_posix()) for path in found]


def _is_metadata(path: str) -> bool:
    return path.rpartition("/")[2].lower() in _METADATA
