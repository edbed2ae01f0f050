"""The catalogue's own terms: categories, heads of titles, facts, tags and colours."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import NamedTuple

from bundle.format import COLOURS, Product
from bundle.search.query import category_path
from bundle.search.words import indexed, words_of

FIELDS = ("category", "title", "facts", "tags", "colours")
"""Where terms stand, as the search's fields are called; the first are told first."""

_BETWEEN = re.compile(r"\s+[-–—|/:]\s+|[,;(\[|:]")
"""What ends the part of a title that says what the product is."""

_PREPOSITIONS = frozenset({"with", "on", "for", "of", "in", "from", "by", "and", "without", "at", "to", "as"})
"""What stands between the head of a name and what follows it: "cup with saucer" is a cup."""

_COLOUR_NAMES = frozenset({"colour", "color", "colours", "colors"})
_WORDS = re.compile(r"[^\W_]+(?:[-'’][^\W_]+)*")
_MOST_WORDS = 3
_LONGEST = 60
_FEWEST_IN_TITLES = 2
"""How many titles must have a head: what only one has is often a name."""


class Place(NamedTuple):
    """Where a term stands, and what it says of a product: its "name", a "fact", its "colour" or a "quality".

    A quality is an adjective.
    """

    words: str
    field: str
    says: str


class Term(NamedTuple):
    """One term of the catalogue, and how many products have it there.

    Its `words` are in lower case, with accents and hyphens, and one space between.
    """

    place: Place
    products: int

    @property
    def phrase(self) -> str:
        """The term as the search holds it."""
        return indexed(self.place.words)


def catalogue_terms(products: Iterable[Product]) -> list[Term]:
    """The terms of a catalogue, those of most products first; each once for each place."""
    counted: Counter[Place] = Counter()
    for product in products:
        counted.update(set(_terms_of(product)))
    kept = [
        Term(place, number)
        for place, number in counted.items()
        if place.field != "title" or number >= _FEWEST_IN_TITLES
    ]
    return sorted(kept, key=lambda term: (-term.products, FIELDS.index(term.place.field), term.place))


def _terms_of(product: Product) -> Iterator[Place]:
    yield from _of_category(product.category)
    head = _split(_BETWEEN.split(product.title, maxsplit=1)[0])
    yield from (Place(words, "title", "name") for words in _ends(head))
    yield from (Place(word, "title", "quality") for word in _split(product.title) if _is_term([word]))
    for name, text in product.facts.items():
        yield from _described(text, is_colour=not _COLOUR_NAMES.isdisjoint(words_of(name)))
    for tag in product.tags:
        words = _split(tag)
        if len(words) <= _MOST_WORDS and _is_term(words):
            yield Place(" ".join(words), "tags", "fact")
    yield from (Place(colour, "colours", "colour") for colour in product.colours if colour in COLOURS)


@lru_cache(maxsize=10_000)
def _of_category(category: str) -> tuple[Place, ...]:
    """The ends of a category's parts."""
    ends = (words for part in category_path(category) for words in _ends(_split(part)))
    return tuple(Place(words, "category", "name") for words in ends)


@lru_cache(maxsize=10_000)
def _described(text: str, *, is_colour: bool) -> tuple[Place, ...]:
    """A short fact's ends, and each of its words as what may say what a product is like."""
    if len(text) > _LONGEST or "://" in text:
        return ()
    words = _split(text)
    ends = (Place(part, "facts", "colour" if is_colour else "fact") for part in _ends(words))
    return (*ends, *(Place(word, "facts", "quality") for word in words if _is_term([word])))


def _ends(words: list[str]) -> Iterator[str]:
    """The last one to three words of a name, up to its first preposition."""
    stop = next((place for place, word in enumerate(words) if place and word in _PREPOSITIONS), len(words))
    words = words[:stop]
    for count in range(1, min(_MOST_WORDS, len(words)) + 1):
        if _is_term(words[-count:]):
            yield " ".join(words[-count:])


def _split(text: str) -> list[str]:
    """The words of a text with their accents and hyphens, in lower case."""
    return _WORDS.findall(text.lower())


def _is_term(words: list[str]) -> bool:
    """Whether words can be a term: they have letters only, the last one at least three."""
    plain = [part for word in words for part in words_of(word)]
    return bool(plain) and all(part.isalpha() for part in plain) and len(words[-1]) >= 3
