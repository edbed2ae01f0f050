"""A store that many processes write at once: nothing is lost, nor removed where another may write it."""

from __future__ import annotations

import hashlib
import os
import pickle
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from threading import Barrier

import numpy as np
import pytest

from precompute.store import EmbeddingStore, Measures, MeasureStore, Picture, PictureStore, parts
from precompute.store.files import write_whole
from precompute.store.known_ids import KnownIds
from precompute.store.locations import Folder
from precompute.store.pictures import thumbnail_files

ROUNDS = 12
EACH = 3


def ids_from(first: int, count: int) -> list[str]:
    return [hashlib.sha256(str(number).encode()).hexdigest() for number in range(first, first + count)]


def vectors_of(ids: list[str]) -> np.ndarray:
    return np.stack([np.frombuffer(bytes.fromhex(each), np.uint8)[:5] for each in ids]).astype(np.float32)


def add_picture(store: PictureStore, image_id: str) -> None:
    content = b"webp of " + image_id.encode()
    store.add(image_id, Picture(4, 3, (hashlib.sha256(content).hexdigest(),), ("red",), b"\1"), (content,))


def write_as_driver(folder: Path, first: int, together: Barrier) -> None:
    """Add embeddings and pictures round by round, and merge after each, as a build of its own would."""
    parts._MOST_SMALL = 2
    embeddings = EmbeddingStore(Folder(folder / "embeddings", shared=True))
    pictures = PictureStore(Folder(folder / "pictures", shared=True))
    for number in range(ROUNDS):
        together.wait(60)
        # The last picture of each round is one that the other process adds too.
        ids = [*ids_from(first + number * EACH, EACH - 1), *ids_from(10_000 + number, 1)]
        embeddings.add(ids, vectors_of(ids))
        for image_id in ids:
            add_picture(pictures, image_id)
        for store in (embeddings, pictures):
            store.commit()
            store.merge()


def write_as_worker(embeddings: EmbeddingStore, pictures: PictureStore, first: int) -> None:
    """Add what is not known yet, in one part."""
    ids = [each for each in ids_from(first, 2 * EACH) if each not in embeddings]
    embeddings.add(ids, vectors_of(ids))
    for image_id in ids_from(first, 2 * EACH):
        if not pictures.holds(image_id):
            add_picture(pictures, image_id)
    embeddings.commit()
    pictures.commit()


def everything_of(first: int) -> Iterator[str]:
    for number in range(ROUNDS):
        yield from ids_from(first + number * EACH, EACH - 1)


@pytest.mark.slow
def test_two_builds_at_once_lose_nothing(tmp_path: Path) -> None:
    context = get_context("spawn")
    together = context.Barrier(2)
    builds = [context.Process(target=write_as_driver, args=(tmp_path, 1000 * n, together)) for n in (1, 2)]
    for build in builds:
        build.start()
    for build in builds:
        build.join()
        assert build.exitcode == 0
    ids = [*everything_of(1000), *everything_of(2000), *ids_from(10_000, ROUNDS)]
    embeddings = EmbeddingStore(tmp_path / "embeddings", writable=False)
    assert len(embeddings) == len(ids)
    assert np.array_equal(embeddings.vectors(ids), vectors_of(ids))
    pictures = PictureStore(tmp_path / "pictures", writable=False)
    assert all(pictures.holds(each) for each in ids) and len(pictures) == len(ids)
    assert not list(tmp_path.rglob(".*.new"))
    # They were merged while both wrote.
    assert len(list((tmp_path / "embeddings").iterdir())) <= 2 * 3


@pytest.mark.slow
def test_workers_add_what_is_not_known_and_the_driver_finds_it(tmp_path: Path) -> None:
    embeddings, pictures = EmbeddingStore(tmp_path / "embeddings"), PictureStore(tmp_path / "pictures")
    known = ids_from(0, EACH)
    embeddings.add(known, vectors_of(known))
    embeddings.commit()
    for image_id in known:
        add_picture(pictures, image_id)
    pictures.commit()
    context = get_context("spawn")
    # The first begins with pictures that are known, and the second ends with pictures that the first has too.
    workers = [
        context.Process(target=write_as_worker, args=(embeddings.for_worker(), pictures.for_worker(), first))
        for first in (0, EACH)
    ]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
        assert worker.exitcode == 0
    ids = ids_from(0, 3 * EACH)
    assert len(embeddings) == len(pictures) == EACH
    for store in (embeddings, pictures):
        store.refresh()
        assert store.known().tolist() == sorted(each.encode() for each in ids)
    assert np.array_equal(embeddings.vectors(ids), vectors_of(ids))
    assert all(pictures.holds(each) for each in ids)
    assert pictures.signatures(ids).tolist() == [[1]] * len(ids)
    # One of the driver's, and one of each worker.
    assert len(list((tmp_path / "embeddings").iterdir())) == 3


def test_a_worker_lists_nothing_and_merges_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(parts, "_MOST_SMALL", 2)
    driver = EmbeddingStore(tmp_path)
    worker = pickle.loads(pickle.dumps(driver.for_worker()))
    monkeypatch.setattr(Folder, "sizes", lambda self: pytest.fail("it was listed"))
    for number in range(9):
        ids = ids_from(number, 1)
        worker.add(ids, vectors_of(ids))
        worker.commit()
        assert ids[0] in worker
    assert len(list(tmp_path.iterdir())) == 9
    monkeypatch.undo()
    driver.refresh()
    driver.merge()
    assert len(driver) == 9 and len(EmbeddingStore(tmp_path)) == 9


