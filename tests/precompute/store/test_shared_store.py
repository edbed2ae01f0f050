"""`--store`: what one build computes, another takes from a folder or a bucket, and keeps a copy of."""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count
from pathlib import Path
from threading import Event, Thread
from time import time
from typing import Any

import numpy as np
import pytest
from fsspec.implementations.memory import MemoryFileSystem
from pyarrow import fs

from bundle import Bundle
from precompute.cli.main import main
from precompute.embeddings.vectors import picture_vectors
from precompute.reports.export import published_vectors
from precompute.shared.errors import UserError
from precompute.store import EmbeddingStore, Store, bucket, parts
from precompute.store.address import shared_location
from precompute.store.bucket import Bucket
from precompute.store.locations import Copied, Folder, Location
from tests.builds import Tiny, assert_tidy, content_of, fresh, run, write_pictures

ADDRESS = "s3://bucket/folder"


@pytest.fixture
def in_memory(monkeypatch: pytest.MonkeyPatch) -> str:
    """The address of a bucket in this process's memory."""
    memory = MemoryFileSystem()
    memory.store, memory.pseudo_dirs = {}, [""]
    system = fs.PyFileSystem(fs.FSSpecHandler(memory))
    monkeypatch.setattr(bucket, "file_system", lambda address: (system, "bucket/folder"))
    return ADDRESS


