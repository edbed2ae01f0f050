"""Where large arrays are: in a file that nobody sees, or in memory where the disk is full."""

from __future__ import annotations

import errno
import os
from pathlib import Path

import numpy as np
import pytest

from precompute.shared import mapped_arrays
from precompute.shared.mapped_arrays import large_array


def test_a_large_array_is_in_a_file_of_which_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert large_array((3, 2), np.int32, folder=tmp_path).base is None
    monkeypatch.setattr(mapped_arrays, "MAPPED_FROM", 24)
    found = large_array((3, 2), np.int32, folder=tmp_path)
    assert isinstance(found.base, np.memmap) and found.shape == (3, 2) and found.dtype == np.int32
    found[:] = 7
    assert found.sum() == 42 and not list(tmp_path.iterdir())
    assert isinstance(large_array((3, 2), np.int32, folder=tmp_path / "none").base, np.memmap)


def test_a_large_array_is_in_memory_where_the_disk_is_full(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: int) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(mapped_arrays, "MAPPED_FROM", 1)
    monkeypatch.setattr(os, "posix_fallocate", full, raising=False)
    assert large_array((3,), np.float64).base is None


def test_a_large_array_is_in_memory_where_nothing_can_be_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(**_: object) -> None:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(mapped_arrays, "MAPPED_FROM", 1)
    monkeypatch.setattr("tempfile.TemporaryFile", refused)
    assert large_array((3,), np.float64, folder=tmp_path).base is None
