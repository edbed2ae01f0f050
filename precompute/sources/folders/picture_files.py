"""Finds the files that a table names, also if another operating system would spell them differently."""

from __future__ import annotations

import os
import unicodedata
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path, PurePosixPath
from urllib.parse import unquote

from bundle.disk import open_file
from pictures.errors import PictureError
from pictures.limits import BUILD, MEGABYTE
from precompute.sources.files import EXTENSIONS, files_in, is_picture, is_text
from precompute.sources.folders.unpacked import UnpackFolder

_STEMS_TOLD = 0.5
"""If more than this share of a column's ids are names of pictures, the column names pictures."""

_FEWEST_STEMS = 2
_WITHOUT_ZEROS = "0*"
"""What the keys of numbers without their zeros in front begin with."""

_SHOWN = 2


def read_picture(path: Path) -> bytes:
    """The bytes of a file. Raises `OSError` as `open_file` does, and `PictureError` if it is too large."""
    with open_file(path) as file:
        # A file that grows meanwhile is read as far as it went; what `read` is told, it asks memory for.
        data = file.read(min(os.fstat(file.fileno()).st_size, BUILD.bytes) + 1)
    if len(data) > BUILD.bytes:
        raise PictureError(f"the file has more than {BUILD.bytes // MEGABYTE} MB")
    return data


class PictureFiles:
    r"""Finds files that a table names, below `folder` and, with links resolved, never outside of it.

    The exact path is tried first, then the file that differs only in case, Unicode form, extension or percent
    signs. Last is the file that shares the longest end of the path: a table from another machine may say
    C:\\photos\\a.jpg.
    """

    def __init__(
        self, folder: Path, exclude: Sequence[str] = (), *, unpack_to: UnpackFolder | None = None
    ) -> None:
        self.folder = folder
        self._unpacked = unpack_to or UnpackFolder(None)
        self._kept: set[str] = set()
        self._exclude = exclude
        self._root = folder.resolve()
        self._otherwise: dict[str, str] = {}
        # Cached, because a table may name thousands of files in one folder.
        self._names: dict[PurePosixPath, frozenset[str]] = {}
        self._index: dict[str, list[tuple[str, ...]]] | None = None
        self._found: dict[str, str] = {}
        self._are_stems = False

    def keep(self, data: bytes, name: str) -> str:
        """Write a picture from inside a table to a file. Returns the path by which it is found."""
        path = self._unpacked.keep(data, name)
        self._kept.add(path)
        return path

    def gathered(self, files: Iterable[str]) -> Path:
        """The folder of these found files. If a table held pictures, all are copied into one folder."""
        if not self._kept:
            return self.folder
        for file in files:
            if file not in self._kept:
                self._unpacked.copy(self.folder / file, file)
        return self._unpacked.folder

    def find(self, file: str) -> str:
        """The path, below the folder, of a file that a table names.

        Raises `ValueError` with the reason if the file cannot be a picture of the catalogue.
        """
        if (known := self._found.get(file)) is not None:
            return known
        if file in self._kept:
            return file
        try:
            path = self._as_written(file)
        except (OSError, RuntimeError) as error:
            # For example, a name is too long, or links form a circle.
            raise ValueError(f"its image {_cut(file)!r} cannot be read ({error})") from error
        if path is None:
            path = self._in_another_way(file)
            self._otherwise.setdefault(file, path)
        self._found[file] = path
        return path

    def are_stems(self, texts: Sequence[str]) -> bool:
        """Whether most of these texts are names of pictures below the folder."""
        found = sum(len(self._candidates(text)) == 1 for text in texts)
        self._are_stems = len(texts) >= _FEWEST_STEMS and found > _STEMS_TOLD * len(texts)
        return self._are_stems

    def notes(self) -> Iterator[str]:
        """Notes about the files that were found under another name than the table's."""
        if self._otherwise and not self._are_stems:
            shown = [f"{_cut(file)} is {path}" for file, path in list(self._otherwise.items())[:_SHOWN]]
            count = len(self._otherwise)
            pictures = "1 picture was" if count == 1 else f"{count:,} pictures were"
            more = ", for example" if count > _SHOWN else ""
            yield f"{pictures} found under another name than the table's{more}: {', '.join(shown)}"

    def _as_written(self, file: str) -> str | None:
        outside = None
        for spelling in _spellings(file):
            path = PurePosixPath(spelling)
            try:
                if path.name in self._names_in(path.parent) or self._is_linked(self.folder / path, file):
                    return path.as_posix()
            except ValueError as error:
                outside = error
        if outside is not None and not self._candidates(file):
            raise outside
        return None

    def _in_another_way(self, file: str) -> str:
        found = self._candidates(file)
        if not found:
            raise ValueError(f"its image {_cut(file)!r} does not exist")
        if len(found) > 1:
            names = " or ".join(sorted(found)[:_SHOWN])
            raise ValueError(f"its image {_cut(file)!r} is ambiguous: it could be {names}")
        return found[0]

    def _candidates(self, file: str) -> list[str]:
        """The files that share the longest end of the path, with the spellings of other systems.

        A bare name may be anywhere below the folder: annotations often leave out the pictures' folder.
        """
        parts = _folded_parts(file)
        if not parts:
            return []
        stem, ending = _stem_and_ending(parts[-1])
        index = self._files_by_stem()
        # A spreadsheet removes the zeros in front of a number.
        found = index.get(stem) or (index.get(_WITHOUT_ZEROS + stem, []) if stem.isdecimal() else [])
        if ending:
            found = [each for each in found if each[-2] == ending] or found
        folders = parts[:-1]
        depths = [_common_end(folders, each[:-2]) for each in found]
        longest = [each[-1] for each, depth in zip(found, depths, strict=True) if depth == max(depths)]
        name = file.replace("\\", "/").rpartition("/")[2]
        exact = [path for path in longest if path.rpartition("/")[2] == name]
        return exact if len(exact) == 1 else longest

    def _files_by_stem(self) -> dict[str, list[tuple[str, ...]]]:
        """Files by their folded name without extension: the folded folders, the extension, and the path."""
        if self._index is None:
            self._index = defaultdict(list)
            for path in files_in(self.folder, [], exclude=self._exclude):
                if is_text(path) and is_picture(path) and not (self.folder / path).is_symlink():
                    *folders, name = _folded_parts(path)
                    stem, ending = _stem_and_ending(name)
                    self._index[stem].append((*folders, ending, path))
                    if stem.isdecimal() and stem.startswith("0"):
                        self._index[_WITHOUT_ZEROS + stem.lstrip("0")].append((*folders, ending, path))
        return self._index

    def _names_in(self, parent: PurePosixPath) -> frozenset[str]:
        """The names of the files in a folder, without links; empty if the folder is outside of the root."""
        if parent not in self._names:
            self._names[parent] = self._read_names(self.folder / parent)
        return self._names[parent]

    def _read_names(self, folder: Path) -> frozenset[str]:
        if not folder.is_dir() or not folder.resolve().is_relative_to(self._root):
            return frozenset()
        with os.scandir(folder) as entries:
            return frozenset(entry.name for entry in entries if entry.is_file(follow_symlinks=False))

    def _is_linked(self, path: Path, file: str) -> bool:
        target = path.resolve() if path.is_symlink() else path.parent.resolve() / path.name
        if not target.is_relative_to(self._root):
            raise ValueError(f"its image {_cut(file)!r} is outside of the catalogue's folder")
        return path.is_file()


