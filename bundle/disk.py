"""Opens regular files only, and writes files so that they survive a crash."""

from __future__ import annotations

import errno
import os
import secrets
import stat
import sys
from collections.abc import Collection, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

_AT_ONCE = 16


def open_file(path: Path) -> BufferedReader:
    """Open a file to read its bytes. Raises `OSError` if it is not a regular file.

    A pipe, device or socket is never opened: that could block forever or have side effects.
    """
    if stat.S_ISREG(path.stat().st_mode):
        # The path may have changed since the check. O_NONBLOCK keeps the open from blocking then.
        descriptor = os.open(path, os.O_RDONLY | os.O_NONBLOCK)
        if stat.S_ISREG(os.fstat(descriptor).st_mode):
            return os.fdopen(descriptor, "rb")
        os.close(descriptor)
    raise OSError(errno.EINVAL, "it is not a file but a folder, pipe, socket or device", str(path))


def read_text(path: Path, *, most: int) -> str:
    """Read a UTF-8 text file. Raises what `read_bytes` does, and `ValueError` if it is not UTF-8."""
    return read_bytes(path, most=most).decode()


def read_bytes(path: Path, *, most: int) -> bytes:
    """Read a file. Raises `OSError` as `open_file` does, and `ValueError` if it is too long.

    `most` is the largest allowed size in bytes. No more memory is allocated than the file needs.
    """
    with open_file(path) as file:
        size = os.fstat(file.fileno()).st_size
        data = file.read(min(size, most) + 1)
    if len(data) > most:
        raise ValueError(f"it has more than {most:,} bytes")
    return data


def flush(path: Path | str) -> None:
    """Flush a file, or a folder's entries, to the disk, and wait until that is done."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


@contextmanager
def whole_file(
    path: Path, *, by_way_of: Path | None = None, durable: bool = False, many: bool = False
) -> Iterator[Path]:
    """Write a temporary file that replaces `path` on success and is removed on failure.

    Readers never see a partial file, and hard links to the old file keep its content. The temporary file is
    created in the folder `by_way_of`, or beside `path`. With `durable`, the replacement survives a crash of
    the machine. `many` says that several processes may write `path` at once: each temporary file then has a
    name of its own.
    """
    mark = f".{secrets.token_hex(8)}" if many else ""
    temporary = (by_way_of or path.parent) / f".{path.name}{mark}.new"
    try:
        yield temporary
        if durable:
            flush(temporary)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)
    if durable:
        # Flushing the folder makes the rename itself durable.
        flush(path.parent)


def flush_file_system(folder: Path) -> bool:
    """Flush all that was written to the file system of a folder, and wait until that is done.

    For very many files this takes a small part of what flushing each takes. Only Linux can: its `syncfs`
    waits and reports errors as `fsync` does. False where there is no such call, and nothing was flushed.
    """
    import ctypes  # Only builds need it.

    syncfs = getattr(ctypes.CDLL(None, use_errno=True), "syncfs", None) if sys.platform == "linux" else None
    if syncfs is None:
        return False
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        if syncfs(descriptor) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number), str(folder))
    finally:
        os.close(descriptor)
    return True


def flush_all(folder: Path, *, but: Collection[tuple[int, int]] = frozenset()) -> None:
    """`flush` a folder and everything below it, except files with `numbers_of` in `but`."""
    # In parallel: the file system then writes many files together and waits for the disk once.
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
    """The device and inode number of each file below a folder. They identify it whatever its name.

    Empty if there is no such folder.
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
