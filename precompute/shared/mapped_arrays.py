"""Large arrays are in a mapped file, whose pages the system writes and drops where memory is short."""

from __future__ import annotations

import math
import os
import tempfile
from pathlib import Path

import numpy as np
from numpy.typing import DTypeLike

MAPPED_FROM = 1 << 27
"""From so many bytes on, an array is in a mapped file."""


def large_array(shape: tuple[int, ...], kind: DTypeLike, *, folder: Path | None = None) -> np.ndarray:
    """An array of this shape and dtype, whose content is not set.

    A large one is in a file without a name, in `folder` if that is there, otherwise in the folder for
    temporary files. Nothing is left of it, even after a kill. It is in memory where the disk has no room, or
    is not to be written to.
    """
    size = math.prod(shape) * np.dtype(kind).itemsize
    if size < MAPPED_FROM:
        return np.empty(shape, kind)
    try:
        with tempfile.TemporaryFile(dir=folder if folder and folder.is_dir() else None) as file:
            # Without this, a disk that is full later would kill the process.
            if hasattr(os, "posix_fallocate"):  # macOS lacks it.
                os.posix_fallocate(file.fileno(), 0, size)
            return np.asarray(np.memmap(file, kind, "w+", shape=shape))
    except OSError:
        return np.empty(shape, kind)
