"""Rows that stay in their files are those that were written, in whatever order they are asked for."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from dashapp.photo.live.mapped import MappedRows
from dashapp.photo.live.vectors import VectorIndex

ROWS, DIMENSIONS, ROWS_PER_FILE = 1_234, 16, 100
NUMBERS = np.random.default_rng(0).integers(-127, 128, (ROWS, DIMENSIONS), dtype=np.int8)


@pytest.fixture
def mapped(tmp_path: Path) -> MappedRows:
    paths = []
    for start in range(0, ROWS, ROWS_PER_FILE):
        paths.append(tmp_path / f"{start}.i8")
        NUMBERS[start : start + ROWS_PER_FILE].tofile(paths[-1])
    return MappedRows(paths, dimensions=DIMENSIONS, rows_per_file=ROWS_PER_FILE)


@pytest.mark.parametrize(
    "which",
    [
        slice(None),
        slice(95, 305),
        slice(2_000, 3_000),
        np.array([0, 99, 100, 1_199, 1_200, 1_233]),
        np.array([700, 3, 1_233, 4, 4]),
        np.array([], int),
    ],
    ids=str,
)
def test_rows_are_those_that_were_written(mapped: MappedRows, which: slice | np.ndarray) -> None:
    assert mapped.shape == (ROWS, DIMENSIONS) and len(mapped) == ROWS
    assert np.array_equal(mapped[which], NUMBERS[which])


def test_no_row_is_beyond_the_end(mapped: MappedRows) -> None:
    with pytest.raises(IndexError):
        mapped[np.array([ROWS])]


def test_a_search_finds_the_same_as_one_in_memory(mapped: MappedRows) -> None:
    draw = np.random.default_rng(1)
    known = {
        "scales": draw.random(ROWS, dtype=np.float32),
        "owners": draw.integers(ROWS, size=ROWS),
        "metric": "cosine",
    }
    query = draw.standard_normal(DIMENSIONS).astype(np.float32)
    found, expected = (VectorIndex(each, **known).nearest(query, count=50) for each in (mapped, NUMBERS))
    assert np.array_equal(found.positions, expected.positions)
    assert np.array_equal(found.scores, expected.scores)
