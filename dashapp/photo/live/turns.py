"""Who may be served when: places and room for requests in progress, and turns at the decoder and the model.

Of each of them one client has at most half, so that no one keeps all others out.
"""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass


class BusyError(Exception):
    """There is no place or no turn now."""


class Places:
    """How many requests may be in progress, whatever they wait for; of one client no more than half of them.

    A thread of the server that has no place here is one that pages can count on.
    """

    def __init__(self, count: int) -> None:
        self._count = count
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def place(self, client: str) -> Iterator[None]:
        """Take a place while what is inside runs. Raises `BusyError` at once where there is none."""
        with self._lock:
            if self._taken.total() >= self._count or self._taken[client] >= max(1, self._count // 2):
                raise BusyError
            self._taken[client] += 1
        try:
            yield
        finally:
            with self._lock:
                self._taken[client] -= 1
                self._taken += Counter()  # Those who have no place any more need no memory.


class Room:
    """How many bytes of requests are in memory at a time; of one client no more than half of them."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._taken: Counter[str] = Counter()
        self._lock = threading.Lock()

    @contextmanager
    def room(self, client: str) -> Iterator[Callable[[int], None]]:
        """What is called with the number of bytes that came, inside; it raises `BusyError` where they do not
        fit. They are free again at the end."""
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
    """One at a time, in the order in which they came; of one client for no more than half of the time.

    Whoever had a turn of two seconds has the next one after two seconds, and others come first till then.
    """

    def __init__(self, *, patience: float, clock: Callable[[], float] = time.monotonic) -> None:
        """`patience` is how many seconds one waits before giving up."""
        self._patience = patience
        self._clock = clock
        self._waiting: deque[_Ticket] = deque()
        self._taken = False
        self._rests: dict[str, float] = {}
        self._changed = threading.Condition()

    @contextmanager
    def turn(self, client: str) -> Iterator[None]:
        """Wait for a turn and have it while what is inside runs. Raises `BusyError` where that takes too
        long."""
        ticket = _Ticket(client)
        with self._changed:
            self._waiting.append(ticket)
            try:
                self._wait(ticket, self._clock() + self._patience)
            finally:
                self._waiting.remove(ticket)
                # Another may come first now that this one does not wait any more.
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
        """Who came first of those that do not rest."""
        now = self._clock()
        return next((each for each in self._waiting if self._rests.get(each.client, 0.0) <= now), None)
