"""What a person typed, as the catalogue understands it: its words, their mistakes, and the products found."""

from __future__ import annotations

import re
from array import array
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import NamedTuple

from pyroaring import BitMap

from bundle.caches import cached_with_owner
from bundle.database import Connections, all_positions
from bundle.format import COLOURS
from bundle.search.hits import InCatalogueOrderHits, InGivenOrder, SearchHits
from bundle.search.query import Query
from bundle.search.ranking import FirstOfAll, Matcher
from bundle.search.steps import step
from bundle.search.synonyms import Meaning, Synonyms
from bundle.search.words import (
    COLOUR_WORDS,
    begins,
    code_of,
    colour_named,
    edits_between,
    is_unspaced,
    mistakes_in,
    one_edit_away,
    searched_words,
    told_words,
)

_SHORTEST_COLOUR = 3
"""The length from which the beginning of a colour finds it: shorter ones begin too much else."""

_SHORTEST_PART = 4
"""The length from which a word is looked for within others, which have `_SHORTEST_HEAD` letters before it."""

_SHORTEST_HEAD = 3
_LINKS = ("", "s", "n", "en", "es", "er", "e")
"""What may stand between the parts of a compound, in German and its neighbours."""

_MOST_COMPOUNDS = 50
_MANY_IDS = 10_000
_SHORTEST_ID = 3
"""The length from which the beginning of an id finds it."""


@dataclass(frozen=True)
class Search:
    """What a person typed, its `words`, and the words it was `taken` for: the same, but for mistakes.

    A word or phrase of `taken` that the catalogue has other words for has these among `meanings`.
    """

    typed: str = ""
    words: tuple[str, ...] = ()
    taken: tuple[str, ...] = ()
    meanings: tuple[Meaning, ...] = ()

    @property
    def corrected(self) -> str:
        """The words that were searched for where they are not those that were typed; else empty."""
        taken = " ".join(self.taken)
        return taken if taken != " ".join(self.words) else ""

    @property
    def told(self) -> str:
        """The words that were searched for, with the catalogue's for others; empty where they were typed."""
        instead = {meaning.word: meaning.shown[0] for meaning in self.meanings if not meaning.adds}
        told = " ".join(instead.get(word, word) for word in self.taken)
        return told if told != " ".join(self.words) else ""


class _Spelling(NamedTuple):
    """The row of the table `spelling`; each word of `words` and `others` stands between two line ends."""

    letters: str = ""
    words: str = ""
    others: str = ""


