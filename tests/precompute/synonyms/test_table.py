"""The table of words for what a catalogue has: which meanings it has in mind, and which words that gives."""

from __future__ import annotations

from pathlib import Path

import pytest

from bundle import Product
from bundle.search.synonyms import SynonymRow
from precompute.synonyms import wordnet as wordnets
from precompute.synonyms.meanings import Context, singulars
from precompute.synonyms.table import synonym_table
from precompute.synonyms.terms import catalogue_terms
from precompute.synonyms.wordnet import WordNet
from tests.precompute.synonyms.tiny_wordnet import tiny_wordnet

SHOP = [
    Product("1", "Otto cushion, striped", (), category="Cushions", colours=("red",)),
    Product("2", "Nell bolster, striped", (), category="Cushions", facts={"Cover": "Cloth", "Size": "40 cm"}),
    Product("3", "Mira armchair with wheels", (), category="Home > Chairs", tags=("wood",)),
    Product("4", "Nils armchair", (), category="Home > Chairs", facts={"Colour": "Oak"}),
    Product("6", "Sol bolster", (), category="Cushions"),
    Product("5", "Own bowl", (), category="Bowls", facts={"Photo": "https://x.example/wood"}),
]


@pytest.fixture
def wordnet(tmp_path: Path) -> WordNet:
    return tiny_wordnet(tmp_path)


def meanings(products: list[Product], wordnet: WordNet) -> dict[str, set[tuple[str, str, str]]]:
    """What each word of the table is taken for: what is shown, and what is looked for in which field."""
    found: dict[str, set[tuple[str, str, str]]] = {}
    for row in synonym_table(products, wordnet=wordnet).rows:
        found.setdefault(row.word, set()).add((row.shown, row.field, row.phrase))
    return found


def test_synonyms_and_narrower_and_wider_words_lead_to_the_catalogues_own(wordnet: WordNet) -> None:
    found = meanings(SHOP, wordnet)
    assert found["pillow"] == {("cushions", "category", "cushions")}
    assert found["pillows"] == found["pillow"]
    assert found["seat"] == {("chairs", "category", "chairs")}
    assert found["throne"] == {("armchair", "title", "armchair")}
    assert found["vessel"] == {("bowls", "category", "bowls")}
    assert found["stripy"] == found["banded"] == {("striped", "title", "striped")}


def test_a_name_is_its_own_plural_and_singular(wordnet: WordNet) -> None:
    found = meanings(SHOP, wordnet)
    assert found["armchairs"] == found["armchair"] == {("armchair", "title", "armchair")}
    assert found["cushion"] == {("cushions", "category", "cushions")}


def test_a_meaning_that_the_other_terms_say_nothing_of_is_left_out(wordnet: WordNet) -> None:
    found = meanings(SHOP, wordnet)
    assert "shock absorber" not in found, "a bolster is a cushion, and nothing here is a part of a machine"
    context = Context(wordnet, [("cushions", "name"), ("bolster", "name")])
    assert [sense.words for sense in context.chosen("cushion", says="name")] == [("cushion",)]
    alone = Context(wordnet, [("cushions", "name"), ("machine part", "name"), ("shock absorber", "name")])
    assert ("shock absorber", "cushion") in {sense.words for sense in alone.chosen("cushion", says="name")}, (
        "where the shop has those, it means them"
    )


def test_a_phrase_that_ends_in_a_name_is_that(wordnet: WordNet) -> None:
    assert meanings(SHOP, wordnet)["salad bowl"] == {("bowls", "category", "bowls")}
    only_vessels = [Product(f"{n}", "Own vessel", (), category="Vessels") for n in range(2)]
    assert meanings(only_vessels, wordnet)["salad bowl"] >= {("vessels", "category", "vessels")}
    found = meanings([*SHOP, *only_vessels], wordnet)
    assert found["salad bowl"] == {("bowls", "category", "bowls")}


def test_terms_are_categories_heads_facts_tags_and_colours() -> None:
    terms = {(term.place.words, term.place.field, term.place.says) for term in catalogue_terms(SHOP)}
    assert {("cushions", "category", "name"), ("chairs", "category", "name")} <= terms
    assert ("home", "category", "name") in terms
    assert ("armchair", "title", "name") in terms
    assert ("wheels", "title", "name") not in terms, "it comes after a preposition"
    assert ("bolster", "title", "name") in terms
    assert ("bowl", "title", "name") not in terms, "one title alone may have a name there"
    assert {("cloth", "facts", "fact"), ("wood", "tags", "fact"), ("oak", "facts", "colour")} <= terms
    assert ("red", "colours", "colour") in terms
    assert not any(words in ("cm", "40 cm", "https") for words, _, _ in terms)


def test_a_catalogue_in_another_language_gets_no_english_words(wordnet: WordNet) -> None:
    titles = ["Esstisch", "Sessel", "Kissen", "Schale", "Lamp"]
    products = [Product(title, title, (), category=title) for title in titles]
    assert synonym_table(products, wordnet=wordnet).rows == ()
    assert synonym_table(products, wordnet=wordnet).sources == ()


def test_the_shops_own_rows_win(wordnet: WordNet) -> None:
    own = [SynonymRow("pillow", "bolsters", "", "bolsters", own=True)]
    rows = synonym_table(SHOP, own=own, wordnet=wordnet).rows
    assert [row for row in rows if row.word == "pillow"] == own
    assert synonym_table(SHOP, own=own).rows == tuple(own)


def test_plurals_that_are_words_of_their_own_stay_apart(wordnet: WordNet) -> None:
    assert list(singulars("dishes")) == ["dishes", "dish", "dishe"]
    assert list(singulars("glass")) == ["glass"]
    products = [Product(f"{n}", "Artefact", (), category="Artefact") for n in range(3)]
    assert meanings(products, wordnet)["trousers"] == meanings(products, wordnet)["trouser"]


def test_wordnet_is_looked_up_by_halves(wordnet: WordNet) -> None:
    assert len(wordnet.senses("cushion", "n")) == 2
    assert [wordnet.synset("n", place).topic for place in wordnet.senses("chair", "n")] == [6, 18]
    assert wordnet.senses("zebra", "n") == wordnet.senses("a", "n") == ()
    assert wordnet.synset("a", wordnet.senses("stripy", "a")[0]).words == ("striped", "stripy")
    assert wordnet.licence.startswith("Terms 1 of WordNet\nTerms 2")


def test_the_lock_names_no_host_and_the_package_by_its_hash() -> None:
    text = (Path(wordnets.__file__).parent / "wordnet_package" / "package-lock.json").read_text()
    assert "http" not in text and "resolved" not in text
    assert '"integrity": "sha512-' in text
