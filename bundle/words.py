"""Words as they are searched for: folded, split, and with one letter wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator

_WORD = re.compile(r"[^\W_]+")
_MOST_WORDS = 16
_LONGEST_WORD = 40

SHORTEST_MISTAKE = 3
"""The length, in letters, from which a word may have a mistake: shorter ones are like too many others."""

_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
"""Letters that Unicode does not take apart, as people type them who have no key for them."""


def words_of(text: str) -> list[str]:
    """The words of a text, without case and accents: "Große Tasse, 2 Stück" has grosse, tasse, 2, stuck."""
    apart = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in apart if not unicodedata.combining(letter))
    return _WORD.findall(unicodedata.normalize("NFC", plain).translate(_LETTERS))


def searched_words(text: str) -> list[str]:
    """The words of what a person typed: at most the first 16, each cut at 40 letters."""
    return [word[:_LONGEST_WORD] for word in words_of(text)[:_MOST_WORDS]]


def search_expression(words: Iterable[str]) -> str:
    """An FTS5 expression by which each of `words` must begin a word of the product.

    The words are quoted, so nothing a person types is taken as FTS5's own syntax.
    """
    return " ".join(f'"{word}"*' for word in words)


def may_be_mistaken(word: str) -> bool:
    """Whether a word may have a wrong letter: long enough, and all letters, as numbers are meant as typed."""
    return len(word) >= SHORTEST_MISTAKE and word.isalpha()


def one_edit_away(word: str, letters: str) -> Iterator[str]:
    """What `word` may have been meant as: two neighbours swapped, one letter too many, wrong or left out.

    A word may come more than once. After Norvig, "How to write a spelling corrector" (2007), with the
    letters of the catalogue as the alphabet.
    """
    splits = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    yield from (left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1)
    yield from (left + right[1:] for left, right in splits if right)
    yield from (left + letter + right[1:] for left, right in splits if right for letter in letters)
    yield from (left + letter + right for left, right in splits for letter in letters)