@pytest.mark.parametrize("shared", [False, True])
def test_what_another_may_still_be_writing_stays(tmp_path: Path, shared: bool) -> None:
    (tmp_path / ".a.parquet.0123.new").write_bytes(b"half of it")
    (tmp_path / ".b.parquet.4567.new").write_bytes(b"left by one that was killed long ago")
    os.utime(tmp_path / ".b.parquet.4567.new", (0, 0))
    EmbeddingStore(Folder(tmp_path, shared=shared))
    # Who has a folder to itself may tidy all of it.
    assert [path.name for path in tmp_path.iterdir()] == ([".a.parquet.0123.new"] if shared else [])


def test_two_that_write_one_file_at_once_do_not_meet(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    names: list[str] = []

    def write(path: Path, content: bytes) -> int:
        names.append(path.name)
        if len(names) == 1:
            write_whole(tmp_path / "part", content, by_way_of=tmp_path, many=True)
        with path.open("wb") as file:
            return file.write(content)

    monkeypatch.setattr(Path, "write_bytes", write)
    write_whole(tmp_path / "part", b"content", by_way_of=tmp_path, many=True)
    assert len(set(names)) == 2
    assert [path.name for path in tmp_path.iterdir()] == ["part"]
    assert (tmp_path / "part").read_bytes() == b"content"


def test_who_merges_after_another_removes_nothing_that_is_new(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One driver has read the parts and not yet written the merged one when another merges them."""
    monkeypatch.setattr(parts, "_MOST_SMALL", 1)
    place = Folder(tmp_path, shared=True)
    first, second = EmbeddingStore(place), EmbeddingStore(place)
    for number in range(4):
        ids = ids_from(number, 1)
        first.add(ids, vectors_of(ids))
        first.commit()
    append = parts.Parts.append

    def stopped(self: parts.Parts, table: object) -> str:
        monkeypatch.setattr(parts.Parts, "append", append)
        ids = ids_from(4, 1)
        second.add(ids, vectors_of(ids))
        second.commit()
        second.merge()
        return append(self, table)

    monkeypatch.setattr(parts.Parts, "append", stopped)
    first.merge()
    ids = ids_from(0, 5)
    assert np.array_equal(EmbeddingStore(place).vectors(ids), vectors_of(ids))


def test_a_damaged_part_of_a_shared_store_stays(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Another driver may just have written it anew, under the same name."""
    place, ids = Folder(tmp_path, shared=True), ids_from(0, 2)
    store = EmbeddingStore(place)
    store.add(ids, vectors_of(ids))
    store.commit()
    (path,) = tmp_path.iterdir()
    path.write_bytes(b"PAR1")
    assert len(EmbeddingStore(place)) == 0 and path.exists()
    assert "is damaged" in capsys.readouterr().err


def test_a_driver_finds_what_workers_wrote_anew_by_the_name_of_a_damaged_part(tmp_path: Path) -> None:
    (image_id,) = ids_from(0, 1)
    worker = PictureStore(tmp_path).for_worker()
    add_picture(worker, image_id)
    worker.commit()
    (path,) = tmp_path.glob("*.parquet")
    content = path.read_bytes()
    path.write_bytes(b"PAR1")
    driver = PictureStore(tmp_path)
    assert len(driver) == 0
    path.write_bytes(content)
    driver.refresh()
    assert driver.holds(image_id)


def test_known_ids_are_found_in_order_and_among_those_added() -> None:
    ids = ids_from(0, 50)
    known = KnownIds(np.sort(np.array(ids[:40], "S64")))
    known.update(ids[30:45])
    assert all(each in known for each in ids[:45]) and not any(each in known for each in ids[45:])
    assert known.in_order().tolist() == sorted(each.encode() for each in ids[:45])
    again = pickle.loads(pickle.dumps(known))
    again.keep(set(ids[10:20]))
    assert again.in_order().tolist() == sorted(each.encode() for each in ids[10:20])
    assert "f" * 64 not in KnownIds() and len(KnownIds()) == 0


def test_thumbnails_are_where_the_picture_says(tmp_path: Path) -> None:
    store = PictureStore(tmp_path)
    (image_id,) = ids_from(0, 1)
    add_picture(store, image_id)
    assert (store.folder / thumbnail_files(image_id)[0]).read_bytes() == b"webp of " + image_id.encode()


def test_what_workers_measured_is_found_and_put_together(tmp_path: Path) -> None:
    ids = ids_from(0, 20)
    made = {each: Measures(number, 2, 1, 0, 0, None, 0.1, 0.2, 0.3, 0.4) for number, each in enumerate(ids)}
    driver = MeasureStore(Folder(tmp_path, shared=True))
    driver.add(ids[0], made[ids[0]])
    driver.commit()
    worker = pickle.loads(pickle.dumps(driver.for_worker()))
    assert ids[0] in worker and ids[1] not in worker
    for image_id in ids[1:]:
        worker.add(image_id, made[image_id])
        worker.commit()
    assert ids[1] not in driver
    driver.refresh()
    driver.merge()
    assert len(list(tmp_path.glob("*.parquet"))) == 1
    again = MeasureStore(Folder(tmp_path, shared=True))
    assert {each: driver[each] for each in ids} == {each: again[each] for each in ids} == made
