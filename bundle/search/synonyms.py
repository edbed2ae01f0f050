"""The table of words for what the catalogue has: written by the build, looked up where a search needs it."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from bundle.caches import cached_with_owner
from bundle.database import Connections

_SCHEMA = """
CREATE TABLE synonyms(
  word TEXT NOT NULL, rank INTEGER NOT NULL, shown TEXT NOT NULL, field TEXT NOT NULL, phrase TEXT NOT NULL,
  own INTEGER NOT NULL, PRIMARY KEY(word, rank)
) WITHOUT ROWID;
CREATE TABLE synonym_sources(name TEXT PRIMARY KEY, licence TEXT NOT NULL) WITHOUT ROWID;
"""

MOST_WORDS = 3
"""How many words a synonym has at the most, such as those of "throw pillow"."""


class SynonymRow(NamedTuple):
    """One row of the table `synonyms`: a word that people type, and one thing that is searched for with it.

    `word` has up to `MOST_WORDS` words as `bundle.search.words.words_of` gives them, with spaces between.
    `shown` is what it is taken for, as people read it, and `phrase` what is searched for: in `field`, a
    column of the table `search`, as it stands there; in all of them, as if it had been typed, where `field`
    is empty. `own` says that the shop wrote it: such a row counts for words that the catalogue knows, too.
    """

    word: str
    shown: str
    field: str
    phrase: str
    own: bool


@dataclass(frozen=True)
class Meaning:
    """What a word of a search is taken for: `shown` to people, and what is looked for as `found`.

    `found` has fields and phrases as `SynonymRow` has them. `adds` says that the word itself is looked for,
    too.
    """

    word: str
    shown: tuple[str, ...]
    found: tuple[tuple[str, str], ...]
    adds: bool


def add_synonyms(catalogue: Path, rows: Iterable[SynonymRow], *, sources: Iterable[tuple[str, str]]) -> int:
    """Add the tables to a catalogue and return the number of rows. The first of a word's rows is the best.

    `sources` are names and licences of what the rows were made from.
    """
    count = 0
    connection = sqlite3.connect(catalogue)
    try:
        connection.execute("PRAGMA journal_mode = OFF")
        connection.execute("PRAGMA synchronous = OFF")
        connection.executescript(_SCHEMA)
        for count, row in enumerate(rows, start=1):
            connection.execute(
                "INSERT INTO synonyms VALUES(?, ?, ?, ?, ?, ?)",
                (row.word, count, row.shown, row.field, row.phrase, row.own),
            )
        connection.executemany("INSERT INTO synonym_sources VALUES(?, ?)", sources)
        connection.commit()
    finally:
        connection.close()
    return count


class Synonyms:
    """Looks up what words are taken for. A catalogue without the table takes every word as it is."""

    def __init__(self, connection: Connections) -> None:
        """`connection` gives each thread its connection to the catalogue."""
        self._connection = connection
        self._is_there = _has(connection, "SELECT 1 FROM sqlite_master WHERE name = 'synonyms'")
        # Words that the catalogue knows are looked up only where a shop wrote a table of its own.
        self._is_own = self._is_there and _has(connection, "SELECT 1 FROM synonyms WHERE own LIMIT 1")

    @property
    def sources(self) -> list[tuple[str, str]]:
        """The names and licences of what the table was made from."""
        if not self._is_there:
            return []
        query = "SELECT name, licence FROM synonym_sources ORDER BY name"
        return self._connection().execute(query).fetchall()

    def words(self) -> list[str]:
        """The words and phrases of the table, in order."""
        if not self._is_there:
            return []
        rows = self._connection().execute("SELECT DISTINCT word FROM synonyms ORDER BY word")
        return [word for (word,) in rows]

    def parts(
        self, words: Sequence[str], *, is_found: Callable[[str], bool]
    ) -> Iterator[tuple[str, Meaning | None]]:
        """The parts of a search, single words or phrases, each with what it is taken for.

        A word or phrase that the catalogue has stays as it is, unless the shop's own table has it.
        """
        place = 0
        while place < len(words):
            count, meaning = self._longest(words[place : place + MOST_WORDS], is_found)
            yield " ".join(words[place : place + count]), meaning
            place += count

    def _longest(self, words: Sequence[str], is_found: Callable[[str], bool]) -> tuple[int, Meaning | None]:
        """How many of the words are taken together, and for what."""
        if self._is_there:
            found = [is_found(word) for word in words]
            for count in range(len(words), 0, -1):
                is_known = all(found[:count])
                if self._is_own or not is_known:
                    meaning = self.meaning(" ".join(words[:count]), is_known)
                    if meaning:
                        return count, meaning
        return 1, None

    @cached_with_owner(maxsize=1000)
    def meaning(self, word: str, is_known: bool) -> Meaning | None:
        """What a word or phrase is taken for; None where that is itself."""
        if not self._is_there:
            return None
        query = "SELECT shown, field, phrase, own FROM synonyms WHERE word = ? AND own >= ? ORDER BY rank"
        rows = self._connection().execute(query, (word, is_known)).fetchall()
        if not rows:
            return None
        shown = dict.fromkeys(row[0] for row in rows)
        return Meaning(word, tuple(shown), tuple((row[1], row[2]) for row in rows), adds=is_known)


def _has(connection: Connections, query: str) -> bool:
    return connection().execute(query).fetchone() is not None
