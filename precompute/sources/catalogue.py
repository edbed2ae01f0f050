"""Reads a catalogue: which products there are, and which pictures belong to each."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from precompute.errors import UserError
from precompute.sources.files import EXTENSIONS, is_output
from precompute.sources.folder import read_pictures
from precompute.sources.products import SourceProduct
from precompute.sources.records import LeftOut
from precompute.sources.table import TABLE, read_table


@dataclass(frozen=True)
class Catalogue:
    """What a source holds: its folder, its products in order, and what was left out so far."""

    folder: Path
    products: list[SourceProduct]
    left_out: list[LeftOut]


def read_catalogue(folder: Path) -> Catalogue:
    """Read the catalogue in `folder`: its products.csv where it has one, else every picture below it.

    Raises `UserError` where the folder does not exist, cannot be read or holds no product.
    """
    if not folder.exists():
        raise UserError(f"Expected a folder of pictures. Received: {folder}, which does not exist.")
    if not folder.is_dir():
        raise UserError(f"Expected a folder of pictures. Received: {folder}, which is a file.")
    if is_output(folder):
        raise UserError(f"Expected a folder of pictures. Received: {folder}, which a build wrote.")
    try:
        has_table = (folder / TABLE).is_file()
        products, left_out = read_table(folder) if has_table else read_pictures(folder)
    except OSError as error:
        raise UserError(f"{error.filename or folder} cannot be read ({error.strerror}).") from error
    if not products:
        others = f" {len(left_out)} other files are there." if left_out else ""
        raise UserError(
            f"Expected pictures ({' '.join(sorted(EXTENSIONS))}) in {folder}. Received: none.{others}"
        )
    return Catalogue(folder, products, left_out)
