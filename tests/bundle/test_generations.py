"""Generations: which comes before the live one, and that it is made live whole or not at all."""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

import pytest

from bundle import Bundle, BundleError
from bundle import format as fmt
from bundle.generations import generations, open_at, previous, replace_current, roll_back
from tests.small_bundle import write_small_bundle

OLD, NEW = "2025-05-01T00:00:00+00:00", "2025-05-02T00:00:00+00:00"


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A bundle of two generations, of which the newer one is live."""
    write_small_bundle(tmp_path / "data", ["a", "b"], generation="old", created=OLD)
    write_small_bundle(tmp_path / "data", ["a", "b", "c"], generation="new", created=NEW)
    return tmp_path / "data"


def names(root: Path) -> list[str]:
    return [bundle.folder.name for bundle in generations(root)]


def add(root: Path, name: str, *, created: str) -> None:
    """Put one more complete generation into the folder, as a copy from elsewhere would be."""
    folder = write_small_bundle(root.parent / name, ["a"], generation=name, created=created)
    shutil.copytree(folder, root / name)


def test_a_rollback_goes_back_and_a_second_one_forth(root: Path) -> None:
    assert roll_back(root).folder.name == "old"
    assert Bundle.open(root).count == 2
    assert roll_back(root).folder.name == "new"
    assert Bundle.open(root).count == 3
    assert names(root) == ["new", "old"]


def test_the_previous_one_is_the_newest_that_is_not_live(root: Path) -> None:
    add(root, "zero", created="2025-04-30T23:00:00-05:00")  # 04:00 UTC of May 1: later than `old`
    add(root, "a-new-one", created=NEW)
    add(root, "undated", created="")
    assert names(root) == ["new", "a-new-one", "zero", "old", "undated"]
    assert previous(root).folder.name == "a-new-one"


def test_what_is_no_complete_generation_is_not_gone_back_to(root: Path) -> None:
    shutil.copytree(root / "old", root / ".building-old")
    (root / "embeddings").mkdir()
    (root / "notes.txt").write_text("mine")
    (root / "half").mkdir()
    (root / "half" / fmt.MANIFEST).write_text("{")
    add(root, "other-version", created=NEW)
    manifest = root / "other-version" / fmt.MANIFEST
    manifest.write_text(json.dumps(json.loads(manifest.read_text()) | {"version": 99}))
    assert names(root) == ["new", "old"]


@pytest.mark.parametrize("damage", ["catalogue", "manifest", "folder", "CURRENT"])
def test_a_live_generation_that_is_damaged_is_gone_back_from(root: Path, damage: str) -> None:
    live = root / "new"
    if damage == "catalogue":
        (live / fmt.CATALOGUE).write_bytes(b"x")
    elif damage == "manifest":
        (live / fmt.MANIFEST).write_text("")
    elif damage == "folder":
        shutil.rmtree(live)
    else:
        (root / fmt.CURRENT).write_text("../new\n")
        shutil.rmtree(live)
    assert roll_back(root).folder.name == "old"
    assert Bundle.open(root).mismatches(contents=True) == []


def test_without_another_generation_nothing_happens(tmp_path: Path) -> None:
    write_small_bundle(tmp_path, ["a"], generation="only")
    assert previous(tmp_path) is None
    with pytest.raises(BundleError, match="Expected two complete generations"):
        roll_back(tmp_path)
    assert fmt.read_current(tmp_path) == "only"
    with pytest.raises(BundleError, match="There is no bundle at"):
        roll_back(tmp_path / "nowhere")


def test_a_generation_that_does_not_match_its_seal_is_refused(root: Path) -> None:
    for path in (root / "old" / fmt.THUMBNAILS).rglob("*.webp"):
        path.unlink()
    (root / "old" / fmt.REPORT).write_text("longer than it was")
    with pytest.raises(BundleError, match=r"old, is not as it was built: .* Nothing was changed"):
        roll_back(root)
    assert fmt.read_current(root) == "new"


def test_current_is_replaced_by_a_rename_and_is_on_the_disk(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps: list[str] = []
    flush, replace = os.fsync, os.replace

    def fsync(descriptor: int) -> None:
        steps.append("flush " + Path(f"/proc/self/fd/{descriptor}").readlink().name)
        flush(descriptor)

    def move(source: Path, target: Path) -> None:
        steps.append(f"rename to {Path(target).name}")
        assert Path(source).read_text() == "old\n"
        replace(source, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", move)
    replace_current(root, "old")
    assert steps == ["flush .CURRENT.new", "rename to CURRENT", "flush data"]


def test_where_current_cannot_be_written_nothing_is_left_behind(
    root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", full)
    before = sorted(path.name for path in root.iterdir())
    with pytest.raises(BundleError, match=r"No space left on device\): nothing was changed"):
        roll_back(root)
    assert fmt.read_current(root) == "new"
    assert sorted(path.name for path in root.iterdir()) == before


def test_a_bundle_and_a_generation_of_it_can_be_named(root: Path, tmp_path: Path) -> None:
    assert open_at(root).folder.name == "new"
    assert open_at(root / "old").count == 2
    assert open_at(root / "old").folder.is_absolute()
    for wrong in (tmp_path, tmp_path / "nowhere", root / "new" / fmt.MANIFEST):
        with pytest.raises(BundleError):
            open_at(wrong)
