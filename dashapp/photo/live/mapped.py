"""Vectors that stay in their files, which all processes share and the system can read again."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np


class MappedRows:
    """Rows (n, d) of int8 in several files, mapped into memory; indexing copies rows out of them."""

    def __init__(self, paths: Sequence[Path], *, dimensions: int, rows_per_file: int) -> None:
        """Every file but the last has `rows_per_file` rows."""
        self._files = [np.memmap(path, np.int8, mode="r").reshape(-1, dimensions) for path in paths]
        self._rows_per_file = rows_per_file
        self.shape = (sum(map(len, self._files)), dimensions)

    def __len__(self) -> int:
        return self.shape[0]

    def __getitem__(self, which: slice | np.ndarray) -> np.ndarray:
        """The rows of a slice, or at an array of places (k,), best in ascending order: (k, d) int8."""
        rows = np.arange(*which.indices(len(self))) if isinstance(which, slice) else which
        files, places = np.divmod(rows, self._rows_per_file)
        found = np.empty((len(rows), self.shape[1]), np.int8)
        # Neighbours in the same file are taken together.
        ends = [*np.flatnonzero(np.diff(files)) + 1, len(rows)]
        start = 0
        for end in ends if len(rows) else ():
            np.take(self._files[files[start]], places[start:end], axis=0, out=found[start:end])
            start = end
        return found
