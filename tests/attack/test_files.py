"""What lies among the pictures is no danger to a build: pipes, devices, sockets, huge files, no memory."""

from __future__ import annotations

import os
import socket
import tracemalloc
from pathlib import Path
from typing import Any

import pytest

from bundle.disk import open_file
from precompute.cli import main as cli
from precompute.embeddings import loader
from precompute.shared.errors import UserError
from precompute.sources import read_catalogue
from precompute.sources.folders.picture_files import read_picture
from precompute.sources.folders.unpacked import UnpackFolder, opened
from precompute.sources.kinds import FILE_KINDS, FileKind
from tests.builds import Tiny, run, tiny, write_pictures

__all__ = ["tiny"]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    return write_pictures(tmp_path / "photos", 6)


def with_others(photos: Path) -> set[str]:
    """Put what is no file beside the pictures, and return what it is called."""
    os.mkfifo(photos / "cups" / "pipe.png")
    # The path of a socket may have some hundred bytes only.
    before = Path.cwd()
    os.chdir(photos)
    try:
        with socket.socket(socket.AF_UNIX) as listening:
            listening.bind("socket.png")
    finally:
        os.chdir(before)
    (photos / "hats" / "zero.png").symlink_to("/dev/zero")
    return {"cups/pipe.png", "socket.png", "hats/zero.png"}


def test_what_is_no_file_is_left_out_by_name_and_never_opened(
    tiny: type[Tiny], photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    others = with_others(photos)
    opened: list[str] = []
    system_open = os.open

    def watched(path: Any, *arguments: Any, **options: Any) -> int:
        opened.append(str(path))
        return system_open(path, *arguments, **options)

    monkeypatch.setattr(os, "open", watched)
    summary = run(photos, tmp_path / "data")
    left_out = {entry.file: entry.reason for entry in summary.left_out}
    assert set(left_out) == others and summary.products == 6
    assert set(left_out.values()) == {"not a file but a pipe, socket or device"}
    assert not any(path.endswith(tuple(others)) for path in opened) and opened


@pytest.mark.parametrize("table", [False, True])
def test_a_file_that_turns_into_a_pipe_does_not_hang_a_build(
    tiny: type[Tiny], photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, table: bool
) -> None:
    if table:
        rows = "".join(f"{path.stem},{path.relative_to(photos)}\n" for path in photos.rglob("*.png"))
        (photos / "products.csv").write_text("id,image\n" + rows)
    turned = photos / "cups" / "0000.png"
    read = loader.read_picture

    def turning(path: Path) -> bytes:
        if path == turned and path.is_file():
            path.unlink()
            os.mkfifo(path)
        return read(path)

    monkeypatch.setattr(loader, "read_picture", turning)
    summary = run(photos, tmp_path / "data")
    assert summary.products == 5
    assert [entry for entry in summary.left_out if "pipe" in entry.reason]


def test_a_file_is_not_opened_where_it_turns_into_a_pipe_just_then(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, pipe = tmp_path / "a.png", tmp_path / "pipe"
    path.write_bytes(b"x")
    os.mkfifo(pipe)
    system_open = os.open
    monkeypatch.setattr(os, "open", lambda _, *arguments: system_open(pipe, *arguments))
    with pytest.raises(OSError, match="not a file"):
        open_file(path)


@pytest.mark.parametrize("kind", FILE_KINDS, ids=lambda kind: kind.name)
def test_no_reader_opens_a_pipe(tmp_path: Path, kind: FileKind) -> None:
    """Where a table becomes one after it was looked at: the open neither waits nor reads."""
    os.mkfifo(tmp_path / "products")
    with pytest.raises((OSError, UserError), match=r"pipe|Invalid argument"):
        list(kind.open(tmp_path / "products", lambda data, name: name).entries)


@pytest.mark.parametrize("ending", ["gz", "zip"])
def test_no_archive_is_unpacked_from_a_pipe(
    tmp_path: Path, ending: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    pipe = tmp_path / f"products.csv.{ending}"
    os.mkfifo(pipe)
    monkeypatch.setattr(Path, "is_file", lambda path: True)
    with pytest.raises(OSError, match="pipe"):
        opened(pipe, UnpackFolder(tmp_path / "unpacked"))


@pytest.mark.parametrize("kind", [None, "csv", "folder"])
def test_a_source_that_is_no_file_is_a_sentence(tmp_path: Path, kind: str | None) -> None:
    os.mkfifo(tmp_path / "products.csv")
    for source in (tmp_path / "products.csv", Path("/dev/zero")):
        with pytest.raises(UserError, match="which is a pipe, a socket or a device"):
            read_catalogue(source, kind=kind)


def test_reading_a_small_file_asks_for_little_memory(photos: Path) -> None:
    path = next(photos.rglob("*.png"))
    tracemalloc.start()
    try:
        assert read_picture(path) == path.read_bytes()
        assert tracemalloc.get_traced_memory()[1] < 200_000
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(
    ("error", "sentence"),
    [(MemoryError(), "not enough memory"), (RuntimeError("can't start new thread"), "no more threads")],
)
def test_no_memory_and_no_threads_are_a_sentence(
    photos: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    error: Exception,
    sentence: str,
) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise error

    monkeypatch.setattr("precompute.building.build.build", fails)
    assert cli.main(["build", str(photos), "--out", str(tmp_path / "data")]) == 2
    said = capsys.readouterr().err
    assert said.startswith("akin: ") and sentence in said and "run the same command again" in said


def test_other_errors_are_not_taken_for_these(photos: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fails(*_: Any, **__: Any) -> None:
        raise RuntimeError("a mistake of ours")

    monkeypatch.setattr("precompute.building.build.build", fails)
    with pytest.raises(RuntimeError, match="a mistake of ours"):
        cli.main(["build", str(photos)])
