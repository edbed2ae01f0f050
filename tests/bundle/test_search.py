"""What is found for what a person types: folded, by beginnings, and with one letter wrong."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundle import Bundle, Product, Query
from bundle.words import one_edit_away, search_expression, searched_words, words_of
from tests.bundle.test_query import write

PRODUCTS = [
    Product(id="cushion", title="Round cushion", images=(), brand="Nord", category="Home > Textiles"),
    Product(id="grosse", title="Große Tasse", images=(), tags=("Frühstück", "new & <b>shiny</b>")),
    Product(id="smorrebrod", title="Smørrebrød board", images=(), brand="Łódź"),
    Product(id="mug", title="Mug 2041", images=(), brand="O'Neill"),
    Product(id="mugs", title="Two mugs", images=()),
    Product(id="mud", title="Mud-coloured vase", images=()),
    Product(id="cup", title="杯子 cup", images=()),
]


@pytest.fixture(scope="module")
def bundle(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write(tmp_path_factory.mktemp("search"), PRODUCTS)


def ids(bundle: Bundle, search: str) -> list[str]:
    return sorted(product.id for product in bundle.page(Query(search)).products)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("cush", ["cushion"]),
        ("NORD round", ["cushion"]),
        ("textiles home", ["cushion"]),
        ("grosse", ["grosse"]),
        ("GROSSE", ["grosse"]),
        ("große", ["grosse"]),
        ("fruhst", ["grosse"]),
        ("früh", ["grosse"]),
        ("shiny", ["grosse"]),
        ("smorrebrod lodz", ["smorrebrod"]),
        ("o'neill", ["mug"]),
        ("mug", ["mug", "mugs"]),
        ("2041", ["mug"]),
        ("杯", ["cup"]),
    ],
)
def test_words_find_what_they_begin_wherever_it_stands(
    bundle: Bundle, search: str, expected: list[str]
) -> None:
    assert ids(bundle, search) == expected
    assert bundle.page(Query(search)).search.corrected == ""


@pytest.mark.parametrize(
    ("search", "corrected", "expected"),
    [
        ("cusion", "cushion", ["cushion"]),
        ("cusshion", "cushion", ["cushion"]),
        ("cushiom", "cushion", ["cushion"]),
        ("cuhsion", "cushion", ["cushion"]),
        ("kushion", "cushion", ["cushion"]),
        ("cuhs", "cush", ["cushion"]),
        ("mgu", "mug", ["mug", "mugs"]),
        ("round cusion", "round cushion", ["cushion"]),
        ("tase", "tasse", ["grosse"]),
        ("grose", "grosse", ["grosse"]),
    ],
)
def test_one_wrong_letter_is_forgiven_where_a_word_finds_nothing(
    bundle: Bundle, search: str, corrected: str, expected: list[str]
) -> None:
    page = bundle.page(Query(search))
    assert (page.search.typed, page.search.corrected) == (search, corrected)
    assert ids(bundle, search) == expected


@pytest.mark.parametrize("search", ["cuzhiom", "2042", "mg", "zebra", "杯杯杯"])
def test_two_wrong_letters_numbers_and_short_words_are_not_guessed_at(bundle: Bundle, search: str) -> None:
    page = bundle.page(Query(search))
    assert (page.total, page.search.corrected) == (0, "")


def test_a_title_counts_for_more_than_a_category(tmp_path: Path) -> None:
    products = [
        Product(id="category", title="Vase", images=(), category="Lamp"),
        Product(id="brand", title="Vase", images=(), brand="Lamp"),
        Product(id="title", title="Lamp", images=()),
    ]
    bundle = write(tmp_path, products)
    assert [product.id for product in bundle.page(Query("lamp")).products] == ["title", "brand", "category"]


@pytest.mark.parametrize("search", ["", " ", "\t\n"])
def test_no_words_find_everything(bundle: Bundle, search: str) -> None:
    assert bundle.page(Query(search)).total == len(PRODUCTS)


@given(text=st.text())
def test_no_text_is_syntax_or_an_error(bundle: Bundle, text: str) -> None:
    text = text.encode(errors="replace").decode()
    assert bundle.page(Query(text)).total <= len(PRODUCTS)


def test_a_search_of_any_length_is_cut() -> None:
    assert len(searched_words("mug " * 10_000)) == 16
    assert searched_words("x" * 10_000) == ["x" * 40]
    assert search_expression(["a", "b"]) == '"a"* "b"*'


@given(text=st.text())
def test_folding_twice_changes_nothing(text: str) -> None:
    once = words_of(text)
    assert words_of(" ".join(once)) == once


def distance(one: str, other: str) -> int:
    """The number of mistakes between two words: optimal string alignment, by its textbook table."""
    table = [[max(i, j) if 0 in (i, j) else 0 for j in range(len(other) + 1)] for i in range(len(one) + 1)]
    for i in range(1, len(one) + 1):
        for j in range(1, len(other) + 1):
            cost = one[i - 1] != other[j - 1]
            table[i][j] = min(table[i - 1][j] + 1, table[i][j - 1] + 1, table[i - 1][j - 1] + cost)
            if i > 1 and j > 1 and one[i - 1] == other[j - 2] and one[i - 2] == other[j - 1]:
                table[i][j] = min(table[i][j], table[i - 2][j - 2] + 1)
    return table[-1][-1]


WORDS = st.text("abc", max_size=5)


@given(one=WORDS, other=WORDS)
def test_one_edit_away_is_a_distance_of_one(one: str, other: str) -> None:
    if one != other:
        assert (other in set(one_edit_away(one, "abc"))) == (distance(one, other) == 1)
