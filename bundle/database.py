"""The catalogue as SQLite: how it is written, searched and read back."""

from __future__ import annotations

import gc
import sqlite3
import sys
import threading
from array import array
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from itertools import islice
from pathlib import Path
from typing import Any
from weakref import WeakSet

from bundle.fields import INSERT, TABLE, row_of
from bundle.format import Product
from bundle.indexed_words import spelling
from bundle.search.catalogue_index import CatalogueIndex
from bundle.search.weights import WEIGHTS

_PENDING_BYTES = 64 << 20
"""The bytes that the full-text index gathers before it writes a part. Parts are merged once, at the end."""

_SCHEMA = f"""
{TABLE}
CREATE TABLE categories(name TEXT PRIMARY KEY, products INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE labels(
  kind TEXT NOT NULL, name TEXT NOT NULL, products INTEGER NOT NULL, positions BLOB NOT NULL,
  UNIQUE(kind, name)
);
CREATE TABLE columns(kind TEXT PRIMARY KEY, size INTEGER NOT NULL, codes BLOB NOT NULL, starts BLOB);
CREATE TABLE prices(currency TEXT PRIMARY KEY, positions BLOB NOT NULL, amounts BLOB NOT NULL);
CREATE TABLE orders(name TEXT PRIMARY KEY, positions BLOB NOT NULL);
CREATE VIRTUAL TABLE search USING fts5(
  title, brand, category, tags, facts, colours,
  content='', tokenize='ascii'
);
CREATE VIRTUAL TABLE words USING fts5vocab(search, row);
INSERT INTO search(search, rank) VALUES('rank', 'bm25({", ".join(map(str, WEIGHTS))})');
INSERT INTO search(search, rank) VALUES('hashsize', {_PENDING_BYTES}), ('automerge', 0);
CREATE TABLE postings(
  term TEXT NOT NULL, weight INTEGER NOT NULL, positions BLOB NOT NULL, PRIMARY KEY(term, weight)
) WITHOUT ROWID;
CREATE TABLE lengths(words INTEGER PRIMARY KEY, positions BLOB NOT NULL);
CREATE TABLE codes(code TEXT NOT NULL, position INTEGER NOT NULL, PRIMARY KEY(code, position)) WITHOUT ROWID;
CREATE TABLE spelling(letters TEXT NOT NULL, words TEXT NOT NULL, others TEXT NOT NULL);
"""

_INDEXES = """
CREATE INDEX products_by_category ON products(category, position);
CREATE INDEX products_by_variants ON products(variants) WHERE variants != '';
CREATE INDEX products_by_twins ON products(twins) WHERE twins != '';
INSERT INTO categories SELECT category, count(*) FROM products WHERE category != '' GROUP BY category;
INSERT INTO search(search) VALUES('optimize');
DELETE FROM search_config WHERE k IN ('hashsize', 'automerge');
"""

_INSERT_WORDS = (
    "INSERT INTO search(rowid, title, brand, category, tags, facts, colours) VALUES(?, ?, ?, ?, ?, ?, ?)"
)

_TOGETHER = 1_000
"""Products that are written with one statement."""

_CACHE_KILOBYTES = 65_536
"""SQLite's cache while the catalogue is written: ids in no order are then put in theirs without reading."""


_READ_CACHE_KILOBYTES = 512
"""The cache of each connection that reads. It is small, as the system caches files for all threads."""


def create_catalogue(path: Path, products: Iterable[Product]) -> int:
    """Write the products, in the order given, to a new SQLite file and return their number.

    Raises `sqlite3.IntegrityError` for a duplicate id.
    """
    with _without_garbage_collection():
        return _create_catalogue(path, products)


