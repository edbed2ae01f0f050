"""Lists are written whole, read back to the last bit, and never used when damaged."""

from __future__ import annotations

import os
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from precompute.neighbours import KnownLists, find_neighbours, known, load_lists, save_lists


def some_lists(count: int = 300, metric: str = "euclidean") -> KnownLists:
    vectors = np.random.default_rng(0).standard_normal((count, 8)).astype(np.float32)
    ids = [f"größe\n{row}" for row in range(count)]
    lists = find_neighbours(ids, vectors, metric=metric, depth=5).known
    assert lists is not None
    return lists


def assert_equal(found: KnownLists | None, expected: KnownLists) -> None:
    assert found is not None
    assert (found.metric, found.ids) == (expected.metric, expected.ids)
    for name in ("digests", "rows", "scores"):
        ours, theirs = getattr(found, name), getattr(expected, name)
        assert (ours.dtype, ours.shape) == (theirs.dtype, theirs.shape)
        assert ours.tobytes() == theirs.tobytes()


@pytest.mark.parametrize("count", [2, 300])
def test_lists_come_back_as_they_were(tmp_path: Path, count: int) -> None:
    lists = some_lists(count)
    path = save_lists(tmp_path / "store" / "lists", "key", lists)
    assert list(path.parent.iterdir()) == [path]
    assert_equal(load_lists(path.parent, "key"), lists)
    # Any program that reads Arrow can read it: what follows the stream does not matter.
    with pa.OSFile(str(path)) as file, pa.ipc.open_stream(file) as reader:
        assert reader.read_all()["id"].to_pylist() == lists.ids


def test_what_is_not_there_is_no_news(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert load_lists(tmp_path, "key") is None
    assert capsys.readouterr().err == ""


def test_damage_of_any_kind_is_noticed_and_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = save_lists(tmp_path, "key", some_lists(40))
    content = path.read_bytes()
    random = np.random.default_rng(3)
    damaged = [content[:length] for length in (0, 1, 31, 32, 33, len(content) // 2, len(content) - 1)]
    damaged += [content + b"\0", b"\0" * len(content), content[:-32] + bytes(32)]
    for place in random.integers(0, len(content), 50).tolist():
        flipped = content[place] ^ (1 << int(random.integers(8)))
        damaged.append(content[:place] + bytes([flipped]) + content[place + 1 :])
    for each in damaged:
        path.write_bytes(each)
        assert load_lists(tmp_path, "key") is None
        said = capsys.readouterr().err
        assert f"{path} cannot be used (it is damaged): all lists are searched again." in said
    path.write_bytes(content)
    assert load_lists(tmp_path, "key") is not None


def test_what_cannot_be_read_and_another_version_are_said(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder.arrow").mkdir()
    assert load_lists(tmp_path, "folder") is None
    assert "Is a directory" in capsys.readouterr().err
    save_lists(tmp_path, "key", some_lists(40))
    monkeypatch.setattr(known, "_VERSION", "2")
    assert load_lists(tmp_path, "key") is None
    assert "another version of Akin wrote it" in capsys.readouterr().err


def test_writing_that_fails_leaves_the_file_that_was_there(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    lists = some_lists(40)
    save_lists(tmp_path, "key", lists)

    def full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    with pytest.raises(OSError, match="No space left"):
        save_lists(tmp_path, "key", some_lists(50))
    assert [path.name for path in tmp_path.iterdir()] == ["key.arrow"]
    assert_equal(load_lists(tmp_path, "key"), lists)


def test_lists_from_disk_are_a_start_as_those_in_memory_are(tmp_path: Path) -> None:
    random = np.random.default_rng(1)
    vectors = random.standard_normal((200, 8)).astype(np.float32)
    ids = [f"{row}" for row in range(200)]
    first = find_neighbours(ids, vectors, metric="cosine", depth=5)
    save_lists(tmp_path, "key", first.known)
    vectors[:3] = random.standard_normal((3, 8))
    found = find_neighbours(ids, vectors, metric="cosine", depth=5, known=load_lists(tmp_path, "key"))
    assert list(found.lines()) == list(find_neighbours(ids, vectors, metric="cosine", depth=5).lines())