class WordSearch:
    """Searches one catalogue by words and ids. One that an older build wrote has fewer words and no ids."""

    def __init__(self, connection: Connections) -> None:
        """`connection` gives each thread its connection to the catalogue."""
        self._connection = connection
        names = connection().execute("SELECT name FROM sqlite_master WHERE name IN ('codes', 'spelling')")
        self._is_complete = len(names.fetchall()) == 2
        self._synonyms = Synonyms(connection)
        self._matcher = Matcher(connection)

    def warm(self) -> None:
        """Read all that the first searches would otherwise wait for."""
        _ = self._matcher.lengths, self._spelling()

    def understood(self, query: Query) -> Search:
        """What is searched for where a person typed `query.search`.

        A word that the catalogue does not know is taken for what the table of synonyms says; else for two
        words that it has side by side; else for the nearest of its words that is few enough mistakes away (a
        letter left out, too many, wrong, or two swapped), and of equals for the one that most products have.
        A word that is still found nowhere is left out where it only describes what was asked for. All words
        are taken as they are where the query is `exact`.
        """
        words = tuple(searched_words(query.search))
        typed = query.search.strip()
        if query.exact or self._has_id(typed):
            return Search(typed, words, words)
        told, counts = told_words(words)
        taken: list[str] = []
        meanings: list[Meaning] = []
        place = 0
        for word, meaning in self._synonyms.parts(told, is_found=self._is_begun):
            step()
            place += len(word.split())
            meaning = meaning or self._colour(word, query.colour_names)
            if meaning:
                meanings.append(meaning)
            meant = word if meaning else self._mean(word)
            # What no product has would leave nothing, unless it is what was asked for.
            is_asked_for = place > counts >= place - len(word.split())
            if meaning or is_asked_for or not _describes(word) or self._is_found(meant):
                taken.append(meant)
        return Search(typed, tuple(told), tuple(taken), tuple(meanings))

    def hits(self, search: Search) -> SearchHits | None:
        """What a search finds; None where nothing is searched for.

        Products whose id was typed come first. The beginning of an id counts where it has letters and digits,
        or where nothing else is found.
        """
        if not search.typed:
            return None
        meanings = {meaning.word: meaning for meaning in search.meanings}
        wanted = (
            self._meant(meanings[word]) if word in meanings else self._expression(word)
            for word in search.taken
        )
        step()
        found = self._matcher.hits(" AND ".join(wanted))
        if not found.members or _looks_like_an_id(search.typed):
            begun = self._begun_ids(search.typed)
            found = FirstOfAll(begun, found) if begun.members else found
        same = self._same_ids(search.typed)
        return FirstOfAll(InGivenOrder(same), found) if same else found

    def finds(self, word: str) -> int:
        """How many products a word finds."""
        return len(self._matcher.hits(self._expression(word)).members)

    def scores(self, word: str) -> list[tuple[int, float]]:
        """The positions that a word finds, taken as it is, best first, with scores: less is better."""
        return self._scored(self._expression(word))

    def meanings(self) -> Iterator[tuple[Meaning, list[tuple[int, float]]]]:
        """What each word of the table of synonyms is taken for, with what that finds as `scores` gives it."""
        for word in self._synonyms.words():
            meaning = self._synonyms.meaning(word, all(map(self._is_begun, word.split())))
            if meaning:
                yield meaning, self._scored(self._meant(meaning))

    def _scored(self, expression: str) -> list[tuple[int, float]]:
        query = "SELECT rowid, rank FROM search WHERE search MATCH ? ORDER BY rank, rowid"
        return self._connection().execute(query, (expression,)).fetchall() if expression else []

    def vocabulary(self) -> dict[str, int]:
        """The words of all products, each with how many products have it."""
        return dict(self._connection().execute("SELECT term, doc FROM words ORDER BY term"))

    def codes(self) -> list[tuple[str, int]]:
        """Every product's id without case, accents and signs, with its position, by code."""
        if not self._is_complete:
            return []
        query = "SELECT code, position FROM codes ORDER BY code, position"
        return self._connection().execute(query).fetchall()

    @cached_with_owner(maxsize=1000)
    def _expression(self, word: str) -> str:
        """An FTS5 expression for the products that a word finds."""
        if not self._is_complete:
            return f'"{word}"*'
        colour = COLOUR_WORDS.get(word, word)
        if colour in COLOURS:
            # As beginnings they would find beds of redwood, and as whole words alone no oranges.
            names = [colour, *(other for other, name in COLOUR_WORDS.items() if name == colour)]
            return "({})".format(" OR ".join(f'"{name}" OR "{name}s"' for name in names))
        begun = begins(word)
        if len(word) < _SHORTEST_COLOUR:
            begun = f"- colours : ({begun})"
        compounds = [f'"{compound}"' for compound in self._compounds(word)]
        return "({})".format(" OR ".join([f"({begun})", *compounds]))

    def _colour(self, word: str, names: Iterable[tuple[str, str]]) -> Meaning | None:
        """What a colour's name in another language than English means: products of that colour, too."""
        colour = colour_named(word, names)
        if colour is None or word in COLOURS or word in COLOUR_WORDS:
            return None
        return Meaning(word, (word,), (("colours", colour),), adds=self._is_begun(word))

    @cached_with_owner(maxsize=1000)
    def _meant(self, meaning: Meaning) -> str:
        """An FTS5 expression for the products that a word's meaning finds."""
        words = [("", meaning.word)] if meaning.adds else []
        either = [
            f'{field} : "{phrase}"' if field else " AND ".join(map(self._expression, phrase.split()))
            for field, phrase in (*words, *meaning.found)
        ]
        return "({})".format(" OR ".join(f"({each})" for each in either))

    # --- ids ----------------------------------------------------------------------------------------

    def _has_id(self, typed: str) -> bool:
        """Whether a product has what was typed as an id, or as the beginning of one."""
        code, last = self._codes(typed)
        query = "SELECT 1 FROM codes WHERE code BETWEEN ? AND ? LIMIT 1"
        return bool(code) and self._connection().execute(query, (code, last)).fetchone() is not None

    def _same_ids(self, typed: str) -> array[int]:
        """The products that have what was typed as an id."""
        code, _ = self._codes(typed)
        query = "SELECT position FROM codes WHERE code = ? ORDER BY position"
        rows = self._connection().execute(query, (code,)) if code else ()
        return array("I", (position for (position,) in rows))

    @cached_with_owner(maxsize=4)
    def _begun_ids(self, typed: str) -> SearchHits:
        """The products of which an id begins with what was typed, and has more, by that id.

        Very many are in the catalogue's order instead: what begins so many ids says nothing about them.
        """
        code, last = self._codes(typed)
        if not code:
            return InGivenOrder(array("I"))
        # As one query each, since SQLite then looks only at an end of the index.
        query = "SELECT (SELECT min(code) FROM codes), (SELECT max(code) FROM codes), "
        query += "(SELECT max(position) FROM products)"
        lowest, highest, end = self._connection().execute(query).fetchone()
        if lowest and lowest.startswith(code) and highest.startswith(code):  # Each product has an id.
            return InCatalogueOrderHits(BitMap(range(end + 1)))
        query = "SELECT position FROM codes WHERE code > ? AND code <= ? ORDER BY code, position"
        found = all_positions(self._connection(), query, (code, last))
        if len(found) > _MANY_IDS:
            return InCatalogueOrderHits(BitMap(found))
        # A product may have several ids that begin alike.
        return InGivenOrder(array("I", dict.fromkeys(found)))

    def _codes(self, typed: str) -> tuple[str, str]:
        """The first and the last code that what was typed may be or begin; empty ones where there is none."""
        code = code_of(typed) if self._is_complete else ""
        return code, code + "\U0010ffff" if len(code) >= _SHORTEST_ID else code

    # --- words --------------------------------------------------------------------------------------

    @cached_with_owner(maxsize=1000)
    def _mean(self, word: str) -> str:
        most = mistakes_in(word)
        if not most or self._is_known(word):
            return word
        if two := self._two_words(word):
            return two
        step()
        near = self._matcher.frequencies(_listed(self._spelling(), word))
        step()
        if not near and most > 1:
            far = ((edits_between(word, other), other) for other in self._alike(word, most))
            near = self._matcher.frequencies({other for edits, other in far if edits <= most})
        # The first letter is seldom wrong.
        return max(near, key=lambda each: (each[0] == word[0], near[each], each), default=word)

    def _is_known(self, word: str) -> bool:
        return self._is_found(word) or _lists(self._spelling().others, word)

    def _is_found(self, word: str) -> bool:
        return self._is_begun(word) or bool(self._compounds(word)) or " " in word

    def _is_begun(self, word: str) -> bool:
        if word in COLOUR_WORDS:
            return True
        return self.finds(word) > 0 if is_unspaced(word) else self._matcher.begins_a_word(word)

    def _two_words(self, word: str) -> str:
        """The two words that products have side by side where one was typed, as in "barstool"; else empty."""
        places = range(_SHORTEST_HEAD, len(word) - _SHORTEST_HEAD + 1)
        known = self._matcher.frequencies({part for place in places for part in (word[:place], word[place:])})
        pairs = (
            f"{word[:place]} {word[place:]}"
            for place in places
            if {word[:place], word[place:]} <= known.keys()
        )
        return next(filter(self.finds, pairs), "")

    def _alike(self, word: str, edits: int) -> Iterator[str]:
        """The words that begin with the same letter and have about as many letters, most of them the same."""
        fewest, most = len(word) - edits, len(word) + edits
        letters = set(word)
        pattern = re.compile(rf"(?<=\n){word[0]}\w{{{fewest - 1},{most - 1}}}(?=\n)")
        for other in pattern.findall(self._spelling().words):
            if len(letters.symmetric_difference(other)) <= 2 * edits:
                yield other

    @cached_with_owner(maxsize=1000)
    def _compounds(self, word: str) -> tuple[str, ...]:
        """The words that hold this one after another: `esstisch` for `tisch`.

        Where other words begin with it, only those of which what stands before it is a word as well: so a
        table is not found in what is adjustable.
        """
        if len(word) < _SHORTEST_PART or not word.isalpha() or is_unspaced(word):
            return ()
        found: dict[str, None] = {}
        is_strict = self._matcher.begins_a_word(word)
        for whole, head in _holding(word, self._spelling().words):
            if not is_strict or self._is_word(head):
                found[whole] = None
            if len(found) == _MOST_COMPOUNDS:
                break
        return tuple(found)

    def _is_word(self, head: str) -> bool:
        words = self._spelling().words
        heads = {head.removesuffix(link) for link in _LINKS}
        return any(len(each) >= _SHORTEST_HEAD and _lists(words, each) for each in heads)

    @cached_with_owner()
    def _spelling(self) -> _Spelling:
        if not self._is_complete:
            return _Spelling()
        row = self._connection().execute("SELECT letters, words, others FROM spelling").fetchone()
        return _Spelling(*row) if row else _Spelling()


