"""Unpacks a parcel into a folder, as if an attacker had packed it.

`tarfile.extract` is not used: its filters are younger than Python 3.11.0, and a parcel has regular files
under plain names alone, so everything else is refused.
"""

from __future__ import annotations

import gzip
import os
import tarfile
import zlib
from pathlib import Path
from typing import IO, cast

from bundle import format as fmt
from bundle.format import BundleError

LARGEST = 16 << 30
"""The most bytes that a parcel may have when it is unpacked, with everything between its files."""

MOST_FILES = 5_000_000

_AT_ONCE = 1 << 20
_LARGEST_READ = 4 << 20
"""tarfile reads a whole header for long names into memory, of whatever size it claims to be."""

_LONGEST_PART = 200
"""In bytes, of a folder's or a file's name."""

_DEEPEST = 8

_HINT = "make it with: python -m precompute pack"


def unpack(archive: Path, folder: Path) -> str:
    """Unpack into `folder`, which must be empty, and return the generation's name.

    Raises `BundleError` if the archive is none, or holds anything but `CURRENT` and the files of the
    generation that it names; `OSError` if they cannot be written.
    """
    current = b""
    names: set[str] = set()
    try:
        with (
            gzip.GzipFile(archive) as squeezed,
            tarfile.open(fileobj=cast("IO[bytes]", _Bounded(squeezed)), mode="r:") as entries,
        ):
            for count, entry in enumerate(entries, start=1):
                # tarfile keeps a list of all entries, which nobody asks for.
                entries.members = []  # type: ignore[attr-defined]
                if count > MOST_FILES:
                    raise BundleError(f"Expected at most {MOST_FILES:,} files in {archive.name}: {_HINT}.")
                _check(archive, entry)
                names.add(entry.name.partition("/")[0])
                file = entries.extractfile(entry)
                assert file is not None, "a regular file has content"
                if entry.name == fmt.CURRENT:
                    current = file.read(_AT_ONCE)
                else:
                    _write(folder, entry.name, file)
    except (tarfile.TarError, EOFError, zlib.error, gzip.BadGzipFile, ValueError, OverflowError) as error:
        raise BundleError(f"{archive.name} is no bundle in one file ({error}): {_HINT}.") from error
    name = current.decode("ascii", "replace").strip()
    if not fmt.is_generation(name) or names != {fmt.CURRENT, name}:
        raise BundleError(
            f"Expected one generation in {archive.name}, and its name in {fmt.CURRENT}. "
            f"Received: {', '.join(sorted(names)[:3]) or 'nothing'}. {_HINT.capitalize()}."
        )
    return name


def _check(archive: Path, entry: tarfile.TarInfo) -> None:
    first, *parts = entry.name.split("/")
    below = 0 < len(parts) < _DEEPEST and fmt.is_generation(first) and all(map(_is_plain, parts))
    plain = below or entry.name == fmt.CURRENT
    regular = entry.type in (tarfile.REGTYPE, tarfile.AREGTYPE) and not entry.issparse()
    if not plain or not regular:
        raise BundleError(
            f"Expected {archive.name} to hold files of a bundle alone. Received: {entry.name[:100]!r}, "
            f"{'a file of another kind' if plain else 'a name that no bundle has'}. {_HINT.capitalize()}."
        )


def _is_plain(part: str) -> bool:
    """Whether a name is one of a folder or file: printable, not hidden, and the way to nowhere else."""
    return (
        part.isprintable()
        and 0 < len(part.encode("utf-8", "surrogateescape")) <= _LONGEST_PART
        and not part.startswith((".", "-"))
        and "\\" not in part
    )


def _write(folder: Path, name: str, file: IO[bytes]) -> None:
    path = folder / name
    path.parent.mkdir(parents=True, exist_ok=True)
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o644)
    except FileExistsError:
        raise BundleError(
            f"Expected each file once. Received: {name!r} twice. {_HINT.capitalize()}."
        ) from None
    with os.fdopen(descriptor, "wb") as out:
        while part := file.read(_AT_ONCE):
            out.write(part)


class _Bounded:
    """The unpacked stream, from which nobody can read too much, at once or in all."""

    def __init__(self, file: gzip.GzipFile) -> None:
        self._file = file

    def read(self, size: int = -1) -> bytes:
        if not 0 <= size <= _LARGEST_READ:
            raise BundleError(f"Expected no header of more than {_LARGEST_READ:,} bytes: {_HINT}.")
        self._limit(self._file.tell() + size)
        return self._file.read(size)

    def seek(self, position: int, whence: int = os.SEEK_SET) -> int:
        self._limit(position)
        return self._file.seek(position, whence)

    def tell(self) -> int:
        return self._file.tell()

    def _limit(self, position: int) -> None:
        if position > LARGEST:
            raise BundleError(f"Expected at most {LARGEST:,} bytes of unpacked files: {_HINT}.")
