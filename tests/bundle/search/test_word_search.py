"""What is found for what a person types: words, colours, ids, parts of words, and with letters wrong."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bundle import Bundle, Product, Query
from bundle.database import create_catalogue
from bundle.format import CATALOGUE
from bundle.search.word_search import _listed, _lists, _Spelling
from bundle.search.words import begins, edits_between, indexed, one_edit_away, searched_words, words_of
from tests.bundle.search.test_index import write

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
        ("round cusion", "round cushion", ["cushion"]),
        ("grose", "grosse", ["grosse"]),
        ("smorebrod", "smorrebrod", ["smorrebrod"]),
        ("smorrberdo", "smorrebrod", ["smorrebrod"]),
        ("fruehstuck", "fruhstuck", ["grosse"]),
        ("fruestuck", "fruhstuck", ["grosse"]),
    ],
)
def test_wrong_letters_are_forgiven_where_no_field_knows_the_word(
    bundle: Bundle, search: str, corrected: str, expected: list[str]
) -> None:
    page = bundle.page(Query(search))
    assert (page.search.typed, page.search.corrected) == (search, corrected)
    assert ids(bundle, search) == expected
    as_typed = bundle.page(Query(search, exact=True))
    assert (as_typed.total, as_typed.search.corrected) == (0, "")


@pytest.mark.parametrize(
    "search",
    ["cuzhiom", "2042", "mgu", "tase", "cuhs", "cuhsi", "zebra", "杯杯杯", "smorrxxxod"],
)
def test_what_is_too_short_too_wrong_or_a_mere_beginning_is_not_guessed_at(
    bundle: Bundle, search: str
) -> None:
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
    assert begins("mug") == '"mug"*'


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
def test_edits_between_words_are_counted(one: str, other: str) -> None:
    assert edits_between(one, other) == distance(one, other)


@given(one=WORDS, other=WORDS)
def test_one_edit_away_is_a_distance_of_one(one: str, other: str) -> None:
    if one != other:
        assert (other in set(one_edit_away(one, "abc"))) == (distance(one, other) == 1)


# --- colours, ids, facts ------------------------------------------------------------------------------

SHOP = [
    Product("AB-100", "Own mug", (), colours=("white", "red"), facts={"glaze": "Glazed", "SKU": "xk 77-1"}),
    Product("AB-101", "Own mug", (), colours=("red",), facts={"Pattern": "striped"}),
    Product("AB-102", "Own mug", (), colours=("blue",), description="Kept in a dishwater bath."),
    Product("AB-103", "Own bedside lamp", (), colours=("grey",), facts={"Care": "Wash by hands. " * 9}),
    Product("AB-1030", "Redwood dishwasher", (), colours=("brown",), tags=("2041",)),
    Product("4006381333931", "Oranges", (), facts={"Photo": "https://x.example/unique/beds.jpg"}),
    Product("70", "Bed red wine", (), facts={"hash": "9f86d081884c7d65"}),
    Product("orange", "Own vase", (), colours=("orange",)),
]


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Bundle:
    return write(tmp_path_factory.mktemp("shop"), SHOP)


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("red", ["70", "AB-100", "AB-101"]),
        ("red mug", ["AB-100", "AB-101"]),
        ("MUG blue", ["AB-102"]),
        ("gray", ["AB-103"]),
        ("Grey lamp", ["AB-103"]),
        ("gre", ["AB-103"]),
        ("gr", []),
        ("bl", []),
        ("orange", ["4006381333931", "orange"]),
        ("redw", ["AB-1030"]),
        ("glazed", ["AB-100"]),
        ("stripe mug", ["AB-101"]),
        ("hands", []),
        ("unique", []),
        ("AB-103", ["AB-103", "AB-1030"]),
        ("ab 103", ["AB-103", "AB-1030"]),
        ("ab1030", ["AB-1030"]),
        ("AB-10", ["AB-100", "AB-101", "AB-102", "AB-103", "AB-1030"]),
        ("40063", ["4006381333931"]),
        ("70", ["70"]),
        ("XK77-1", ["AB-100"]),
        ("xk77", ["AB-100"]),
        ("AB-105", []),
    ],
)
def test_colours_facts_and_ids_are_found_and_never_corrected(
    shop: Bundle, search: str, expected: list[str]
) -> None:
    assert ids(shop, search) == expected
    assert shop.page(Query(search)).search.corrected == ""


def test_what_has_more_of_a_colour_and_what_is_called_so_come_first(shop: Bundle) -> None:
    assert [product.id for product in shop.page(Query("red")).products] == ["70", "AB-101", "AB-100"]
    assert shop.page(Query("orange")).products[0].id == "orange", "its id was typed"


def test_the_id_that_was_typed_comes_before_those_that_begin_with_it(shop: Bundle) -> None:
    assert [product.id for product in shop.page(Query("ab103")).products] == ["AB-103", "AB-1030"]


def test_what_begins_all_ids_or_very_many_finds_them_in_the_catalogues_order(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("bundle.search.word_search._MANY_IDS", 2)
    found = [f"{name}-{number}" for name, number in zip("bababb", (3, 1, 2, 4, 0, 5), strict=True)]
    shop = write(tmp_path, [Product(f"SKU {each}", "Mug", ()) for each in found])
    assert [product.id for product in shop.page(Query("sku")).products] == [f"SKU {each}" for each in found]
    some = [f"SKU {each}" for each in found if each.startswith("b")]
    assert [product.id for product in shop.page(Query("sku b")).products] == some
    assert [product.id for product in shop.page(Query("sku a")).products] == ["SKU a-1", "SKU a-4"]
    assert [product.id for product in shop.page(Query("sku b-5")).products] == ["SKU b-5"]


@pytest.mark.parametrize("search", ["dishwater", "hands"])
def test_a_word_of_a_description_is_no_mistake(shop: Bundle, search: str) -> None:
    page = shop.page(Query(search))
    assert (page.total, page.search.corrected) == (0, "")
    assert shop.page(Query("dishwahser")).search.corrected == "dishwasher"


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("ソファ", ["sofa"]),
        ("ｿﾌｧ", ["sofa"]),
        ("二人", ["sofa"]),
        ("ソァ", []),
        ("テーブル", ["table"]),
        ("テーフル", []),
        ("北欧 テーブル", ["table"]),
        ("소파", ["leather"]),
        ("블랙 소파", ["leather"]),
        ("水", ["bottle"]),
        ("钢水杯", ["bottle"]),
        ("โซฟา", ["thai"]),
        ("सोफ़ा", ["hindi"]),
        ("TISCH", ["couch", "dining", "plate"]),
        ("eiche tisch", ["dining"]),
        ("isch", ["couch", "dining", "plate"]),
        ("καναπες", ["greek"]),
    ],
)
def test_words_are_found_within_longer_ones(tmp_path: Path, search: str, expected: list[str]) -> None:
    titles = {
        "sofa": "赤いソファ二人掛け",
        "table": "北欧風テーブル",
        "leather": "가죽소파 블랙",
        "bottle": "304不锈钢水杯500ml",
        "thai": "มาลัยโซฟาสีแดง",
        "hindi": "लाल सोफ़ा",
        "dining": "Esstisch Eiche",
        "couch": "Couchtische",
        "plate": "Schreibtischplatte",
        "greek": "Μεγάλος καναπές",
    }
    bundle = write(tmp_path, [Product(name, title, ()) for name, title in titles.items()])
    assert ids(bundle, search) == expected
    assert bundle.page(Query(search)).search.corrected == ""


def test_a_word_of_its_own_is_found_in_others_only_behind_a_word(tmp_path: Path) -> None:
    titles = ["Table", "Adjustable desk", "Coffeetable", "Coffee", "Gästetable"]
    bundle = write(tmp_path, [Product(title, title, ()) for title in titles])
    assert ids(bundle, "table") == ["Coffeetable", "Table"]


def test_letters_of_scripts_without_spaces_are_indexed_in_pairs() -> None:
    assert indexed("Big ソファ2") == "big ソフ ファ ァ 2"
    assert begins("ソファ2") == '"ソフ ファ" AND "2"*'


def test_one_catalogue_makes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        create_catalogue(tmp_path / name, SHOP + PRODUCTS)
    assert (tmp_path / "one").read_bytes() == (tmp_path / "two").read_bytes()


def test_an_older_catalogue_is_searched_by_the_words_that_it_has(tmp_path: Path) -> None:
    bundle = write(tmp_path, PRODUCTS)
    with sqlite3.connect(bundle.folder / CATALOGUE) as connection:
        connection.executescript(
            "DROP TABLE codes; DROP TABLE spelling; DROP TABLE words; DROP TABLE search;"
            "CREATE VIRTUAL TABLE search USING fts5(title, brand, category, tags, content='');"
            "CREATE VIRTUAL TABLE words USING fts5vocab(search, row);"
        )
        rows = [(place, " ".join(words_of(each.title))) for place, each in enumerate(PRODUCTS)]
        connection.executemany("INSERT INTO search(rowid, title) VALUES(?, ?)", rows)
    connection.close()
    again = Bundle.open(tmp_path)
    assert ids(again, "cush round") == ["cushion"]
    assert ids(again, "杯子") == ["cup"]
    assert again.page(Query("cusion")).search.corrected == ""


@given(words=st.sets(st.text("abcé", min_size=1, max_size=4)), word=st.text("abcé", min_size=1, max_size=4))
def test_a_sorted_list_is_looked_up_by_halves(words: set[str], word: str) -> None:
    assert _lists("\n".join(["", *sorted(words), ""]), word) == (word in words)


@given(
    words=st.sets(st.text("abc", min_size=3, max_size=8), max_size=60),
    word=st.text("abc", min_size=5, max_size=7),
)
def test_all_words_one_edit_away_are_found(words: set[str], word: str) -> None:
    near = words & set(one_edit_away(word, "abc"))
    found = _listed(_Spelling("abc", "\n".join(["", *sorted(words), ""])), word)
    assert near == found & words
