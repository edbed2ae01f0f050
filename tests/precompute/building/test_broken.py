"""What goes wrong outside: disks, folders, files and other builds. One sentence, and nothing is lost."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from bundle import Bundle
from precompute.building import build as builds
from precompute.cli.main import main
from precompute.embeddings import embed
from precompute.models import devices
from precompute.models.recipe import DEFAULT
from precompute.shared import lock
from precompute.shared.errors import UserError
from precompute.store import Store
from tests.builds import TINY, Tiny, assert_tidy, content_of, fresh, run, tiny_plan, write_pictures
from tests.drawn_pictures import BROKEN, encoded, picture
from tests.waiting import PATIENCE

ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return write_pictures(tmp_path / "photos", 40)


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    """A file system of 1 MB."""
    folder = tmp_path / "disk"
    folder.mkdir()
    command = ["mount", "-t", "tmpfs", "-o", "size=1m", "akin-test", str(folder)]
    if os.geteuid() != 0 or subprocess.run(command, capture_output=True, check=False).returncode != 0:
        pytest.skip("a small file system cannot be mounted here: it takes root")
    yield folder
    # Lazily, as SQLite's connections close when they are collected.
    subprocess.run(["umount", "-l", str(folder)], check=True)


def command_line(photos: Path, out: Path) -> int:
    return main(["build", str(photos), "--out", str(out), "--recipe", DEFAULT, "--no-wordnet"])


def assert_one_sentence(capsys: pytest.CaptureFixture[str], *words: str) -> None:
    error = capsys.readouterr().err.splitlines()[-1]
    assert error.startswith("akin: ") and all(word in error for word in words), error


@pytest.mark.parametrize(
    "room", [100, *(pytest.param(room, marks=pytest.mark.slow) for room in (20, 200, 250))]
)
def test_a_full_disk_publishes_nothing_and_keeps_what_was_embedded(
    as_default: type[Tiny],
    photos: Path,
    small_disk: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    room: int,
) -> None:
    monkeypatch.setattr(embed, "_COMMIT_EVERY", 0.0)
    # Or thumbnails may have filled the disk before the first batch is there.
    monkeypatch.setattr(embed, "_WINDOW", 4)
    monkeypatch.setitem(devices.BATCHES, "cpu", 2)
    filler = small_disk / "filler"
    filler.write_bytes(bytes(1024 * (1024 - room) - 8192))
    assert command_line(photos, small_disk / "data") == 2
    assert_one_sentence(capsys)
    assert not (small_disk / "data" / "CURRENT").exists()
    assert not list((small_disk / "data").glob(".building*"))
    kept = len(Store(small_disk / "data").embeddings(tiny_plan(TINY).key))
    filler.unlink()
    as_default.pictures = 0
    assert command_line(photos, small_disk / "data") == 0
    assert as_default.pictures == 40 - kept
    assert kept == 0 if room == 20 else kept > 0, kept
    assert content_of(small_disk / "data") == fresh(photos, tmp_path / "fresh")
    assert_tidy(small_disk / "data")


@pytest.mark.parametrize(
    "limit", [3000, *(pytest.param(limit, marks=pytest.mark.slow) for limit in (100, 9000, 30_000))]
)
def test_a_file_that_cannot_grow_publishes_nothing(
    as_default: type[Tiny], photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], limit: int
) -> None:
    """Where no file system can be mounted, this is what a full disk looks like to a program."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (limit, hard))
    try:
        code = command_line(photos, tmp_path / "data")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))
    assert code == 2
    assert_one_sentence(capsys)
    assert not (tmp_path / "data" / "CURRENT").exists()
    assert command_line(photos, tmp_path / "data") == 0
    assert content_of(tmp_path / "data") == fresh(photos, tmp_path / "fresh")


