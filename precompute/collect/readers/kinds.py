"""Chooses the reader for a kind of source."""

from __future__ import annotations

import json
from dataclasses import dataclass

from precompute.collect.platforms import platform_named
from precompute.collect.readers import Reader
from precompute.collect.readers.table import TableReader
from precompute.collect.readers.web import Web
from precompute.collect.settings import KINDS, TABLE, CollectSettings
from precompute.sources.files import JOURNAL


@dataclass(frozen=True)
class Scope:
    """Where a collection begins, after redirects, and on which hosts its pages are."""

    start: str
    hosts: frozenset[str]

    def to_json(self) -> str:
        """The scope as text for the journal."""
        return json.dumps([self.start, sorted(self.hosts)])

    @classmethod
    def from_json(cls, text: str) -> Scope:
        """The scope from the text that `to_json` returned."""
        start, hosts = json.loads(text)
        return cls(start, frozenset(hosts))


def reader_of(kind: str, scope: Scope, settings: CollectSettings) -> Reader:
    """The reader of a kind of source: one of `settings.KINDS`, or `TABLE`."""
    if (platform := platform_named(kind)) is not None:
        return platform.reader(scope.start)
    if kind == TABLE:
        forced = None if settings.kind in KINDS else settings.kind
        return TableReader(settings.out / JOURNAL / "table", settings.columns, forced)
    return Web(scope.start, scope.hosts, follow=kind == "pages", max_depth=settings.max_depth)