@contextmanager
def _without_garbage_collection() -> Iterator[None]:
    # Products are very many objects without cycles. Looking for cycles among them, again and again as the
    # tables grow, took a fifth of the time.
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def _create_catalogue(path: Path, products: Iterable[Product]) -> int:
    connection = sqlite3.connect(path)
    try:
        # Nobody sees the file before it is complete, so it needs no journal.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KILOBYTES}")
        connection.executescript(_SCHEMA)
        index = CatalogueIndex()
        count = 0
        given = iter(products)
        while some := list(islice(given, _TOGETHER)):
            connection.executemany(INSERT, map(row_of, range(count, count + len(some)), some))
            connection.executemany(_INSERT_WORDS, index.add(count, some))
            index.add_described()
            count += len(some)
        index.finish()
        connection.executemany("INSERT INTO labels VALUES(?, ?, ?, ?)", index.labels())
        connection.executemany("INSERT INTO postings VALUES(?, ?, ?)", index.postings.rows())
        connection.executemany("INSERT INTO lengths VALUES(?, ?)", index.postings.lengths())
        connection.executemany("INSERT INTO columns VALUES(?, ?, ?, ?)", index.columns())
        connection.executemany("INSERT INTO prices VALUES(?, ?, ?)", index.prices())
        connection.executemany("INSERT INTO orders VALUES(?, ?)", index.orders())
        connection.commit()
        connection.executemany("INSERT INTO codes VALUES(?, ?)", index.codes())
        connection.executescript(_INDEXES)
        words = [term for (term,) in connection.execute("SELECT term FROM words")]
        connection.execute("INSERT INTO spelling VALUES(?, ?, ?)", spelling(words, index.described))
        connection.execute("PRAGMA optimize")
        connection.commit()
        return count
    finally:
        connection.close()


def open_catalogue(path: Path) -> sqlite3.Connection:
    """Open a read-only connection. Any thread may use it, but only one at a time.

    Raises `sqlite3.Error` if the file is not a catalogue.
    """
    if not path.is_file():
        raise sqlite3.OperationalError("it is missing or not a regular file")
    address = path.resolve().as_uri() + "?mode=ro&immutable=1"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False)
    try:
        connection.execute(f"PRAGMA cache_size = -{_READ_CACHE_KILOBYTES}")
        connection.execute("SELECT position FROM products LIMIT 1")
    except sqlite3.Error:
        connection.close()
        raise
    return connection


class _OwnConnection:
    """One thread's connection. It is closed when this object is freed, for example when the thread ends.

    The connection and its statement cache reference each other, so the connection is not freed until it is
    closed.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        self.connection = connection

    def __del__(self) -> None:
        self.connection.close()


class Connections:
    """Gives each thread its own connection to a catalogue, because SQLite serialises the use of a shared one.

    A connection is closed when its thread ends, when this object is freed, or by `close`.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._local = threading.local()
        self._open: WeakSet[_OwnConnection] = WeakSet()
        self._lock = threading.Lock()
        self._closed = False

    def __call__(self) -> sqlite3.Connection:
        """The calling thread's connection. Raises `sqlite3.Error` if it cannot be opened or was closed."""
        found: _OwnConnection | None = getattr(self._local, "own", None)
        if found is None:
            found = _OwnConnection(open_catalogue(self._path))
            with self._lock:
                if self._closed:
                    raise sqlite3.ProgrammingError("The bundle is closed.")
                self._open.add(found)
            self._local.own = found
        return found.connection

    def close(self) -> None:
        """Close every thread's connection. No new one is opened afterwards."""
        with self._lock:
            self._closed = True
            for each in self._open:
                each.connection.close()


def all_positions(connection: sqlite3.Connection, query: str, values: Sequence[str]) -> array[int]:
    """What a query that gives a column `position` finds, in its order.

    SQLite gives one text of hexadecimal digits. So Python's lock is free until all are found, and held only
    briefly after that: "sku" may begin a million ids.
    """
    joined = f"SELECT group_concat(printf('%08x', position), '') FROM ({query})"
    (text,) = connection.execute(joined, values).fetchone()
    positions = array("I", bytes.fromhex(text or ""))
    if sys.byteorder == "little":
        positions.byteswap()
    return positions


def positions_from(blob: bytes) -> array[int]:
    """Decode the column `positions` of the tables `labels`, `prices` and `orders`."""
    return _decoded("I", blob)


def numbers_from(blob: bytes, *, size: int) -> array[int]:
    """Decode the column `codes` of the table `columns`: whole numbers of `size` bytes, 2 or 4."""
    return _decoded("H" if size == 2 else "I", blob)


def amounts_from(blob: bytes) -> array[float]:
    """Decode the column `amounts` of the table `prices`."""
    return _decoded("d", blob)


def _decoded(code: str, blob: bytes) -> array[Any]:
    numbers: array[Any] = array(code)
    numbers.frombytes(blob)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
