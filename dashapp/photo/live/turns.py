"""Who may be served when: places for requests in progress, and turns at the model in the order of arrival."""

from __future__ import annotations

import threading
import time
from collections import Counter, deque
from collections.abc import Iterator
from contextlib import contextmanager


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


class Turns:
    """One at a time, in the order in which they came."""

    def __init__(self, *, patience: float) -> None:
        """`patience` is how many seconds one waits before giving up."""
        self._patience = patience
        self._queue: deque[object] = deque()
        self._changed = threading.Condition()

    @contextmanager
    def turn(self) -> Iterator[None]:
        """Wait for a turn and have it while what is inside runs. Raises `BusyError` where that takes too
        long."""
        ticket, deadline = object(), time.monotonic() + self._patience
        with self._changed:
            self._queue.append(ticket)
            while self._queue[0] is not ticket:
                if not self._changed.wait(deadline - time.monotonic()) and self._queue[0] is not ticket:
                    self._queue.remove(ticket)
                    raise BusyError
        try:
            yield
        finally:
            with self._changed:
                self._queue.popleft()
                self._changed.notify_all()
