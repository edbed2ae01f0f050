"""The store: what was put in comes back or is missed, and never comes back as something else."""

from __future__ import annotations

import hashlib
from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest

from bundle import Bundle
from precompute.shared import progress
from precompute.store import EmbeddingStore, PictureStore, parts
from precompute.store.pictures import Picture, ShownPicture, thumbnail_files
from tests.builds import Tiny, content_of, fresh, run, write_pictures

WIDTH = 5


def ids_from(first: int, count: int) -> list[str]:
    return [f"{number:064x}" for number in range(first, first + count)]


def vectors_of(ids: list[str]) -> np.ndarray:
    return np.stack([np.random.default_rng(int(each, 16)).random(WIDTH, np.float32) for each in ids])


def fill(folder: Path, *, commits: int, each: int = 3) -> list[str]:
    """Embeddings in as many parts; their ids."""
    store = EmbeddingStore(folder)
    for commit in range(commits):
        ids = ids_from(commit * each, each)
        store.add(ids, vectors_of(ids))
        store.commit()
    return ids_from(0, commits * each)


def files(folder: Path) -> list[Path]:
    return sorted(folder.glob("*.parquet"))


def test_vectors_come_back_in_the_order_asked_for(tmp_path: Path) -> None:
    ids = fill(tmp_path, commits=4)
    store = EmbeddingStore(tmp_path)
    assert len(store) == 12 and all(each in store for each in ids)
    asked = [ids[7], ids[0], ids[7], ids[11], ids[0]]
    found = store.vectors(asked)
    assert found.dtype == np.float32 and np.array_equal(found, vectors_of(asked))
    with pytest.raises(KeyError, match="2"):
        store.vectors([ids[3], *ids_from(100, 2)])


def test_nothing_is_there_before_it_is_committed(tmp_path: Path) -> None:
    store = EmbeddingStore(tmp_path / "new")
    store.add(ids_from(0, 2), vectors_of(ids_from(0, 2)))
    assert len(EmbeddingStore(tmp_path / "new")) == 0
    store.commit()
    store.commit()
    assert len(EmbeddingStore(tmp_path / "new")) == 2 and len(files(tmp_path / "new")) == 1


def test_many_small_parts_become_one_and_none_is_lost(tmp_path: Path) -> None:
    ids = fill(tmp_path, commits=100)
    assert len(files(tmp_path)) <= parts._MOST_SMALL
    assert np.array_equal(EmbeddingStore(tmp_path).vectors(ids), vectors_of(ids))


def test_parts_that_are_full_are_not_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "FULL", 4000)
    monkeypatch.setattr(parts, "_MOST_SMALL", 2)
    ids = fill(tmp_path, commits=60)
    full = {path: path.stat().st_mtime_ns for path in files(tmp_path) if path.stat().st_size >= 4000}
    assert full
    store = EmbeddingStore(tmp_path)
    for first in range(1000, 1012):
        store.add(ids_from(first, 1), vectors_of(ids_from(first, 1)))
        store.commit()
    assert {path: path.stat().st_mtime_ns for path in full} == full
    asked = [*ids, *ids_from(1000, 12)]
    assert np.array_equal(EmbeddingStore(tmp_path).vectors(asked), vectors_of(asked))


