"""The catalogue as SQLite: how it is written, searched and read back."""

from __future__ import annotations

import re
import sqlite3
import sys
import threading
from array import array
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from itertools import accumulate, filterfalse
from pathlib import Path
from typing import Any
from weakref import WeakSet

from bundle.fields import INSERT, TABLE, row_of
from bundle.format import Product
from bundle.search.query import category_name, category_path
from bundle.search.weights import WEIGHTS, Postings
from bundle.search.words import SHORTEST_MISTAKE, code_of, indexed, is_unspaced, words_of

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
"""

_INSERT_WORDS = (
    "INSERT INTO search(rowid, title, brand, category, tags, facts, colours) VALUES(?, ?, ?, ?, ?, ?, ?)"
)

_LONGEST_FACT = 80
"""The most characters of a fact that is searched: longer ones are texts, as descriptions are."""

_ID_NAMES = ("sku", "mpn", "gtin", "ean", "upc", "isbn", "asin", "barcode")
"""How the names of facts begin that are ids."""

_SHORTEST_SPELT = 3
"""The fewest letters of a word that others are put right to, or that compounds are made of."""

_MOST_LETTERS = 64
"""How many letters a mistaken word is tried with: the most frequent of scripts that have very many."""

_DIGITS = re.compile(r"(\d+)")

_NameKey = list[str | tuple[int, str]]


def create_catalogue(path: Path, products: Iterable[Product]) -> int:
    """Write the products, in the order given, to a new SQLite file and return their number.

    Raises `sqlite3.IntegrityError` for a duplicate id.
    """
    connection = sqlite3.connect(path)
    try:
        # Nobody sees the file before it is complete, so it needs no journal.
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(_SCHEMA)
        index, postings = _Index(), Postings()
        count = 0
        for position, product in enumerate(products):
            connection.execute(INSERT, row_of(position, product))
            texts = _texts(product)
            connection.execute(_INSERT_WORDS, (position, *texts))
            postings.add(position, texts)
            index.add(position, product)
            count += 1
        connection.executemany("INSERT INTO labels VALUES(?, ?, ?, ?)", index.labels())
        connection.executemany("INSERT INTO postings VALUES(?, ?, ?)", postings.rows())
        connection.executemany("INSERT INTO lengths VALUES(?, ?)", postings.lengths())
        connection.executemany("INSERT INTO columns VALUES(?, ?, ?, ?)", index.columns())
        connection.executemany("INSERT INTO prices VALUES(?, ?, ?)", index.prices())
        connection.executemany("INSERT INTO orders VALUES(?, ?)", index.orders())
        connection.commit()
        connection.executemany("INSERT INTO codes VALUES(?, ?)", index.codes())
        connection.executescript(_INDEXES)
        connection.execute("INSERT INTO spelling VALUES(?, ?, ?)", _spelling(connection, index.described))
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


def positions_from(blob: bytes) -> array[int]:
    """Decode the column `positions` of the tables `labels`, `prices` and `orders`."""
    return _decoded("I", blob)


def numbers_from(blob: bytes, *, size: int) -> array[int]:
    """Decode the column `codes` of the table `columns`: whole numbers of `size` bytes, 2 or 4."""
    return _decoded("H" if size == 2 else "I", blob)


def amounts_from(blob: bytes) -> array[float]:
    """Decode the column `amounts` of the table `prices`."""
    return _decoded("d", blob)


def _texts(product: Product) -> tuple[str, ...]:
    """What a product is searched by: the columns of the table `search`."""
    facts = " ".join(filter(_is_searched, product.facts.values()))
    # The first colour is the largest, so it counts twice.
    colours = " ".join((*product.colours[:1], *product.colours))
    texts = (product.title, product.brand, product.category, " ".join(product.tags), facts, colours)
    return tuple(map(indexed, texts))


def _is_searched(fact: str) -> bool:
    """Whether a fact's words are searched for: it is short, and no address."""
    return len(fact) <= _LONGEST_FACT and "://" not in fact


def _codes(product: Product) -> set[str]:
    """What a product's ids are searched for as."""
    facts = (fact for name, fact in product.facts.items() if code_of(name).startswith(_ID_NAMES))
    return {code for text in (product.id, *facts) if (code := code_of(text[:_LONGEST_FACT]))}


