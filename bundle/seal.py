"""The seal: the table of every file's hash and size, and the checks against it."""

from __future__ import annotations

import hashlib
import io
import os
import stat
from collections.abc import Callable, Iterator, Mapping
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


def write_files_table(
    folder: Path, *, known: Mapping[str, str], advance: Callable[[int], None]
) -> dict[str, Any]:
    """Write files.tsv for everything in `folder` and return its entry in the manifest.

    `known` maps paths to SHA-256 digests that the caller computed; all other files are read here.
    `advance(1)` is called after each file.
    """
    count = total = 0
    digest = hashlib.sha256()
    with (folder / fmt.FILES).open("wb") as table:
        for path, size in sorted(sealed_files(folder).items()):
            line = f"{known.get(path) or fmt.sha256_of(folder / path)}\t{size}\t{path}\n".encode()
            table.write(line)
            digest.update(line)
            count, total = count + 1, total + size
            advance(1)
    return {"count": count, "bytes": total, "sha256": digest.hexdigest()}


def read_files_table(folder: Path) -> Iterator[SealedFile]:
    """Yield the lines of files.tsv. Raises `ValueError` for a malformed line."""
    with _open_table(folder) as table:
        for line in table:
            sha256, size, path = line.rstrip("\n").split("\t")
            yield SealedFile(sha256, int(size), path)


def mismatches(
    folder: Path,
    manifest: dict[str, Any],
    *,
    contents: bool,
    elsewhere: str | None,
    advance: Callable[[int], None],
) -> Iterator[str]:
    """Yield one sentence for each mismatch with a generation's seal; nothing if all is well.

    Checks the manifest's own digest, the table's hash, then the name and size of each file; with `contents`
    also the hash of each file, which reads all of them and calls `advance(1)` after each. Files of the folder
    `elsewhere` may be missing, since another server serves them.
    """
    if not _is_own_digest(manifest):
        yield f"{fmt.MANIFEST} was changed after the build: its content does not match its digest."
    seal = manifest.get("files")
    expected = seal.get("sha256") if isinstance(seal, dict) else None
    try:
        if fmt.sha256_of(folder / fmt.FILES) != expected:
            yield f"{fmt.FILES} was changed after the build: its hash differs from the one in {fmt.MANIFEST}."
            return
        sizes = _sealed_sizes(folder)
        found = sealed_files(folder)
        if elsewhere is not None:
            apart = f"{elsewhere}/"
            sizes = {
                path: size for path, size in sizes.items() if path in found or not path.startswith(apart)
            }
        # An app checks this before it serves its first page. Usually all is well and this is enough.
        if sizes != found:
            yield from _other_files(sizes, found)
        for file in read_files_table(folder) if contents else ():
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


def _open_table(folder: Path) -> io.TextIOWrapper:
    return io.TextIOWrapper(open_file(folder / fmt.FILES), encoding="utf-8", newline="\n")


def _sealed_sizes(folder: Path) -> dict[str, int]:
    with _open_table(folder) as table:
        return {path[:-1]: int(size) for _, size, path in (line.split("\t") for line in table)}


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


def sealed_files(folder: Path) -> dict[str, int]:
    """The size in bytes of every sealed file in `folder`, by its path with / as the separator.

    It is negative for anything that is not a regular file.
    """
    sizes: dict[str, int] = {}
    _add_sizes(str(folder), "", sizes)
    for apart in (fmt.MANIFEST, fmt.FILES):
        sizes.pop(apart, None)
    return sizes


def _add_sizes(folder: str, prefix: str, sizes: dict[str, int]) -> None:
    # An app checks every file before its first page, so this makes no object per file but the entry.
    with os.scandir(folder) as entries:
        for entry in entries:
            if entry.is_dir(follow_symlinks=False):
                _add_sizes(entry.path, f"{prefix}{entry.name}/", sizes)
            else:
                status = entry.stat()
                sizes[prefix + entry.name] = status.st_size if stat.S_ISREG(status.st_mode) else _NO_FILE
