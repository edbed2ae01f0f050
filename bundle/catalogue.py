"""The catalogue as SQLite: how it is written, searched and read back."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable
from pathlib import Path

from bundle.format import Product, ProductImage

_SCHEMA = """
CREATE TABLE products(
  position INTEGER PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  title TEXT NOT NULL,
  category TEXT NOT NULL,
  brand TEXT NOT NULL,
  tags TEXT NOT NULL,
  price REAL,
  currency TEXT NOT NULL,
  in_stock INTEGER,
  popularity REAL,
  url TEXT NOT NULL,
  description TEXT NOT NULL,
  colours TEXT NOT NULL,
  variants TEXT NOT NULL,
  twins TEXT NOT NULL,
  images TEXT NOT NULL,
  facts TEXT NOT NULL
);
CREATE TABLE categories(name TEXT PRIMARY KEY, products INTEGER NOT NULL) WITHOUT ROWID;
CREATE VIRTUAL TABLE search USING fts5(
  title, category, content='products', content_rowid='position',
  tokenize="unicode61 remove_diacritics 2", prefix='1 2 3'
);
"""

_INDEXES = """
CREATE INDEX products_by_category ON products(category, position);
INSERT INTO categories SELECT category, count(*) FROM products WHERE category != '' GROUP BY category;
INSERT INTO search(search) VALUES('rebuild');
INSERT INTO search(search) VALUES('optimize');
"""

COLUMNS = (
    "id, title, category, brand, tags, price, currency, in_stock, popularity, url, description, "
    "colours, variants, twins, images, facts"
)

_FIELDS = tuple(COLUMNS.split(", "))
_LISTS = ("tags", "colours")
_MARKS = ",".join("?" * (1 + len(_FIELDS)))

_WORD = re.compile(r"\w+")


def create_catalogue(path: Path, products: Iterable[Product]) -> int:
    """Write the products, in the order given, to a new SQLite file and return how many there were.

    Raises `sqlite3.IntegrityError` on an id that occurs twice.
    """
    connection = sqlite3.connect(path)
    try:
        # The whole file is built before anyone may see it, so it needs no journal.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(_SCHEMA)
        rows = (_row(position, product) for position, product in enumerate(products))
        cursor = connection.executemany(f"INSERT INTO products VALUES({_MARKS})", rows)
        count = max(cursor.rowcount, 0)
        connection.commit()
        connection.executescript(_INDEXES)
        connection.execute("PRAGMA optimize")
        connection.commit()
        return count
    finally:
        connection.close()


def open_catalogue(path: Path) -> sqlite3.Connection:
    """A read-only connection that any thread may use, one at a time.

    Raises `sqlite3.Error` where the file is no catalogue.
    """
    address = path.resolve().as_uri() + "?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False)
    connection.execute("SELECT position FROM products LIMIT 1")
    return connection


def product_from(row: tuple) -> Product:
    """The product of one row of `COLUMNS`."""
    values = dict(zip(_FIELDS, row, strict=True))
    values["images"] = tuple(ProductImage(*image) for image in json.loads(values["images"]))
    values["facts"] = json.loads(values["facts"])
    for name in _LISTS:
        values[name] = tuple(json.loads(values[name]))
    if values["in_stock"] is not None:
        values["in_stock"] = bool(values["in_stock"])
    return Product(**values)


def search_expression(text: str) -> str:
    """What a person typed as an FTS5 expression: every word must begin a word of the title or category.

    The words are quoted, so nothing a person types is taken as FTS5's own syntax. At most the first 16
    words count. Empty where `text` holds no word.
    """
    return " ".join(f'"{word}"*' for word in _WORD.findall(text)[:16])


def _row(position: int, product: Product) -> tuple:
    values = {name: getattr(product, name) for name in _FIELDS}
    values["images"] = [[image.id, image.width, image.height] for image in product.images]
    for name in (*_LISTS, "images", "facts"):
        values[name] = json.dumps(values[name], ensure_ascii=False)
    return (position, *values.values())
