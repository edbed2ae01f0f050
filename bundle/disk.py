"""Files on the disk: opened only where they are files, and written so that they outlive a crash."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

_AT_ONCE = 16


def open_file(path: Path) -> BufferedReader:
    """Open a file to read its bytes. Raises `OSError` for a folder, and for what is no file.

    A pipe, a device or a socket is not opened: that could wait for ever, or set something off.
    """
    if stat.S_ISREG(path.stat().st_mode):
        # It may have become something else since, and then this does not wait for it.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return os.fdopen(descriptor, "rb")
        os.close(descriptor)
    raise OSError(errno.EINVAL, "it is no file, but a folder, a pipe, a socket or a device", str(path))


def read_text(path: Path, *, most: int) -> str:
    """The text of a file in UTF-8. Raises `OSError` as `open_file` does, `ValueError` where it is too long.

    `most` is how many bytes it may have. No more memory is asked for than it needs.
    """
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        data = file.read(min(size, most) + 1)
    if len(data) > most:
        raise ValueError(f"it has more than {most:,} bytes")
    return data.decode()


def flush(path: Path | str) -> None:
    """Ask the system to write a file, or the names in a folder, to the disk, and wait until it has."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def whole_file(path: Path, *, by_way_of: Path | None = None, durable: bool = False) -> Iterator[Path]:
    """A temporary file that takes the place of `path` where all went well, and is removed otherwise.

    Nobody ever sees a part of it, and hard links to what was there keep what they have. The temporary file is
    in the folder `by_way_of`, or else beside `path`. With `durable`, no crash of the machine undoes it.
    """
    temporary = (by_way_of or path.parent) / f".{path.name}.new"
    try:
        yield temporary
        if durable:
            flush(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    if durable:
        # The rename itself is on the disk once the folder is.
        flush(path.parent)


def flush_all(folder: Path, *, but: Collection[tuple[int, int]] = frozenset()) -> None:
    """`flush` a folder and everything below it, but for the files that `numbers_of` another folder has."""
    # Many at a time: a file system writes them together, and waits for the disk once.
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="flush") as pool:
        for _ in pool.map(flush, _paths(folder, but)):
            pass


def _paths(folder: Path | str, but: Collection[tuple[int, int]]) -> Iterator[Path | str]:
    for entry in _entries(folder):
        if entry.is_dir(follow_symlinks=False):
            yield from _paths(entry.path, but)
        elif _number(entry) not in but:
            yield entry.path
    yield folder


def numbers_of(folder: Path | str) -> set[tuple[int, int]]:
    """What tells each file below a folder from all others, whatever its name: its device and number there.

    Empty where there is no such folder.
    """
    numbers: set[tuple[int, int]] = set()
    for entry in _entries(folder) if Path(folder).is_dir() else ():
        numbers |= numbers_of(entry.path) if entry.is_dir(follow_symlinks=False) else {_number(entry)}
    return numbers


def _entries(folder: Path | str) -> Iterator[os.DirEntry[str]]:
    with os.scandir(str(folder)) as entries:
        yield from entries


def _number(entry: os.DirEntry[str]) -> tuple[int, int]:
    status = entry.stat()
    return status.st_dev, status.st_ino
