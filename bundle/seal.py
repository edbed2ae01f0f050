"""The seal: the table of every file's hash and size, and the checks against it."""

from __future__ import annotations

import filecmp
import hashlib
import io
import os
import stat
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import cached_property
from itertools import groupby, takewhile
from pathlib import Path
from typing import Any, NamedTuple

from bundle import format as fmt
from bundle.disk import open_file

_NO_FILE = -1
"""The size recorded for anything that is not a regular file."""


class SealedFile(NamedTuple):
    """One line of files.tsv: the SHA-256 of a file, its size in bytes and its path in the generation."""

    sha256: str
    bytes: int
    path: str


class LinkedFiles(NamedTuple):
    """Files of a folder that a generation has links to: `files` has paths and SHA-256, folder by folder.

    The paths are those in the generation, too. `files` may be gone through more than once.
    """

    folder: Path
    files: Iterable[tuple[str, str]]


def write_files_table(
    folder: Path, *, known: Mapping[str, str], advance: Callable[[int], None]
) -> dict[str, Any]:
    """Write files.tsv for everything in `folder` and return its entry in the manifest.

    `known` maps paths to SHA-256 digests that the caller computed; all other files are read here.
    `advance(1)` is called after each file.
    """
    count = total = 0
    digest = hashlib.sha256()
    first: dict[str, Any] = {}
    # The thumbnails come last: an app checks what stands before them without reading on.
    files = sorted(sealed_files(folder).items(), key=lambda file: (_is_thumbnail(file[0]), file[0]))
    with (folder / fmt.FILES).open("wb") as table:
        for path, size in files:
            if not first and _is_thumbnail(path):
                first = {"bytes": table.tell(), "sha256": digest.hexdigest()}
            line = f"{known.get(path) or fmt.sha256_of(folder / path)}\t{size}\t{path}\n".encode()
            table.write(line)
            digest.update(line)
            count, total = count + 1, total + size
            advance(1)
        first = first or {"bytes": table.tell(), "sha256": digest.hexdigest()}
    return {"count": count, "bytes": total, "sha256": digest.hexdigest(), "first": first}


def read_files_table(folder: Path) -> Iterator[SealedFile]:
    """Yield the lines of files.tsv. Raises `ValueError` for a malformed line."""
    with _open_table(folder) as table:
        yield from _read_lines(table)


def read_first_files(folder: Path) -> Iterator[SealedFile]:
    """Yield the lines of files.tsv before those of the thumbnails, as `read_files_table` does."""
    return takewhile(lambda file: not _is_thumbnail(file.path), read_files_table(folder))


class SealedFiles:
    """A generation's files but the thumbnails, as its seal has them; none where the seal is broken."""

    def __init__(self, folder: Path | None) -> None:
        """`folder` is the generation's; None if there is no generation."""
        self._folder = folder

    def made_of(self, path: str, key: str) -> dict[str, str]:
        """The hashes of the file at a path, or of all files in that folder, if `key` is of what made them.

        Every byte is read: nothing if one is not as it was sealed.
        """
        keys = self._manifest.get("made_of")
        if self._folder is None or not isinstance(keys, dict) or keys.get(path) != key:
            return {}
        found = {
            each: sha256
            for each, sha256 in self._digests.items()
            if each == path or each.startswith(f"{path}/")
        }
        try:
            is_whole = all(fmt.sha256_of(self._folder / each) == sha256 for each, sha256 in found.items())
        except OSError:
            return {}
        return found if is_whole else {}

    @cached_property
    def _manifest(self) -> dict[str, Any]:
        try:
            manifest = fmt.read_json(self._folder / fmt.MANIFEST) if self._folder else None
        except (OSError, ValueError):
            return {}
        return manifest if isinstance(manifest, dict) else {}

    @cached_property
    def _digests(self) -> dict[str, str]:
        seal = self._manifest.get("files")
        if self._folder is None or not isinstance(seal, dict) or not _is_own_digest(self._manifest):
            return {}
        try:
            if not _is_own_table(self._folder, seal, whole=False):
                return {}
            return {file.path: file.sha256 for file in _listed(self._folder, seal, thumbnails=False)}
        except (OSError, ValueError):
            return {}


def mismatches(
    folder: Path,
    manifest: dict[str, Any],
    *,
    contents: bool,
    thumbnails: bool,
    advance: Callable[[int], None],
) -> Iterator[str]:
    """Yield one sentence for each mismatch with a generation's seal; nothing if all is well.

    Checks the manifest's own digest, the table's hash, then the name and size of each file; with `contents`
    also the hash of each file, which reads all of them and calls `advance(1)` after each. Without
    `thumbnails` these are left out, and so is their part of the table.
    """
    if not _is_own_digest(manifest):
        yield f"{fmt.MANIFEST} was changed after the build: its content does not match its digest."
    try:
        if not _is_own_table(folder, manifest.get("files"), whole=thumbnails):
            yield f"{fmt.FILES} was changed after the build: its hash differs from the one in {fmt.MANIFEST}."
            return
        sizes = {file.path: file.bytes for file in _listed(folder, manifest["files"], thumbnails)}
        found = sealed_files(folder, thumbnails=thumbnails)
        # An app checks this before it serves its first page. Usually all is well and this is enough.
        if sizes != found:
            yield from _other_files(sizes, found)
        for file in _listed(folder, manifest["files"], thumbnails) if contents else ():
            if file.bytes == found.get(file.path) and fmt.sha256_of(folder / file.path) != file.sha256:
                yield f"{file.path} was changed after the build: its hash differs."
            advance(1)
    except (OSError, ValueError) as error:
        yield f"{fmt.FILES} cannot be read ({error})."


