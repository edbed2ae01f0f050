"""What the sets of words find, and in which order, against SQLite's full-text search and its ranking."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pyroaring import BitMap

from bundle import Product
from bundle.database import Connections, create_catalogue
from bundle.format import COLOURS
from bundle.search import ranking
from bundle.search.ranking import FullTextHits, Matcher, SetHits
from bundle.search.words import words_of

COUNT = 300
WORDS = ("lamp", "lamps", "lampshade", "tin", "tint", "red", "oak", "oaken", "table", "tables", "a1", "été")


def text(draw: Random, most: int) -> str:
    return " ".join(draw.choices(WORDS, k=draw.randrange(most + 1)))


def product(number: int, draw: Random) -> Product:
    return Product(
        f"id-{number}",
        text(draw, 4),
        (),
        category=" > ".join(draw.choices(WORDS, k=draw.randrange(3))),
        brand=text(draw, 1),
        tags=tuple(draw.sample(WORDS, draw.randrange(3))),
        facts={"material": text(draw, 5)},
        colours=tuple(draw.sample(COLOURS, draw.randrange(3))),
    )


@pytest.fixture(scope="module")
def connections(tmp_path_factory: pytest.TempPathFactory) -> Connections:
    path = tmp_path_factory.mktemp("ranking") / "catalogue.sqlite"
    draw = Random(4)
    create_catalogue(path, (product(number, draw) for number in range(COUNT)))
    return Connections(path)


TYPED = [words_of(word)[0] for word in WORDS if len(word) > 2]
LONG = st.sampled_from([*TYPED, "grey", "lam", "tabl", "none"])
WORD = st.one_of(
    LONG.map('"{}"'.format),
    LONG.map('"{}"*'.format),
    st.sampled_from(["r", "re", "ta", "t", "g"]).map('- colours : ("{}"*)'.format),
)
EITHER = st.lists(WORD, min_size=1, max_size=3).map(lambda words: f"({' OR '.join(words)})")
EXPRESSION = st.lists(WORD | EITHER, min_size=1, max_size=3).map(" AND ".join)


@given(
    expression=EXPRESSION,
    few=st.sampled_from([0, 10_000]),
    offset=st.integers(0, 60),
    limit=st.integers(1, 60),
    others=st.sets(st.integers(0, COUNT - 1)),
)
def test_sets_find_and_rank_as_sqlite_does(
    connections: Connections, expression: str, few: int, offset: int, limit: int, others: set[int]
) -> None:
    """A page from the cells of equal scores, or from each product's score, is that of SQLite's `bm25`."""
    rows = connections().execute(
        "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rank, rowid", (expression,)
    )
    expected = [position for (position,) in rows]
    hits = Matcher(connections).hits(expression)
    assert isinstance(hits, SetHits)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(ranking, "_FEW", few)
        assert list(hits.members) == sorted(expected)
        everything = BitMap(range(COUNT))
        assert hits.page(everything, offset=offset, limit=limit) == expected[offset : offset + limit]
        left = [position for position in expected if position not in others]
        within = everything - BitMap(others)
        assert hits.page(within, offset=offset, limit=limit) == left[offset : offset + limit]


@pytest.mark.parametrize(
    "expression", ['"lamp table"', 'title : "lamp"', '("lamp" OR brand : "oak")', '"la"*', '"lamp" NOT "oak"']
)
def test_what_the_sets_do_not_answer_sqlite_does(connections: Connections, expression: str) -> None:
    rows = connections().execute(
        "SELECT rowid FROM search WHERE search MATCH ? ORDER BY rank, rowid", (expression,)
    )
    expected = [position for (position,) in rows]
    hits = Matcher(connections).hits(expression)
    assert isinstance(hits, FullTextHits) and expected
    assert hits.page(BitMap(range(COUNT)), offset=0, limit=COUNT) == expected
    assert list(hits.members) == sorted(expected)


def test_a_catalogue_without_sets_is_searched_by_sqlite(connections: Connections, tmp_path: Path) -> None:
    older = tmp_path / "older.sqlite"
    with sqlite3.connect(older) as connection:
        connections().backup(connection)
        connection.executescript("DROP TABLE postings; DROP TABLE lengths;")
    connection.close()
    everything = BitMap(range(COUNT))
    for expression in ('"lamp"*', '"red" AND ("oak" OR "tin"*)'):
        pages = [
            Matcher(each).hits(expression).page(everything, offset=3, limit=20)
            for each in (connections, Connections(older))
        ]
        assert pages[0] == pages[1] and len(pages[0]) == 20


def test_nothing_is_found_for_nothing(connections: Connections) -> None:
    assert not Matcher(connections).hits("").members
