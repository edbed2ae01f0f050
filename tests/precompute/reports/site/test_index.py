"""The index in the browser finds what the server finds, in the same order and with the same counts."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from itertools import pairwise, product
from pathlib import Path
from typing import Any

import pytest

from bundle import Bundle
from dashapp.addresses import GalleryQuery, arguments_of, with_arguments
from dashapp.document.static_addresses import file_name
from dashapp.parts.search_words import said_terms
from precompute.reports.site.index import index_files, searched_words, shards_of, word_files
from tests.javascript.conftest import run_node
from tests.sample_bundle import write_sample_bundle

HERE = Path(__file__).parent


@pytest.fixture(scope="module")
def sample(tmp_path_factory: pytest.TempPathFactory) -> tuple[Bundle, Path]:
    """The sample bundle, and a folder with its index."""
    folder = tmp_path_factory.mktemp("sample")
    generation = write_sample_bundle(folder / "data")
    rows = [
        ("beaker", 901, "mug", "", "mug", 0),
        ("drinking cup", 902, "cup", "title", "cup", 0),
        ("bowl", 903, "plate", "", "cup", 1),
    ]
    with closing(sqlite3.connect(generation / "catalogue.sqlite")) as catalogue, catalogue:
        catalogue.executemany("INSERT INTO synonyms VALUES(?, ?, ?, ?, ?, ?)", rows)
    bundle = Bundle.open(folder / "data")
    words = searched_words(bundle)
    files = [
        *index_files(bundle, file_name, said_terms),
        *word_files(bundle, shards_of(words), words, file_name),
    ]
    for path, content in files:
        target = folder / "site" / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(content)
    return bundle, folder / "site"


def queries(bundle: Bundle) -> list[str]:
    """Searches of whole words, beginnings, mistakes, ids and colours, with and without filters and orders."""
    words = sorted(each for each in bundle.vocabulary() if each.isalpha() and len(each) > 4)[::3]
    typed = [*words, *(word[:3] for word in words), *(word[:2] + word[3:] for word in words)]
    typed += [word[:-2] + word[-1] + word[-2] for word in words] + ["gray", "grey", "a", "zzzzz", ""]
    typed += [" ".join(pair) for pair in pairwise(words)]
    typed += [
        product_id[:length] for product_id in bundle.product_ids(offset=3, limit=3) for length in (2, 3, 9)
    ]
    typed += [
        "beaker",
        "drinking cup",
        "nord beaker",
        "bowl",
        "mug with beaker",
        "a mug for the sea",
    ]
    facets = bundle.facets()
    given: list[dict[str, Any]] = [{"q": word} for word in typed] + [
        {"q": word, "exact": "yes"} for word in typed[:5]
    ]
    filters: list[dict[str, Any]] = [
        {"stock": "in"},
        {"sale": "on"},
        {"min": "20", "max": "60"},
        {"colour": ["blue", "red"], "sort": "price"},
        *({"category": each.name, "sort": "price-down"} for each in facets.categories),
        *({"brand": each.name, "sort": "name"} for each in facets.brands),
        *({"tag": each.name} for each in facets.tags[:4]),
        *({"currency": each.name, "sort": "popularity"} for each in facets.currencies),
    ]
    given += [{"q": word, **each} for word, each in product(["", words[0], "blue"], filters)]
    return [with_arguments("", **each).removeprefix("?") for each in given]


def test_it_finds_and_counts_what_the_server_does(sample):
    bundle, site = sample
    asked = queries(bundle)
    assert len(asked) > 100
    done = run_node(HERE / "search.js", site, input=json.dumps(asked))
    assert done.returncode == 0, done.stderr
    for query, answer in zip(asked, json.loads(done.stdout), strict=True):
        assert answer == _answer(bundle, query), query


def _answer(bundle: Bundle, text: str) -> dict[str, Any]:
    query = GalleryQuery.from_arguments(arguments_of(text)).query
    page = bundle.page(query, limit=bundle.count)
    facets = bundle.facets(query)
    lists = {
        "category": "categories",
        "brand": "brands",
        "tag": "tags",
        "colour": "colours",
        "currency": "currencies",
    }
    return {
        "positions": bundle.positions_of(each.id for each in page.products),
        "corrected": page.search.corrected,
        "meanings": [
            {"word": each.word, "terms": said_terms(each), **({"adds": True} if each.adds else {})}
            for each in page.search.meanings
            if said_terms(each)
        ],
        "facets": {
            **{kind: [list(each) for each in getattr(facets, field)] for kind, field in lists.items()},
            "stock": facets.in_stock,
            "sale": facets.on_sale,
            "prices": facets.prices._asdict() if facets.prices else None,
        },
    }
