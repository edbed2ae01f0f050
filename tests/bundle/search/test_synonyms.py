"""What words that a catalogue does not have are taken for."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from bundle import Bundle, BundleError, BundleWriter, Product, Query
from bundle.format import CATALOGUE
from bundle.search.synonyms import SynonymRow, add_synonyms
from bundle.search.words import colour_named, told_words
from tests.bundle.search.test_index import write

PRODUCTS = [
    Product("a mug", "Dotted mug", (), colours=("red",)),
    Product("a plain", "Plain mug", (), colours=("blue",)),
    Product("a cushion", "Dotted cushion", (), category="Textiles", colours=("red",)),
    Product("a bar", "Bar stool", ()),
    Product("a stool", "Step stool", ()),
    Product("a tie", "Seat cushion tie", (), description="A ribbon for a pillow."),
    Product("a kissen", "ソファクッション", ()),
]
ROWS = [
    SynonymRow("pillow", "cushions", "title", "dotted cushion", own=False),
    SynonymRow("spotted", "dotted", "title", "dotted", own=False),
    SynonymRow("throw pillow", "cushions", "category", "textiles", own=False),
    SynonymRow("mug", "cushion", "title", "cushion", own=False),
    SynonymRow("stool", "Red mug", "", "red mug", own=True),
    SynonymRow("クッション", "stool", "", "stool", own=True),
]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    bundle = write(tmp_path_factory.mktemp("synonyms"), PRODUCTS)
    add_synonyms(bundle.folder / CATALOGUE, ROWS, sources=[("Words", "Free.")])
    bundle.close()
    return Bundle.open_generation(bundle.folder)


def found(bundle: Bundle, search: str, *, exact: bool = False) -> list[str]:
    return sorted(
        product.id.removeprefix("a ") for product in bundle.page(Query(search, exact=exact)).products
    )


@pytest.mark.parametrize(
    ("search", "expected", "told"),
    [
        ("pillow", ["cushion"], "cushions"),
        ("throw pillow", ["cushion"], "cushions"),
        ("spotted mug", ["mug"], "dotted mug"),
        ("red spotted pillow", ["cushion"], "red dotted cushions"),
        ("pillow in blue", [], "cushions blue"),
        ("barstool", ["bar"], "bar stool"),
        ("nice mug", ["mug", "plain"], "mug"),
        ("mug nice", [], ""),
        ("mug for tea", ["mug", "plain"], ""),
    ],
)
def test_words_and_phrases_are_taken_for_what_the_table_has(
    bundle: Bundle, search: str, expected: list[str], told: str
) -> None:
    assert found(bundle, search) == expected
    assert bundle.page(Query(search)).search.told == told or not told
    assert found(bundle, search, exact=True) == [], "the very words are in none"


def test_a_word_that_the_catalogue_has_is_looked_up_only_in_the_shops_own_rows(bundle: Bundle) -> None:
    assert found(bundle, "mug") == ["mug", "plain"]
    assert bundle.page(Query("mug")).search.meanings == ()
    assert found(bundle, "stool") == ["bar", "mug", "stool"]
    (meaning,) = bundle.page(Query("stool")).search.meanings
    assert (meaning.word, meaning.shown, meaning.adds) == ("stool", ("Red mug",), True)
    assert found(bundle, "stool", exact=True) == ["bar", "stool"]


def test_a_script_without_spaces_has_synonyms_too(bundle: Bundle) -> None:
    assert found(bundle, "クッション") == ["bar", "kissen", "stool"]


def test_only_unknown_words_cost_a_look_up(tmp_path: Path) -> None:
    bundle = write(tmp_path, PRODUCTS)
    add_synonyms(bundle.folder / CATALOGUE, ROWS[:4], sources=[])
    again = Bundle.open_generation(bundle.folder)
    asked: list[str] = []
    again._connection().set_trace_callback(lambda query: asked.append(query))
    assert again.page(Query("dotted mug")).total == 1
    assert not any("synonyms" in query for query in asked)
    assert again.page(Query("spotted mug")).total == 1
    assert any("synonyms" in query for query in asked)


def test_a_catalogue_without_the_table_takes_words_as_they_are(tmp_path: Path) -> None:
    bundle = write(tmp_path, PRODUCTS)
    assert found(bundle, "pillow") == []
    assert bundle.page(Query("pillow")).search.meanings == ()


def test_the_table_names_what_it_is_made_from(bundle: Bundle) -> None:
    connection = sqlite3.connect(bundle.folder / CATALOGUE)
    assert connection.execute("SELECT name, licence FROM synonym_sources").fetchall() == [("Words", "Free.")]
    connection.close()


def test_rows_need_a_catalogue(tmp_path: Path) -> None:
    with BundleWriter(tmp_path, generation="one") as writer:
        writer.write_catalogue(PRODUCTS)
        assert writer.write_synonyms(ROWS, sources=[]) == len(ROWS)
        with pytest.raises(BundleError, match="cannot be written"):
            writer.write_synonyms(ROWS, sources=[])


@pytest.mark.parametrize(
    ("words", "told", "counts"),
    [
        ("blue mug with dots", ["blue", "mug", "dots"], 1),
        ("the mug", ["mug"], 0),
        ("tasse mit punkten", ["tasse", "punkten"], 0),
        ("of the", ["of", "the"], 1),
        ("mug", ["mug"], 0),
    ],
)
def test_words_between_others_are_not_looked_for(words: str, told: list[str], counts: int) -> None:
    assert told_words(words.split()) == (told, counts)


GERMAN = (("rot", "red"), ("blau", "blue"), ("lila", "purple"), ("grün", "green"))


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("rot", ["cushion", "mug"]),
        ("rote mug", ["mug"]),
        ("blaues", ["plain"]),
        ("lilie", []),
        ("rotor", []),
    ],
)
def test_colours_are_known_by_the_names_of_the_visitors_language(
    bundle: Bundle, search: str, expected: list[str]
) -> None:
    page = bundle.page(Query(search, colour_names=GERMAN))
    assert sorted(product.id.removeprefix("a ") for product in page.products) == expected
    assert page.search.told == ""


@pytest.mark.parametrize(
    ("word", "name"),
    [
        ("grune", "grün"),
        ("rojas", "rojo"),
        ("rossa", "rosso"),
        ("blanche", "blanc"),
        ("czerwona", "czerwony"),
    ],
)
def test_adjectives_have_endings(word: str, name: str) -> None:
    assert colour_named(word, [(name, "it")]) == "it"
