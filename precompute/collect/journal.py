"""The journal of a collection: what was fetched, and the results, always on disk so a kill costs nothing.

An SQLite file has the addresses still to fetch. For each answer, it has the content found and the server's
validators (ETag, Last-Modified). All consequences of an answer are written in one transaction. So the same
collection resumes after a kill, and a later one only fetches what has changed.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from precompute.collect.readers import VERSION, Found, Target
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
    """What is kept of an answer: the server's validators, and `content`, the result of reading it."""

    etag: str = ""
    modified: str = ""
    fresh_until: float = 0.0
    content: dict[str, Any] = field(default_factory=dict)


class Journal:
    """The journal in `folder`, which is created if missing. Only one thread at a time may use it."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        path = folder / _FILE
        try:
            self._open(path)
        except sqlite3.DatabaseError:
            # A damaged journal only costs time: everything can be fetched again.
            for each in folder.glob(f"{_FILE}*"):
                each.unlink()
            self._open(path)
        self.versions: dict[str, str] = {}
        """The version of each phase's results. Answers with results of another version are fetched again."""
        self.release()

    def _open(self, path: Path) -> None:
        self._database = sqlite3.connect(path, check_same_thread=False, isolation_level=None)
        self._database.executescript("PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;" + _SCHEMA)

    def close(self) -> None:
        """Close the file."""
        self._database.close()

    @contextmanager
    def whole(self) -> Iterator[None]:
        """A transaction: everything written inside is kept, or nothing."""
        self._database.execute("BEGIN IMMEDIATE")
        try:
            yield
        except BaseException:
            self._database.execute("ROLLBACK")
            raise
        self._database.execute("COMMIT")

    def state(self, name: str) -> str:
        """The value noted under a name, or empty."""
        row = self._database.execute("SELECT value FROM state WHERE name = ?", [name]).fetchone()
        return row[0] if row else ""

    def note(self, **values: str) -> None:
        """Note values under their names."""
        self._database.executemany("INSERT OR REPLACE INTO state VALUES (?, ?)", values.items())

    def begin(self, **values: str) -> None:
        """Begin a collection: no targets yet, but earlier answers are kept."""
        with self.whole():
            self._database.execute("DELETE FROM state")
            self._database.execute("DELETE FROM ask")
            self.note(**values)
        self.release()

    def release(self) -> None:
        """Let targets that were given out but not finished be given out again."""
        self._given: set[str] = set()
        self._next: list[Target] = []

    def plant(self, phase: str, seeds: Iterable[Target], **values: str) -> None:
        """Note values and a phase's first targets, which `seeds` returns later."""
        targets = list(seeds)
        self.note(seeds=json.dumps([_fields(target) for target in targets]), **values)
        self.add(phase, targets)

    def seeds(self) -> list[Target]:
        """The targets that were planted last."""
        return [Target(*fields) for fields in json.loads(self.state("seeds") or "[]")]

    def reopen(self) -> None:
        """Open failed targets again: the server, or the connection, may work by now."""
        self._database.execute("UPDATE ask SET state = 'open', reason = '' WHERE state = 'failed'")

    def add(self, phase: str, targets: Iterable[Target], *, done: bool = False) -> None:
        """Add targets to a phase, except those that it already has."""
        self._database.executemany(
            "INSERT OR IGNORE INTO ask (phase, url, role, place, depth, urgency, state) "
            "VALUES (?, ?, ?, ?, ?, ?, ?)",
            [(phase, *_fields(target), "done" if done else "open") for target in targets],
        )

    def take(self, phase: str) -> Target | None:
        """The next target of a phase. Each is given out once, until `release`."""
        if not self._next:
            rows = self._database.execute(
                "SELECT url, role, place, depth, urgency FROM ask WHERE phase = ? AND state = 'open' "
                "ORDER BY urgency, number LIMIT ?",
                [phase, _BATCH + len(self._given)],
            )
            self._next = [
                target for target in (Target(*row) for row in rows) if target.url not in self._given
            ][::-1]
        if not self._next:
            return None
        target = self._next.pop()
        self._given.add(target.url)
        return target

    def has_open(self, phase: str) -> bool:
        """Whether `take` would return a target."""
        if self._next:
            return True
        count: int = self._database.execute(
            "SELECT COUNT(*) FROM (SELECT 1 FROM ask WHERE phase = ? AND state = 'open' LIMIT ?)",
            [phase, len(self._given) + 1],
        ).fetchone()[0]
        return count > len(self._given)

    def answer(self, phase: str, url: str) -> Answer | None:
        """What is kept of an address's last answer; None if it was read by another version."""
        row = self._database.execute(
            "SELECT etag, modified, fresh_until, content FROM answer "
            "WHERE phase = ? AND url = ? AND version = ?",
            [phase, url, self._version(phase)],
        ).fetchone()
        return _answer(*row) if row else None

    def keep(self, phase: str, url: str, answer: Answer) -> None:
        """Keep an answer, replacing an earlier one."""
        self._database.execute(
            "INSERT OR REPLACE INTO answer VALUES (?, ?, ?, ?, ?, ?, ?)",
            [phase, url, self._version(phase), *_validators(answer), json.dumps(answer.content)],
        )

    def forget(self, phase: str, url: str) -> None:
        """Forget an answer, so that the address is fetched as if for the first time."""
        self._database.execute("DELETE FROM answer WHERE phase = ? AND url = ?", [phase, url])

    def want(self, phase: str, target: Target, *, done: bool) -> bool:
        """Add a target to a phase, which may already be `done`. Returns whether it is finished."""
        self.add(phase, [target], done=done)
        row = self._database.execute("SELECT state FROM ask WHERE phase = ? AND url = ?", [phase, target.url])
        return bool(row.fetchone()[0] != "open")

    def notes(self, phase: str) -> dict[str, str]:
        """What the answers of a phase say about all products."""
        return {name: text for _, each in self.answers(phase) for name, text in each.content["notes"].items()}

    def mark_unused(self, phase: str, files: set[str]) -> None:
        """Mark answers whose files were removed as unused, so that they are not fetched again."""
        marked = [
            (json.dumps(answer.content | {"unused": True}), phase, url)
            for url, answer in self.answers(phase)
            if answer.content.get("file") in files
        ]
        with self.whole():
            self._database.executemany("UPDATE answer SET content = ? WHERE phase = ? AND url = ?", marked)

    def _version(self, phase: str) -> str:
        return self.versions.get(phase, str(VERSION))

    def keep_found(self, phase: str, target: Target, answer: Answer, found: Found) -> int:
        """Keep what was found in an answer, and add its targets. Returns the number of its products."""
        targets = [_fields(each) for each in found.targets]
        content = {"products": found.products, "asks": targets, "notes": found.notes}
        with self.whole():
            self._database.execute("DELETE FROM entry WHERE url = ?", [target.url])
            self._database.executemany(
                "INSERT INTO entry VALUES (?, ?, ?, ?)",
                ((target.url, position, *_row(entry)) for position, entry in enumerate(found.entries)),
            )
            self.keep(phase, target.url, Answer(*_validators(answer), content))
            self.add(phase, found.targets)
            self.finish(phase, target)
        return self.entries_of(target.url)

    def found(self, answer: Answer) -> Found:
        """What a reader found in a kept answer, except its entries, which stay in the journal."""
        targets = tuple(Target(*fields) for fields in answer.content["asks"])
        return Found((), targets, answer.content["products"], answer.content["notes"])

    def finish(self, phase: str, target: Target, *, state: str = "done", reason: str = "") -> None:
        """Note that a target is finished for this collection."""
        self._database.execute(
            "UPDATE ask SET state = ?, reason = ? WHERE phase = ? AND url = ?",
            [state, reason, phase, target.url],
        )
        self._given.discard(target.url)

    def count(self, phase: str) -> dict[str, int]:
        """How many targets of a phase are in each state: open, done, failed, refused or stale."""
        return dict(
            self._database.execute("SELECT state, COUNT(*) FROM ask WHERE phase = ? GROUP BY state", [phase])
        )

    def products(self, phase: str = "reading") -> int:
        """How many distinct products this collection found."""
        count: int = self._database.execute(
            "SELECT COUNT(DISTINCT entry.place) FROM ask JOIN entry ON entry.url = ask.url "
            # Products are lists. A text is the reason why an entry was left out.
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
        """Address, state and reason of each target that could not be fetched, sorted by place."""
        yield from self._database.execute(
            "SELECT url, state, reason FROM ask WHERE phase = ? AND reason != '' ORDER BY place, url", [phase]
        )

    def entries(self, phase: str = "reading") -> Iterator[Record | LeftOut]:
        """What this collection found, in the order of places."""
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
        """The kept answers of this collection's finished targets, with their addresses."""
        rows = self._database.execute(
            "SELECT ask.url, etag, modified, fresh_until, content FROM ask JOIN answer USING (phase, url) "
            "WHERE ask.phase = ? AND ask.state IN ('done', 'stale') ORDER BY ask.number",
            [phase],
        )
        for url, *row in rows:
            yield url, _answer(*row)


def _fields(target: Target) -> list[Any]:
    return [target.url, target.role, target.place, target.depth, target.urgency]


def _answer(etag: str, modified: str, fresh_until: float, content: str) -> Answer:
    return Answer(etag, modified, fresh_until, json.loads(content))


def _validators(answer: Answer) -> tuple[str, str, float]:
    return answer.etag, answer.modified, answer.fresh_until


def _row(entry: Record | LeftOut) -> tuple[str, str]:
    if isinstance(entry, LeftOut):
        return entry.file, json.dumps(entry.reason)
    return entry.place, json.dumps([entry.fields, list(entry.images), entry.decimal])
