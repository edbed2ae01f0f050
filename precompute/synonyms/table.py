"""The table of words for what a catalogue has: from WordNet, and from the shop's own file, which wins."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bundle.format import Product
from bundle.search.synonyms import MOST_WORDS, SynonymRow
from bundle.search.words import words_of
from precompute.shared.progress import stage
from precompute.synonyms.expansion import related
from precompute.synonyms.meanings import Context, singular
from precompute.synonyms.terms import FIELDS, Term, catalogue_terms
from precompute.synonyms.wordnet import VERSION, WordNet

_MOST_TERMS = 12
"""How many of the catalogue's terms one word is taken for at the most."""

_MOST_PRODUCTS = 50_000
"""How many products are looked at, evenly spread: more have hardly another term."""

_ITSELF = -1
"""How far a term is from its own singular and plural: nearer than any other word."""

_ENGLISH = 0.5
"""The share of the names' last words that WordNet must know: it helps only where a catalogue is English."""


@dataclass(frozen=True)
class SynonymTable:
    """The rows of the table, with names and licences of the sources they are from."""

    rows: tuple[SynonymRow, ...] = ()
    sources: tuple[tuple[str, str], ...] = ()


class _Found(NamedTuple):
    """One of the catalogue's terms for a word, the best first."""

    far: int
    products: int
    shown: str
    field: str
    phrase: str


def synonym_table(
    products: Sequence[Product], *, own: Sequence[SynonymRow] = (), wordnet: WordNet | None = None
) -> SynonymTable:
    """The table for a catalogue. `own` are the shop's rows: WordNet's for the same words are left out."""
    rows, sources = list(own), []
    if wordnet is not None:
        step = max(1, -(-len(products) // _MOST_PRODUCTS))
        found = _from_wordnet(catalogue_terms(products[::step]), wordnet)
        written = {row.word for row in own}
        rows += [row for row in found if row.word not in written]
        sources = [(VERSION, wordnet.licence)] if found else []
    return SynonymTable(tuple(rows), tuple(sources))


def _from_wordnet(terms: Sequence[Term], wordnet: WordNet) -> list[SynonymRow]:
    if not _is_english(terms, wordnet):
        return []
    names = {term.place.words for term in terms if term.place.says == "name"}
    said = {(term.place.words, _says(term, names)) for term in terms if term.place.says != "quality"}
    context = Context(wordnet, said)
    shown = _shown(terms, wordnet)
    heads = {singular(wordnet, name) for name in names}
    found: dict[str, set[_Found]] = defaultdict(set)
    with stage("Synonyms", len(terms), "terms") as advance:
        for term in terms:
            one = singular(wordnet, term.place.words)
            itself = _Found(_ITSELF, -term.products, shown[one], term.place.field, term.phrase)
            for form in _forms(one, wordnet) if term.place.says == "name" else ():
                found[form].add(itself)
            for word, far in related(wordnet, term.place.words, context, says=_says(term, names)).items():
                head = singular(wordnet, word.split()[-1])
                if " " in word and head in heads and not one.endswith(head):
                    continue  # A salad bowl is a bowl, whatever else it is.
                for form in _forms(word, wordnet):
                    found[form].add(itself._replace(far=far))
            advance(1)
    return [row for word in sorted(found) for row in _rows(word, found[word])]


def _says(term: Term, names: set[str]) -> str:
    """What a term says of a product: a fact that is a name as well says what the product is."""
    return "name" if term.place.says == "fact" and term.place.words in names else term.place.says


def _is_english(terms: Sequence[Term], wordnet: WordNet) -> bool:
    names = [term for term in terms if term.place.says == "name" and " " not in term.place.words]
    known = sum(term.products for term in names if wordnet.senses(singular(wordnet, term.place.words), "n"))
    return known > _ENGLISH * sum(term.products for term in names)


def _shown(terms: Sequence[Term], wordnet: WordNet) -> dict[str, str]:
    """How each term is told people, by its singular: as a category has it, else as a title, and so on."""
    found: dict[str, str] = {}
    for term in sorted(terms, key=lambda term: (FIELDS.index(term.place.field), -term.products)):
        found.setdefault(singular(wordnet, term.place.words), term.place.words)
    return found


def _rows(word: str, found: Iterable[_Found]) -> Iterator[SynonymRow]:
    """The rows for one word: of its terms only the closest, those of most products first."""
    nearest = min(each.far for each in found)
    best = sorted(each for each in found if each.far == nearest)
    for each in best[:_MOST_TERMS]:
        yield SynonymRow(word, each.shown, each.field, each.phrase, own=False)


def _forms(word: str, wordnet: WordNet) -> set[str]:
    """A word as the search holds it, and its plural, unless that is a word of its own, such as jeans."""
    words = words_of(word)
    if not 0 < len(words) <= MOST_WORDS:
        return set()
    *before, last = words
    plural = last
    if not last.endswith("s"):
        if last.endswith(("x", "z", "ch", "sh")):
            plural = last + "es"
        elif last.endswith("y") and last[-2:-1] not in "aeiou":
            plural = last[:-1] + "ies"
        else:
            plural = last + "s"
    elif last.endswith("ss"):
        plural = last + "es"
    plural = " ".join([*before, plural])
    return {" ".join(words), *([] if wordnet.senses(plural, "n") else [plural])}
