"""The catalogue as SQLite: how it is written, searched and read back."""

from __future__ import annotations

import sqlite3
import sys
import threading
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import accumulate, islice
from pathlib import Path
from typing import Any
from weakref import WeakSet

from bundle.fields import INSERT, TABLE, row_of
from bundle.format import Product
from bundle.indexed_words import Remembered, name_key, spelling
from bundle.search.query import category_name, category_path
from bundle.search.weights import WEIGHTS, Postings
from bundle.search.words import code_of, indexed, words_of

_PENDING_BYTES = 64 << 20
"""What the full-text index gathers before it writes a part of itself. Parts are merged once, at the end."""

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
  content='', prefix='1 2 3', tokenize="unicode61 categories 'L* N* Co M*'"
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

_LONGEST_FACT = 80
"""The most characters of a fact that is searched: longer ones are texts, as descriptions are."""

_ID_NAMES = ("sku", "mpn", "gtin", "ean", "upc", "isbn", "asin", "barcode")
"""How the names of facts begin that are ids."""

_TOGETHER = 1_000
"""Products that are written with one statement."""

_CACHE_KILOBYTES = 65_536
"""SQLite's cache while the catalogue is written: ids in no order are then put in theirs without reading."""


_READ_CACHE_KILOBYTES = 512
"""The cache of each connection that reads: the system keeps what is read often, once for all threads."""


def create_catalogue(path: Path, products: Iterable[Product]) -> int:
    """Write the products, in the order given, to a new SQLite file and return their number.

    Raises `sqlite3.IntegrityError` for a duplicate id.
    """
    connection = sqlite3.connect(path)
    try:
        # Nobody sees the file before it is complete, so it needs no journal.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.execute(f"PRAGMA cache_size = -{_CACHE_KILOBYTES}")
        connection.executescript(_SCHEMA)
        index, postings = _Index(), Postings()
        count = 0
        given = iter(products)
        while some := list(islice(given, _TOGETHER)):
            searched = []
            for position, product in enumerate(some, start=count):
                title, others = index.add(position, product)
                postings.add(position, title, others)
                searched.append((position, title, *map(" ".join, others)))
            connection.executemany(INSERT, map(row_of, range(count, count + len(some)), some))
            connection.executemany(_INSERT_WORDS, searched)
            index.add_described()
            count += len(some)
        connection.executemany("INSERT INTO labels VALUES(?, ?, ?, ?)", index.labels())
        connection.executemany("INSERT INTO postings VALUES(?, ?, ?)", postings.rows())
        connection.executemany("INSERT INTO lengths VALUES(?, ?)", postings.lengths())
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

    SQLite gives one text of hexadecimal digits, so that Python's lock is free until all are found and hardly
    held after: "sku" may begin a million ids.
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


def _searched_fact(fact: str) -> str | None:
    """The words of a fact that is searched; None for an address."""
    return None if "://" in fact else indexed(fact)


def _is_id_name(name: str) -> bool:
    """Whether facts of this name are ids."""
    return code_of(name).startswith(_ID_NAMES)


