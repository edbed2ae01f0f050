"""What a collection has asked, and what came: on the disk at every moment, so that a kill costs nothing.

An SQLite file holds the addresses still to be asked, and of each that was answered what stood in it and what
the server called that version (ETag, Last-Modified). Everything that follows from one answer is written in
one transaction. So after a kill the same collection goes on, and a later one asks only what has changed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from precompute.collect.readers import VERSION, Ask, Found
from precompute.sources import LeftOut, Record

_FILE = "journal.sqlite"
_SCHEMA = """
CREATE TABLE IF NOT EXISTS state (name TEXT PRIMARY KEY, value TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS ask (
    phase TEXT, url TEXT, role TEXT NOT NULL, place TEXT NOT NULL, depth INTEGER NOT NULL,
    urgency INTEGER NOT NULL, state TEXT NOT NULL DEFAULT 'open', reason TEXT NOT NULL DEFAULT '',
    number INTEGER PRIMARY KEY, UNIQUE (phase, url)
);
CREATE INDEX IF NOT EXISTS open_ask ON ask (phase, state, urgency, number);
CREATE TABLE IF NOT EXISTS answer (
    phase TEXT, url TEXT, version TEXT NOT NULL, etag TEXT NOT NULL, modified TEXT NOT NULL,
    fresh_until REAL NOT NULL, content TEXT NOT NULL, PRIMARY KEY (phase, url)
) WITHOUT ROWID;
CREATE TABLE IF NOT EXISTS entry (
    url TEXT, position INTEGER, place TEXT NOT NULL, content TEXT NOT NULL, PRIMARY KEY (url, position)
) WITHOUT ROWID;
"""

_BATCH = 64


@dataclass(frozen=True)
class Answer:
    """What is kept of an answer: its version by the server's words, and `content`, what was made of it."""

    etag: str = ""
    modified: str = ""
    fresh_until: float = 0.0
    content: dict[str, Any] = field(default_factory=dict)


class Journal:
    """The journal in `folder`, which is made where there is none. One thread at a time may use it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / _FILE
        try:
            self._open(path)
        except sqlite3.DatabaseError:
            # What a failing disk left is no loss but of time: everything can be asked again.
            for each in folder.glob(f"{_FILE}*"):
                each.unlink()
            self._open(path)
        self.versions: dict[str, str] = {}
        """What was made of the answers of a phase, and how: others are asked for as if they were new."""
        self.release()

    def _open(self, path: Path) -> None:
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + _SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def whole(self) -> Iterator[None]:
        """Write all that is written inside, or nothing of it."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def state(self, name: str) -> str:
        """What was noted under a name, or nothing."""
        row = self._database.execute("SELECT value FROM state WHERE name = ?", [name]).fetchone()
        return row[0] if row else ""

    def note(self, **values: str) -> None:
        """Note values under their names."""
        self._database.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", values.items())

    def begin(self, **values: str) -> None:
        """Begin a collection: nothing is asked yet, and what was answered before is known."""
        with self.whole():
            self._database.execute("DELETE FROM state")
            self._database.execute("DELETE FROM ask")
            self.note(**values)
        self.release()

    def release(self) -> None:
        """Take back what was given out and has not been finished."""
        self._given: set[str] = set()
        self._next: list[Ask] = []

    def plant(self, phase: str, seeds: Iterable[Ask], **values: str) -> None:
        """Note values and the addresses that a phase begins with, which `seeds` gives again."""
        asks = list(seeds)
        self.note(seeds=json.dumps([_fields(ask) for ask in asks]), **values)
        self.add(phase, asks)

    def seeds(self) -> list[Ask]:
        """The addresses that were planted last."""
        return [Ask(*fields) for fields in json.loads(self.state("seeds") or "[]")]

    def reopen(self) -> None:
        """Ask again what could not be had: the server, or the line to it, may be well by now."""
        self._database.execute("UPDATE ask SET state = 'open', reason = '' WHERE state = 'failed'")

    def add(self, phase: str, asks: Iterable[Ask], *, done: bool = False) -> None:
        """Add addresses to those that are asked in a phase, but for those that are among them already."""
        self._database.executemany(
            "INSERT OR IGNORE INTO ask (phase, url, role, place, depth, urgency, state) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(phase, *_fields(ask), "done" if done else "open") for ask in asks],
        )

    def take(self, phase: str) -> Ask | None:
        """The next address to be asked in a phase; each is given out once, until `release`."""
        if not self._next:
            rows = self._database.execute(
                "SELECT url, role, place, depth, urgency FROM ask WHERE phase = ? AND state = 'open' "
                "ORDER BY urgency, number LIMIT ?",
                [phase, _BATCH + len(self._given)],
            )
            self._next = [ask for ask in (Ask(*row) for row in rows) if ask.url not in self._given][::-1]
        if not self._next:
            return None
        ask = self._next.pop()
        self._given.add(ask.url)
        return ask

    def has_open(self, phase: str) -> bool:
        """Whether an address is left that `take` would give out."""
        if self._next:
            return True
        count: int = self._database.execute(
            "SELECT COUNT(*) FROM (SELECT 1 FROM ask WHERE phase = ? AND state = 'open' LIMIT ?)",
            [phase, len(self._given) + 1],
        ).fetchone()[0]
        return count > len(self._given)

    def answer(self, phase: str, url: str) -> Answer | None:
        """What is kept of the last answer of an address, where it was made of it as it would be now."""
        row = self._database.execute(
            "SELECT etag, modified, fresh_until, content FROM answer "
            "WHERE phase = ? AND url = ? AND version = ?",
            [phase, url, self._version(phase)],
        ).fetchone()
        return _answer(*row) if row else None

    def keep(self, phase: str, url: str, answer: Answer) -> None:
        """Keep an answer; what was kept of one before goes."""
        self._database.execute(
            "INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?, ?, ?, ?)",
            [phase, url, self._version(phase), *_validators(answer), json.dumps(answer.content)],
        )

    def forget(self, phase: str, url: str) -> None:
        """Forget an answer: the next one is asked for as if it were the first."""
        self._database.execute("DELETE FROM answer WHERE phase = ? AND url = ?", [phase, url])

    def want(self, phase: str, ask: Ask, *, done: bool) -> bool:
        """Add an address to a phase, as one that is `done` already or not; returns whether it is."""
        self.add(phase, [ask], done=done)
        row = self._database.execute("SELECT state FROM ask WHERE phase = ? AND url = ?", [phase, ask.url])
        return bool(row.fetchone()[0] != "open")

    def notes(self, phase: str) -> dict[str, str]:
        """What the answers of a phase tell of all products."""
        return {name: text for _, each in self.answers(phase) for name, text in each.content["notes"].items()}

    def mark_unused(self, phase: str, files: set[str]) -> None:
        """Note of answers whose files were removed that nobody misses them."""
        marked = [
            (json.dumps(answer.content | {"unused": True}), phase, url)
            for url, answer in self.answers(phase)
            if answer.content.get("file") in files
        ]
        with self.whole():
            self._database.executemany("UPDATE answer SET content = ? WHERE phase = ? AND url = ?", marked)

    def _version(self, phase: str) -> str:
        return self.versions.get(phase, str(VERSION))

    def keep_found(self, phase: str, ask: Ask, answer: Answer, found: Found) -> int:
        """Keep what was found in an answer and add what is to be asked next; returns how many products."""
        asks = [_fields(each) for each in found.asks]
        content = {"products": found.products, "asks": asks, "notes": found.notes}
        with self.whole():
            self._database.execute("DELETE FROM entry WHERE url = ?", [ask.url])
            self._database.executemany(
                "INSERT INTO entry VALUES (?, ?, ?, ?)",
                ((ask.url, position, *_row(entry)) for position, entry in enumerate(found.entries)),
            )
            self.keep(phase, ask.url, Answer(*_validators(answer), content))
            self.add(phase, found.asks)
            self.finish(phase, ask)
        return self.entries_of(ask.url)

    def found(self, answer: Answer) -> Found:
        """What a reader found in an answer that is kept, but for its entries, which stay where they are."""
        asks = tuple(Ask(*fields) for fields in answer.content["asks"])
        return Found((), asks, answer.content["products"], answer.content["notes"])

    def finish(self, phase: str, ask: Ask, *, state: str = "done", reason: str = "") -> None:
        """Note that an address needs not be asked again in this collection."""
        self._database.execute(
            "UPDATE ask SET state = ?, reason = ? WHERE phase = ? AND url = ?",
            [state, reason, phase, ask.url],
        )
        self._given.discard(ask.url)

    def count(self, phase: str) -> dict[str, int]:
        """How many addresses of a phase are in which state: open, done, failed, refused or stale."""
        return dict(
            self._database.execute("SELECT state, COUNT(*) FROM ask WHERE phase = ? GROUP BY state", [phase])
        )

    def products(self, phase: str = "reading") -> int:
        """How many different products were found at the addresses of this collection."""
        count: int = self._database.execute(
            "SELECT COUNT(DISTINCT entry.place) FROM ask JOIN entry ON entry.url = ask.url "
            # A text is why something is no product.
            "WHERE ask.phase = ? AND ask.state IN ('done', 'stale') AND entry.content LIKE '[%'",
            [phase],
        ).fetchone()[0]
        return count

    def entries_of(self, url: str) -> int:
        """How many products were found at an address."""
        count: int = self._database.execute(
            "SELECT COUNT(*) FROM entry WHERE url = ? AND content LIKE '[%'", [url]
        ).fetchone()[0]
        return count

    def troubles(self, phase: str) -> Iterator[tuple[str, str, str]]:
        """Address, state and reason of what could not be had as it was asked for, in the asked order."""
        yield from self._database.execute(
            "SELECT url, state, reason FROM ask WHERE phase = ? AND reason != '' ORDER BY place, url", [phase]
        )

    def entries(self, phase: str = "reading") -> Iterator[Record | LeftOut]:
        """What was found at the addresses of this collection, in the order of their places."""
        rows = self._database.execute(
            "SELECT entry.place, entry.content FROM ask JOIN entry ON entry.url = ask.url "
            "WHERE ask.phase = ? AND ask.state IN ('done', 'stale') "
            "ORDER BY ask.place, ask.url, entry.position",
            [phase],
        )
        for place, content in rows:
            fields = json.loads(content)
            if isinstance(fields, str):
                yield LeftOut(place, fields)
            else:
                yield Record(place, fields[0], tuple(fields[1]), fields[2])

    def answers(self, phase: str) -> Iterator[tuple[str, Answer]]:
        """The kept answers of the addresses that this collection has had, with their addresses."""
        rows = self._database.execute(
            "SELECT ask.url, etag, modified, fresh_until, content FROM ask JOIN answer USING (phase, url) "
            "WHERE ask.phase = ? AND ask.state IN ('done', 'stale') ORDER BY ask.number",
            [phase],
        )
        for url, *row in rows:
            yield url, _answer(*row)


def _fields(ask: Ask) -> list[Any]:
    return [ask.url, ask.role, ask.place, ask.depth, ask.urgency]


def _answer(etag: str, modified: str, fresh_until: float, content: str) -> Answer:
    return Answer(etag, modified, fresh_until, json.loads(content))


def _validators(answer: Answer) -> tuple[str, str, float]:
    return answer.etag, answer.modified, answer.fresh_until


def _row(entry: Record | LeftOut) -> tuple[str, str]:
    if isinstance(entry, LeftOut):
        return entry.file, json.dumps(entry.reason)
    return entry.place, json.dumps([entry.fields, list(entry.images), entry.decimal])
