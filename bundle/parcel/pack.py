"""Packs the live generation of a bundle into one file, which depends on nothing but its content."""

from __future__ import annotations

import gzip
import hashlib
import tarfile
from collections.abc import Callable, Iterator
from io import BytesIO, RawIOBase
from pathlib import Path
from typing import BinaryIO, NamedTuple

from bundle import format as fmt
from bundle.disk import open_file, whole_file
from bundle.format import BundleError
from bundle.reader import Bundle
from bundle.seal import sealed_files

SUFFIX = ".tar.gz"


class Parcel(NamedTuple):
    """A packed generation: the file, its size in bytes and its SHA-256, and the generation's name."""

    path: Path
    bytes: int
    sha256: str
    generation: str


def file_count(bundle: Bundle) -> int:
    """How many steps `pack` takes."""
    return len(sealed_files(bundle.folder)) + 2


def pack(bundle: Bundle, out: Path, *, advance: Callable[[int], None] = lambda count: None) -> Parcel:
    """Write a generation into the file `out`: gzip around tar, files in order, no times and no owners.

    The same generation makes the same bytes. `advance(1)` is called after each file. Raises `BundleError` if
    a file of the bundle cannot be read, `OSError` if `out` cannot be written.
    """
    with whole_file(out) as temporary, temporary.open("wb") as file:
        hashing = _Hashing(file)
        with (
            gzip.GzipFile(filename="", mode="wb", fileobj=hashing, mtime=0) as squeezed,
            tarfile.open(fileobj=squeezed, mode="w|", format=tarfile.PAX_FORMAT) as archive,
        ):
            name = bundle.folder.name
            live = f"{name}\n".encode()
            archive.addfile(_entry(fmt.CURRENT, len(live)), BytesIO(live))
            for path in _files(bundle.folder):
                _add(archive, bundle.folder / path, f"{name}/{path}")
                advance(1)
    return Parcel(out, hashing.written, hashing.sha256.hexdigest(), bundle.generation)


def _files(folder: Path) -> Iterator[str]:
    # The seal comes first, so that whoever unpacks could stop early.
    yield from (fmt.MANIFEST, fmt.FILES)
    yield from sorted(sealed_files(folder))


def _add(archive: tarfile.TarFile, path: Path, name: str) -> None:
    try:
        with open_file(path) as file:
            archive.addfile(_entry(name, path.stat().st_size), file)
    except OSError as error:
        if error.filename is None:
            raise  # That was the archive, which cannot be written.
        raise BundleError(f"{path} cannot be read ({error.strerror}): build again.") from error


def _entry(name: str, size: int) -> tarfile.TarInfo:
    entry = tarfile.TarInfo(name)
    entry.size, entry.mode = size, 0o644
    return entry


class _Hashing(RawIOBase):
    """Writes to a file, and hashes what is written."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.sha256 = hashlib.sha256()
        self.written = 0

    def writable(self) -> bool:
        return True

    def write(self, data: object) -> int:
        part = memoryview(data).cast("B")  # type: ignore[arg-type]  # a buffer of any kind
        self._file.write(part)
        self.sha256.update(part)
        self.written += len(part)
        return len(part)
