"""Where a store's files are: a folder of this machine, a folder that several share, or a bucket."""

from __future__ import annotations

import hashlib
import os
import shutil
from collections.abc import Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from time import time
from typing import Protocol

from precompute.store.files import remove_unfinished, write_whole

PART = ".parquet"
"""How the name of a part ends."""

PARTS = (PART, ".arrow")
"""How the names of files that are listed end: parts, and a cluster's tiles."""

_DAY = 24 * 60 * 60.0
"""Seconds after which nobody still writes a file: a part takes seconds, and clocks differ by minutes."""


_ABANDONED = 30 * _DAY
"""Seconds after which nobody goes on with a build that was stopped."""


class Location(Protocol):
    """A folder of a store. Names of files are paths below it. Its text, for messages, is its address.

    Any number of processes may write, on any machines: a file is there whole or not at all, and writing one
    twice leaves one of the two. A location can be pickled, and opens nothing before it is used.
    """

    @property
    def shared(self) -> bool:
        """Whether builds that know nothing of each other may use it. Otherwise one command at a time does."""

    @property
    def folder(self) -> Path:
        """A folder of this machine: the files' own, or one for what is read or written here."""

    def for_worker(self) -> Location:
        """The same files for a process that may be on another machine."""

    def below(self, name: str) -> Location:
        """A folder below."""

    def sizes(self) -> dict[str, int]:
        """The bytes of each part directly in it, by name. None where there is no such folder."""

    def only_here(self) -> set[str]:
        """The names of parts that only this machine has."""

    def read(self, name: str, *, sha256: str) -> bytes:
        """A file's bytes; `sha256` is what they should be. Raises `FileNotFoundError` if it has gone."""

    def write(self, name: str, content: bytes, *, durable: bool = False) -> None:
        """Write a file whole; with `durable`, it survives a crash of the machine once this returns."""

    def remove(self, name: str) -> None:
        """Remove a file. One that has gone is no error."""

    def remove_unfinished(self) -> None:
        """Remove what killed processes left, and nothing that one may still be writing."""

    def remove_abandoned(self) -> None:
        """Remove what is in the folders directly below to which nothing was added for 30 days."""


class Folder:
    """A folder, of this machine or mounted by several. See `Location`."""

    def __init__(self, path: Path, *, shared: bool = False) -> None:
        self.folder = path
        self.shared = shared

    def __str__(self) -> str:
        return str(self.folder)

    def for_worker(self) -> Folder:
        """See `Location`."""
        return self

    def below(self, name: str) -> Folder:
        """See `Location`."""
        return Folder(self.folder / name, shared=self.shared)

    def sizes(self) -> dict[str, int]:
        """See `Location`."""
        try:
            with os.scandir(self.folder) as entries:
                return dict(sorted(_sizes(entry for entry in entries if entry.name.endswith(PARTS))))
        except FileNotFoundError:
            return {}

    def only_here(self) -> set[str]:
        """See `Location`; how many machines have this folder is not known here."""
        return set()

    def read(self, name: str, *, sha256: str) -> bytes:
        """See `Location`."""
        return (self.folder / name).read_bytes()

    def write(self, name: str, content: bytes, *, durable: bool = False) -> None:
        """See `Location`."""
        write_whole(self.folder / name, content, by_way_of=self.folder, durable=durable, many=True)

    def remove(self, name: str) -> None:
        """See `Location`."""
        (self.folder / name).unlink(missing_ok=True)

    def remove_unfinished(self) -> None:
        """See `Location`."""
        remove_unfinished(self.folder, older=_DAY if self.shared else 0.0)

    def remove_abandoned(self) -> None:
        """See `Location`."""
        for folder in self.folder.glob("*/"):
            # Another driver may remove the same.
            with suppress(FileNotFoundError):
                files = list(folder.iterdir())
                if is_abandoned([folder.stat().st_mtime, *(path.stat().st_mtime for path in files)]):
                    shutil.rmtree(folder, ignore_errors=True)


class Copied:
    """A shared location, and a folder of this machine with copies of what is read or written. See `Location`.

    The copies are a store like any other, so each file is fetched once, and other commands need no network.
    The folder may also have parts that were computed without the shared location.
    """

    shared = True

    def __init__(self, original: Location, copies: Folder) -> None:
        self._original, self._copies = original, copies
        self.folder = copies.folder

    def __str__(self) -> str:
        return str(self._original)

    def for_worker(self) -> Location:
        """See `Location`."""
        return self._original.for_worker()

    def below(self, name: str) -> Copied:
        """See `Location`."""
        return Copied(self._original.below(name), self._copies.below(name))

    def sizes(self) -> dict[str, int]:
        """See `Location`."""
        return dict(sorted((self._copies.sizes() | self._original.sizes()).items()))

    def only_here(self) -> set[str]:
        """See `Location`."""
        return self._copies.sizes().keys() - self._original.sizes().keys()

    def read(self, name: str, *, sha256: str) -> bytes:
        """See `Location`."""
        with suppress(FileNotFoundError):
            content = self._copies.read(name, sha256=sha256)
            if hashlib.sha256(content).hexdigest() == sha256:
                return content
        content = self._original.read(name, sha256=sha256)
        if hashlib.sha256(content).hexdigest() == sha256:
            self._copies.write(name, content)
        return content

    def write(self, name: str, content: bytes, *, durable: bool = False) -> None:
        """See `Location`. Where the shared location fails, the copy is there for the next build."""
        self._copies.write(name, content, durable=durable)
        self._original.write(name, content, durable=durable)

    def remove(self, name: str) -> None:
        """See `Location`."""
        self._original.remove(name)
        self._copies.remove(name)

    def remove_unfinished(self) -> None:
        """See `Location`."""
        self._original.remove_unfinished()
        self._copies.remove_unfinished()

    def remove_abandoned(self) -> None:
        """See `Location`."""
        self._original.remove_abandoned()
        self._copies.remove_abandoned()


def is_abandoned(times: Iterable[float]) -> bool:
    """Whether files changed at these times, in seconds, belong to a build that nobody goes on with."""
    return max(times) < time() - _ABANDONED


def _sizes(entries: Iterable[os.DirEntry[str]]) -> Iterator[tuple[str, int]]:
    for entry in entries:
        # Another driver may have merged it meanwhile.
        with suppress(FileNotFoundError):
            yield entry.name, entry.stat().st_size


def location_of(where: Path | Location) -> Location:
    """A folder that is the store of one bundle, or the location that is given."""
    return Folder(where) if isinstance(where, Path) else where
