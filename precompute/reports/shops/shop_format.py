"""Describes the file that a shop system takes, with helpers for naming products and writing CSV."""

from __future__ import annotations

import csv
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import TextIO

from bundle import Product
from precompute.shared.csv_cells import marked

IDS = ("sku", "number")
"""What an id of digits may be in the shop: a SKU (a reference), or the shop system's own number."""

NUMBER = "id:"
"""The prefix of a reference that is the shop system's own number."""


class UnknownToShop(Exception):
    """A product cannot be named to the importer. The message is the reason, for the end of a sentence."""


@dataclass(frozen=True)
class Related:
    """A product with its look-alikes, best first, by their names for the importer."""

    reference: str
    others: tuple[str, ...]


@dataclass(frozen=True)
class ShopFormat:
    """One shop system's format.

    `name` is its value for `--format`, `shop` its name in messages, `what` a description for `--help`, and
    `file` the usual name of the file. `references(products, ids)` returns a function that gives a product's
    name for the importer, or raises `UnknownToShop`. It gets all products, as some systems need one kind of
    name for all, and what `--ids` says, or None. `write` writes the file.
    """

    name: str
    shop: str
    what: str
    file: str
    references: Callable[[Iterable[Product], str | None], Callable[[Product], str]]
    write: Callable[[TextIO, list[Related]], None]


def sku_of(product: Product) -> str:
    """The SKU among a product's facts, where sources put it if it is not the id; empty if there is none."""
    return next((text for name, text in product.facts.items() if name.lower() == "sku"), "")


def is_number(text: str) -> bool:
    """Whether a text may be a shop system's number: ASCII digits that do not begin with 0."""
    return text.isascii() and text.isdecimal() and not text.startswith("0")


def checked(reference: str, *, what: str, forbidden: str = "") -> str:
    """The reference, if the file can hold it unchanged.

    Importers compare SKUs byte by byte, so no SKU may get an apostrophe that keeps spreadsheets from running
    it as a formula. Raises `UnknownToShop` for a SKU that would need one, and for one with a `forbidden`
    character.
    """
    if marked(reference) != reference:
        raise UnknownToShop(f"its {what} begins with {reference[0]!r}: a spreadsheet may run it as a formula")
    for character in forbidden:
        if character in reference:
            raise UnknownToShop(f"its {what} contains {character!r}, which separates values in the file")
    return reference


def write_csv(
    file: TextIO, header: tuple[str, ...], rows: Iterable[tuple[str, ...]], *, delimiter: str = ","
) -> None:
    """Write a table. The cells must be safe already."""
    table = csv.writer(file, delimiter=delimiter)
    table.writerow(header)
    table.writerows(rows)
