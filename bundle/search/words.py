"""Words as they are indexed and searched for: folded, split, and with letters wrong."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from itertools import pairwise

_MOST_WORDS = 16
_LONGEST_WORD = 40

SHORTEST_MISTAKE = 5
"""The shortest word, in letters, that is corrected. Shorter words resemble too many others."""

SHORTEST_WITH_TWO = 8
"""The length, in letters, from which it may have two."""

COLOUR_WORDS = {"gray": "grey"}
"""Further words for colours, in the pages' language, with the names in `bundle.format.COLOURS`."""

BETWEEN = frozenset(
    re.findall(
        r"\w+",
        """
        a an and at by for from in of on or the to with without
        aus das der die ein eine fur im mit oder ohne und von zu zum zur
        au aux avec dans de des du en et la le les ou par pour sans sur un une
        al con da del della di el il las lo los para per por sin
        het met op te van voor zonder do na ze
        """,
    )
)
"""Words of ten languages that stand between others, without accents, as `words_of` gives them."""

_VOWELS = tuple("aeioy")
_OF_VOWELS = frozenset({*_VOWELS, "as", "es", "os", "he", "hi"})
_OF_CONSONANTS = frozenset({"e", "s", "em", "en", "er", "es", "he", "hes"})
"""How adjectives may end in the languages of the pages, behind a stem that ends so: "rojas", "rotes"."""

_SIGNS = "".join(
    sign for sign in map(chr, range(0x0900, 0x1D00)) if unicodedata.category(sign) in ("Mn", "Mc")
)
"""The signs of India's and South-East Asia's scripts that are part of a word and no letters for Python."""

_WORD = re.compile(rf"(?:[^\W_]|[{_SIGNS}])+")
_ASCII = bytes(ord(chr(code).lower()) if code < 128 and chr(code).isalnum() else 32 for code in range(256))
"""What stands for each byte of an ASCII text: letters and digits without case, a space for all else."""

_ASCII_LINES = bytes(code if code == 10 else folded for code, folded in enumerate(_ASCII))
"""The same, with line ends left as they are."""

_SEPARATORS = bytes(code for code, folded in enumerate(_ASCII_LINES) if folded == 32)

_UNSPACED = (
    "\u0e00-\u0eff"  # Thai and Lao
    "\u1000-\u109f\u1780-\u17ff"  # Burmese and Khmer
    "\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff"  # Kana
    "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"  # Han
    "\uac00-\ud7a3"  # Hangul, which has spaces, but not between the parts of a name
)
_RUN = re.compile(f"([{_UNSPACED}]+)")

_VOICE_MARKS = "\u3099\u309a"
"""Kana's: with them it is another syllable, not the same with an accent."""

