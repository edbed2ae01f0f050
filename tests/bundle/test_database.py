"""The catalogue's tables are those that one naive line for each says, however they are put together."""

from __future__ import annotations

import random
import re
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
from pyroaring import BitMap

from bundle import Product, ProductImage
from bundle.database import amounts_from, create_catalogue, positions_from
from bundle.indexed_words import Remembered, name_key
from bundle.search.query import category_name, category_path
from bundle.search.words import code_of, codes_of, indexed, indexed_texts, words_of

TITLES = (
    *("Große Tasse, 2 Stück", "Tasse 10", "tasse 9", "Tasse", "Tasse 010", "ソファ ベッド", "Sofa 3-Sitzer"),
    *("", "Ærø mug", "mug-2", "mug - 2", "Mug 2b", "消しゴム 12", "Tasse 10"),
)
FACTS: tuple[dict[str, str], ...] = (
    {},
    {"material": "Oak, oiled", "SKU": "AB-103"},
    {"page": "https://shop.example/x", "EAN 13": "4006381333931"},
    {"story": "A long text about the mug. " * 5, "mpn": "—"},
)


@pytest.fixture(scope="module")
def products() -> list[Product]:
    """More than are written with one statement, with everything that tables are made of."""
    chance = random.Random(1)
    return [
        Product(
            f"P-{chance.getrandbits(60):x}-{number}",
            chance.choice(TITLES),
            tuple(ProductImage(f"{number:064x}", 40 + each, 30) for each in range(number % 3 + 1)),
            category=chance.choice(("", "Home", "Home > Mugs", "Home > Mugs > Größe 2", "Garten")),
            brand=chance.choice(("", "Åse", "Oak & Co", "ソニー")),
            tags=tuple(chance.choices(("gift", "Gift", "für zwei", "—", "new"), k=number % 4)),
            price=chance.choice((None, 5.0, 7.5, 7.25)),
            compare_at_price=chance.choice((None, 7.5)),
            currency=chance.choice(("EUR", "EUR", "USD")),
            in_stock=chance.choice((None, True, False)),
            popularity=chance.choice((None, 0.0, 3.0, 12.0)),
            description=chance.choice(("", "Hand-made, glazed.", "Sehr schöne Tasse")),
            facts=chance.choice(FACTS),
            colours=tuple(chance.sample(("red", "green", "grey"), number % 3)),
        )
        for number in range(2_500)
    ]


@pytest.fixture(scope="module")
def catalogue(products: list[Product], tmp_path_factory: pytest.TempPathFactory) -> sqlite3.Connection:
    path = tmp_path_factory.mktemp("catalogue") / "catalogue.sqlite"
    assert create_catalogue(path, iter(products)) == len(products)
    return sqlite3.connect(path)


def test_labels_are_those_of_the_products(products: list[Product], catalogue: sqlite3.Connection) -> None:
    expected: dict[tuple[str, str], list[int]] = {}
    for position, product in enumerate(products):
        path = category_path(product.category)
        found = {("category", category_name(path[: depth + 1])) for depth in range(len(path))}
        found |= {("tag", tag) for tag in product.tags} | {("colour", each) for each in product.colours}
        found |= {("brand", product.brand)} if product.brand else set()
        found |= {("stock", "in")} if product.in_stock else set()
        found |= {("sale", "on")} if product.saving else set()
        for label in found:
            expected.setdefault(label, []).append(position)
    rows = catalogue.execute("SELECT kind, name, products, positions FROM labels").fetchall()
    assert {(kind, name): list(positions_from(blob)) for kind, name, _, blob in rows} == expected
    assert [row[:2] for row in rows] == sorted(expected)
    assert [row[2] for row in rows] == [len(positions_from(row[3])) for row in rows]


def test_prices_ascend_and_equal_ones_keep_the_catalogues_order(
    products: list[Product], catalogue: sqlite3.Connection
) -> None:
    for currency, positions, amounts in catalogue.execute("SELECT * FROM prices"):
        expected = sorted(
            (product.price, position)
            for position, product in enumerate(products)
            if product.currency == currency and product.price is not None
        )
        assert list(zip(amounts_from(amounts), positions_from(positions), strict=True)) == expected


def test_orders_are_by_name_as_people_count_and_by_popularity(
    products: list[Product], catalogue: sqlite3.Connection
) -> None:
    orders = dict(catalogue.execute("SELECT name, positions FROM orders"))

    def popularity(position: int) -> float:
        given = products[position].popularity
        return 1.0 if given is None else -given

    places = range(len(products))
    by_name = sorted(places, key=lambda place: natural(" ".join(words_of(products[place].title))))
    assert list(positions_from(orders["name"])) == by_name
    assert list(positions_from(orders["popularity"])) == sorted(places, key=popularity)


def test_the_search_has_the_words_of_each_field(
    products: list[Product], catalogue: sqlite3.Connection
) -> None:
    catalogue.execute("CREATE VIRTUAL TABLE temp.at USING fts5vocab(main, search, instance)")
    found: dict[tuple[int, str], list[tuple[int, str]]] = {}
    for term, position, column, place in catalogue.execute("SELECT term, doc, col, offset FROM temp.at"):
        found.setdefault((position, column), []).append((place, term))
    for position, product in enumerate(products):
        facts = [text for text in product.facts.values() if len(text) <= 80 and "://" not in text]
        for column, text in {
            "title": product.title,
            "brand": product.brand,
            "category": product.category,
            "tags": " ".join(product.tags),
            "facts": " ".join(facts),
            "colours": " ".join((*product.colours[:1], *product.colours)),
        }.items():
            words = [word for _, word in sorted(found.get((position, column), []))]
            assert words == indexed(text).split(), (column, text)


