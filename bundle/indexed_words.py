"""What the catalogue's tables of words hold, made of products' texts. Each distinct text is folded once."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Sequence
from typing import TypeVar

from bundle.search.words import SHORTEST_MISTAKE, is_unspaced

_Given = TypeVar("_Given")
_Found = TypeVar("_Found")

_REMEMBERED = 100_000
"""The most distinct texts whose words are kept, as brands and categories are those of many products."""

_SHORTEST_SPELT = 3
"""The fewest letters of a word that others are put right to, or that compounds are made of."""

_MOST_LETTERS = 64
"""How many letters a mistaken word is tried with: the most frequent of scripts that have very many."""

_JOINED = 10_000
"""Words whose letters are counted at a time."""

_DIGITS = re.compile(r"(\d+)")


class Remembered(dict[_Given, _Found]):
    """The results of a function by what it was given, each computed once while there are not too many."""

    def __init__(self, function: Callable[[_Given], _Found]) -> None:
        super().__init__()
        self._function = function

    def __missing__(self, given: _Given) -> _Found:
        found = self._function(given)
        if not self.is_full:
            self[given] = found
        return found

    @property
    def is_full(self) -> bool:
        """Whether no further results are kept."""
        return len(self) >= _REMEMBERED


def name_key(words: str) -> str:
    """Orders folded titles as people do, by plain comparison: 9 before 10.

    Text and numbers alternate. A number stands as a sign below all letters, the count of its digits and the
    digits, so a number with more digits is larger, whatever its length.
    """
    if _DIGITS.search(words) is None:
        return words
    parts = _DIGITS.split(words)
    for place in range(1, len(parts), 2):
        digits = parts[place].lstrip("0")
        parts[place] = f"\0{chr(1 + len(digits))}{digits}"
    return "".join(parts)


def spelling(indexed: Sequence[str], described: set[str]) -> tuple[str, str, str]:
    """The row of the table `spelling`.

    `indexed` are all words that are searched, `described` those of texts that are not.
    """
    terms = [term for term in indexed if not is_unspaced(term)]
    words = [term for term in terms if term.isalpha() and len(term) >= _SHORTEST_SPELT]
    counted: Counter[str] = Counter()
    for begin in range(0, len(terms), _JOINED):
        counted.update("".join(terms[begin : begin + _JOINED]))
    for letter in [each for each in counted if not each.isalpha()]:
        del counted[letter]
    letters = "".join(letter for letter, _ in counted.most_common(_MOST_LETTERS))
    others = sorted(word for word in described.difference(words) if len(word) >= SHORTEST_MISTAKE)
    listed, unsearched = ("\n".join(["", *each, ""]) for each in (words, others))
    return letters, listed, unsearched
