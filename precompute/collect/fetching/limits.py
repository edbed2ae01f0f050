"""When to stop asking: the limits of a collection, and hosts that do not answer any more."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from time import monotonic

from precompute.collect.addresses import host_of
from precompute.collect.settings import MEGABYTE, CollectSettings

_FAILURES_IN_A_ROW = 6
"""After so many requests without any answer a host is asked no more: each was retried several times."""

_MINUTE = 60.0
_OF_READING = 0.5
"""The part of the time that reading may take."""


@dataclass
class CollectLimits:
    """What a collection has taken so far, in both of its passes, and how much it may take."""

    settings: CollectSettings
    pages: int = 0
    bytes: int = 0
    products: int = 0
    _started: float = field(default_factory=monotonic)

    def seconds_left(self, *, reading: bool) -> float:
        """How long it may go on: reading has a part of the time, so that some is left for the pictures."""
        share = _OF_READING if reading else 1.0
        return self._started + _MINUTE * self.settings.max_minutes * share - monotonic()

    def time_in_words(self, *, reading: bool) -> str:
        """The limit of time."""
        limit = f"--max-minutes {self.settings.max_minutes:,}"
        return f"half of {limit}, as the pictures have the other" if reading else limit

    def reached(self, *, reading: bool) -> str:
        """The limit that was reached, in words; nothing where none was."""
        settings = self.settings
        if reading and settings.max_products is not None and self.products >= settings.max_products:
            return f"--max-products {settings.max_products:,}"
        if reading and self.pages >= settings.max_pages:
            return f"--max-pages {settings.max_pages:,}"
        if self.bytes >= settings.max_megabytes * MEGABYTE:
            return f"--max-megabytes {settings.max_megabytes:,}"
        if self.seconds_left(reading=reading) <= 0:
            return self.time_in_words(reading=reading)
        return ""


@dataclass
class Hosts:
    """Which hosts have stopped to answer."""

    _failures: Counter[str] = field(default_factory=Counter)
    gone: dict[str, str] = field(default_factory=dict)
    """The hosts that are asked no more, with the last reason."""

    def answered(self, url: str) -> None:
        """A host has answered, whatever it said."""
        self._failures[host_of(url)] = 0

    def failed(self, url: str, reason: str, status: int | None) -> None:
        """A request failed: with a status a host has answered, with None it has not, and 0 says neither."""
        if status:
            self.answered(url)
        if status is not None:
            return
        host = host_of(url)
        self._failures[host] += 1
        if self._failures[host] >= _FAILURES_IN_A_ROW:
            self.gone[host] = reason

    def is_gone(self, url: str) -> str:
        """Why a host is asked no more; nothing where it is."""
        reason = self.gone.get(host_of(url))
        return f"{host_of(url)} no longer answers: {reason}" if reason else ""
