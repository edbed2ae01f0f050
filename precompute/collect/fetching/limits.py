"""Decides when to stop: the limits of a collection, and hosts that no longer answer."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field
from time import monotonic

from precompute.collect.addresses import host_of
from precompute.collect.settings import MEGABYTE, CollectSettings

_FAILURES_IN_A_ROW = 6
"""A host gets no further requests after this many in a row without an answer, each retried several times."""

_MINUTE = 60.0
_OF_READING = 0.5
"""The share of the time that reading may take."""


@dataclass
class CollectLimits:
    """What both passes of a collection have used so far, and how much they may use."""

    settings: CollectSettings
    pages: int = 0
    bytes: int = 0
    products: int = 0
    _started: float = field(default_factory=monotonic)

    def seconds_left(self, *, reading: bool) -> float:
        """How long a pass may continue. Reading has only a share of the time, to leave some for pictures."""
        share = _OF_READING if reading else 1.0
        return self._started + _MINUTE * self.settings.max_minutes * share - monotonic()

    def time_in_words(self, *, reading: bool) -> str:
        """The time limit, in words."""
        limit = f"--max-minutes {self.settings.max_minutes:,}"
        return f"half of {limit} (the other half is for pictures)" if reading else limit

    def reached(self, *, reading: bool) -> str:
        """The limit that was reached, in words; empty if none was."""
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
    """Records which hosts have stopped answering."""

    _failures: Counter[str] = field(default_factory=Counter)
    gone: dict[str, str] = field(default_factory=dict)
    """The hosts that get no further requests, with the last reason."""

    def answered(self, url: str) -> None:
        """Record that a host has answered, whatever the answer."""
        self._failures[host_of(url)] = 0

    def failed(self, url: str, reason: str, status: int | None) -> None:
        """Record a failed request. None means no answer, another status an answer, and 0 neither."""
        if status:
            self.answered(url)
        if status is not None:
            return
        host = host_of(url)
        self._failures[host] += 1
        if self._failures[host] >= _FAILURES_IN_A_ROW:
            self.gone[host] = reason

    def is_gone(self, url: str) -> str:
        """Why a host gets no further requests; empty if it does."""
        reason = self.gone.get(host_of(url))
        return f"{host_of(url)} no longer answers: {reason}" if reason else ""