def _spellings(file: str) -> Iterator[str]:
    """A path as written, then as other systems would write it."""
    yield file
    others = [file.replace("\\", "/"), *(unicodedata.normalize(form, file) for form in ("NFC", "NFD"))]
    if "%" in file:
        others.append(unquote(file))
    # If a path begins with /, that means the table's folder.
    others += [each.lstrip("/") for each in (file, others[0]) if each.startswith("/")]
    yield from (other for other in dict.fromkeys(others) if other and other != file)


def _folded_parts(file: str) -> list[str]:
    """A path's parts without case and Unicode form, outermost first; empty if it names no file."""
    path = unquote(file) if "%" in file else file
    path = unicodedata.normalize("NFC", path.replace("\\", "/").partition("?")[0]).casefold()
    return [part for part in path.split("/") if part not in ("", ".", "..")]


def _stem_and_ending(name: str) -> tuple[str, str]:
    stem, dot, ending = name.rpartition(".")
    return (stem, ending) if dot and f".{ending}" in EXTENSIONS else (name, "")


def _common_end(one: Sequence[str], other: Sequence[str]) -> int:
    count = 0
    for left, right in zip(reversed(one), reversed(other), strict=False):
        if left != right:
            break
        count += 1
    return count


def _cut(file: str) -> str:
    return file if len(file) <= 80 else f"{file[:40]}…{file[-39:]}"
