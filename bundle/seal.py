"""The seal: the table of every file's hash and size, and the checks against it."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, NamedTuple

from bundle import format as fmt


class SealedFile(NamedTuple):
    """One line of files.tsv: the SHA-256 of a file, its size in bytes and its path in the generation."""

    sha256: str
    bytes: int
    path: str


def write_files_table(folder: Path, *, advance: Callable[[int], None]) -> dict[str, Any]:
    """Write files.tsv for everything in `folder` and return what the manifest says of it.

    `advance(1)` is called after each file.
    """
    count = total = 0
    digest = hashlib.sha256()
    with (folder / fmt.FILES).open("wb") as table:
        for path in sealed_files(folder):
            size = (folder / path).stat().st_size
            line = f"{fmt.sha256_of(folder / path)}\t{size}\t{path}\n".encode()
            table.write(line)
            digest.update(line)
            count, total = count + 1, total + size
            advance(1)
    return {"count": count, "bytes": total, "sha256": digest.hexdigest()}


def read_files_table(folder: Path) -> Iterator[SealedFile]:
    """The lines of files.tsv, one at a time; a line of another form raises `ValueError`."""
    with (folder / fmt.FILES).open(encoding="utf-8", newline="\n") as table:
        for line in table:
            sha256, size, path = line.rstrip("\n").split("\t")
            yield SealedFile(sha256, int(size), path)


def mismatches(folder: Path, manifest: dict[str, Any], *, contents: bool) -> Iterator[str]:
    """What does not match the seal of a generation, one sentence each; nothing where all is well.

    Checks the manifest's own digest, the table's hash, then the name and size of each file; with
    `contents` the hash of each file too, which reads all of them.
    """
    if fmt.manifest_digest(manifest) != manifest.get("digest"):
        yield f"{fmt.MANIFEST} was changed after the build: its content does not match its own digest."
    seal = manifest.get("files")
    expected = seal.get("sha256") if isinstance(seal, dict) else None
    try:
        if fmt.sha256_of(folder / fmt.FILES) != expected:
            yield f"{fmt.FILES} was changed after the build: its hash is not the one in {fmt.MANIFEST}."
            return
        sizes = {path: (folder / path).stat().st_size for path in sealed_files(folder)}
        for file in read_files_table(folder):
            yield from _mismatch(folder, file, sizes.pop(file.path, None), contents=contents)
    except (OSError, ValueError) as error:
        yield f"{fmt.FILES} cannot be read ({error})."
        return
    for path in sizes:
        yield f"{path} is not part of the build."


def _mismatch(folder: Path, file: SealedFile, size: int | None, *, contents: bool) -> Iterator[str]:
    if size is None:
        yield f"{file.path} is missing."
    elif size != file.bytes:
        yield f"{file.path} has {size:,} bytes where the build wrote {file.bytes:,}."
    elif contents and fmt.sha256_of(folder / file.path) != file.sha256:
        yield f"{file.path} was changed after the build: its hash is another."


def sealed_files(folder: Path) -> Iterator[str]:
    """The paths of all sealed files in `folder`, sorted, with / between the parts."""
    apart = {fmt.MANIFEST, fmt.FILES}
    for parent, folders, names in os.walk(folder):
        folders.sort()
        base = Path(parent).relative_to(folder).as_posix()
        for name in sorted(names):
            path = name if base == "." else f"{base}/{name}"
            if path not in apart:
                yield path
