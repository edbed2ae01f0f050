"""Writes a generation beside the live one and puts it in its place in one step."""

from __future__ import annotations

import json
import os
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from itertools import groupby
from pathlib import Path
from typing import IO, Any, NamedTuple

from bundle import format as fmt
from bundle.catalogue import create_catalogue
from bundle.format import BundleError, Neighbour, Product, ProductMap
from bundle.seal import sealed_files, write_files_table


class BundleWriter:
    """Writes one generation of a bundle; nothing of it is visible to readers before `publish`.

    A writer is used in any order and from one thread, but for `write_thumbnail`, which any thread may
    call. Leaving its `with` block without `publish` removes what was written.
    """

    def __init__(self, root: Path, *, generation: str) -> None:
        """Open `root`/.building-`generation` for writing.

        Raises `BundleError` where the folder cannot be made or the name is not a plain folder name.
        """
        if not fmt.is_generation(generation):
            raise BundleError(f"Expected a plain folder name as the generation. Received: {generation!r}.")
        self.root = root
        self.generation = generation
        self.folder = root / f".building-{generation}"
        try:
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
        """Store one thumbnail, or the small one. A second one for the same image id replaces the first."""
        path = self.folder / fmt.thumbnail_file(image_id, small=small)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(webp)

    def write_catalogue(self, products: Iterable[Product]) -> int:
        """Store the products in the order given, and return how many there were.

        Raises `BundleError` on an id that occurs twice.
        """
        try:
            return create_catalogue(self.folder / fmt.CATALOGUE, products)
        except sqlite3.IntegrityError as error:
            raise BundleError(f"Two products have the same id ({error}).") from error

    def write_neighbours(self, recipe: str, lists: Iterable[tuple[str, Sequence[Neighbour]]]) -> int:
        """Store the lists of one recipe, one for each product id, and return the number of files.

        That is the smallest power of two with which no file passes `SHARD_BYTES`.
        """
        lines = ((name, fmt.encode_list(name, entries).encode()) for name, entries in lists)
        return self.write_lines(recipe, lines)

    def write_lines(self, recipe: str, lines: Iterable[tuple[str, bytes]]) -> int:
        """As `write_neighbours`, with lists in the form that `fmt.encode_list` gives them, in UTF-8.

        They are streamed through a temporary file: in memory stay their places, not their texts.
        """
        (self.folder / fmt.NEIGHBOURS / recipe).mkdir(parents=True)
        with tempfile.TemporaryFile(dir=self.folder) as spool:
            lists = []
            for product_id, line in lines:
                lists.append(_List(fmt.shard_place(product_id), product_id, spool.tell(), len(line)))
                spool.write(line)
            shards = _shard_count(lists)
            lists.sort(key=lambda one: (one.shard(shards), one.product_id))
            parts = {shard: list(part) for shard, part in groupby(lists, lambda one: one.shard(shards))}
            for shard in range(shards):
                content = b"{\n" + b",\n".join(_read(spool, one) for one in parts.get(shard, ())) + b"\n}\n"
                (self.folder / fmt.shard_file(recipe, shard)).write_bytes(content)
        return shards

    def write_map(self, recipe: str, found: ProductMap) -> None:
        """Store where the products lie on the map of one recipe."""
        path = self.folder / fmt.map_file(recipe)
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(fmt.canonical_json(asdict(found)) + b"\n")

    def write_report(self, report: Mapping[str, Any]) -> None:
        """Store report.json: what was left out and why, and how the build went."""
        text = json.dumps(report, indent=1, ensure_ascii=False)
        (self.folder / fmt.REPORT).write_text(text + "\n", encoding="utf-8")

    def count_files(self) -> int:
        """How many files the generation has so far, which `publish` will seal."""
        return sum(1 for _ in sealed_files(self.folder))

    def publish(
        self, manifest: Mapping[str, Any], *, advance: Callable[[int], None] = lambda count: None
    ) -> Path:
        """Seal the generation, make it the live one and return its folder.

        Everything is on disk before `CURRENT` changes, and `CURRENT` is replaced by a rename: a reader
        sees the old generation or the new one, whole, and a crash at any instant leaves one of the two.
        The generation that was live before is kept, older ones are removed. `advance(1)` is called after
        each file that is sealed.
        """
        seal = write_files_table(self.folder, advance=advance)
        content = {"version": fmt.VERSION, "generation": self.generation, **manifest, "files": seal}
        content["digest"] = fmt.manifest_digest(content)
        text = json.dumps(content, indent=1, ensure_ascii=False)
        (self.folder / fmt.MANIFEST).write_text(text + "\n", encoding="utf-8")
        _flush(self.folder)

        previous = fmt.read_current(self.root)
        target = self.root / self.generation
        os.rename(self.folder, target)
        _replace(self.root / fmt.CURRENT, self.generation + "\n")
        _remove_older(self.root, keep={self.generation, previous})
        return target


class _List(NamedTuple):
    """What decides on the file of a product's list, and where its line stands in the temporary file."""

    place: int
    product_id: str
    begin: int
    length: int

    def shard(self, shards: int) -> int:
        """The number of the file that the list belongs to, where there are `shards` of them."""
        return fmt.shard_at(self.place, shards)


def _read(spool: IO[bytes], one: _List) -> bytes:
    spool.seek(one.begin)
    return spool.read(one.length)


def _shard_count(lists: list[_List]) -> int:
    # One list may pass the limit by itself; more shards would not help it.
    limit = max(fmt.SHARD_BYTES, max((one.length for one in lists), default=0) + 6)
    shards = 1
    while shards < fmt.MAX_SHARDS:
        sizes = [4] * shards
        for one in lists:
            sizes[one.shard(shards)] += one.length + 2
        if max(sizes) <= limit:
            break
        shards *= 2
    return shards


def _flush(folder: Path) -> None:
    """Ask the system to write every file below `folder`, and the folders themselves, to the disk."""
    for path in _walk(folder):
        descriptor = os.open(path, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _walk(folder: Path) -> Iterator[Path]:
    for parent, _, names in os.walk(folder, topdown=False):
        yield from (Path(parent, name) for name in names)
        yield Path(parent)


def _replace(path: Path, text: str) -> None:
    temporary = path.with_name(f".{path.name}.new")
    with temporary.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    os.replace(temporary, path)


def _remove_older(root: Path, *, keep: set[str | None]) -> None:
    for folder in root.iterdir():
        # Only what is surely a generation of ours is removed: the folder may be a user's own.
        if folder.is_dir() and folder.name not in keep and (folder / fmt.MANIFEST).is_file():
            shutil.rmtree(folder, ignore_errors=True)