def _is_own_digest(manifest: dict[str, Any]) -> bool:
    try:
        return fmt.manifest_digest(manifest) == manifest.get("digest")
    except (ValueError, RecursionError):
        # No build writes lone surrogates or endless brackets.
        return False


def _is_own_table(folder: Path, seal: Any, *, whole: bool) -> bool:
    """Whether files.tsv, or only what stands before the thumbnails, is what the manifest's `files` says."""
    if not isinstance(seal, dict):
        return False
    first = seal.get("first")
    if whole or first is None:  # The seals of older builds cover only the whole table.
        return fmt.sha256_of(folder / fmt.FILES) == seal.get("sha256")
    if not isinstance(first, dict) or type(first.get("bytes")) is not int:
        return False
    with open_file(folder / fmt.FILES) as table:
        size = min(first["bytes"], os.fstat(table.fileno()).st_size)
        return size >= 0 and hashlib.sha256(table.read(size)).hexdigest() == first.get("sha256")


def _listed(folder: Path, seal: dict[str, Any], thumbnails: bool) -> Iterator[SealedFile]:
    """The lines of files.tsv that were checked by `_is_own_table`."""
    if thumbnails or "first" not in seal:
        return read_files_table(folder) if thumbnails else read_first_files(folder)
    with open_file(folder / fmt.FILES) as table:
        first = io.BytesIO(table.read(seal["first"]["bytes"]))
    return _read_lines(io.TextIOWrapper(first, encoding="utf-8", newline="\n"))


def _is_thumbnail(path: str) -> bool:
    return path.startswith(f"{fmt.THUMBNAILS}/")


def _open_table(folder: Path) -> io.TextIOWrapper:
    return io.TextIOWrapper(open_file(folder / fmt.FILES), encoding="utf-8", newline="\n")


def _read_lines(table: io.TextIOWrapper) -> Iterator[SealedFile]:
    for line in table:
        sha256, size, path = line.rstrip("\n").split("\t")
        yield SealedFile(sha256, int(size), path)


def _other_files(sizes: dict[str, int], found: dict[str, int]) -> Iterator[str]:
    for path, size in sizes.items():
        if path not in found:
            yield f"{path} is missing."
        elif found[path] == _NO_FILE:
            yield f"{path} is not a file but a pipe, socket or device."
        elif found[path] != size:
            yield f"{path} has {found[path]:,} bytes where the build wrote {size:,}."
    for path in found.keys() - sizes.keys():
        yield f"{path} is not part of the build."


def sealed_files(folder: Path, *, thumbnails: bool = True) -> dict[str, int]:
    """The size in bytes of every sealed file in `folder`, by its path with / as the separator.

    It is negative for anything that is not a regular file. Without `thumbnails` their folder is left out.
    """
    sizes: dict[str, int] = {}
    _add_sizes(str(folder), "", sizes, but="" if thumbnails else fmt.THUMBNAILS)
    for apart in (fmt.MANIFEST, fmt.FILES):
        sizes.pop(apart, None)
    return sizes


def _add_sizes(folder: str, prefix: str, sizes: dict[str, int], *, but: str = "") -> None:
    # An app checks every file before its first page, so this makes no object per file but the entry.
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.name == but:
                continue
            if entry.is_dir(follow_symlinks=False):
                _add_sizes(entry.path, f"{prefix}{entry.name}/", sizes)
            else:
                status = entry.stat()
                sizes[prefix + entry.name] = status.st_size if stat.S_ISREG(status.st_mode) else _NO_FILE


def are_thumbnails(generation: Path, linked: LinkedFiles) -> bool:
    """Whether a generation's thumbnails are these files and no others.

    Most are the very same files by another name, which is seen without reading them or asking for each.
    """
    is_one_disk = generation.stat().st_dev == linked.folder.stat().st_dev
    folders = set()
    for folder, files in groupby(linked.files, key=lambda file: file[0].rpartition("/")[0]):
        folders.add(folder.rpartition("/")[2])
        there, own = _numbers(generation / folder), _numbers(linked.folder / folder)
        names = {path.rpartition("/")[2] for path, _ in files}
        if there.keys() != names:
            return False
        for name in names:
            if not (is_one_disk and there[name] == own.get(name)) and not is_same_file(
                generation / folder / name, linked.folder / folder / name
            ):
                return False
    return folders == {each.name for each in (generation / fmt.THUMBNAILS).iterdir()}


def _numbers(folder: Path) -> dict[str, int]:
    """The inode number of each file in a folder, by name."""
    with os.scandir(folder) as entries:
        return {entry.name: entry.inode() for entry in entries}


def is_same_file(path: Path, other: Path) -> bool:
    """Whether two files are the same one or have the same bytes. They are read, so no damage is missed."""
    return path.samefile(other) or filecmp.cmp(path, other, shallow=False)
