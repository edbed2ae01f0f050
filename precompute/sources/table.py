"""A table of products beside its pictures."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from precompute.errors import UserError
from precompute.sources.files import PictureFiles, files_in, is_picture, shown
from precompute.sources.products import SourceProduct, parts_of, product_from
from precompute.sources.records import LeftOut, Record

TABLE = "products.csv"
"""The table that a folder may have."""

_NO_COLUMNS: Mapping[str, str] = {}


def read_table(folder: Path) -> tuple[list[SourceProduct], list[LeftOut]]:
    """The products of the table in `folder`, in its order; what is left out are rows, and pictures."""
    products: dict[str, SourceProduct] = {}
    left_out: list[LeftOut] = []
    pictures = PictureFiles(folder)
    for entry in read_records(folder / TABLE):
        if isinstance(entry, LeftOut):
            left_out.append(entry)
            continue
        try:
            for file in entry.images:
                pictures.check(file)
            product = product_from(entry, entry.images)
            if product.id in products:
                raise ValueError(f"the id {product.id!r} occurs before: the first is kept")
        except ValueError as error:
            left_out.append(LeftOut(entry.place, str(error)))
        else:
            products[product.id] = product
    named = {file for product in products.values() for file in product.files}
    for path in files_in(folder, left_out):
        if is_picture(path) and path not in named:
            left_out.append(LeftOut(shown(path), f"no product of {TABLE} that is kept names it"))
    return list(products.values()), left_out


def read_records(path: Path, *, columns: Mapping[str, str] = _NO_COLUMNS) -> Iterator[Record | LeftOut]:
    """The records of a local table, row by row, and the rows that cannot be read.

    `columns` has, by Akin's name, the column that it is read from; the others are read from the column of
    the same name. Raises `UserError` where the file is no table of products.
    """
    taken = {name.strip().lower(): field for field, name in columns.items()}
    for number, row in _rows(path, taken):
        first, *further = (row.pop(name, "") for name in ("image", "images"))
        images = tuple(dict.fromkeys([first, *parts_of(further[0])] if first else []))
        yield Record(f"{path.name}, line {number}", row, images)


def _rows(table: Path, taken: Mapping[str, str]) -> Iterator[tuple[int, dict[str, str]]]:
    """The rows of the table with their line numbers, cells stripped, columns in lower case."""
    try:
        with table.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.DictReader(file, restkey="", restval="")
            names = {name: name.strip().lower() for name in reader.fieldnames or ()}
            columns = {name: taken.get(lower, lower) for name, lower in names.items()}
            missing = {"id", "image"} - set(columns.values())
            if missing:
                raise UserError(
                    f"Expected the columns id and image in {table}. "
                    f"Received: {', '.join(columns) or 'no header'}."
                )
            for row in reader:
                cells = {columns[name]: value.strip() for name, value in row.items() if name in columns}
                yield reader.line_num, cells
    except UnicodeDecodeError as error:
        raise UserError(f"{table} is not in UTF-8 ({error}): save it as UTF-8.") from error
    except csv.Error as error:
        raise UserError(f"{table} is no table of comma-separated values ({error}).") from error
