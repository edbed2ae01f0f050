"""The first pass: reads which products a source has, without fetching pictures."""

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
from precompute.collect.readers import VERSION, Found, Reader, Target, Unreadable
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
from precompute.shared.wording import counted
from precompute.sources import LeftOut

PHASE = "reading"

_TABLE = {"download_maxsize": TABLE_BYTES, "download_timeout": TABLE_SECONDS}


class Reading:
    """The phase of `crawl` that reads products. `advance` is a progress stage's function."""

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
        """See `Phase`. Recognises the kind of source, unless an earlier run already did."""
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
            seeds = [*(target for target, _ in recognised.answers), *recognised.targets]
            self._journal.plant(PHASE, seeds, kind=recognised.kind, scope=recognised.scope.to_json())
        for target, response in recognised.answers:
            # It was already fetched to recognise the source.
            self.answered(target, response)

    def _begin(self, kind: str, scope: Scope) -> None:
        self._scope = scope
        # Another kind of reader, or other hosts, would find something else in the same page.
        decided_by = [VERSION, kind, sorted(scope.hosts), dict(self._settings.columns)]
        self._journal.versions[PHASE] = hashlib.sha256(json.dumps(decided_by).encode()).hexdigest()[:16]
        # A table may be large, so it is read row by row in this process.
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

    def next(self) -> tuple[Target, dict[str, Any]] | None:
        """See `Phase`."""
        while self.has_next() and (target := self._journal.take(PHASE)) is not None:
            if reason := self._hosts.is_gone(target.url):
                self._give_up(target, reason, status=None)
                continue
            if target.role == "sitemap" and self._sitemaps >= MOST_SITEMAPS:
                self._unread_sitemaps += 1
                self._journal.finish(PHASE, target, state="refused")
                continue
            self._sitemaps += target.role == "sitemap"
            self._limits.pages += 1
            options: dict[str, Any] = {"headers": headers_for(self._journal.answer(PHASE, target.url))}
            if target.role == "table":
                options["meta"] = dict(_TABLE)
            return target, options
        return None

    def seconds_left(self) -> float:
        """See `Phase`."""
        return self._limits.seconds_left(reading=True)

    def end_in_time(self) -> None:
        """See `Phase`."""
        self.limit = self.limit or self._limits.time_in_words(reading=True)

    def permits(self, target: Target, url: str) -> str:
        """See `Phase`. Pages must be on the shop's own hosts."""
        if target.role == "table" or (self._scope and is_within(url, self._scope.hosts)):
            return ""
        return f"it redirects to {host_of(url)} (--allow-domain {host_of(url)} would follow it)"

    def answered(self, target: Target, response: Response) -> None:
        """See `Phase`."""
        self._hosts.answered(response.url)
        self._limits.bytes += len(response.body)
        known = self._journal.answer(PHASE, target.url) if response.status == 304 else None
        if known is not None:
            found, entries = self._again(target, known)
        else:
            # The reader is set before anything is fetched.
            assert self._reader is not None
            try:
                found = self._bounded(self._reader.read(target, response))
                entries = self._journal.keep_found(PHASE, target, version_of(response), found)
            except (UserError, OSError, sqlite3.Error):
                raise
            except Unreadable as error:
                self.failed(target, str(error), response.status)
                return
            # A page may contain anything, so its parsers may raise anything.
            except Exception as error:
                self.failed(
                    target, f"it cannot be read ({type(error).__name__}: {error})"[:300], response.status
                )
                return
        if response.url != target.url:
            # Pages that link to the redirect's target need not fetch it again.
            self._journal.add(
                PHASE, [Target(response.url, target.role, target.place, target.depth)], done=True
            )
        self._count(found, entries)

    def _bounded(self, found: Found) -> Found:
        """The findings, without targets beyond the limit for one source."""
        targets = found.targets[: max(0, MOST_ADDRESSES - self._addresses)]
        self._addresses += len(targets)
        self._are_all_noted = self._are_all_noted and len(targets) == len(found.targets)
        return found if len(targets) == len(found.targets) else replace(found, targets=targets)

    def passed_over(self) -> Iterator[LeftOut]:
        """What was not fetched because of the limits."""
        if self._unread_sitemaps:
            count = counted(self._unread_sitemaps, "sitemap")
            yield LeftOut(self._settings.source, f"{count} beyond the limit of {MOST_SITEMAPS:,}: not read")
        if not self._are_all_noted:
            reason = f"addresses beyond the limit of {MOST_ADDRESSES:,}: not read"
            yield LeftOut(self._settings.source, reason)

    def _again(
        self, target: Target, known: Answer, *, state: str = "done", reason: str = ""
    ) -> tuple[Found, int]:
        """What was found at an address the last time, and the number of its entries, which count again."""
        found = self._journal.found(known)
        with self._journal.whole():
            self._journal.add(PHASE, found.targets)
            self._journal.finish(PHASE, target, state=state, reason=reason)
        return found, self._journal.entries_of(target.url)

    def failed(self, target: Target, reason: str, status: int | None) -> None:
        """See `Phase`. If the address was read before, that result is kept."""
        self._hosts.failed(target.url, reason, status)
        self._give_up(target, reason, status=status)

    def _give_up(self, target: Target, reason: str, *, status: int | None) -> None:
        known = self._journal.answer(PHASE, target.url)
        if known is not None and status not in GONE:
            reason = f"{reason}; the earlier version is kept"
            self._count(*self._again(target, known, state="stale", reason=reason))
        else:
            self._journal.finish(PHASE, target, state=state_of(status), reason=reason)
            self._count(Found(), 0)

    def _count(self, found: Found, entries: int) -> None:
        self._limits.products += entries
        most = self._settings.max_products
        if most is not None and self._limits.products >= most:
            # A product may be on several pages, so distinct ones are counted.
            self._limits.products = self._journal.products()
        if found.products is not None:
            self._journal.note(products=json.dumps(found.products))
        self._advance(1, total=sum(self._journal.count(PHASE).values()))

    @property
    def gone(self) -> str:
        """Why the pass could not finish because the shop no longer answers; empty if it does."""
        return self._hosts.is_gone(self._scope.start) if self._scope else ""