def test_a_disk_that_may_only_be_read_is_one_sentence(
    as_default: type[Tiny], photos: Path, small_disk: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert command_line(photos, small_disk / "data") == 0
    before = content_of(small_disk / "data")
    subprocess.run(["mount", "-o", "remount,ro", str(small_disk)], check=True)
    assert command_line(photos, small_disk / "data") == 2
    assert_one_sentence(capsys, "cannot be written", "Read-only file system", "--out")
    assert command_line(photos, small_disk / "other") == 2
    assert_one_sentence(capsys, "cannot be written")
    assert content_of(small_disk / "data") == before


@pytest.mark.parametrize("which", ["photos", "data"])
def test_a_folder_that_goes_away_is_one_sentence_and_no_bundle(
    as_default: type[Tiny],
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    which: str,
) -> None:
    call = Tiny.__call__
    monkeypatch.setattr(embed, "_WINDOW", 4)
    monkeypatch.setitem(devices.BATCHES, "cpu", 2)

    def and_then_it_goes(self: Tiny, images: np.ndarray) -> np.ndarray:
        shutil.rmtree(tmp_path / which, ignore_errors=True)
        return call(self, images)

    monkeypatch.setattr(Tiny, "__call__", and_then_it_goes)
    assert command_line(photos, tmp_path / "data") == 2
    assert_one_sentence(capsys, str(tmp_path / which))
    assert not (tmp_path / "data" / "CURRENT").exists()


def test_a_picture_that_is_replaced_while_it_is_read_stays_with_its_own_bytes(
    tiny: type[Tiny], photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The file changes after it was read and before it is decoded: id, thumbnail and vector are of one."""
    path = photos / "cups" / "0000.png"
    old, new = path.read_bytes(), encoded(picture(999, width=24, height=20))
    decode = embed.decode_in_time

    def replaced(data: bytes, decoding: str) -> Image.Image:
        if data == old:
            path.write_bytes(new)
        return decode(data, decoding)

    monkeypatch.setattr(embed, "decode_in_time", replaced)
    run(photos, tmp_path / "data")
    monkeypatch.setattr(embed, "decode_in_time", decode)
    assert path.read_bytes() == new
    built = content_of(tmp_path / "data")
    tiny.pictures = 0
    run(photos, tmp_path / "data")
    assert tiny.pictures == 1
    assert content_of(tmp_path / "data") == fresh(photos, tmp_path / "new") != built
    path.write_bytes(old)
    assert fresh(photos, tmp_path / "old") == built


@pytest.mark.parametrize("damage", ["part", "thumbnail", "lists"])
def test_a_damaged_store_is_said_and_made_good(
    tiny: type[Tiny], photos: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str], damage: str
) -> None:
    run(photos, tmp_path / "data")
    pattern = {"part": "embeddings/*/*.parquet", "thumbnail": "pictures/**/*.webp", "lists": "lists/*"}[
        damage
    ]
    path = sorted((tmp_path / "data" / "store").glob(pattern))[0]
    content = bytearray(path.read_bytes())
    content[len(content) // 2] ^= 1
    # Another file, so that the live generation keeps its own.
    path.unlink()
    path.write_bytes(content)
    tiny.pictures = 0
    capsys.readouterr()
    run(photos, tmp_path / "data")
    said = [line for line in capsys.readouterr().err.splitlines() if "damaged" in line]
    assert len(said) == 1 and str(path.parent)[:40] in said[0]
    assert tiny.pictures == {"part": 40, "thumbnail": 0, "lists": 0}[damage]
    assert content_of(tmp_path / "data") == fresh(photos, tmp_path / "fresh")


@pytest.mark.slow
def test_a_second_build_into_the_same_folder_stops_and_says_who_is_there(
    tiny: type[Tiny], photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inside, go_on = threading.Event(), threading.Event()
    call = Tiny.__call__

    def waits(self: Tiny, images: np.ndarray) -> np.ndarray:
        inside.set()
        assert go_on.wait(PATIENCE)
        return call(self, images)

    monkeypatch.setattr(Tiny, "__call__", waits)
    first = threading.Thread(target=run, args=(photos, tmp_path / "data"))
    first.start()
    assert inside.wait(PATIENCE)
    command = [sys.executable, "-m", "precompute", "build", str(photos), "--out", str(tmp_path / "data")]
    second = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    go_on.set()
    first.join()
    assert second.returncode == 2
    assert f"Another command writes into {tmp_path / 'data'}: process {os.getpid()} on " in second.stderr
    assert "since 20" in second.stderr and second.stderr.count("akin: ") == 1
    assert content_of(tmp_path / "data") == fresh(photos, tmp_path / "fresh")


@pytest.mark.kill
def test_the_lock_of_a_killed_build_is_free(photos: Path, tmp_path: Path) -> None:
    program = f"""
import os, signal, sys
sys.path.insert(0, {str(ROOT)!r})
from pathlib import Path
from precompute.shared.lock import locked
with locked(Path({str(tmp_path / "data")!r})):
    os.kill(os.getpid(), signal.SIGKILL)
"""
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == -9
    assert (tmp_path / "data" / lock.LOCK).read_text().startswith("process ")
    with (
        lock.locked(tmp_path / "data"),
        pytest.raises(UserError, match="Another command writes"),
        lock.locked(tmp_path / "data"),
    ):
        pass


def malformed(kind: int, seed: int) -> bytes:
    """A file that is no picture, in one of 20 ways, another one for each seed."""
    tail = str(seed).encode()
    ways = [make for make, _ in BROKEN.values()]
    good = encoded(picture(seed, width=16, height=16), ("PNG", "JPEG", "GIF", "BMP", "WEBP")[seed % 5])
    others: list[Callable[[], bytes]] = [
        lambda: good[:30],
        lambda: good[: len(good) // 4],
        lambda: tail + good,
        lambda: bytes(64) + tail,
        lambda: b"\xff\xd8\xff" + tail * 20,
        lambda: b"\x89PNG\r\n\x1a\n" + tail,
        lambda: b"GIF89a" + tail,
        lambda: b"RIFF\x10\x00\x00\x00WEBP" + tail,
        lambda: b"II*\x00" + tail,
    ]
    return [*ways, *others][kind]() if kind else b""


def test_malformed_pictures_change_nothing_for_the_others(
    tiny: type[Tiny], tmp_path: Path, often: Callable[[int, int], int]
) -> None:
    good, of_each_kind = often(60, 1800), often(2, 10)
    photos = tmp_path / "photos"
    photos.mkdir()
    random = np.random.default_rng(0)
    for number in range(good):
        image = Image.fromarray(random.integers(0, 256, (16, 16, 3), dtype=np.uint8))
        (photos / f"{number * 7919 % 10_007:05}.png").write_bytes(encoded(image, "BMP"))
    clean = fresh(photos, tmp_path / "clean")
    bad = [(kind, seed) for kind in range(20) for seed in range(of_each_kind)]
    for kind, seed in bad:
        (photos / f"{(kind * 10 + seed) * 47 % 10_007:05} bad.png").write_bytes(malformed(kind, seed))
    with_bad = fresh(photos, tmp_path / "data")
    report, manifest = (json.loads(with_bad.pop(name)) for name in ("report", "manifest"))
    clean_report, clean_manifest = (json.loads(clean.pop(name)) for name in ("report", "manifest"))
    assert with_bad == clean
    assert len(report.pop("left_out")) == manifest["counts"].pop("left_out") == len(bad)
    assert clean_report.pop("left_out") == [] and clean_manifest["counts"].pop("left_out") == 0
    assert (report, manifest) == (clean_report, clean_manifest)
    assert Bundle.open(tmp_path / "data").count == good


def test_the_manifest_says_what_computed_it(tiny: type[Tiny], photos: Path, tmp_path: Path) -> None:
    import tomllib

    import PIL

    run(photos, tmp_path / "data")
    versions = Bundle.open(tmp_path / "data").manifest["versions"]
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    assert versions.keys() == {"akin", "python", "numpy", "pillow", "ai-edge-litert"}
    assert versions["akin"] == project["version"]
    assert (versions["pillow"], versions["numpy"]) == (PIL.__version__, np.__version__)


def test_another_version_of_a_library_takes_nothing_over(
    tiny: type[Tiny], photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    run(photos, tmp_path / "data")
    monkeypatch.setattr("precompute.models.registry.version", lambda name: "another")
    tiny.pictures = 0
    run(photos, tmp_path / "data")
    assert tiny.pictures == 40
    assert builds.plan_extractor(TINY).key == Bundle.open(tmp_path / "data").recipes[0]["embeddings"]