@pytest.fixture(params=["folder", "bucket"])
def shared(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """A store that builds share: a folder, or a bucket."""
    if request.param == "folder":
        return str(tmp_path / "shared")
    return str(request.getfixturevalue("in_memory"))


def test_what_one_build_computed_another_takes(tiny: type[Tiny], tmp_path: Path, shared: str) -> None:
    photos = write_pictures(tmp_path / "photos", 12)
    run(photos, tmp_path / "one", store=shared)
    assert tiny.pictures == 12
    run(photos, tmp_path / "other", store=shared)
    assert tiny.pictures == 12, "the other build embeds none"
    expected = fresh(photos, tmp_path / "fresh")
    for name in ("one", "other"):
        assert content_of(tmp_path / name) == expected
        assert_tidy(tmp_path / name)


def test_the_copies_are_a_store_for_other_commands(tiny: type[Tiny], tmp_path: Path, shared: str) -> None:
    photos = write_pictures(tmp_path / "photos", 12)
    run(photos, tmp_path / "one", store=shared)
    run(photos, tmp_path / "data", store=shared)
    shutil.rmtree(tmp_path / "shared", ignore_errors=True)
    with Bundle.open(tmp_path / "data") as built:
        products = list(built.page(limit=12).products)
        vectors = published_vectors(
            tmp_path / "data", built, built.recipes[0], products, vectors_of=picture_vectors
        )
        pictures = Store(tmp_path / "data").pictures_of(built.manifest)
        assert len(vectors.values) == 12
        assert all(pictures.holds(image.id) for product in products for image in product.images)
    tiny.pictures = 0
    run(photos, tmp_path / "data")
    assert tiny.pictures == 0, "a build without --store goes on with the copies"


def test_what_a_bundle_no_longer_shows_stays_for_others(
    tiny: type[Tiny], tmp_path: Path, shared: str
) -> None:
    """The builds of a catalogue whose pictures are all others each time drop copies, and nothing shared."""
    photos = tmp_path / "photos"
    for build in range(4):
        shutil.rmtree(photos, ignore_errors=True)
        write_pictures(photos, 6, first=build * 6)
        run(photos, tmp_path / "data", store=shared, prune=True)
    # Each picture has two thumbnails, and two generations are kept.
    assert len(list((tmp_path / "data" / "store").rglob("*.webp"))) == 2 * 2 * 6
    tiny.pictures = 0
    run(write_pictures(tmp_path / "all", 24), tmp_path / "new", store=shared)
    assert tiny.pictures == 0


def test_a_store_that_goes_away_loses_nothing(
    tiny: type[Tiny], tmp_path: Path, in_memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("precompute.embeddings.embed._COMMIT_EVERY", 0.0)
    photos = write_pictures(tmp_path / "photos", 40)
    written: list[str] = []
    write = Bucket.write

    def gone(self: Bucket, name: str, content: bytes, *, durable: bool = False) -> None:
        written.append(name)
        if len([one for one in written if one.endswith(parts.PART)]) > 4:
            raise UserError("The store s3://bucket/folder cannot be written (it cannot be reached).")
        write(self, name, content, durable=durable)

    monkeypatch.setattr(Bucket, "write", gone)
    with pytest.raises(UserError, match="cannot be reached"):
        run(photos, tmp_path / "data", store=in_memory)
    embedded = tiny.pictures
    assert 4 <= embedded < 40
    monkeypatch.setattr(Bucket, "write", write)
    run(photos, tmp_path / "data", store=in_memory)
    # Only the batch is embedded again whose pictures could not be written.
    assert 40 <= tiny.pictures <= 40 + tiny.batch
    assert content_of(tmp_path / "data") == fresh(photos, tmp_path / "fresh")


def test_a_store_that_goes_away_after_the_bundle_is_published_is_said(
    tiny: type[Tiny],
    tmp_path: Path,
    in_memory: str,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    def gone(self: EmbeddingStore) -> None:
        raise UserError("The store s3://bucket/folder cannot be read (it cannot be reached).")

    monkeypatch.setattr(EmbeddingStore, "merge", gone)
    photos = write_pictures(tmp_path / "photos", 2)
    assert run(photos, tmp_path / "data", store=in_memory).products == 2
    assert "The store was not tidied. The store s3://bucket/folder cannot" in capsys.readouterr().err
    assert Bundle.open(tmp_path / "data").count == 2


def test_pictures_wait_for_a_store_elsewhere_together(
    tiny: type[Tiny], tmp_path: Path, in_memory: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("precompute.embeddings.embedded_catalogue.available_cores", lambda: 1)
    write, together, waiting = Bucket.write, Event(), count(1)

    def slow(self: Bucket, name: str, content: bytes, *, durable: bool = False) -> None:
        if name.endswith(".webp"):
            if next(waiting) == 4:
                together.set()
            assert together.wait(60)
        write(self, name, content, durable=durable)

    monkeypatch.setattr(Bucket, "write", slow)
    run(write_pictures(tmp_path / "photos", 12), tmp_path / "data", store=in_memory)
    assert together.is_set()


def ids_from(first: int, count: int) -> list[str]:
    return [f"{number:064x}" for number in range(first, first + count)]


def add(store: EmbeddingStore, first: int) -> None:
    store.add(ids_from(first, 1), np.full((1, 3), first, np.float32))
    store.commit()


@pytest.fixture
def original(tmp_path: Path) -> Folder:
    return Folder(tmp_path / "original", shared=True)


def with_copies(original: Location, folder: Path) -> EmbeddingStore:
    return EmbeddingStore(Copied(original, Folder(folder)))


def test_copies_of_what_another_merged_are_dropped(
    original: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parts, "_MOST_SMALL", 2)
    # What was computed without the shared store stays, as nobody else has it.
    add(EmbeddingStore(tmp_path / "one"), 100)
    one, other = (with_copies(original, tmp_path / name) for name in ("one", "other"))
    for number in range(4):
        add(one, number)
    other.refresh()
    other.merge()
    assert len(original.sizes()) == 1
    one = with_copies(original, tmp_path / "one")
    assert len(one) == 5
    one.merge()
    assert len(Folder(tmp_path / "one").sizes()) == 2
    ids = [*ids_from(0, 4), *ids_from(100, 1)]
    assert one.vectors(ids)[:, 0].tolist() == [0, 1, 2, 3, 100]


def test_a_damaged_copy_is_fetched_again(original: Folder, tmp_path: Path) -> None:
    store = with_copies(original, tmp_path / "one")
    add(store, 7)
    (path,) = (tmp_path / "one").iterdir()
    content = path.read_bytes()
    path.write_bytes(content[:-1])
    assert with_copies(original, tmp_path / "one").vectors(ids_from(7, 1)).tolist() == [[7, 7, 7]]
    assert path.read_bytes() == content


def test_a_worker_writes_to_the_shared_store_alone(original: Folder, tmp_path: Path) -> None:
    store = with_copies(original, tmp_path / "one")
    add(store.for_worker(), 3)
    assert not (tmp_path / "one").exists() and len(original.sizes()) == 1
    store.refresh()
    assert ids_from(3, 1)[0] in store


@pytest.mark.parametrize("kind", ["folder", "bucket"])
def test_only_tiles_to_which_nothing_was_added_for_a_month_are_removed(
    kind: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(bucket, "file_system", lambda address: (fs.LocalFileSystem(), str(tmp_path)))
    tiles: Location = Folder(tmp_path, shared=True) if kind == "folder" else Bucket(ADDRESS)
    before = time() - 31 * 24 * 3600
    for folder, name, old in (
        ("a", "0-0", True),
        ("a", "0-1", True),
        ("b", "0-0", True),
        ("b", "0-1", False),
    ):
        (tmp_path / folder).mkdir(exist_ok=True)
        path = tmp_path / folder / f"{name}.arrow"
        path.write_bytes(b"tile")
        if old:
            os.utime(path, (before, before))
    os.utime(tmp_path / "a", (before, before))
    tiles.remove_abandoned()
    assert [path.name for path in tmp_path.iterdir()] == ["b"]
    assert tiles.below("b").sizes() == {"0-0.arrow": 4, "0-1.arrow": 4}


def test_an_upload_that_is_stopped_midway_leaves_no_part(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Closing PyArrow's stream finishes an object, whatever was written to it."""
    local = fs.LocalFileSystem()

    class Stopped:
        get_file_info, delete_file = local.get_file_info, local.delete_file

        @contextmanager
        def open_output_stream(self, path: str) -> Iterator[Any]:
            with local.open_output_stream(path) as file:
                file.write(b"con")
                yield file
                raise KeyboardInterrupt

    monkeypatch.setattr(bucket, "file_system", lambda address: (Stopped(), str(tmp_path)))
    with pytest.raises(KeyboardInterrupt):
        Bucket(ADDRESS).write("a.parquet", b"tent, and more")
    assert not list(tmp_path.iterdir())


SECRET = "wJalrXUtnFEMI"


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        (
            "ftp://host/folder",
            "Expected --store to be a folder, or an address that begins with s3:// or gs://",
        ),
        ("memory://store", "begins with memory://"),
        (f"s3://key:{SECRET}@bucket/folder", "Expected --store without credentials"),
        (f"s3://key:part/{SECRET}@bucket/folder", "Expected --store without credentials"),
        ("s3://localhost:9000/bucket", "Expected --store without credentials and ports"),
        ("s3://[bucket/folder", "Expected --store as s3://bucket/folder"),
        ("file://shared/store", "Expected --store as file:///folder"),
        (f"s3://bucket/folder?secret_key={SECRET}", "Expected only region, endpoint_override, scheme after"),
        ("s3://bucket/folder?scheme=ftp", "Expected http or https for scheme"),
        ("s3://bucket/folder?region=", "Expected a value for region"),
        ("gs://bucket/folder?region=eu", "Expected nothing after the ?"),
        ("s3:///folder", "Expected --store as s3://bucket/folder"),
    ],
)
def test_an_address_that_is_none_is_one_sentence(tmp_path: Path, address: str, expected: str) -> None:
    with pytest.raises(UserError) as raised:
        shared_location(address, source=tmp_path)
    assert expected in str(raised.value) and SECRET not in str(raised.value)


def test_folders_that_cannot_be_shared_are_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data" / "store").mkdir(parents=True)
    (tmp_path / "data" / ".lock").touch()
    with pytest.raises(UserError, match="a folder that is not a bundle's own store"):
        shared_location(str(tmp_path / "data" / "store"), source=tmp_path / "photos")
    (tmp_path / "photos").mkdir()
    with pytest.raises(UserError, match="outside the pictures' folder"):
        shared_location(str(tmp_path / "photos" / "shared"), source=tmp_path / "photos")
    (tmp_path / "file").touch()
    with pytest.raises(UserError, match=re.escape(f"{tmp_path / 'file'} cannot be written")):
        shared_location(str(tmp_path / "file"), source=tmp_path / "photos")
    location = shared_location((tmp_path / "shared folder").as_uri(), source=tmp_path / "photos")
    assert str(location) == str(tmp_path / "shared folder") and not list(location.folder.iterdir())


@pytest.mark.parametrize("command", ["build", "doctor", "fit"])
def test_the_command_says_it_and_exits_with_2(
    as_default: type[Tiny], tmp_path: Path, capsys: pytest.CaptureFixture[str], command: str
) -> None:
    photos = write_pictures(tmp_path / "photos", 6)
    out = tmp_path / "data"
    assert main([command, str(photos), "--out", str(out), "--store", "ftp://host/folder"]) == 2
    printed = capsys.readouterr().err
    assert printed.startswith("akin: Expected --store") and printed.count("\n") == 1
    assert not out.exists()


@pytest.fixture
def credentials(monkeypatch: pytest.MonkeyPatch) -> None:
    """Amazon's, for a server that takes any; nothing of this machine's own."""
    for name in [name for name in os.environ if name.startswith("AWS_") or name.lower().endswith("_proxy")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", SECRET)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")


class _Refused(BaseHTTPRequestHandler):
    """What S3 says to who has no rights."""

    def do_PUT(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        content = b"<?xml version='1.0'?><Error><Code>AccessDenied</Code><Message>No</Message></Error>"
        self.send_response(403)
        self.send_header("Content-Type", "application/xml")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, format: str, *args: object) -> None:
        pass


@pytest.fixture
def refusing() -> Iterator[str]:
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Refused)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


def test_no_rights_on_a_bucket_are_one_sentence(credentials: None, refusing: str, tmp_path: Path) -> None:
    with pytest.raises(UserError) as raised:
        shared_location(f"{ADDRESS}?endpoint_override={refusing}&scheme=http", source=tmp_path)
    assert str(raised.value).startswith(f"The store {ADDRESS} cannot be written (access is denied): check")
    assert SECRET not in str(raised.value)


def test_a_service_that_cannot_be_reached_is_one_sentence(credentials: None, tmp_path: Path) -> None:
    # Nothing listens on port 1.
    with pytest.raises(UserError, match=r"cannot be written \(it cannot be reached\)"):
        shared_location(f"{ADDRESS}?endpoint_override=127.0.0.1:1&scheme=http", source=tmp_path)
