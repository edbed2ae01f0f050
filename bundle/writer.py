"""Writes a generation beside the live one and makes it live in one step."""

from __future__ import annotations

import errno
import hashlib
import json
import os
import shutil
import sqlite3
import tempfile
from array import array
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import accumulate, chain, groupby
from operator import itemgetter
from pathlib import Path
from typing import Any

from bundle import format as fmt
from bundle.database import create_catalogue
from bundle.disk import flush, flush_all, flush_file_system, numbers_of, open_file
from bundle.format import BundleError, Neighbour, Product, ProductMap
from bundle.generations import is_whole, remove_older, replace_current, whole_one
from bundle.reader import Bundle
from bundle.seal import (
    LinkedFiles,
    SealedFiles,
    are_thumbnails,
    is_same_file,
    sealed_files,
    write_files_table,
)
from bundle.search.catalogue_index import encoded
from bundle.search.synonyms import SynonymRow, add_synonyms

_BUILDING = ".building-"

_OF_PUBLISHING = {"version", "generation", "created", "files", "digest", "made_of"}
"""The fields of a manifest that differ between generations with the same content."""

_CANNOT_LINK = {errno.EXDEV, errno.EPERM, errno.EMLINK, errno.ENOTSUP, errno.EOPNOTSUPP, errno.ENOSYS}
"""The errors of file systems that cannot make a hard link: unsupported, across disks, or too many."""


_PARTS_OF_LISTS = 64
"""Into how many parts lists are sorted on their way to their files: a power of two."""

_HELD_BYTES = 16 << 20
"""The bytes of lists that are held before they are written to temporary files."""

_MANY = 1000
"""Files from which on flushing the whole file system is quicker than flushing each."""