_LETTERS = str.maketrans({"æ": "ae", "œ": "oe", "ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "ı": "i"})
"""Letters that Unicode does not decompose, and what people without such a key type for them."""


def words_of(text: str) -> list[str]:
    """The words of a text, without case and accents: "Große Tasse, 2 Stück" has grosse, tasse, 2, stuck."""
    if text.isascii():
        # Three times as fast as a regular expression, which counts where a million products are folded.
        return text.encode().translate(_ASCII).decode().split()
    apart = unicodedata.normalize("NFKD", text).casefold()
    plain = "".join(letter for letter in apart if letter in _VOICE_MARKS or not unicodedata.combining(letter))
    return _WORD.findall(unicodedata.normalize("NFC", plain).translate(_LETTERS))


def indexed(text: str) -> str:
    """The words of a text as the search holds them, with spaces between.

    What is written in a script without spaces stands there as every two letters that follow each other,
    and the last one: "ソファ" as ソフ, ファ and ァ. So what stands within a longer title is found too.
    """
    words = words_of(text)
    joined = " ".join(words)
    if not is_unspaced(joined):
        return joined
    return " ".join(term for word in words for run in _runs(word) for term in _terms(run))


def indexed_texts(texts: Sequence[str]) -> list[str]:
    """What `indexed` gives of each text; much faster where there are many."""
    lines = _folded_lines(texts)
    return list(map(indexed, texts)) if lines is None else [" ".join(line.split()) for line in lines]


def code_of(text: str) -> str:
    """An id, or what may be the beginning of one, without case, accents and signs: "AB-103" is ab103."""
    return "".join(words_of(text))


def codes_of(texts: Sequence[str]) -> list[str]:
    """What `code_of` gives of each text; much faster where there are many."""
    lines = _folded_lines(texts, without=_SEPARATORS)
    return list(map(code_of, texts)) if lines is None else lines


def _folded_lines(texts: Sequence[str], *, without: bytes = b"") -> list[str] | None:
    """ASCII texts, each a line, folded together; None where one has other signs or lines."""
    together = "\n".join(texts)
    if not together.isascii() or together.count("\n") != len(texts) - 1:
        return None
    return together.encode().translate(_ASCII_LINES, without).decode().split("\n")


def searched_words(text: str) -> list[str]:
    """The words of a search: at most the first 16, each cut to 40 letters."""
    return [word[:_LONGEST_WORD] for word in words_of(text)[:_MOST_WORDS]]


def told_words(words: Sequence[str]) -> tuple[list[str], int]:
    """The words of a search without those that stand between others, and the place of the one that counts.

    That is the last word before the first between: the mug of a "blue mug with dots".
    """
    kept = [word for word in words if word not in BETWEEN]
    if not kept:
        return list(words), len(words) - 1
    first = next(place for place, word in enumerate(words) if word not in BETWEEN)
    end = next((place for place, word in enumerate(words) if place > first and word in BETWEEN), len(words))
    return kept, end - first - 1


def colour_named(word: str, names: Iterable[tuple[str, str]]) -> str | None:
    """The colour that a word names, with whichever ending: "rote" for "rot", "roja" for "rojo".

    `names` are names of colours, each with the one that is given back.
    """
    for name, colour in names:
        plain = "".join(words_of(name))
        stem, endings = (plain[:-1], _OF_VOWELS) if plain.endswith(_VOWELS) else (plain, _OF_CONSONANTS)
        if word == plain or (word.startswith(stem) and word.removeprefix(stem) in endings):
            return colour
    return None


def begins(word: str) -> str:
    """An FTS5 expression for what has a word that begins so, or holds it, in a script without spaces.

    The word is quoted, so nothing a person types is taken as FTS5's own syntax.
    """
    return " AND ".join(
        f'"{run}"*' if len(run) == 1 or not is_unspaced(run) else f'"{_pairs(run)}"' for run in _runs(word)
    )


def is_unspaced(word: str) -> bool:
    """Whether a word holds letters of a script that puts no spaces between words."""
    return not word.isascii() and _RUN.search(word) is not None


def mistakes_in(word: str) -> int:
    """How many letters of a word may be wrong.

    Numbers are meant as typed, and scripts without spaces have too many letters to try.
    """
    if len(word) < SHORTEST_MISTAKE or not word.isalpha() or is_unspaced(word):
        return 0
    return 1 if len(word) < SHORTEST_WITH_TWO else 2


def one_edit_away(word: str, letters: str) -> Iterator[str]:
    """The words one edit away: two neighbouring letters swapped, one too many, wrong or left out.

    A word may come more than once. After Norvig, "How to write a spelling corrector" (2007), with the
    letters of the catalogue as the alphabet.
    """
    splits = [(word[:place], word[place:]) for place in range(len(word) + 1)]
    yield from (left + right[1] + right[0] + right[2:] for left, right in splits if len(right) > 1)
    yield from (left + right[1:] for left, right in splits if right)
    yield from (left + letter + right[1:] for left, right in splits if right for letter in letters)
    yield from (left + letter + right for left, right in splits for letter in letters)


def edits_between(one: str, other: str) -> int:
    """The number of mistakes between two words: optimal string alignment, row by row."""
    before: list[int] = []
    row = list(range(len(other) + 1))
    for place, letter in enumerate(one, start=1):
        two_before, before, row = before, row, [place]
        for column, wanted in enumerate(other, start=1):
            least = min(before[column] + 1, row[-1] + 1, before[column - 1] + (letter != wanted))
            is_swap = place > 1 < column and letter == other[column - 2] and one[place - 2] == wanted
            row.append(min(least, two_before[column - 2] + 1) if is_swap else least)
    return row[-1]


def _runs(word: str) -> list[str]:
    """The parts of a word in scripts with and without spaces."""
    return [run for run in _RUN.split(word) if run]


def _terms(run: str) -> list[str]:
    return [*map("".join, pairwise(run)), run[-1]] if is_unspaced(run) else [run]


def _pairs(run: str) -> str:
    return " ".join(map("".join, pairwise(run)))
