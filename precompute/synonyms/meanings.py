"""Which of a word's meanings a catalogue has in mind: the one that its other terms are near to."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache

from precompute.synonyms.wordnet import Synset, WordNet

GOODS: Mapping[str, Mapping[int, float]] = {
    "name": {6: 1.0, 13: 1.0, 20: 0.6, 27: 0.6, 7: 0.4, 25: 0.4},
    "fact": {27: 1.0, 7: 1.0, 13: 0.6, 25: 0.6, 20: 0.4, 6: 0.2},
    "colour": {},
}
"""WordNet's files of nouns for what shops sell, by what a term says of a product, with how likely each is.

They are artefacts (6), attributes (7), food (13), plants (20), shapes (25) and substances (27). Facts are
most often substances or fabrics, and colours are below the word colour.
"""

_COLOUR = "colour"
_FABRIC = "fabric"
_UNFIT = frozenset(
    {"controlled substance", "slang", "street name", "ethnic slur", "disparagement", "obscenity"}
)
_SAYS_NOTHING = 800
"""A meaning with so many below it says nothing: "container" is just narrow enough, "covering" is not."""

_MOST_SENSES = 6
_STEPS = 3
_COMMONNESS = 0.25
"""How much a meaning's rank counts: commoner ones win where the other terms say little."""

_NEARLY_AS_GOOD = {"name": 0.8, "fact": 0.9, "colour": 0.9}
_GOOD_FOR_THE_COMMONEST = 0.5
"""What share of the best meaning's score others need to be kept: the commonest of a word needs less."""

_ENDINGS = (("ies", "y"), ("ves", "f"), ("ves", "fe"), ("es", ""), ("s", ""))
"""How English plurals end, and what their singulars end in instead."""


def singulars(word: str) -> Iterator[str]:
    """A word, and what it may be the plural of: only its last part changes."""
    yield word
    for plural, singular in _ENDINGS:
        if word.endswith(plural) and not word.endswith("ss") and len(word) - len(plural) >= 2:
            yield word.removesuffix(plural) + singular


def singular(wordnet: WordNet, word: str) -> str:
    """The singular of a plural, where WordNet has it; else the word as it is."""
    return next((form for form in reversed(list(singulars(word))) if wordnet.senses(form, "n")), word)


def nouns(wordnet: WordNet, word: str) -> list[Synset]:
    """A noun's meanings that a shop may sell or describe, the commonest first; slang is left out."""
    found = (wordnet.synset("n", place) for place in wordnet.senses(word, "n"))
    return [synset for synset in found if synset.topic in GOODS["name"] and not _is_unfit(wordnet, synset)]


def _is_unfit(wordnet: WordNet, synset: Synset) -> bool:
    """Whether a meaning is slang, an insult or an illegal drug, of which WordNet has many names."""
    around = (wordnet.synset(*other) for other in synset.to("@", ";u"))
    return any(not _UNFIT.isdisjoint(each.words) for each in around)


def adjectives(wordnet: WordNet, word: str) -> list[Synset]:
    """An adjective's meanings, the commonest first."""
    return [wordnet.synset("a", place) for place in wordnet.senses(word, "a")]


class Context:
    """What a catalogue's terms have in common, by which their meanings are told apart.

    A meaning that terms share says the more, the fewer others WordNet has below it: after Resnik,
    "Disambiguating noun groupings with respect to WordNet senses" (1995).
    """

    def __init__(self, wordnet: WordNet, terms: Iterable[tuple[str, str]]) -> None:
        """`terms` are the catalogue's, in lower case, each with what it says: a key of `GOODS`."""
        self._wordnet = wordnet
        self._below = lru_cache(maxsize=None)(self._counted_below)
        kept = {(singular(wordnet, word), says) for word, says in terms}
        words = {word for word, _ in kept}
        self._terms = self._counted(nouns(wordnet, word)[:_MOST_SENSES] for word in words)
        # Meanings that only seemed likely by others' unlikely ones drop out the second time.
        self._terms = self._counted([self.chosen(word, says=says) for word, says in sorted(kept)])

    def chosen(self, word: str, *, says: str) -> list[Synset]:
        """The meaning of a noun that most other terms are near to, and another that is nearly as good.

        `says` is what the term says of a product: a key of `GOODS`.
        """
        likely = GOODS[says]
        scored: dict[Synset, float] = {}
        commonest: set[Synset] = set()
        for form in singulars(word):
            for rank, sense in enumerate(nouns(self._wordnet, form)[:_MOST_SENSES], start=1):
                surely = {"fact": _FABRIC, "colour": _COLOUR}.get(says)
                is_sure = surely is not None and self._is_below(sense, surely)
                prior = 1.0 if is_sure else likely.get(sense.topic, 0.0)
                score = prior * self._score(sense) / rank**_COMMONNESS
                if rank == 1:
                    commonest.add(sense)
                if score:
                    scored[sense] = max(score, scored.get(sense, 0.0))
        best = max(scored.values(), default=0.0)
        kept = [
            sense
            for sense, score in scored.items()
            if score >= best * (_GOOD_FOR_THE_COMMONEST if sense in commonest else _NEARLY_AS_GOOD[says])
        ]
        return sorted(kept, key=lambda sense: (-scored[sense], sense.place))[:2]

    def says(self, sense: Synset) -> bool:
        """Whether a meaning is narrow enough to say something about a product."""
        return self.below(sense) < _SAYS_NOTHING

    def below(self, sense: Synset) -> int:
        """How many meanings a noun's has below it, with itself; counted up to what says nothing."""
        return self._below(sense.place)

    def _score(self, sense: Synset) -> float:
        """How many other terms share its wider meanings, each by the narrowest that it shares."""
        wider = sorted((self._below(place), place) for place in self._wider(sense))
        score, sharing = 1.0, 0.0
        for below, place in wider:
            more = math.log2(self._terms[place] or 1) - sharing
            if more > 0:
                score += more * math.log(_SAYS_NOTHING / below)
                sharing += more
        return score

    def _counted(self, terms: Iterable[list[Synset]]) -> Counter[int]:
        """How many terms have a meaning at each place or below it."""
        found: Counter[int] = Counter()
        for senses in terms:
            found.update({place for sense in senses for place in self._wider(sense)})
        return found

    def _wider(self, sense: Synset) -> set[int]:
        """The places of a meaning, and of those above it that say something."""
        found: set[int] = set()
        level = [sense]
        for _ in range(_STEPS + 1):
            found |= {each.place for each in level if self.says(each)}
            level = [self._wordnet.synset(*other) for each in level for other in each.to("@", "@i")]
        return found

    def _is_below(self, sense: Synset, word: str) -> bool:
        level = [sense]
        while level:
            if any(word in each.words for each in level):
                return True
            level = [self._wordnet.synset(*other) for each in level for other in each.to("@")]
        return False

    def _counted_below(self, place: int) -> int:
        """See `below`."""
        seen, left = {place}, [place]
        while left and len(seen) < _SAYS_NOTHING:
            others = self._wordnet.synset("n", left.pop()).to("~", "~i")
            new = {other for _, other in others} - seen
            seen |= new
            left.extend(new)
        return len(seen)
