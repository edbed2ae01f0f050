"""Derives SQLite columns from the types of a product's fields, so a new field needs no change here."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import fields
from json.encoder import encode_basestring as encode_string
from operator import attrgetter
from typing import Any, NamedTuple, get_type_hints

from bundle.format import Product, ProductImage


class _Form(NamedTuple):
    """How values of one type are stored: the column's SQL type, and the conversions to and from it."""

    sql: str
    written: Callable[[Any], Any] | None = None
    read: Callable[[Any], Any] | None = None


def _texts(values: tuple[str, ...]) -> str:
    return f"[{', '.join(map(encode_string, values))}]" if values else "[]"


def _named(values: dict[str, str]) -> str:
    pairs = [f"{encode_string(name)}: {encode_string(value)}" for name, value in values.items()]
    return f"{{{', '.join(pairs)}}}"


def _images(images: tuple[ProductImage, ...]) -> str:
    each = [f"[{encode_string(image.id)}, {image.width}, {image.height}]" for image in images]
    return f"[{', '.join(each)}]"


_FORMS: dict[Any, _Form] = {
    str: _Form("TEXT NOT NULL"),
    float | None: _Form("REAL"),
    bool | None: _Form("INTEGER", read=lambda value: None if value is None else bool(value)),
    tuple[str, ...]: _Form("TEXT NOT NULL", _texts, lambda text: tuple(json.loads(text))),
    dict[str, str]: _Form("TEXT NOT NULL", _named, json.loads),
    tuple[ProductImage, ...]: _Form(
        "TEXT NOT NULL",
        _images,
        lambda text: tuple(ProductImage(*image) for image in json.loads(text)),
    ),
}

_HINTS = get_type_hints(Product)

TYPES: dict[str, Any] = {each.name: _HINTS[each.name] for each in fields(Product)}
"""The types of a product's fields, by name, in the order of the columns."""

_COLUMNS = {name: _FORMS[kind] for name, kind in TYPES.items()}
_VALUES = attrgetter(*_COLUMNS)
_CONVERTED = [
    (place, form.written) for place, form in enumerate(_COLUMNS.values(), start=1) if form.written is not None
]

INSERT = f"INSERT INTO products VALUES({','.join('?' * (1 + len(_COLUMNS)))})"
"""The SQL statement that inserts a row made by `row_of`."""

TABLE = "CREATE TABLE products(position INTEGER PRIMARY KEY, {});".format(
    ", ".join(f"{name} {form.sql}{' UNIQUE' if name == 'id' else ''}" for name, form in _COLUMNS.items())
)
"""The SQL statement that creates the table of products."""


def row_of(position: int, product: Product) -> tuple[Any, ...]:
    """The values of a product's row."""
    row = [position, *_VALUES(product)]
    for place, written in _CONVERTED:
        row[place] = written(row[place])
    return tuple(row)


class ProductColumns:
    """The product columns that a catalogue has. A catalogue from an older build may lack newer ones.

    `names` lists them for a SELECT. A field without a column gets its default value.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read a catalogue's columns. Raises `sqlite3.Error` if it has no table of products."""
        there = {name for (_, name, *_) in connection.execute("PRAGMA table_info(products)")}
        self._forms = [(name, form.read) for name, form in _COLUMNS.items() if name in there]
        self.names = ", ".join(name for name, _ in self._forms)

    def product(self, row: tuple[Any, ...]) -> Product:
        """The product of one row of these columns."""
        pairs = zip(self._forms, row, strict=True)
        return Product(**{name: read(value) if read else value for (name, read), value in pairs})
