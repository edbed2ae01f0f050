"""The first pass: reads which products a source has. Pictures are not asked for yet."""

from __future__ import annotations

import hashlib
import json
import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

from scrapy.http import Response

from precompute.collect.addresses import host_of, is_within
from precompute.collect.fetching.conditional import headers_for, version_of
from precompute.collect.fetching.crawl import Fetch
from precompute.collect.fetching.limits import CollectLimits, Hosts
from precompute.collect.fetching.reasons import GONE, state_of
from precompute.collect.journal import Answer, Journal
from precompute.collect.reader_process import ApartReader
from precompute.collect.readers import VERSION, Ask, Found, Reader, Unreadable
from precompute.collect.readers.kinds import Scope, reader_of
from precompute.collect.recognition import recognise
from precompute.collect.settings import (
    MOST_ADDRESSES,
    MOST_SITEMAPS,
    TABLE,
    TABLE_BYTES,
    TABLE_SECONDS,
    CollectSettings,
)
from precompute.shared.errors import UserError
from precompute.shared.progress import say
from precompute.sources import LeftOut

PHASE = "reading"

_TABLE = {"download_maxsize": TABLE_BYTES, "download_timeout": TABLE_SECONDS}


class Reading:
    """The phase of `crawl` that reads; `advance` is the function of a progress stage."""

    def __init__(
        self, settings: CollectSettings, journal: Journal, limits: CollectLimits, advance: Callable[..., None]
    ) -> None:
        self._settings, self._journal, self._limits, self._advance = settings, journal, limits, advance
        self._hosts = Hosts()
        self._reader: Reader | None = None
        self._scope: Scope | None = None
        self._sitemaps = self._unread_sitemaps = self._addresses = 0
        self._are_all_noted = True
        self.limit = ""
        """The limit that ended the pass, in words."""

    async def prepare(self, fetch: Fetch) -> None:
        """See `Phase`: finds out what kind of source it is, unless that is known from before the kill."""
        kind, scope = self._journal.state("kind"), self._journal.state("scope")
        if kind:
            self._begin(kind, Scope.from_json(scope))
            self._limits.products = self._journal.products()
            counts = self._journal.count(PHASE)
            known = sum(count for state, count in counts.items() if state != "open")
            self._advance(known, known, total=sum(counts.values()))
            return
        recognised = await recognise(fetch, self._settings)
        say(recognised.said)
        self._begin(recognised.kind, recognised.scope)
        with self._journal.whole():
            seeds = [*(ask for ask, _ in recognised.answers), *recognised.asks]
            self._journal.plant(PHASE, seeds, kind=recognised.kind, scope=recognised.scope.to_json())
        for ask, response in recognised.answers:
            # It was asked for already, to see what it is.
            self.answered(ask, response)

    def _begin(self, kind: str, scope: Scope) -> None:
        self._scope = scope
        # Another kind of reader, or other hosts, find something else in the same page.
        decided_by = [VERSION, kind, sorted(scope.hosts), dict(self._settings.columns)]
        self._journal.versions[PHASE] = hashlib.sha256(json.dumps(decided_by).encode()).hexdigest()[:16]
        # A table may be large, and is read row by row.
        make = reader_of if kind == TABLE else ApartReader
        self._reader = make(kind, scope, self._settings)

    def has_next(self) -> bool:
        """See `Phase`."""
        if self._reader is None or self.gone:
            return False
        self.limit = self.limit or (
            self._limits.reached(reading=True) if self._journal.has_open(PHASE) else ""
        )
        return not self.limit and self._journal.has_open(PHASE)

    def next(self) -> tuple[Ask, dict[str, Any]] | None:
        """See `Phase`."""
        while self.has_next() and (ask := self._journal.take(PHASE)) is not None:
            if reason := self._hosts.is_gone(ask.url):
                self._give_up(ask, reason, status=None)
                continue
            if ask.role == "sitemap" and self._sitemaps >= MOST_SITEMAPS:
                self._unread_sitemaps += 1
                self._journal.finish(PHASE, ask, state="refused")
                continue
            self._sitemaps += ask.role == "sitemap"
            self._limits.pages += 1
            options: dict[str, Any] = {"headers": headers_for(self._journal.answer(PHASE, ask.url))}
            if ask.role == "table":
                options["meta"] = dict(_TABLE)
            return ask, options
        return None

    def seconds_left(self) -> float:
        """See `Phase`."""
        return self._limits.seconds_left(reading=True)

    def end_in_time(self) -> None:
        """See `Phase`."""
        self.limit = self.limit or self._limits.time_in_words(reading=True)

    def permits(self, ask: Ask, url: str) -> str:
        """See `Phase`: pages are those of the shop's own hosts."""
        if ask.role == "table" or (self._scope and is_within(url, self._scope.hosts)):
            return ""
        return f"it leads to {host_of(url)} (--allow-domain {host_of(url)} would follow it)"

    def answered(self, ask: Ask, response: Response) -> None:
        """See `Phase`."""
        self._hosts.answered(response.url)
        self._limits.bytes += len(response.body)
        known = self._journal.answer(PHASE, ask.url) if response.status == 304 else None
        if known is not None:
            found, entries = self._again(ask, known)
        else:
            # Nothing is asked before there is a reader.
            assert self._reader is not None
            try:
                found = self._bounded(self._reader.read(ask, response))
                entries = self._journal.keep_found(PHASE, ask, version_of(response), found)
            except (UserError, OSError, sqlite3.Error):
                raise
            except Unreadable as error:
                self.failed(ask, str(error), response.status)
                return
            # A page may be anything, and so may be what the parsers of its parts raise.
            except Exception as error:
                self.failed(
                    ask, f"it cannot be read ({type(error).__name__}: {error})"[:300], response.status
                )
                return
        if response.url != ask.url:
            # Whoever links to where a redirect led need not ask there again.
            self._journal.add(PHASE, [Ask(response.url, ask.role, ask.place, ask.depth)], done=True)
        self._count(found, entries)

    def _bounded(self, found: Found) -> Found:
        """What was found, without the addresses that are too many for one source."""
        asks = found.asks[: max(0, MOST_ADDRESSES - self._addresses)]
        self._addresses += len(asks)
        self._are_all_noted = self._are_all_noted and len(asks) == len(found.asks)
        return found if len(asks) == len(found.asks) else replace(found, asks=asks)

    def passed_over(self) -> Iterator[LeftOut]:
        """What was not asked for as it came to be too much."""
        if self._unread_sitemaps:
            count = f"{self._unread_sitemaps:,} sitemaps are left unread"
            yield LeftOut(self._settings.source, f"{count}, over the limit of {MOST_SITEMAPS:,}")
        if not self._are_all_noted:
            reason = f"further addresses are not noted, over the limit of {MOST_ADDRESSES:,}"
            yield LeftOut(self._settings.source, reason)

    def _again(self, ask: Ask, known: Answer, *, state: str = "done", reason: str = "") -> tuple[Found, int]:
        """What stood in an address the last time, and how many entries, which stand again."""
        found = self._journal.found(known)
        with self._journal.whole():
            self._journal.add(PHASE, found.asks)
            self._journal.finish(PHASE, ask, state=state, reason=reason)
        return found, self._journal.entries_of(ask.url)

    def failed(self, ask: Ask, reason: str, status: int | None) -> None:
        """See `Phase`: what was read there before stands in for an answer that did not come."""
        self._hosts.failed(ask.url, reason, status)
        self._give_up(ask, reason, status=status)

    def _give_up(self, ask: Ask, reason: str, *, status: int | None) -> None:
        known = self._journal.answer(PHASE, ask.url)
        if known is not None and status not in GONE:
            self._count(*self._again(ask, known, state="stale", reason=f"{reason}; it is as it was before"))
        else:
            self._journal.finish(PHASE, ask, state=state_of(status), reason=reason)
            self._count(Found(), 0)

    def _count(self, found: Found, entries: int) -> None:
        self._limits.products += entries
        most = self._settings.max_products
        if most is not None and self._limits.products >= most:
            # A product may stand on several pages.
            self._limits.products = self._journal.products()
        if found.products is not None:
            self._journal.note(products=json.dumps(found.products))
        self._advance(1, total=sum(self._journal.count(PHASE).values()))

    @property
    def gone(self) -> str:
        """Why the pass could not be finished: the shop no longer answers; nothing where it does."""
        return self._hosts.is_gone(self._scope.start) if self._scope else ""
