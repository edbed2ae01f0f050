"""A generation becomes one file, and that file becomes the live generation of a host."""

from __future__ import annotations

import hashlib
import os
import shutil
import threading
from pathlib import Path

import pytest

from bundle import Bundle, BundleError
from bundle import format as fmt
from bundle.parcel import keep as keep_module
from bundle.parcel.keep import keep
from bundle.parcel.pack import Parcel, file_count, pack
from bundle.parcel.source import ParcelSource
from tests.small_bundle import write_small_bundle
from tests.waiting import PATIENCE

IDS = ["p1", "p2", "p3"]
FIRST, SECOND, THIRD = (f"20250501T00000000000{number}Z" for number in range(3))


def parcel_of(folder: Path, name: str, *, ids: list[str] = IDS) -> Parcel:
    write_small_bundle(folder / name, ids, generation=name)
    with Bundle.open(folder / name) as bundle:
        return pack(bundle, folder / f"{name}.tar.gz")


def source_of(parcel: Parcel) -> ParcelSource:
    return ParcelSource.parse(f"file://{parcel.path}#sha256={parcel.sha256}")


def kept(parcel: Parcel, root: Path) -> list[str]:
    """What is said while a host makes a parcel its live generation."""
    said: list[str] = []
    keep(source_of(parcel), root, say=said.append)
    with Bundle.open(root) as bundle:
        assert bundle.generation == parcel.generation
        assert bundle.mismatches(contents=True) == []
    assert not (root / ".fetched" / "new").exists()
    return said


@pytest.fixture
def parcel(tmp_path: Path) -> Parcel:
    return parcel_of(tmp_path, FIRST)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    return tmp_path / "host" / "data"


def test_the_same_generation_makes_the_same_file(parcel: Parcel, tmp_path: Path) -> None:
    with Bundle.open(tmp_path / FIRST) as bundle:
        for path in bundle.folder.rglob("*"):
            os.utime(path, (1, 1))
        steps: list[int] = []
        again = pack(bundle, tmp_path / "again.tar.gz", advance=steps.append)
        assert sum(steps) == file_count(bundle)
    assert again.path.read_bytes() == parcel.path.read_bytes()
    assert parcel.sha256 == hashlib.sha256(parcel.path.read_bytes()).hexdigest()
    assert parcel.bytes == parcel.path.stat().st_size


def test_a_host_gets_the_generation_file_by_file(parcel: Parcel, root: Path, tmp_path: Path) -> None:
    assert kept(parcel, root)[-1] == f"{FIRST} is live."
    packed = {path.name: path.read_bytes() for path in (tmp_path / FIRST).rglob("*") if path.is_file()}
    unpacked = {path.name: path.read_bytes() for path in (root / FIRST).rglob("*") if path.is_file()}
    assert unpacked == {name: data for name, data in packed.items() if name in unpacked}
    assert fmt.MANIFEST in unpacked and fmt.read_current(root) == FIRST


def test_what_is_there_is_not_fetched_again(parcel: Parcel, root: Path) -> None:
    kept(parcel, root)
    parcel.path.unlink()
    assert kept(parcel, root) == []


def test_a_file_that_was_changed_since_is_fetched_again(parcel: Parcel, root: Path) -> None:
    kept(parcel, root)
    (root / FIRST / fmt.CATALOGUE).write_bytes(b"damaged")
    assert any("was changed since it was fetched" in line for line in kept(parcel, root))


def test_the_one_before_is_live_again_without_a_fetch(parcel: Parcel, root: Path, tmp_path: Path) -> None:
    kept(parcel, root)
    kept(parcel_of(tmp_path, SECOND), root)
    parcel.path.unlink()
    assert kept(parcel, root) == [f"{FIRST} is live again: it was fetched before."]


def test_two_fetched_generations_stay_and_those_of_builds_do(root: Path, tmp_path: Path) -> None:
    write_small_bundle(root, IDS, generation="20240101T000000000000Z")
    for name in (FIRST, SECOND, THIRD):
        kept(parcel_of(tmp_path, name), root)
    folders = {path.name for path in root.iterdir() if path.is_dir()}
    assert folders == {"20240101T000000000000Z", SECOND, THIRD, ".fetched"}