def test_a_crash_while_parts_are_merged_leaves_all_of_them(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ids = fill(tmp_path, commits=parts._MOST_SMALL)
    store = EmbeddingStore(tmp_path)
    store.add(ids_from(900, 1), vectors_of(ids_from(900, 1)))
    unlinked: list[Path] = []
    unlink = Path.unlink

    def crash(path: Path, missing_ok: bool = False) -> None:
        if path.suffix == ".parquet":
            unlinked.append(path)
            if len(unlinked) == 3:
                raise KeyboardInterrupt
        unlink(path, missing_ok=missing_ok)

    monkeypatch.setattr(Path, "unlink", crash)
    with pytest.raises(KeyboardInterrupt):
        store.commit()
    asked = [*ids, *ids_from(900, 1)]
    again = EmbeddingStore(tmp_path)
    assert len(again) == len(asked) and np.array_equal(again.vectors(asked), vectors_of(asked))
    monkeypatch.setattr(Path, "unlink", unlink)
    again.add(ids_from(901, 1), vectors_of(ids_from(901, 1)))
    again.commit()
    # What the crash left twice is there once.
    tables = list(parts.Parts(tmp_path, ("image_id", "vector"), writable=False).read())
    assert sum(map(len, tables)) == len(asked) + 1


@pytest.mark.parametrize("writable", [True, False])
@pytest.mark.parametrize("damage", ["flip", "truncate", "empty", "foreign"])
def test_a_damaged_part_is_said_and_as_if_it_were_not_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: str, writable: bool
) -> None:
    ids = fill(tmp_path, commits=3)
    path = files(tmp_path)[1]
    content = bytearray(path.read_bytes())
    if damage == "flip":
        content[len(content) // 2] ^= 16
    path.write_bytes({"flip": content, "truncate": content[:-1], "empty": b"", "foreign": b"PAR1"}[damage])
    store = EmbeddingStore(tmp_path, writable=writable)
    printed = capsys.readouterr().err
    assert str(path) in printed and "is damaged" in printed and printed.count("\n") == 1
    assert len(store) == 6
    kept = [each for each in ids if each in store]
    assert np.array_equal(store.vectors(kept), vectors_of(kept))
    # Who only reads leaves it to the build to repair.
    assert path.exists() is not writable


def test_every_bit_of_a_part_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(tmp_path, commits=1, each=1)
    monkeypatch.setattr(progress.console, "quiet", True)
    (path,) = files(tmp_path)
    content = path.read_bytes()
    for place in range(len(content)):
        path.write_bytes(content[:place] + bytes([content[place] ^ 1]) + content[place + 1 :])
        assert len(EmbeddingStore(tmp_path, writable=False)) == 0, place


def test_a_part_right_to_the_bit_but_of_another_program_is_not_used(tmp_path: Path) -> None:
    other = parts.Parts(tmp_path, ("a",), writable=True)
    other.append(pa.table({"a": [1]}))
    assert len(EmbeddingStore(tmp_path)) == 0 and files(tmp_path) == []


def test_what_is_merged_while_another_process_reads_is_not_missed(tmp_path: Path) -> None:
    ids = fill(tmp_path, commits=4)
    reader = parts.Parts(tmp_path, ("image_id", "vector"), writable=False).read()
    seen = set(next(reader)["image_id"].to_pylist())
    monkey = pytest.MonkeyPatch()
    monkey.setattr(parts, "_MOST_SMALL", 1)
    parts.Parts(tmp_path, ("image_id", "vector"), writable=True).merge()
    monkey.undo()
    for table in reader:
        seen |= set(table["image_id"].to_pylist())
    assert seen == set(ids)


def test_only_what_is_kept_stays(tmp_path: Path) -> None:
    ids = fill(tmp_path, commits=5)
    untouched = set(files(tmp_path))
    store = EmbeddingStore(tmp_path)
    store.keep(set(ids[2:]))
    assert len(store) == len(EmbeddingStore(tmp_path)) == 13
    assert np.array_equal(store.vectors(ids[2:]), vectors_of(ids[2:]))
    assert len(untouched & set(files(tmp_path))) == 4, "a part of which all is kept is not written again"


def add_picture(store: PictureStore, image_id: str) -> None:
    content = f"webp of {image_id}".encode()
    sha256 = hashlib.sha256(content).hexdigest()
    store.add(image_id, Picture(40, 30, (sha256,), ("red", "blue"), b"\0\1"), (content,))


@pytest.mark.parametrize("damage", [b"webp of something else", b"", None])
def test_a_damaged_thumbnail_is_no_thumbnail(tmp_path: Path, damage: bytes | None) -> None:
    one, other = ids_from(1, 2)
    store = PictureStore(tmp_path / "key")
    add_picture(store, one)
    add_picture(store, other)
    store.commit()
    store = PictureStore(tmp_path / "key")
    assert store[one] == ShownPicture(40, 30, store[one].thumbnails, ("red", "blue"))
    assert len(store[one].thumbnails[0]) == 64
    path = store.folder / thumbnail_files(one)[0]
    path.unlink() if damage is None else path.write_bytes(damage)
    assert not store.holds(one) and store.holds(other) and store.damaged == 1
    assert not store.holds(ids_from(9, 1)[0]) and store.damaged == 1
    add_picture(store, one)
    assert store.holds(one)


def test_a_thumbnail_that_is_made_again_leaves_the_generations_as_they_are(tmp_path: Path) -> None:
    (one,) = ids_from(1, 1)
    store = PictureStore(tmp_path / "key")
    add_picture(store, one)
    path = store.folder / thumbnail_files(one)[0]
    (tmp_path / "linked").hardlink_to(path)
    store.add(one, Picture(1, 1, ("0" * 64,)), (b"new",))
    assert path.read_bytes() == b"new" and (tmp_path / "linked").read_bytes().startswith(b"webp of")


def store_size(out: Path) -> int:
    return sum(len(EmbeddingStore(folder)) for folder in (out / "store" / "embeddings").iterdir())


def test_the_store_does_not_grow_for_ever(tiny: type[Tiny], tmp_path: Path) -> None:
    """A catalogue whose pictures are all others each time."""
    photos = tmp_path / "photos"
    for build in range(6):
        for path in photos.rglob("*.png"):
            path.unlink()
        write_pictures(photos, 6, first=build * 6)
        run(photos, tmp_path / "data")
        bundles = [path for path in (tmp_path / "data").iterdir() if (path / "manifest.json").is_file()]
        assert store_size(tmp_path / "data") <= 2 * 6 * len(bundles)
    thumbnails = list((tmp_path / "data" / "store").rglob("*.webp"))
    # Each picture has two.
    assert len(thumbnails) <= 2 * 24


def test_a_picture_that_comes_back_is_known(tiny: type[Tiny], tmp_path: Path) -> None:
    photos = write_pictures(tmp_path / "photos", 12)
    run(photos, tmp_path / "data")
    path = photos / "cups" / "0003.png"
    content = path.read_bytes()
    path.unlink()
    for _ in range(3):
        run(photos, tmp_path / "data")
    path.write_bytes(content)
    tiny.pictures = 0
    run(photos, tmp_path / "data")
    assert tiny.pictures == 0
    assert content_of(tmp_path / "data") == fresh(photos, tmp_path / "fresh")


def test_prune_leaves_what_the_two_generations_need(tiny: type[Tiny], tmp_path: Path) -> None:
    photos = write_pictures(tmp_path / "photos", 12)
    run(photos, tmp_path / "data", thumbnail_size=64)
    (photos / "cups" / "0000.png").unlink()
    run(photos, tmp_path / "data")
    (photos / "cups" / "0003.png").unlink()
    run(photos, tmp_path / "data", prune=True)
    keys = {path.name for path in (tmp_path / "data" / "store" / "pictures").iterdir()}
    assert keys == {Bundle.open(tmp_path / "data").manifest["thumbnails"]["fingerprint"]}
    assert store_size(tmp_path / "data") == 11
    tiny.pictures = 0
    run(photos, tmp_path / "data")
    assert tiny.pictures == 0
    assert content_of(tmp_path / "data") == fresh(photos, tmp_path / "fresh")


def test_numbers_of_pictures_are_read_when_they_are_asked_for(tmp_path: Path) -> None:
    ids = ids_from(0, 5)
    store = PictureStore(tmp_path / "key")
    for number, image_id in enumerate(ids):
        store.add(image_id, Picture(1, 1, (), ("red",), bytes([number, 1]), bytes([number, 2, 3])), ())
        if number % 2:
            store.commit()
    store.commit()
    asked = [ids[3], ids[0], ids[3], ids[4]]
    for opened in (store, PictureStore(tmp_path / "key")):
        assert opened.signatures(asked).tolist() == [[3, 1], [0, 1], [3, 1], [4, 1]]
        assert opened.descriptors(asked).tolist() == [[3, 2, 3], [0, 2, 3], [3, 2, 3], [4, 2, 3]]
        assert opened[ids[0]].colours is opened[ids[4]].colours
        with pytest.raises(KeyError, match="2"):
            opened.signatures([ids[0], *ids_from(9, 2)])


def test_many_vectors_are_in_a_mapped_file_of_which_nothing_is_left(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    store = EmbeddingStore(tmp_path)
    ids, vectors = ids_from(0, 5), np.arange(15, dtype=np.float32).reshape(5, 3)
    store.add(ids, vectors)
    store.commit()
    before = sorted(tmp_path.iterdir())
    monkeypatch.setattr("precompute.shared.mapped_arrays.MAPPED_FROM", 1)
    found = store.vectors([ids[4], ids[1], ids[4]])
    assert (found == vectors[[4, 1, 4]]).all()
    assert isinstance(found.base, np.memmap)
    assert sorted(tmp_path.iterdir()) == before
    found[0] = 0
    assert (store.vectors(ids) == vectors).all()
