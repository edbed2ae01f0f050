"""The words that mean what a term of the catalogue means, or something narrower or wider."""

from __future__ import annotations

import re
from collections.abc import Iterator
from enum import IntEnum

from precompute.synonyms.meanings import Context, adjectives, nouns, singulars
from precompute.synonyms.wordnet import Synset, WordNet

_PLAIN = re.compile(r"[a-zA-Z][a-zA-Z' -]+")
_MOST_WORDS = 3
_COMMON_SENSES = 3
"""A word must have the meaning among its commonest that shops sell."""

_MANY_BELOW = 100
"""A meaning with so many below it is too wide for those two steps below: not every textile is denim."""

_FEW_BELOW = 60
"""Two meanings of one that has at most so many below it are near: a tankard is as good as a mug."""

_MADE_OF = ("en", "y")
"""How adjectives end that are made from what something is made of: wooden, velvety."""

_ADJECTIVE_SENSES = 1
"""How many of an adjective's meanings are used: further ones are seldom about things."""


class Closeness(IntEnum):
    """How a word is related to a term: the smaller the closer."""

    SAME = 0
    NARROWER = 1
    MUCH_NARROWER = 2
    WIDER = 3
    MUCH_WIDER = 4
    BESIDE = 5


def related(wordnet: WordNet, term: str, context: Context, *, says: str) -> dict[str, int]:
    """The words for a term of the catalogue, each with how far it is: 0 for the same in its first sense.

    `says` is what the term says of a product, as in `precompute.synonyms.terms.Place`.
    """
    found: dict[str, int] = {}
    around = (
        _beside(wordnet, term)
        if says == "quality"
        else (near for sense in context.chosen(term, says=says) for near in _around(wordnet, sense, context))
    )
    for closeness, synset in around:
        for word in filter(_is_typed, synset.words):
            rank = _rank(wordnet, word.lower(), synset)
            if rank < _COMMON_SENSES:
                far = closeness + rank
                found[word.lower()] = min(far, found.get(word.lower(), far))
    if says == "fact":
        for closeness, synset in _made_of(wordnet, term):
            found.update({word: int(closeness) for word in synset.words if word.startswith(term)})
    own = {*singulars(term)}
    return {word: far for word, far in found.items() if word not in own}


def _is_typed(word: str) -> bool:
    return _PLAIN.fullmatch(word) is not None and len(word.split()) <= _MOST_WORDS


def _rank(wordnet: WordNet, word: str, synset: Synset) -> int:
    """How many of a word's meanings are commoner; of nouns, among those that shops sell."""
    senses = nouns(wordnet, word) if synset.kind == "n" else adjectives(wordnet, word)
    return next((rank for rank, sense in enumerate(senses) if sense.place == synset.place), len(senses))


def _around(wordnet: WordNet, sense: Synset, context: Context) -> Iterator[tuple[Closeness, Synset]]:
    """A noun's meaning, and those within two steps."""

    def to(synset: Synset, *signs: str) -> list[Synset]:
        return [wordnet.synset(*other) for other in synset.to(*signs)]

    yield Closeness.SAME, sense
    narrower = to(sense, "~", "+")
    yield from ((Closeness.NARROWER, synset) for synset in narrower)
    if context.below(sense) < _MANY_BELOW:
        yield from ((Closeness.MUCH_NARROWER, synset) for each in narrower for synset in to(each, "~"))
    for wider in filter(context.says, to(sense, "@")):
        yield Closeness.WIDER, wider
        yield from ((Closeness.MUCH_WIDER, synset) for synset in to(wider, "@") if context.says(synset))
        if context.below(wider) <= _FEW_BELOW:
            yield from ((Closeness.BESIDE, synset) for synset in to(wider, "~"))


def _made_of(wordnet: WordNet, term: str) -> Iterator[tuple[Closeness, Synset]]:
    """The adjectives that WordNet does not connect with the substance that they are made from."""
    for ending in _MADE_OF:
        yield from ((Closeness.SAME, sense) for sense in adjectives(wordnet, term + ending)[:1])


def _beside(wordnet: WordNet, word: str) -> Iterator[tuple[Closeness, Synset]]:
    """An adjective's meanings, those like it, and what it comes from."""
    for sense in adjectives(wordnet, word)[:_ADJECTIVE_SENSES]:
        yield Closeness.SAME, sense
        yield from ((Closeness.NARROWER, wordnet.synset(*other)) for other in sense.to("&", "\\", "+"))
