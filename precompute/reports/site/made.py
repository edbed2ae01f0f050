"""The record of what a static site's files were made from: a later run makes only what differs."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path
from typing import NamedTuple

from bundle.disk import whole_file
from precompute.reports.site.folder import OWN, Changes, SiteFolder, WrittenSite
from precompute.reports.site.source import Source

RECORD = "made.tsv"

_FIRST = "made from\t"
_UNIT = "unit"


class MadeFile(NamedTuple):
    """A file of the site as it was after it was made: its digest, size, time of change, and path."""

    sha256: str
    bytes: int
    changed: int
    path: str

    @classmethod
    def at(cls, folder: Path, path: str, digest: str) -> MadeFile:
        """The file at a path of the site's folder, whose content has this digest."""
        found = (folder / path).stat()
        return cls(digest, found.st_size, found.st_mtime_ns, path)

    def is_untouched(self, folder: Path) -> bool:
        """Whether size and time of change are the same, as they are unless something wrote the file."""
        try:
            found = (folder / self.path).stat()
        except OSError:
            return False
        return found.st_size == self.bytes and found.st_mtime_ns == self.changed

    def still(self, folder: Path) -> MadeFile | None:
        """The file as it is now, if its content is the same; a copy of the folder has other times."""
        if self.is_untouched(folder):
            return self
        try:
            content = (folder / self.path).read_bytes()
        except OSError:
            return None
        is_same = hashlib.sha256(content).hexdigest() == self.sha256
        return MadeFile.at(folder, self.path, self.sha256) if is_same else None


@dataclass(frozen=True)
class Unit:
    """Files that are made together: `key` is of all that they are made from, `files` as they were left."""

    name: str
    key: str
    files: tuple[MadeFile, ...]


@dataclass(frozen=True)
class Made:
    """All units of a site. `key` is of all that the whole is made from; empty where not all is the site's."""

    key: str = ""
    units: dict[str, Unit] = field(default_factory=dict)

    @property
    def files(self) -> list[MadeFile]:
        """The files of all units."""
        return [file for unit in self.units.values() for file in unit.files]

    def is_untouched(self, folder: Path) -> bool:
        """Whether every file is there as it was left."""
        return all(file.is_untouched(folder) for file in self.files)

    def kept(self, folder: Path, name: str, keys: Iterable[str]) -> Unit | None:
        """The unit with this name if it was made from what one of the `keys` says and its files are there."""
        unit = self.units.get(name)
        if unit is None or unit.key not in keys:
            return None
        files = [file.still(folder) for file in unit.files]
        there = tuple(file for file in files if file is not None)
        return Unit(name, unit.key, there) if len(there) == len(files) else None

    def write(self, folder: Path) -> None:
        """Write the record into the command's folder of a site."""
        lines = [f"{_FIRST}{self.key}\n"]
        for unit in self.units.values():
            lines.append(f"{_UNIT}\t{unit.key}\t{unit.name}\n")
            lines += [f"{each.sha256}\t{each.bytes}\t{each.changed}\t{each.path}\n" for each in unit.files]
        with whole_file(folder / RECORD) as new:
            new.write_text("".join(lines), encoding="utf-8")


def unchanged_site(source: Source, out: Path) -> WrittenSite | None:
    """The site in `out` if it is certain that a run would change nothing; otherwise None.

    It is if the bundle's seal, the program, the options, and the size and modification time of every file are
    as the last run left them. The bundle is not opened, and none of the site's files is read.
    """
    known = read_made(out / OWN)
    if SiteFolder(out).was_interrupted or not known.key:
        return None
    if known.key != source.pinned().key() or not known.is_untouched(out):
        return None
    files = known.files
    changes = Changes(unchanged=len(files))
    return WrittenSite(out, len(files), sum(file.bytes for file in files), changes)


def read_made(folder: Path) -> Made:
    """The record in the command's folder of a site; an empty one where it is missing or cannot be read."""
    try:
        first, *lines = (folder / RECORD).read_text(encoding="utf-8").splitlines()
        if not first.startswith(_FIRST):
            return Made()
        return Made(first.removeprefix(_FIRST), {unit.name: unit for unit in _units(lines)})
    except (OSError, ValueError):
        return Made()


def _units(lines: Iterable[str]) -> Iterable[Unit]:
    name = key = ""
    files: list[MadeFile] = []
    for line in lines:
        digest, *rest = line.split("\t")
        if digest == _UNIT:
            if name:
                yield Unit(name, key, tuple(files))
            key, name = rest
            files = []
        else:
            size, changed, path = rest
            files.append(MadeFile(digest, int(size), int(changed), path))
    if name:
        yield Unit(name, key, tuple(files))
