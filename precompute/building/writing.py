"""Writes what a build has made, but for what the live generation has already, made of the same."""

from __future__ import annotations

import hashlib
import sqlite3
import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.metadata import version
from pathlib import Path

import numpy as np

import bundle
from bundle import BundleWriter, Product
from bundle import format as fmt
from bundle.seal import LinkedFiles
from precompute import neighbours, synonyms
from precompute.neighbours import NeighbourLists
from precompute.neighbours.reach import Reach, lines_with_reach
from precompute.store import PictureStore
from precompute.store.pictures import thumbnail_files
from precompute.synonyms.write import fetched_wordnet, write_synonyms

_PROGRAM = (bundle, neighbours, synonyms)
"""The packages that decide what is written for given products and lists."""

_TOGETHER = 1 << 16
"""Lists that are hashed at a time."""


def write_lists(recipe: str, lists: NeighbourLists, reach: Reach | None, *, writer: BundleWriter) -> int:
    """Write the lists of a recipe, with the entries of `reach`, and return the number of their files."""
    shards = writer.keep(f"{fmt.NEIGHBOURS}/{recipe}", key=_key_of_lists(lists, reach))
    if shards:
        return shards
    return writer.write_lines(recipe, lists.lines() if reach is None else lines_with_reach(lists, reach))


def write_catalogue(
    writer: BundleWriter, products: Sequence[Product], *, inputs: str, own: Path | None, with_wordnet: bool
) -> None:
    """Write the catalogue with its synonyms.

    `inputs` is the hash of all that the products have but their `twins`. See `write_synonyms` for the others.
    """
    wordnet = fetched_wordnet() if with_wordnet else None
    twins = (f"{place} {product.twins}" for place, product in enumerate(products) if product.twins)
    words = own.read_bytes() if own else b""
    key = fmt.key_of(_program_key(), inputs, fmt.key_of(*twins), words, wordnet.licence if wordnet else "")
    if not writer.keep(fmt.CATALOGUE, key=key):
        writer.write_catalogue(products)
        write_synonyms(writer, products, own=own, wordnet=wordnet)


@dataclass(frozen=True)
class _Thumbnails(Iterable[tuple[str, str]]):
    """The paths of some pictures' thumbnails with their hashes, in the order of the pictures' sorted ids."""

    image_ids: list[str]
    pictures: PictureStore

    def __iter__(self) -> Iterator[tuple[str, str]]:
        for image_id in self.image_ids:
            yield from zip(thumbnail_files(image_id), self.pictures[image_id].thumbnails, strict=False)


def linked_thumbnails(products: Sequence[Product], pictures: PictureStore) -> LinkedFiles:
    """The thumbnails that a generation of these products links to."""
    image_ids = sorted({image.id for product in products for image in product.images})
    return LinkedFiles(pictures.folder, _Thumbnails(image_ids, pictures))


def _key_of_lists(lists: NeighbourLists, reach: Reach | None) -> str:
    digest = hashlib.sha256()
    for arrays in ((lists.rows, lists.scores), (reach.products, reach.hosts, reach.scores) if reach else ()):
        for array in arrays:
            digest.update(f"{array.dtype} {array.shape}".encode())
            for begin in range(0, len(array), _TOGETHER):
                digest.update(np.ascontiguousarray(array[begin : begin + _TOGETHER]).data)
    return fmt.key_of(_program_key(), digest.hexdigest(), *lists.ids)


@cache
def _program_key() -> str:
    """The key of the program: of Python, of what it writes with, and of every file of these packages."""
    libraries = (sys.version, sqlite3.sqlite_version, version("pyroaring"))
    folders = [Path(folder) for package in _PROGRAM for folder in package.__path__]
    files = [file for folder in folders for file in sorted(folder.rglob("*.py"))]
    return fmt.key_of(*libraries, *(file.name for file in files), *(file.read_bytes() for file in files))