class BundleWriter:
    """Writes one generation of a bundle. Readers see nothing of it before `publish`.

    Its methods may be called in any order, from one thread; only `write_thumbnail` may be called from any.
    Leaving its `with` block without `publish` removes what was written. Only one writer at a time may use a
    folder: what a killed one left there is removed.
    """

    def __init__(self, root: Path, *, generation: str) -> None:
        """Open `root`/.building-`generation` for writing.

        Raises `BundleError` where the folder cannot be made or the name is not a plain folder name.
        """
        if not fmt.is_generation(generation):
            raise BundleError(f"Expected a plain folder name as the generation. Received: {generation!r}.")
        self.root = root
        self.generation = generation
        self.folder = root / f"{_BUILDING}{generation}"
        self._digests: dict[str, str] = {}
        self._folders: set[str] = set()
        self._made_of: dict[str, str] = {}
        live = fmt.read_current(root)
        self._live = root / live if live else None
        self._live_files = SealedFiles(self._live)
        try:
            for left in root.glob(f"{_BUILDING}*"):
                shutil.rmtree(left)
            self.folder.mkdir(parents=True)
            (self.folder / fmt.THUMBNAILS).mkdir()
        except OSError as error:
            raise BundleError(
                f"The output folder {root} cannot be written ({error.strerror}): "
                "choose another with --out or change its permissions."
            ) from error

    def __enter__(self) -> BundleWriter:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def write_thumbnail(self, image_id: str, webp: bytes, *, small: bool = False) -> None:
        """Store a thumbnail or small thumbnail. A second one for the same image id replaces the first."""
        path = self.folder / fmt.thumbnail_file(image_id, small=small)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(webp)

    def write_file(self, path: str, content: bytes) -> None:
        """Store any other file; `path` is its path in the generation."""
        target = self.folder / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)

    def link_file(self, path: str, source: Path | str, *, sha256: str) -> None:
        """Hard-link an existing file, or copy it where the file system has no hard links.

        `path` is its path in the generation. `sha256` goes into the seal: it must be the digest of the bytes
        when they were last read. Checking the seal then detects any later change.
        """
        folder = path.rpartition("/")[0]
        if folder not in self._folders:
            (self.folder / folder).mkdir(parents=True, exist_ok=True)
            self._folders.add(folder)
        target = f"{self.folder}/{path}"
        try:
            os.link(source, target)
        except OSError as error:
            if error.errno not in _CANNOT_LINK:
                raise
            shutil.copyfile(source, target)
        self._digests[path] = sha256

    def link_files(self, linked: LinkedFiles) -> None:
        """Do what `link_file` does for many files."""
        for path, sha256 in linked.files:
            self.link_file(path, f"{linked.folder}/{path}", sha256=sha256)

    def keep(self, path: str, *, key: str) -> int:
        """Take a file or folder over from the live generation if it was made of the same.

        `path` is its path in the generation. `key` is of all that decides its content, the program included;
        the manifest keeps it for the next build. Returns the number of files. With 0 it is to be written: the
        live generation has none, or one that was made of something else or is damaged, for which every byte
        is read. Otherwise nothing may be added to it.
        """
        self._made_of[path] = key
        sealed = self._live_files.made_of(path, key)
        for each, sha256 in sealed.items():
            self.link_file(each, f"{self._live}/{each}", sha256=sha256)
        return len(sealed)

    def count_files(self) -> int:
        """How many files the generation has so far. `publish` seals them."""
        return sum(len(files) for _, _, files in os.walk(self.folder))

    def _write_list_file(self, path: str, content: bytes) -> None:
        """Store a file of lists, or link the live generation's where that has the same bytes."""
        sha256 = hashlib.sha256(content).hexdigest()
        if self._live is not None and _holds(self._live / path, content):
            self.link_file(path, self._live / path, sha256=sha256)
            return
        (self.folder / path).write_bytes(content)
        self._digests[path] = sha256

    def write_catalogue(self, products: Iterable[Product]) -> int:
        """Store the products in the order given, and return their number.

        Raises `BundleError` for a duplicate id.
        """
        try:
            return create_catalogue(self.folder / fmt.CATALOGUE, products)
        except sqlite3.IntegrityError as error:
            raise BundleError(f"Two products have the same id ({error}).") from error
        except sqlite3.OperationalError as error:
            # Mostly a full disk, for which SQLite raises its own error.
            raise BundleError(f"{self.folder / fmt.CATALOGUE} cannot be written ({error}).") from error

    def write_synonyms(self, rows: Iterable[SynonymRow], *, sources: Iterable[tuple[str, str]]) -> int:
        """Add the words for what the catalogue has to it, and return the number of rows.

        The catalogue must be there. `sources` are names and licences of what the rows were made from.
        """
        path = self.folder / fmt.CATALOGUE
        try:
            return add_synonyms(path, rows, sources=sources)
        except sqlite3.OperationalError as error:
            raise BundleError(f"{path} cannot be written ({error}).") from error

    def write_neighbours(self, recipe: str, lists: Iterable[tuple[str, Sequence[Neighbour]]]) -> int:
        """Store the lists of one recipe, one for each product id, and return the number of files.

        That is the smallest power of two that keeps every file within `SHARD_BYTES`.
        """
        lines = ((name, fmt.encode_list(name, entries).encode()) for name, entries in lists)
        return self.write_lines(recipe, lines)

    def write_lines(self, recipe: str, lines: Iterable[tuple[str, bytes]]) -> int:
        """Like `write_neighbours`, with lists encoded by `fmt.encode_list`, in UTF-8.

        They are streamed through temporary files, so memory holds few of the texts at a time.
        """
        (self.folder / fmt.NEIGHBOURS / recipe).mkdir(parents=True)
        with tempfile.TemporaryDirectory(dir=self.folder) as folder:
            spool = _ListSpool(Path(folder))
            spool.add(lines)
            shards = _shard_count(*spool.sizes())
            for shard, content in spool.contents(shards):
                self._write_list_file(fmt.shard_file(recipe, shard), content)
        return shards

    def write_map(self, recipe: str, found: ProductMap) -> None:
        """Store the map of one recipe."""
        path = self.folder / fmt.map_file(recipe)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(fmt.canonical_json(asdict(found)) + b"\n")
        (self.folder / fmt.places_file(recipe)).write_bytes(encoded("H", found.x) + encoded("H", found.y))

    def write_report(self, report: Mapping[str, Any]) -> None:
        """Store report.json: what was left out and why, and how the build went."""
        text = json.dumps(report, indent=1, ensure_ascii=False)
        (self.folder / fmt.REPORT).write_text(text + "\n", encoding="utf-8")

    def unchanged(self, manifest: Mapping[str, Any], *, linked: LinkedFiles) -> Path | None:
        """The live generation's folder if its content is what was written, byte for byte; otherwise None.

        Times do not count: when a generation was made, and the report's `seconds`. It is also None if the
        live generation is damaged. `manifest` is what `publish` would be given, and `linked` has all its
        thumbnails, of which none is written yet.
        """
        if self._live is None:
            return None
        try:
            with Bundle.open_generation(self._live) as bundle:
                if not is_whole(bundle) or _lasting(bundle.manifest) != _lasting(manifest):
                    return None
            written, live = (sealed_files(each, thumbnails=False) for each in (self.folder, self._live))
            reports = [fmt.read_json(folder / fmt.REPORT) for folder in (self.folder, self._live)]
            if {**reports[0], "seconds": None} != {**reports[1], "seconds": None}:
                return None
            del written[fmt.REPORT], live[fmt.REPORT]
            if (
                written == live
                and all(is_same_file(self.folder / path, self._live / path) for path in written)
                and are_thumbnails(self._live, linked)
            ):
                return self._live
        except (BundleError, OSError, ValueError, TypeError, KeyError):
            # It is damaged, so the new one is published.
            pass
        return None

    def publish(
        self, manifest: Mapping[str, Any], *, advance: Callable[[int], None] = lambda count: None
    ) -> Path:
        """Seal the generation, make it the live one and return its folder.

        Everything is on disk before `CURRENT` is replaced by a rename. A reader sees the old or the new
        generation, never a mixture, and a crash at any moment leaves one of the two. The generation that was
        live before is kept, or the newest intact one if that is damaged. Older ones are removed. `advance(1)`
        is called after each file that is sealed.
        """
        seal = write_files_table(self.folder, known=self._digests, advance=advance)
        content = {"version": fmt.VERSION, "generation": self.generation, **manifest, "files": seal}
        if self._made_of:
            content["made_of"] = self._made_of
        content["digest"] = fmt.manifest_digest(content)
        text = json.dumps(content, indent=1, ensure_ascii=False)
        (self.folder / fmt.MANIFEST).write_text(text + "\n", encoding="utf-8")
        before = fmt.read_current(self.root)
        if not (seal["count"] > _MANY and flush_file_system(self.folder)):
            # Files shared with the live generation were flushed when it was published.
            flush_all(self.folder, but=numbers_of(self.root / before) if before else frozenset())

        target = self.root / self.generation
        os.rename(self.folder, target)
        flush(self.root)
        replace_current(self.root, self.generation)
        remove_older(self.root, keep={self.generation, before, whole_one(self.root, before)})
        return target


