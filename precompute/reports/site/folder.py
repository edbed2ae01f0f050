"""The folder of a static site: which files in it are the command's own, and writing only what changed."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

from bundle.disk import whole_file
from precompute.shared.errors import UserError

OWN = ".akin"
"""The folder of what the command itself needs: the list of files and the lock."""

_LIST = "files.tsv"
_JOURNAL = "journal.tsv"
_FIRST = "sha256\tpath\n"


@dataclass
class Changes:
    """How many files were written, left as they were, and removed, and the foreign ones that were kept."""

    written: int = 0
    unchanged: int = 0
    removed: int = 0
    foreign: list[str] = field(default_factory=list)

    def add(self, other: Changes) -> None:
        """Count what another process did."""
        self.written += other.written
        self.unchanged += other.unchanged
        self.foreign += other.foreign


@dataclass(frozen=True)
class WrittenSite:
    """The site in the folder `out`: how many `files` it has, their `bytes`, and the changes of this run."""

    out: Path
    files: int
    bytes: int
    changes: Changes


@dataclass(frozen=True)
class SiteFolder:
    """The folder `path`. Every file of the command is in the list or, until a run ends, in the journal."""

    path: Path

    @classmethod
    def open(cls, path: Path) -> SiteFolder:
        """Raises `UserError` for what is no folder, and for a folder with files that is not a site's."""
        if path.exists() and not path.is_dir():
            raise UserError(f"Expected --out to be a folder. Received: {path}, which is a file.")
        if path.is_dir() and not (path / OWN).is_dir() and any(path.iterdir()):
            raise UserError(
                f"The folder {path} is not empty, and no static site was written there before: "
                "choose another with --out, or empty it."
            )
        return cls(path)

    @property
    def was_interrupted(self) -> bool:
        """Whether the last run did not end."""
        return (self.path / OWN / _JOURNAL).exists()

    def owned(self) -> dict[str, str]:
        """The paths of the files that the command wrote, each with the SHA-256 of its content."""
        found: dict[str, str] = {}
        for name in (_LIST, _JOURNAL):
            file = self.path / OWN / name
            if file.is_file():
                for line in file.read_text(encoding="utf-8").splitlines()[1 if name == _LIST else 0 :]:
                    digest, tab, path = line.partition("\t")
                    if tab:
                        found[path] = digest
        return found

    def write(self, path: str, content: bytes | Path, owned: Iterable[str], changes: Changes) -> str:
        """Write a file unless it is there already; return its digest.

        A file that somebody else put in its place is kept and named in `changes.foreign`.
        """
        target = self.path / path
        data = content.read_bytes() if isinstance(content, Path) else content
        digest = hashlib.sha256(data).hexdigest()
        there = target.read_bytes() if target.is_file() else None
        if there == data:
            changes.unchanged += 1
        elif there is not None and path not in owned:
            changes.foreign.append(path)
            return ""
        else:
            target.parent.mkdir(parents=True, exist_ok=True)
            self._note(digest, path)
            with whole_file(target) as new:
                new.write_bytes(data)
            changes.written += 1
        return digest

    def finish(self, files: dict[str, str], owned: dict[str, str], changes: Changes) -> None:
        """Remove what is no longer part of the site, and write the list of what is."""
        for path in sorted(owned.keys() - files.keys()):
            target = self.path / path
            if target.is_file():
                if owned[path] and hashlib.sha256(target.read_bytes()).hexdigest() != owned[path]:
                    changes.foreign.append(path)
                    continue
                target.unlink()
                changes.removed += 1
            self._prune(target.parent)
        lines = [f"{digest}\t{path}\n" for path, digest in sorted(files.items())]
        with whole_file(self.path / OWN / _LIST) as new:
            new.write_text(_FIRST + "".join(lines), encoding="utf-8")
        (self.path / OWN / _JOURNAL).unlink(missing_ok=True)

    def _note(self, digest: str, path: str) -> None:
        # Before the file itself, in one write of its own: several processes append to the journal.
        line = f"{digest}\t{path}\n".encode()
        journal = os.open(self.path / OWN / _JOURNAL, os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o666)
        try:
            os.write(journal, line)
        finally:
            os.close(journal)

    def _prune(self, folder: Path) -> None:
        while folder != self.path and folder.is_dir() and not any(folder.iterdir()):
            folder.rmdir()
            folder = folder.parent
