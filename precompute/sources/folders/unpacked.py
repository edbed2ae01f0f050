"""Unpacks archives, and pictures inside tables, to files."""

from __future__ import annotations

import atexit
import gzip
import hashlib
import shutil
import tempfile
import zipfile
import zlib
from pathlib import Path, PurePosixPath

from bundle.disk import open_file
from precompute.shared.errors import UserError
from precompute.sources.files import EXTENSIONS

LARGEST = 20_000_000_000
"""The most bytes of an unpacked archive."""

_BLOCK = 1 << 20
_MOST_TIMES = 4
_BEGINNINGS = (
    (b"\xff\xd8\xff", ".jpg"),
    (b"\x89PNG", ".png"),
    (b"GIF8", ".gif"),
    (b"BM", ".bmp"),
    (b"II*\x00", ".tif"),
    (b"MM\x00*", ".tif"),
)


class UnpackFolder:
    """The folder to unpack to: a given one, or a temporary one that is deleted when the process ends."""

    def __init__(self, folder: Path | None) -> None:
        self._given = folder
        self._folder: Path | None = None
        self._written: dict[str, bytes] = {}

    @property
    def folder(self) -> Path:
        """The folder, which is created if missing."""
        if self._folder is None:
            if self._given is None:
                self._folder = Path(tempfile.mkdtemp(prefix="akin-"))
                atexit.register(shutil.rmtree, self._folder, ignore_errors=True)
            else:
                self._folder = self._given
                self._folder.mkdir(parents=True, exist_ok=True)
        return self._folder

    def keep(self, data: bytes, name: str) -> str:
        """Write a picture and return its unique path below the folder."""
        path = PurePosixPath(*(part for part in name.replace("\\", "/").split("/") if part.strip(". ")))
        stem = path.with_suffix("") if path.suffix.lower() in EXTENSIONS else path
        suffix = path.suffix if path.suffix.lower() in EXTENSIONS else extension_of(data)
        key = _digest(data)
        number, chosen = 1, f"{stem}{suffix}"
        while self._written.get(chosen, key) != key:
            number += 1
            chosen = f"{stem}-{number}{suffix}"
        if chosen not in self._written:
            self._written[chosen] = key
            self._write(chosen, data)
        return chosen

    def copy(self, source: Path, name: str) -> None:
        """Copy a file into the folder under a name."""
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        with open_file(source) as file, target.open("wb") as out:
            shutil.copyfileobj(file, out, _BLOCK)

    def _write(self, name: str, data: bytes) -> None:
        target = self.folder / name
        target.parent.mkdir(parents=True, exist_ok=True)
        if target.is_file() and target.stat().st_size == len(data) and target.read_bytes() == data:
            return
        temporary = target.with_name(target.name + ".new")
        temporary.write_bytes(data)
        temporary.replace(target)


def extension_of(data: bytes) -> str:
    """The file name extension for a picture's bytes; ".bin" if the format is unknown."""
    if data[:4] == b"RIFF" and data[8:12] == b"WEBP":
        return ".webp"
    if data[4:8] == b"ftyp":
        return ".avif" if data[8:12] in (b"avif", b"avis") else ".heic"
    return next((suffix for beginning, suffix in _BEGINNINGS if data.startswith(beginning)), ".bin")


def is_picture_data(data: object) -> bool:
    """Whether these bytes begin like a picture."""
    return isinstance(data, bytes) and extension_of(data) != ".bin"


def opened(source: Path, unpack: UnpackFolder, *, times: int = 0) -> Path:
    """Unpack a source if it is compressed: an archive to the folder of its files, a file to that file."""
    if not source.is_file():
        return source
    if is_gzip(source):
        if times == _MOST_TIMES:
            raise UserError(f"Expected a table or an archive. Received: {source}, packed over {times} times.")
        return opened(unpack_gzip(source, unpack.folder), unpack, times=times + 1)
    if is_zip_of_files(source):
        return unpack_zip(source, unpack.folder)
    return source


def is_zip_of_files(path: Path) -> bool:
    """Whether a file is a ZIP archive, but not a workbook."""
    with open_file(path) as file:
        if file.read(4) != b"PK\x03\x04":
            return False
    try:
        with open_file(path) as file, zipfile.ZipFile(file) as archive:
            names = archive.namelist()
    except (zipfile.BadZipFile, NotImplementedError):
        return False
    return not any(name in ("[Content_Types].xml", "mimetype") or name.startswith("xl/") for name in names)


def is_gzip(path: Path) -> bool:
    """Whether a file is compressed with gzip."""
    with open_file(path) as file:
        return file.read(2) == b"\x1f\x8b"


def unpack_gzip(path: Path, into: Path) -> Path:
    """Unpack a file into a folder. Raises `UserError` if it is damaged or too large."""
    target = into / (path.name[:-3] if path.name.lower().endswith(".gz") else f"{path.name}.unpacked")
    written = 0
    try:
        with open_file(path) as file, gzip.open(file) as source, target.open("wb") as out:
            while block := source.read(_BLOCK):
                written += len(block)
                _check_size(path, written)
                out.write(block)
    except (OSError, EOFError, zlib.error) as error:
        raise UserError(
            f"Expected a table or a feed of products. Received: {path}, which is a compressed file: "
            f"unpack it first ({error})."
        ) from error
    return target


def unpack_zip(path: Path, into: Path) -> Path:
    """Unpack an archive into a folder. Returns the folder of its files. Raises what `unpack_gzip` raises."""
    try:
        with open_file(path) as file, zipfile.ZipFile(file) as archive:
            members = [each for each in archive.infolist() if not each.is_dir() and _is_inside(each.filename)]
            _check_size(path, sum(each.file_size for each in members))
            for member in members:
                target = into / member.filename.replace("\\", "/")
                if target.is_file() and target.stat().st_size == member.file_size:
                    continue
                target.parent.mkdir(parents=True, exist_ok=True)
                with archive.open(member) as source, target.open("wb") as out:
                    shutil.copyfileobj(source, out, _BLOCK)
    except (zipfile.BadZipFile, OSError, RuntimeError, NotImplementedError, zlib.error) as error:
        raise UserError(f"{path} cannot be unpacked ({error}): unpack it and give the folder.") from error
    return _inner(into)


def _inner(folder: Path) -> Path:
    """The inner folder, if a folder has nothing else apart from files of the operating system."""
    entries = [each for each in folder.iterdir() if not each.name.startswith(".") and each.name != "__MACOSX"]
    return _inner(entries[0]) if len(entries) == 1 and entries[0].is_dir() else folder


def _is_inside(name: str) -> bool:
    parts = PurePosixPath(name.replace("\\", "/")).parts
    return bool(parts) and ".." not in parts and not parts[0].startswith("/") and ":" not in parts[0]


def _check_size(path: Path, size: int) -> None:
    if size > LARGEST:
        raise UserError(f"Expected at most {LARGEST // 10**9} GB unpacked. Received: {path}, which has more.")


def _digest(data: bytes) -> bytes:
    return hashlib.sha256(data).digest()