class _ListSpool:
    """Lists on their way to their files, in parts by the first bits of their ids' hashes.

    A part is read at once, in order, and has whole files of lists; or it is a part of one. While all lists
    together are small, no part is written to its temporary file.
    """

    def __init__(self, folder: Path) -> None:
        """`folder` is an empty one for the temporary files."""
        self._folder = folder
        self._ids: list[list[str]] = [[] for _ in range(_PARTS_OF_LISTS)]
        self._places, self._lengths = ([array("I") for _ in range(_PARTS_OF_LISTS)] for _ in range(2))
        self._pending: list[list[bytes]] = [[] for _ in range(_PARTS_OF_LISTS)]

    def add(self, lines: Iterable[tuple[str, bytes]]) -> None:
        """Take the lines of all lists."""
        held = 0
        for product_id, line in lines:
            place = fmt.shard_place(product_id)
            part = place * _PARTS_OF_LISTS >> 32
            self._ids[part].append(product_id)
            self._places[part].append(place)
            self._lengths[part].append(len(line))
            self._pending[part].append(line)
            held += len(line)
            if held > _HELD_BYTES:
                self._write()
                held = 0

    def sizes(self) -> tuple[array[int], array[int]]:
        """The places of all lists, which determine their files, and the bytes of their lines."""
        places, lengths = array("I"), array("I")
        for part in range(_PARTS_OF_LISTS):
            places += self._places[part]
            lengths += self._lengths[part]
        return places, lengths

    def contents(self, shards: int) -> Iterator[tuple[int, bytes]]:
        """The number and the content of each file of lists, out of `shards`."""
        step = max(1, _PARTS_OF_LISTS // shards)
        for first in range(0, _PARTS_OF_LISTS, step):
            lists = sorted(
                chain.from_iterable(self._read(part, shards) for part in range(first, first + step))
            )
            found = {shard: [line for _, _, line in some] for shard, some in groupby(lists, itemgetter(0))}
            for shard in range(first * shards // _PARTS_OF_LISTS, (first + step) * shards // _PARTS_OF_LISTS):
                yield shard, b"{\n" + b",\n".join(found.get(shard, ())) + b"\n}\n"

    def _write(self) -> None:
        for part, pending in enumerate(self._pending):
            if pending:
                with self._file(part).open("ab") as file:
                    file.write(b"".join(pending))
                pending.clear()

    def _file(self, part: int) -> Path:
        return self._folder / str(part)

    def _read(self, part: int, shards: int) -> Iterator[tuple[int, str, bytes]]:
        """The lists of a part: the numbers of their files, their products and their lines."""
        numbers = (fmt.shard_at(place, shards) for place in self._places[part])
        file = self._file(part)
        if not file.exists():
            return zip(numbers, self._ids[part], self._pending[part], strict=True)
        content = file.read_bytes() + b"".join(self._pending[part])
        ends = accumulate(self._lengths[part])
        lines = (content[end - length : end] for end, length in zip(ends, self._lengths[part], strict=True))
        return zip(numbers, self._ids[part], lines, strict=True)


def _lasting(manifest: Mapping[str, Any]) -> bytes:
    """A manifest without what `publish` adds, and without times."""
    return fmt.canonical_json({name: value for name, value in manifest.items() if name not in _OF_PUBLISHING})


def _holds(path: Path, content: bytes) -> bool:
    """Whether a file has these bytes. They are read: what is damaged is never taken over."""
    try:
        with open_file(path) as file:
            return os.fstat(file.fileno()).st_size == len(content) and file.read() == content
    except OSError:
        return False


def _shard_count(places: Sequence[int], lengths: Sequence[int]) -> int:
    # A single list may exceed the limit; more shards would not help.
    limit = max(fmt.SHARD_BYTES, max(lengths, default=0) + 6)
    # Counted once, for more files than are needed: two side by side are one where there are half as many.
    shards = 1
    while shards < min(fmt.MAX_SHARDS, len(places)):
        shards *= 2
    sizes = _sizes(places, lengths, shards)
    while max(sizes) > limit and shards < fmt.MAX_SHARDS:
        shards *= 2
        sizes = _sizes(places, lengths, shards)
    while shards > 1:
        sizes = [one + other - 4 for one, other in zip(sizes[::2], sizes[1::2], strict=True)]
        if max(sizes) > limit:
            break
        shards //= 2
    return shards


def _sizes(places: Sequence[int], lengths: Sequence[int], shards: int) -> list[int]:
    """The bytes of each file of lists."""
    sizes = [4] * shards
    for place, length in zip(places, lengths, strict=True):
        sizes[place * shards >> 32] += length + 2
    return sizes
