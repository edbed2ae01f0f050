"""The files below a source's folder: which there are, which are pictures, and which a table may name."""

from __future__ import annotations

import os
import unicodedata
from collections.abc import Iterator
from functools import cache
from pathlib import Path, PurePosixPath

from bundle import format as fmt
from precompute.shared.lock import LOCK
from precompute.sources.records import LeftOut

JOURNAL = ".collect"
"""The hidden folder by which a catalogue that was collected is known, and in which it is kept up to date."""

EXTENSIONS = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"}
    | {".heic", ".heif", ".hif"}
)


def files_in(folder: Path, left_out: list[LeftOut]) -> Iterator[str]:
    """Every file below `folder` as a path with / between its parts, sorted.

    Hidden files, what a build wrote and catalogues that were collected are left aside; folders that are not
    looked into, and what is no file, go into `left_out`.
    """

    def unreadable(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise error
        file = shown(os.path.relpath(error.filename, folder))
        left_out.append(LeftOut(file, f"the folder cannot be read ({error.strerror})"))

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        base = "" if Path(parent) == folder else Path(parent).relative_to(folder).as_posix() + "/"
        seen = sorted(name for name in folders if not name.startswith("."))
        folders[:] = [name for name in seen if not _is_apart(Path(parent, name))]
        for name in folders:
            if Path(parent, name).is_symlink():
                left_out.append(LeftOut(shown(base + name), "a link to a folder, which is not followed"))
        for name in sorted(name for name in names if not name.startswith(".")):
            path = Path(parent, name)
            # A link to nothing is named as what cannot be read.
            if path.is_file() or not path.exists():
                yield base + name
            else:
                left_out.append(LeftOut(shown(base + name), "no file, but a pipe, a socket or a device"))


def is_output(folder: Path) -> bool:
    """Whether a build wrote into `folder`: the thumbnails there are no pictures of a catalogue."""
    # The store brings Arrow, for which --help need not wait.
    from precompute.store.files import STORE

    if (folder / LOCK).is_file() and (folder / STORE).is_dir():
        return True
    live = fmt.read_current(folder)
    return live is not None and (folder / live / fmt.MANIFEST).is_file()


def _is_apart(folder: Path) -> bool:
    """Whether a folder below a source is no part of it: a build's, or a catalogue of its own."""
    return is_output(folder) or (folder / JOURNAL).is_dir()


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
        self.folder = folder
        self._root = folder.resolve()
        # A table names thousands of files in one folder.
        self._plain = cache(self._plain_files)

    def find(self, file: str) -> str:
        """The path, below the folder, of a file that a table names.

        Tables that were made elsewhere may have backslashes between folders, or letters with accents composed
        in another way than the file's name. Raises `ValueError` with the reason where a file cannot be a
        picture of the catalogue.
        """
        try:
            for spelling in _spellings(file):
                path = PurePosixPath(spelling)
                if path.name in self._plain(path.parent) or self._is_linked(self.folder / path, file):
                    return path.as_posix()
        except (OSError, RuntimeError) as error:
            # A name that is too long, or links in a circle.
            raise ValueError(f"its image {file!r} cannot be read ({error})") from error
        raise ValueError(f"its image {file!r} does not exist")

    def _plain_files(self, parent: PurePosixPath) -> frozenset[str]:
        """The names of the files in a folder, no links among them; none of a folder that is elsewhere."""
        folder = self.folder / parent
        if not folder.is_dir() or not folder.resolve().is_relative_to(self._root):
            return frozenset()
        with os.scandir(folder) as entries:
            return frozenset(entry.name for entry in entries if entry.is_file(follow_symlinks=False))

    def _is_linked(self, path: Path, file: str) -> bool:
        target = path.resolve() if path.is_symlink() else path.parent.resolve() / path.name
        if not target.is_relative_to(self._root):
            raise ValueError(f"its image {file!r} is outside of the catalogue's folder")
        return path.is_file()


def _spellings(file: str) -> Iterator[str]:
    """A path as it is written, and then as other systems would have written it."""
    yield file
    others = (file.replace("\\", "/"), *(unicodedata.normalize(form, file) for form in ("NFC", "NFD")))
    yield from (other for other in dict.fromkeys(others) if other != file)