def _spelling(connection: sqlite3.Connection, described: set[str]) -> tuple[str, str, str]:
    """The row of the table `spelling`; `described` are the words of texts that are not searched."""
    counted: Counter[str] = Counter()
    words = []
    for (word,) in connection.execute("SELECT term FROM words"):
        if is_unspaced(word):
            continue
        counted.update(filter(str.isalpha, word))
        if word.isalpha() and len(word) >= _SHORTEST_SPELT:
            words.append(word)
    letters = "".join(letter for letter, _ in counted.most_common(_MOST_LETTERS))
    others = sorted(word for word in described.difference(words) if len(word) >= SHORTEST_MISTAKE)
    listed, unsearched = ("\n".join(["", *each, ""]) for each in (words, others))
    return letters, listed, unsearched


class _Index:
    """Collects the content of all tables except `products`, one product at a time."""

    def __init__(self) -> None:
        self._labels: dict[tuple[str, str], array[int]] = defaultdict(lambda: array("I"))
        self._prices: dict[str, list[tuple[float, int]]] = defaultdict(list)
        self._names: list[tuple[_NameKey, int]] = []
        self._popularity: list[tuple[float, int]] = []
        self._without: list[int] = []
        self._codes: list[tuple[str, int]] = []
        self.described: set[str] = set()

    def add(self, position: int, product: Product) -> None:
        """Add the product at a position. Products must come in the catalogue's order."""
        for label in _labels(product):
            self._labels[label].append(position)
        if product.price is not None:
            self._prices[product.currency].append((product.price, position))
        self._names.append((_name_key(product.title), position))
        self._codes += ((code, position) for code in _codes(product))
        for text in (product.description, *filterfalse(_is_searched, product.facts.values())):
            self.described.update(words_of(text))
        if product.popularity is None:
            self._without.append(position)
        else:
            self._popularity.append((-product.popularity, position))

    def labels(self) -> Iterator[tuple[str, str, int, bytes]]:
        """The rows of the table `labels`."""
        for (kind, name), positions in sorted(self._labels.items()):
            yield kind, name, len(positions), _encoded("I", positions)

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
        yield "tag", *_narrowed(codes), _encoded("I", starts)

    def _numbered(self, kind: str) -> Iterator[tuple[int, array[int]]]:
        """The labels of a kind by name: their numbers from 1 on, and the products that have them."""
        names = sorted(name for each, name in self._labels if each == kind)
        return ((code, self._labels[kind, name]) for code, name in enumerate(names, start=1))

    def codes(self) -> list[tuple[str, int]]:
        """The rows of the table `codes`, in its order."""
        return sorted(self._codes)

    def prices(self) -> Iterator[tuple[str, bytes, bytes]]:
        """The rows of the table `prices`, the most frequent currency first."""
        for currency, prices in sorted(self._prices.items(), key=lambda item: (-len(item[1]), item[0])):
            prices.sort()
            positions, amounts = (position for _, position in prices), (amount for amount, _ in prices)
            yield currency, _encoded("I", positions), _encoded("d", amounts)

    def orders(self) -> Iterator[tuple[str, bytes]]:
        """The rows of the table `orders`."""
        yield "name", _encoded("I", (position for _, position in sorted(self._names)))
        if self._popularity:
            positions = [position for _, position in sorted(self._popularity)]
            yield "popularity", _encoded("I", positions + self._without)


def _labels(product: Product) -> set[tuple[str, str]]:
    """Every label that a product can be filtered by: its kind and its name."""
    path = category_path(product.category)
    found = {("category", category_name(path[: depth + 1])) for depth in range(len(path))}
    found |= {("brand", product.brand)} if product.brand else set()
    found |= {("tag", tag) for tag in product.tags} | {("colour", colour) for colour in product.colours}
    found |= {("stock", "in")} if product.in_stock else set()
    return found | ({("sale", "on")} if product.saving else set())


def _name_key(title: str) -> _NameKey:
    """Orders titles as people do: without case and accents, and 9 before 10."""
    parts = _DIGITS.split(" ".join(words_of(title)))
    # Text and numbers alternate, so equal places always have the same type. A number with more digits is
    # larger, so numbers of any length can be compared without converting them.
    digits = [part.lstrip("0") for part in parts]
    return [(len(digits[place]), digits[place]) if place % 2 else part for place, part in enumerate(parts)]


def _narrowed(codes: array[int]) -> tuple[int, bytes]:
    """Codes in as few bytes each as their largest needs: 2 or 4; and the bytes of all."""
    size = 2 if max(codes, default=0) < 1 << 16 else 4
    return size, _encoded("H" if size == 2 else "I", codes)


def _encoded(code: str, values: Iterable[float]) -> bytes:
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