def test_postings_weigh_each_word_and_each_beginning_in_each_product(
    products: list[Product], catalogue: sqlite3.Connection
) -> None:
    expected: dict[str, Counter[int]] = {}
    for position, product in enumerate(products):
        facts = [text for text in product.facts.values() if len(text) <= 80 and "://" not in text]
        tags, colours = " ".join(product.tags), (*product.colours[:1], *product.colours)
        columns = (product.title, product.brand, product.category, tags, " ".join(facts), " ".join(colours))
        for column, (text, weight) in enumerate(zip(columns, (8, 4, 2, 2, 1, 2), strict=True)):
            for word in indexed(text).split():
                shortest = 3 if column == 5 else 1
                beginnings = {f"{word[:letters]}*" for letters in range(shortest, min(3, len(word)) + 1)}
                for term in (word, *beginnings):
                    expected.setdefault(term, Counter())[position] += weight
    found: dict[str, Counter[int]] = {}
    for term, weight, blob in catalogue.execute("SELECT term, weight, positions FROM postings"):
        for position in BitMap.deserialize(blob):
            found.setdefault(term, Counter())[position] += weight
    assert found == expected


def test_codes_are_ids_and_the_facts_that_are_ids(
    products: list[Product], catalogue: sqlite3.Connection
) -> None:
    expected = set()
    for position, product in enumerate(products):
        named = [text for name, text in product.facts.items() if name in ("SKU", "EAN 13", "mpn")]
        expected |= {(code_of(text), position) for text in (product.id, *named) if code_of(text)}
    assert catalogue.execute("SELECT code, position FROM codes").fetchall() == sorted(expected)


def test_what_is_put_right_are_words_searched_and_what_is_only_described_is_told_apart(
    products: list[Product], catalogue: sqlite3.Connection
) -> None:
    letters, words, others = catalogue.execute("SELECT * FROM spelling").fetchone()
    assert "\ntasse\n" in words
    assert "\nglazed\n" in others
    assert "\nschone\n" in others
    assert "\ntasse\n" not in others
    assert set("tase") <= set(letters)
    assert not re.search(r"[\d\s]", letters)


def test_products_are_written_many_with_one_statement(
    products: list[Product], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    written: list[str] = []

    class Counted(sqlite3.Connection):
        def executemany(self, sql: str, rows: Any, /) -> sqlite3.Cursor:
            written.append(sql.split("(")[0])
            return super().executemany(sql, rows)

    monkeypatch.setattr(sqlite3, "connect", Counted)
    create_catalogue(tmp_path / "catalogue.sqlite", products)
    assert written.count("INSERT INTO products VALUES") == 3
    assert written.count("INSERT INTO search") == 3


def test_tables_are_the_same_where_more_texts_differ_than_are_remembered(
    products: list[Product], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    some = products[:300]
    files = [tmp_path / name for name in ("all.sqlite", "few.sqlite")]
    create_catalogue(files[0], some)
    monkeypatch.setattr("bundle.indexed_words._REMEMBERED", 2)
    create_catalogue(files[1], some)
    assert files[0].read_bytes() == files[1].read_bytes()


def test_many_texts_together_are_folded_as_each_alone() -> None:
    plain = ["Oak table, 2", "", "  MUG-2 ", "a_b", "\t"]
    for texts in (plain, [*plain, "Große Tasse"], [*plain, "two\nlines"], [], [""]):
        assert indexed_texts(texts) == list(map(indexed, texts))
        assert codes_of(texts) == list(map(code_of, texts))


def test_texts_of_many_products_are_folded_once_and_not_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("bundle.indexed_words._REMEMBERED", 2)
    asked: list[str] = []

    def fold(text: str) -> str:
        asked.append(text)
        return text.upper()

    remembered = Remembered(fold)
    assert [remembered[text] for text in ("a", "b", "a", "c", "b", "c")] == ["A", "B", "A", "C", "B", "C"]
    assert asked == ["a", "b", "c", "c"]
    assert len(remembered) == 2


def test_names_compare_as_text_as_people_order_them() -> None:
    chance = random.Random(2)
    texts = [
        " ".join(words_of("".join(chance.choices("ab 0019٣é²z", k=chance.randrange(9)))))
        for _ in range(3_000)
    ]
    assert sorted(texts, key=name_key) == sorted(texts, key=natural)


def test_words_of_plain_text_are_its_letters_and_digits() -> None:
    text = "".join(map(chr, range(128))) + "Mug 2-in-1_x"
    assert words_of(text) == re.findall("[a-z0-9]+", text.lower())


def natural(words: str) -> list[Any]:
    """Text and numbers in turn, numbers by how many digits they have and then by these."""
    parts = re.split(r"(\d+)", words)
    digits = [part.lstrip("0") for part in parts]
    return [(len(digits[place]), digits[place]) if place % 2 else part for place, part in enumerate(parts)]
