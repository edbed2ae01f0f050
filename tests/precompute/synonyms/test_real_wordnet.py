"""What the real WordNet makes of shops: the demo's hundred searches, and a shop of clothes."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest

from benchmarks.synonyms import Judge, queries
from bundle import Bundle, Product
from precompute.shared.npm import Unavailable
from precompute.synonyms.table import synonym_table
from precompute.synonyms.wordnet import WordNet

CLOTHES = {
    "Pants": ("Chino pants", "Cargo pants"),
    "Sweaters": ("Wool sweater", "Cable knit sweater"),
    "Shoes > Boots": ("Leather boots", "Ankle boots"),
    "Hats": ("Straw hat", "Sun hat"),
    "Jackets": ("Rain jacket", "Denim jacket"),
}

pytestmark = pytest.mark.network


@pytest.fixture(scope="module")
def wordnet() -> WordNet:
    try:
        return WordNet.fetched()
    except Unavailable as error:
        pytest.skip(f"WordNet cannot be had here: {error}")


@pytest.mark.slow
@pytest.mark.usefixtures("wordnet")
def test_most_of_a_hundred_searches_of_shoppers_are_understood(built_demo: Path, tmp_path: Path) -> None:
    with Bundle.open(built_demo) as bundle:
        judge = Judge(bundle, tmp_path)
    counted = Counter(judge.verdict(typed, answers)[0] for typed, answers in queries())
    assert counted["right"] >= 70 and counted["wrong"] <= 5, counted


def test_a_shop_of_clothes_is_understood_too(wordnet: WordNet) -> None:
    products = [
        Product(title, title, (), category=category)
        for category, titles in CLOTHES.items()
        for title in titles
    ]
    shown: dict[str, set[str]] = {}
    for row in synonym_table(products, wordnet=wordnet).rows:
        shown.setdefault(row.word, set()).add(row.shown)
    expected = {
        "trousers": "pants",
        "jumper": "sweaters",
        "pullovers": "sweaters",
        "sandals": "shoes",
        "sombrero": "hats",
        "anorak": "jackets",
    }
    assert {word: shown.get(word) for word in expected} == {word: {term} for word, term in expected.items()}
    assert not shown.keys() & {"laptop", "sofa", "gasp", "negro"}