def test_another_hash_is_never_served(parcel: Parcel, root: Path, tmp_path: Path) -> None:
    kept(parcel, root)
    other = parcel_of(tmp_path, SECOND)
    wrong = ParcelSource(f"file://{other.path}", "0" * 64)
    with pytest.raises(BundleError, match=f"Expected file://.* Received: {other.sha256}"):
        keep(wrong, root, say=lambda _: None)
    # What was live is as it was; that nothing else is served is what the app sees to.
    assert fmt.read_current(root) == FIRST
    assert {path.name for path in root.iterdir()} == {FIRST, fmt.CURRENT, ".fetched"}


def test_a_bundle_that_is_not_as_it_was_built_is_not_published(root: Path, tmp_path: Path) -> None:
    write_small_bundle(tmp_path / FIRST, IDS, generation=FIRST)
    picture = next((tmp_path / FIRST).rglob("*.webp"))
    picture.write_bytes(b"x" * picture.stat().st_size)
    with Bundle.open(tmp_path / FIRST) as bundle:
        parcel = pack(bundle, tmp_path / "x.tar.gz")
    with pytest.raises(BundleError, match=r"is not as it was built: .* its hash differs"):
        keep(source_of(parcel), root, say=lambda _: None)
    assert fmt.read_current(root) is None and not (root / FIRST).exists()


def test_processes_that_start_together_fetch_once(
    parcel: Parcel, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    fetched: list[int] = []
    real = keep_module.fetch
    monkeypatch.setattr(
        keep_module, "fetch", lambda *these, **others: (fetched.append(1), real(*these, **others))
    )
    threads = [threading.Thread(target=keep, args=(source_of(parcel), root)) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(PATIENCE)
    assert fetched == [1]


def test_a_folder_that_cannot_be_written_is_one_sentence(parcel: Parcel, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(BundleError, match=r"cannot be kept in .*file/data .*let AKIN_DATA name a folder"):
        keep(source_of(parcel), tmp_path / "file" / "data", say=lambda _: None)


def test_a_full_disk_is_one_sentence_and_leaves_nothing(
    parcel: Parcel, root: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(keep_module, "flush_all", full)
    with pytest.raises(BundleError, match="No space left on device"):
        keep(source_of(parcel), root, say=lambda _: None)
    assert [path.name for path in (root / ".fetched").iterdir()] == ["lock"]


def test_what_a_kill_left_is_removed(parcel: Parcel, root: Path) -> None:
    left = root / ".fetched" / "new" / "files"
    left.mkdir(parents=True)
    (left / "half").write_bytes(b"x")
    kept(parcel, root)


@pytest.mark.parametrize(
    "address",
    [
        *("", "bundle.tar.gz", "http://files.example/a.tar.gz", "ftp://files.example/a", "https://"),
        *("https://files.example", "https://files.example/", "https://me:secret@files.example/a"),
        *("https://files.example:0/a", "https://files.example:99999/a", "https://[::1/a", "file://host/a"),
        *("file:a", "file:///a%00b", "https://files.example/a b", "https://files.example/ä"),
    ],
)
def test_half_an_address_is_refused(address: str) -> None:
    with pytest.raises(ValueError, match="https:// or file:/// address with the file's hash"):
        ParcelSource.parse(f"{address}#sha256={'0' * 64}")


@pytest.mark.parametrize("hashed", ["", "#", "#sha256=", "#sha256=12", "#md5=0", f"#sha256={'g' * 64}"])
def test_an_address_without_a_hash_is_refused(hashed: str) -> None:
    with pytest.raises(ValueError, match="with the file's hash"):
        ParcelSource.parse(f"https://files.example/akin.tar.gz{hashed}")


def test_a_hash_may_be_written_large_and_a_query_is_not_shown() -> None:
    source = ParcelSource.parse(f"https://files.example/a.tar.gz?token=secret#sha256={'AB' * 32}")
    assert source.sha256 == "ab" * 32 and source.file is None
    assert source.shown == "https://files.example/a.tar.gz"
    assert ParcelSource.parse(f"file:///a%20b.tar.gz#sha256={'0' * 64}").file == Path("/a b.tar.gz")


def test_a_missing_file_is_one_sentence(parcel: Parcel, root: Path) -> None:
    shutil.move(parcel.path, f"{parcel.path}.elsewhere")
    with pytest.raises(BundleError, match=r"cannot be read \(No such file or directory\)"):
        keep(source_of(parcel), root, say=lambda _: None)
