"""The files below a source's folder: which there are, which are pictures, and which a table may name."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

from bundle import format as fmt
from precompute.lock import LOCK
from precompute.sources.records import LeftOut
from precompute.store.files import STORE

EXTENSIONS = frozenset(
    [".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"]
)


def files_in(folder: Path, left_out: list[LeftOut]) -> Iterator[str]:
    """Every file below `folder` as a path with / between its parts, sorted.

    Hidden files and what a build wrote are left aside; folders that are not looked into go into `left_out`.
    """

    def unreadable(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise error
        file = shown(os.path.relpath(error.filename, folder))
        left_out.append(LeftOut(file, f"the folder cannot be read ({error.strerror})"))

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        base = "" if Path(parent) == folder else Path(parent).relative_to(folder).as_posix() + "/"
        seen = sorted(name for name in folders if not name.startswith("."))
        folders[:] = [name for name in seen if not is_output(Path(parent, name))]
        for name in folders:
            if Path(parent, name).is_symlink():
                left_out.append(LeftOut(shown(base + name), "a link to a folder, which is not followed"))
        for name in sorted(name for name in names if not name.startswith(".")):
            path = Path(parent, name)
            # A link to nothing is named as what cannot be read; a pipe is no file at all.
            if path.is_file() or not path.exists():
                yield base + name


def is_output(folder: Path) -> bool:
    """Whether a build wrote into `folder`: the thumbnails there are no pictures of a catalogue."""
    if (folder / LOCK).is_file() and (folder / STORE).is_dir():
        return True
    live = fmt.read_current(folder)
    return live is not None and (folder / live / fmt.MANIFEST).is_file()


def is_picture(path: str) -> bool:
    """Whether a file is a picture by its name."""
    return PurePosixPath(path).suffix.lower() in EXTENSIONS


def is_text(path: str) -> bool:
    """Whether a path is valid Unicode."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(path: str) -> str:
    """`path` as text that can be written: bytes that are no Unicode are replaced."""
    return os.fsencode(path).decode(errors="replace")


class PictureFiles:
    """The files that a table may name: those below its folder, links resolved."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._root = folder.resolve()
        # A table names thousands of files in one folder.
        self._resolved = cache(Path.resolve)

    def check(self, file: str) -> None:
        """Raise `ValueError` with the reason where a file cannot be a picture of the catalogue."""
        path = self._folder / file
        try:
            target = path.resolve() if path.is_symlink() else self._resolved(path.parent) / path.name
            if not target.is_relative_to(self._root):
                raise ValueError(f"its image {file!r} is outside of the catalogue's folder")
            if not path.is_file():
                raise ValueError(f"its image {file!r} does not exist")
        except (OSError, RuntimeError) as error:
            # A name that is too long, or links in a circle.
            raise ValueError(f"its image {file!r} cannot be read ({error})") from error
