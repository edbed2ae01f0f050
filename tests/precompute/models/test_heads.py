"""Heads on disk: what is read is what was written, or one sentence says what is wrong with it."""

from __future__ import annotations

import hashlib
import pickle
from pathlib import Path

import numpy as np
import pytest

from precompute.models.heads import (
    Head,
    HeadMatrix,
    open_head,
    read_arrays,
    read_head,
    write_arrays,
    write_head,
)
from precompute.shared.errors import UserError

EXTRACTOR = "e" * 64


def head_matrix(*, rows: int = 6, columns: int = 3) -> HeadMatrix:
    drawn = np.random.default_rng(0)
    return HeadMatrix(
        drawn.standard_normal(rows).astype(np.float32),
        drawn.standard_normal((rows, columns)).astype(np.float32),
        EXTRACTOR,
    )


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return write_head(tmp_path, "types", head_matrix())


def test_a_head_is_read_as_it_was_written(path: Path) -> None:
    head = open_head(path, 0.7)
    assert (head.weight, path.name) == (0.7, f"types-{head.sha256[:16]}.npz")
    found, written = read_head(head, extractor=EXTRACTOR), head_matrix()
    assert np.array_equal(found.mean, written.mean) and np.array_equal(found.matrix, written.matrix)
    assert found.extractor == EXTRACTOR


def test_equal_heads_are_equal_files(path: Path, tmp_path: Path) -> None:
    again = write_head(tmp_path / "again", "types", head_matrix())
    assert again.name == path.name and again.read_bytes() == path.read_bytes()


def test_a_head_gives_unit_vectors_that_depend_on_their_own_row_alone() -> None:
    head = head_matrix(rows=40, columns=7)
    rows = np.random.default_rng(1).standard_normal((500, 40)).astype(np.float32)
    rows[3] = head.mean
    found = head.applied(rows)
    assert found.dtype == np.float32 and not found[3].any()
    assert np.allclose(np.delete(np.linalg.norm(found, axis=1), 3), 1, atol=1e-6)
    expected = (rows - head.mean) @ head.matrix
    assert np.allclose(found * np.linalg.norm(expected, axis=1, keepdims=True), expected, atol=1e-4)
    for some in (slice(7, 8), slice(11, 30), slice(499, None)):
        assert head.applied(rows[some]).tobytes() == found[some].tobytes()


def test_a_head_that_was_cut_changed_or_misnamed_is_one_sentence(path: Path, tmp_path: Path) -> None:
    content = path.read_bytes()
    other = write_head(tmp_path, "types", head_matrix(columns=2))
    for changed in (content[:-100], b"", other.read_bytes()):
        path.write_bytes(changed)
        assert "was cut or changed: its SHA-256 begins with" in refused(path)
    path.unlink()
    assert "cannot be read (No such file" in refused(path)
    plain = tmp_path / "types.npz"
    plain.write_bytes(content)
    assert "Expected a head's file to be named NAME-<16 digits of its SHA-256>.npz" in refused(plain)


def test_a_head_that_changes_after_the_recipe_was_read_is_refused(path: Path) -> None:
    head = open_head(path, 1)
    path.write_bytes(path.read_bytes()[:-1])
    with pytest.raises(UserError, match="changed since the recipe was read"):
        read_head(head)


def test_a_head_of_another_network_is_refused(path: Path) -> None:
    with pytest.raises(UserError, match=r"fitted on the recipe's network .*another \(eeeeeeeeeeee…\)"):
        read_head(open_head(path, 1), extractor="f" * 64)


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"matrix": np.zeros((5, 3), np.float32)}, r"float32 \(6,\) and float32 \(5, 3\)"),
        ({"matrix": np.zeros(6, np.float32)}, r"float32 \(6,\)"),
        ({"matrix": np.full((6, 3), np.nan, np.float32)}, "finite float32"),
        ({"mean": np.zeros(6)}, "finite float32"),
        ({"mean": None}, "has no mean"),
    ],
)
def test_arrays_that_are_no_head_are_refused(
    tmp_path: Path, changed: dict[str, np.ndarray | None], words: str
) -> None:
    head = head_matrix()
    arrays = {"mean": head.mean, "matrix": head.matrix, "extractor": np.array(EXTRACTOR)} | changed
    given = {name: array for name, array in arrays.items() if array is not None}
    with pytest.raises(UserError, match=words):
        read_head(open_head(write_arrays(tmp_path, "x", given), 1))


def test_a_file_that_holds_a_pickle_or_nothing_runs_nothing(tmp_path: Path) -> None:
    for content in (pickle.dumps(print), b"PK\x03\x04", b"none"):
        path = tmp_path / "x.npz"
        path.write_bytes(content)
        with pytest.raises(UserError, match="is not a file that fit wrote"):
            read_arrays(named_by_its_hash(path))


def named_by_its_hash(path: Path) -> Head:
    sha256 = hashlib.sha256(path.read_bytes()).hexdigest()
    named = path.rename(path.with_name(f"x-{sha256[:16]}.npz"))
    return open_head(named, 1)


def refused(path: Path) -> str:
    with pytest.raises(UserError) as caught:
        open_head(path, 1)
    assert "\n" not in str(caught.value)
    return str(caught.value)
