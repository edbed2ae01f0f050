"""Shares the server among clients: places and memory for requests, and turns at the decoder and model.

One client gets at most half of each, so that nobody can keep all others out.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class BusyError(Exception):
    """No place, memory or turn is free now."""


class Places:
    """Limits how many requests may be in progress, and each client to half of that.

    The server's remaining threads stay free for pages.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def place(self, client: str) -> Iterator[None]:
        """Hold a place for the duration of the `with`. Raises `BusyError` at once if none is free."""
        with self._lock:
            if self._taken.total() >= self._count or self._taken[client] >= max(1, self._count // 2):
                raise BusyError
            self._taken[client] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[client] -= 1
                self._taken += Counter()  # Drop clients whose count is zero.


class Room:
    """Limits how many bytes of requests are in memory, and each client to half of that."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def room(self, client: str) -> Iterator[Callable[[int], None]]:
        """Yield a function to call with each number of bytes received. It may raise `BusyError`.

        All bytes are freed at the end.
        """
        mine = 0

        def take(count: int) -> None:
            nonlocal mine
            with self._lock:
                total, theirs = self._taken.total() + count, self._taken[client] + count
                if total > self._most or theirs > self._most // 2:
                    raise BusyError
                self._taken[client] += count
                mine += count

        try:
            yield take
        finally:
            with self._lock:
                self._taken[client] -= mine
                self._taken += Counter()


@dataclass(eq=False)
class _Ticket:
    client: str


class Turns:
    """Gives one turn at a time, in order of arrival, and each client at most half of the time.

    A client that used a turn for two seconds rests for two seconds, and others go first meanwhile.
    """

    def __init__(self, *, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`patience` is how many seconds a client waits before giving up."""
        self._patience = patience
        self._clock = clock
        self._waiting: deque[_Ticket] = deque()
        self._taken = False
        self._rests: dict[str, float] = {}
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, client: str) -> Iterator[None]:
        """Wait for a turn and hold it during the `with`. Raises `BusyError` after too long a wait."""
        ticket = _Ticket(client)
        with self._changed:
            self._waiting.append(ticket)
            try:
                self._wait(ticket, self._clock() + self._patience)
            finally:
                self._waiting.remove(ticket)
                # Another may be next, now that this one has stopped waiting.
                self._changed.notify_all()
            self._taken = True
        started = self._clock()
        try:
            yield
        finally:
            with self._changed:
                ended = self._clock()
                self._taken = False
                self._rests = {each: until for each, until in self._rests.items() if until > ended}
                self._rests[client] = 2 * ended - started
                self._changed.notify_all()

    def _wait(self, ticket: _Ticket, deadline: float) -> None:
        while self._taken or self._next() is not ticket:
            now = self._clock()
            if now >= deadline:
                raise BusyError
            rested = [] if self._taken else [self._rests.get(each.client, 0.0) for each in self._waiting]
            until = min([deadline, *(moment for moment in rested if moment > now)])
            self._changed.wait(until - now)

    def _next(self) -> _Ticket | None:
        """The first ticket whose client is not resting."""
        now = self._clock()
        return next((each for each in self._waiting if self._rests.get(each.client, 0.0) <= now), None)