def _describes(word: str) -> bool:
    """Whether a word may only describe what is looked for: it has letters alone, and is no unit."""
    return word.isalpha() and len(word) >= _SHORTEST_HEAD


def _looks_like_an_id(typed: str) -> bool:
    """Whether there are both letters and digits in what was typed, without a space between."""
    signs = set(code_of(typed))
    return not any(map(str.isspace, typed)) and 0 < sum(map(str.isdigit, signs)) < len(signs)


def _listed(spelling: _Spelling, word: str) -> set[str]:
    """The words one edit away that the catalogue may have."""
    wanted, words = set(one_edit_away(word, spelling.letters)), spelling.words
    if not words:  # An older build's.
        return wanted
    # An edit leaves one half of the word as it is, unless it swaps the two letters around the middle.
    half = len(word) // 2
    found = {word[: half - 1] + word[half] + word[half - 1] + word[half + 1 :]}
    for part in ("\n" + word[:half], word[half:] + "\n"):
        place = words.find(part)
        while place >= 0:
            begin = words.rfind("\n", 0, place + 1) + 1
            found.add(words[begin : words.find("\n", begin)])
            place = words.find(part, place + 1)
    return found & wanted


def _lists(words: str, word: str) -> bool:
    """Whether `word` is one of `words`, which are sorted, with a line end before and after each."""
    low, high = 0, len(words) - 1  # The line ends between which it must be.
    while low < high:
        middle = words.rfind("\n", low, (low + high) // 2 + 1)
        end = words.find("\n", middle + 1)
        found = words[middle + 1 : end]
        if found == word:
            return True
        low, high = (end, high) if found < word else (low, middle)
    return False


def _holding(word: str, words: str) -> Iterator[tuple[str, str]]:
    """Those of `words`, which stand between line ends, that hold `word`, with what stands before it."""
    place = words.find(word)
    while place >= 0:
        begin, end = words.rfind("\n", 0, place) + 1, words.find("\n", place)
        if place - begin >= _SHORTEST_HEAD:
            yield words[begin:end], words[begin:place]
        place = words.find(word, place + 1)