class _Index:
    """Collects the content of all tables except `products`, one product at a time.

    Of each product it keeps a few numbers and the texts that it is ordered and searched for by, no objects.
    """

    def __init__(self) -> None:
        self._labels: dict[tuple[str, str], array[int]] = defaultdict(lambda: array("I"))
        self._prices: dict[str, tuple[array[float], array[int]]] = defaultdict(
            lambda: (array("d"), array("I"))
        )
        self._names: list[str] = []
        self._popularity = array("d")
        self._popular, self._without = array("I"), array("I")
        self._codes: list[str] = []
        self._coded = array("I")
        self._texts: list[str] = []
        self.described: set[str] = set()
        self._folded = Remembered(indexed)
        self._facts = Remembered(_searched_fact)
        self._shown_colours = Remembered(self._folded_colours)
        self._is_id_name = Remembered(_is_id_name)
        self._categories = Remembered(self._append_to_category)
        self._brands, self._tags, self._colours = map(self._appending, ("brand", "tag", "colour"))

    def add(self, position: int, product: Product) -> tuple[str, Sequence[Sequence[str]]]:
        """Add the product at a position and return what is searched of it, folded.

        That is its title and, for each further column of the table `search`, the texts that it has there.
        Products must come in the catalogue's order.
        """
        title = indexed(product.title)
        self._names.append(name_key(title if title.isascii() else " ".join(words_of(product.title))))
        self._label(position, product)
        self._order(position, product)
        if product.description:
            self._texts.append(product.description)
        codes = [code_of(product.id[:_LONGEST_FACT])]
        facts = []
        for name, fact in product.facts.items():
            searched = self._facts[fact] if len(fact) <= _LONGEST_FACT else None
            if searched is None:
                self._texts.append(fact)
            else:
                facts.append(searched)
            if self._is_id_name[name]:
                codes.append(code_of(fact[:_LONGEST_FACT]))
        for code in codes if len(codes) == 1 else dict.fromkeys(codes):
            if code:
                self._codes.append(code)
                self._coded.append(position)
        folded = self._folded
        return title, (
            (folded[product.brand],),
            (folded[product.category],),
            [folded[tag] for tag in product.tags],
            facts,
            self._shown_colours[product.colours],
        )

    def _folded_colours(self, colours: tuple[str, ...]) -> list[str]:
        # The first colour is the largest, so it counts twice.
        return [self._folded[colour] for colour in (*colours[:1], *colours)]

    def add_described(self) -> None:
        """Take in the words of the texts, gathered since the last time, that are not searched."""
        plain = [text for text in self._texts if text.isascii()]
        self.described.update(words_of("\n".join(plain)))
        for text in self._texts if len(plain) < len(self._texts) else ():
            self.described.update(words_of(text))
        self._texts.clear()

    def _label(self, position: int, product: Product) -> None:
        """Add a product to every label that it can be filtered by."""
        for append in self._categories[product.category]:
            append(position)
        if product.brand:
            self._brands[product.brand](position)
        for tag in set(product.tags):
            self._tags[tag](position)
        for colour in set(product.colours):
            self._colours[colour](position)
        if product.in_stock:
            self._labels["stock", "in"].append(position)
        if product.compare_at_price is not None and product.saving:
            self._labels["sale", "on"].append(position)

    def _order(self, position: int, product: Product) -> None:
        if product.price is not None:
            amounts, positions = self._prices[product.currency]
            amounts.append(product.price)
            positions.append(position)
        if product.popularity is None:
            self._without.append(position)
        else:
            self._popular.append(position)
            self._popularity.append(-product.popularity)

    def _appending(self, kind: str) -> Remembered[str, Callable[[int], None]]:
        """What appends a position to a label of a kind, by the label's name."""
        return Remembered(lambda name: self._labels[kind, name].append)

    def _append_to_category(self, category: str) -> list[Callable[[int], None]]:
        """The same for a category and all above it."""
        path = category_path(category)
        return [
            self._labels["category", category_name(path[:depth])].append for depth in range(1, 1 + len(path))
        ]

    def labels(self) -> Iterator[tuple[str, str, int, bytes]]:
        """The rows of the table `labels`."""
        for (kind, name), positions in sorted(self._labels.items()):
            yield kind, name, len(positions), encoded("I", positions)

    def columns(self) -> Iterator[tuple[str, int, bytes, bytes | None]]:
        """The rows of the table `columns`."""
        count = len(self._names)
        for kind in ("brand", "category"):
            codes = array("I", bytes(4 * count))
            # A category comes after those above it, whose place it takes: it implies them.
            for code, positions in self._numbered(kind):
                for position in positions:
                    codes[position] = code
            yield kind, *_narrowed(codes), None
        starts = array("I", bytes(4 * (count + 1)))
        for _, positions in self._numbered("tag"):
            for position in positions:
                starts[position + 1] += 1
        starts = array("I", accumulate(starts))
        codes, free = array("I", bytes(4 * starts[-1])), starts[:]
        for code, positions in self._numbered("tag"):
            for position in positions:
                codes[free[position]] = code
                free[position] += 1
        yield "tag", *_narrowed(codes), encoded("I", starts)

    def _numbered(self, kind: str) -> Iterator[tuple[int, array[int]]]:
        """The labels of a kind by name: their numbers from 1 on, and the products that have them."""
        names = sorted(name for each, name in self._labels if each == kind)
        return ((code, self._labels[kind, name]) for code, name in enumerate(names, start=1))

    def codes(self) -> Iterator[tuple[str, int]]:
        """The rows of the table `codes`, in its order."""
        return ((self._codes[place], self._coded[place]) for place in _order_of(self._codes))

    def prices(self) -> Iterator[tuple[str, bytes, bytes]]:
        """The rows of the table `prices`, the most frequent currency first."""
        for currency, (amounts, positions) in sorted(
            self._prices.items(), key=lambda item: (-len(item[1][0]), item[0])
        ):
            order = _order_of(amounts)
            yield (
                currency,
                encoded("I", map(positions.__getitem__, order)),
                encoded("d", map(amounts.__getitem__, order)),
            )

    def orders(self) -> Iterator[tuple[str, bytes]]:
        """The rows of the table `orders`."""
        yield "name", encoded("I", _order_of(self._names))
        if self._popularity:
            positions = array("I", map(self._popular.__getitem__, _order_of(self._popularity)))
            yield "popularity", encoded("I", positions + self._without)


def _order_of(values: Sequence[Any]) -> list[int]:
    """The places of values from the lowest to the highest; equal ones stay in their order."""
    return sorted(range(len(values)), key=values.__getitem__)


def _narrowed(codes: array[int]) -> tuple[int, bytes]:
    """Codes in as few bytes each as their largest needs: 2 or 4; and the bytes of all."""
    size = 2 if max(codes, default=0) < 1 << 16 else 4
    return size, encoded("H" if size == 2 else "I", codes)


def encoded(code: str, values: Iterable[float]) -> bytes:
    """Numbers of a type of `array`, little-endian."""
    numbers = array(code, values)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers.tobytes()


def _decoded(code: str, blob: bytes) -> array[Any]:
    numbers: array[Any] = array(code)
    numbers.frombytes(blob)
    if sys.byteorder == "big":
        numbers.byteswap()
    return numbers
