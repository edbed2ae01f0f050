"""What is published is on the disk first, and what was put there before is not put there again."""

from __future__ import annotations

import hashlib
import os
import shutil
import sys
from pathlib import Path

import pytest

from bundle import Bundle, BundleWriter, Product, ProductImage, disk
from bundle.disk import flush_file_system
from bundle.format import thumbnail_file

CONTENT = b"webp"
OLD, NEW = (hashlib.sha256(name).hexdigest() for name in (b"old", b"new"))


@pytest.fixture
def flushed(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    """The numbers of the files and folders that were put on the disk."""
    numbers: list[int] = []
    fsync = os.fsync

    def note(descriptor: int) -> None:
        numbers.append(os.fstat(descriptor).st_ino)
        fsync(descriptor)

    monkeypatch.setattr(os, "fsync", note)
    return numbers


def publish(root: Path, generation: str, images: list[str], *, sha256: str = "") -> Path:
    """A generation with links to thumbnails that lie beside it."""
    sealed = sha256 or hashlib.sha256(CONTENT).hexdigest()
    with BundleWriter(root, generation=generation) as writer:
        for image_id in images:
            source = root.parent / image_id
            if not source.exists():
                source.write_bytes(CONTENT)
            writer.link_file(thumbnail_file(image_id), source, sha256=sealed)
        products = [Product(each, each, (ProductImage(each, 4, 4),)) for each in images]
        writer.write_catalogue(products)
        shards = writer.write_neighbours("lite", [(each, []) for each in images])
        writer.write_report({})
        recipes = [{"name": "lite", "shards": shards}]
        return writer.publish({"counts": {"products": len(images)}, "recipes": recipes})


def numbers_below(folder: Path) -> dict[str, int]:
    below = {path.relative_to(folder).as_posix(): path.stat().st_ino for path in folder.rglob("*")}
    return below | {".": folder.stat().st_ino}


def test_every_file_and_folder_is_on_the_disk_before_a_generation_is_live(
    tmp_path: Path, flushed: list[int]
) -> None:
    root = tmp_path / "data"
    folder = publish(root, "one", [OLD])
    assert set(numbers_below(folder).values()) | {root.stat().st_ino} <= set(flushed)


@pytest.mark.skipif(sys.platform != "linux", reason="Only Linux flushes a whole file system.")
def test_very_many_files_are_put_on_the_disk_together(
    tmp_path: Path, flushed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bundle.writer._MANY", 2)
    together: list[Path] = []

    def note(folder: Path) -> bool:
        together.append(folder)
        return flush_file_system(folder)

    monkeypatch.setattr("bundle.writer.flush_file_system", note)
    root = tmp_path / "data"
    numbers = numbers_below(publish(root, "one", [OLD, NEW]))
    assert [folder.parent for folder in together] == [root]
    assert not set(numbers.values()).intersection(flushed)
    assert root.stat().st_ino in flushed
    with pytest.raises(FileNotFoundError):
        flush_file_system(tmp_path / "nowhere")


def test_where_a_file_system_cannot_be_flushed_each_file_is(
    tmp_path: Path, flushed: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bundle.writer._MANY", 2)
    monkeypatch.setattr(sys, "platform", "darwin")
    folder = publish(tmp_path / "data", "one", [OLD, NEW])
    assert set(numbers_below(folder).values()) <= set(flushed)


def test_what_the_live_generation_holds_is_there_already(tmp_path: Path, flushed: list[int]) -> None:
    root = tmp_path / "data"
    publish(root, "one", [OLD])
    flushed.clear()
    numbers = numbers_below(publish(root, "two", [OLD, NEW]))
    assert set(numbers.values()) - set(flushed) == {numbers[thumbnail_file(OLD)]}


@pytest.mark.parametrize("error", [18, 1, 31, 95])
def test_where_links_cannot_be_made_copies_are(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, flushed: list[int], error: int
) -> None:
    def no_links(*_: object) -> None:
        raise OSError(error, os.strerror(error))

    monkeypatch.setattr(os, "link", no_links)
    publish(tmp_path / "data", "one", [OLD])
    flushed.clear()
    numbers = numbers_below(publish(tmp_path / "data", "two", [OLD]))
    assert set(numbers.values()) <= set(flushed)
    assert Bundle.open(tmp_path / "data").mismatches(contents=True) == []


def test_another_error_than_that_of_links_is_none_of_theirs(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "link", full)
    with pytest.raises(OSError, match="No space left"):
        publish(tmp_path / "data", "one", [OLD])
    assert list((tmp_path / "data").iterdir()) == []


def test_the_seal_of_a_linked_file_is_what_it_was_when_it_was_read(tmp_path: Path) -> None:
    publish(tmp_path / "data", "one", [OLD], sha256="0" * 64)
    (wrong,) = Bundle.open(tmp_path / "data").mismatches(contents=True)
    assert wrong.startswith(thumbnail_file(OLD))


def test_a_folder_that_is_not_there_holds_nothing(tmp_path: Path) -> None:
    assert disk.numbers_of(tmp_path / "nowhere") == set()


def test_what_a_killed_build_left_is_removed_by_the_next(tmp_path: Path) -> None:
    root = tmp_path / "data"
    writer = BundleWriter(root, generation="killed")
    writer.write_report({})
    shutil.copytree(writer.folder, root / ".building-another")
    publish(root, "one", [OLD])
    assert {path.name for path in root.iterdir()} == {"CURRENT", "one"}
