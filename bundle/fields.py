"""Derives SQLite columns from the types of a product's fields, so a new field needs no change here."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable
from dataclasses import fields
from typing import Any, NamedTuple, get_type_hints

from bundle.format import Product, ProductImage


class _Form(NamedTuple):
    """How values of one type are stored: the column's SQL type, and the conversions to and from it."""

    sql: str
    written: Callable[[Any], Any] | None = None
    read: Callable[[Any], Any] | None = None


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)


_FORMS: dict[Any, _Form] = {
    str: _Form("TEXT NOT NULL"),
    float | None: _Form("REAL"),
    bool | None: _Form("INTEGER", read=lambda value: None if value is None else bool(value)),
    tuple[str, ...]: _Form("TEXT NOT NULL", _json, lambda text: tuple(json.loads(text))),
    dict[str, str]: _Form("TEXT NOT NULL", _json, json.loads),
    tuple[ProductImage, ...]: _Form(
        "TEXT NOT NULL",
        lambda images: _json([[image.id, image.width, image.height] for image in images]),
        lambda text: tuple(ProductImage(*image) for image in json.loads(text)),
    ),
}

_HINTS = get_type_hints(Product)

TYPES: dict[str, Any] = {each.name: _HINTS[each.name] for each in fields(Product)}
"""The types of a product's fields, by name, in the order of the columns."""

_COLUMNS = {name: _FORMS[kind] for name, kind in TYPES.items()}
_WRITTEN = tuple((name, form.written) for name, form in _COLUMNS.items())

INSERT = f"INSERT INTO products VALUES({','.join('?' * (1 + len(_COLUMNS)))})"
"""The SQL statement that inserts a row made by `row_of`."""

TABLE = "CREATE TABLE products(position INTEGER PRIMARY KEY, {});".format(
    ", ".join(f"{name} {form.sql}{' UNIQUE' if name == 'id' else ''}" for name, form in _COLUMNS.items())
)
"""The SQL statement that creates the table of products."""


def row_of(position: int, product: Product) -> tuple[Any, ...]:
    """The values of a product's row."""
    given = ((getattr(product, name), written) for name, written in _WRITTEN)
    return (position, *(written(value) if written else value for value, written in given))


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
