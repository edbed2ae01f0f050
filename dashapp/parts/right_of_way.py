"""Which of a worker's requests go first: its threads share Python's lock, so each slows down the others.

A product's page costs the same in any catalogue, and visitors click from one to the next. So it goes first,
as do all requests that are not known to be searches. A search or a filter gives way (`as_search`): after
each step of its work, it waits while others are in progress. It never waits for long, so it always comes to
its end. Searches run one after another: if they took turns, none would be done sooner.

The workers share the processor's cores. So on Linux the work of a search is done by a thread of its own that
the system runs with less priority (`as_search`): a page of another worker then gets a core first.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from contextvars import copy_context
from functools import lru_cache
from threading import Condition, get_native_id, local
from time import thread_time
from typing import TypeVar

from flask import Flask, g, has_request_context, request

from bundle.search.steps import between_steps

STEP = 0.001
"""The least processor time, in seconds, that a search uses between two waits."""

WAIT = 0.02
"""The most seconds that a search waits each time."""

LONGEST_TURN = 5.0
"""The most seconds that a search waits for the one before it, which may wait for a slow disk."""

NICENESS = 5
"""How much less priority searches have, as `nice` counts. With much more, a search that the system interrupts
would keep pages of its own worker waiting for Python's lock."""

_THREADS = 8
"""As many as there are requests at once, though nearly always one is enough, as searches take turns."""

_CALLBACKS = "/_dash-update-component"

_Answer = TypeVar("_Answer")


class SearchTurn:
    """One search: `since` says how much of its thread's time was used when it last waited, or began there."""

    def __init__(self) -> None:
        self.renew()

    def renew(self) -> None:
        """Count the time of the calling thread, from now on."""
        self.since = thread_time()


class RightOfWay:
    """Which requests are in progress in this process."""

    def __init__(self) -> None:
        self._changed = Condition()
        self._first = 0
        self._searching: SearchTurn | None = None

    @property
    def is_needed(self) -> bool:
        """Whether a request that goes first is in progress."""
        return self._first > 0

    def enter(self) -> None:
        """A request begins that goes first."""
        with self._changed:
            self._first += 1

    def leave(self) -> None:
        """It ends."""
        with self._changed:
            self._first -= 1
            if not self._first:
                self._changed.notify_all()

    def begin(self) -> SearchTurn:
        """A search begins, after the one before it, and once no request goes first or `WAIT` is over."""
        search = SearchTurn()
        with self._changed:
            self._changed.wait_for(lambda: self._searching is None, timeout=LONGEST_TURN)
            self._searching = search
            self._changed.wait_for(lambda: not self._first, timeout=WAIT)
        return search

    def give_way(self, search: SearchTurn) -> None:
        """Wait while others go first, unless the search has done less than a `STEP` since it last waited."""
        if thread_time() - search.since < STEP:
            return
        with self._changed:
            self._changed.wait_for(lambda: not self._first, timeout=WAIT)
        search.renew()

    def end(self, search: SearchTurn) -> None:
        """A search ends."""
        with self._changed:
            if self._searching is search:
                self._searching = None
                self._changed.notify_all()


_way = RightOfWay()


def as_search(make: Callable[[], _Answer]) -> _Answer:
    """What `make` returns: the answer to a search or a filter, which gives way from here on.

    `make` runs in another thread with the context of this one, if there is a request in progress.
    """
    if not has_request_context() or getattr(_thread, "searches", False):
        return make()
    if g.get("goes_first"):
        g.goes_first = False
        _way.leave()
        g.search = _way.begin()
    turn: SearchTurn | None = g.get("search")

    def run() -> _Answer:
        if turn:
            turn.renew()
        made = make()
        give_way()
        return made

    try:
        return _threads(os.getpid()).submit(copy_context().run, run).result()
    finally:
        if turn:
            turn.renew()


_thread = local()


@lru_cache(maxsize=1)
def _threads(_process: int) -> ThreadPoolExecutor:
    """The threads of this process that search: none survives a fork."""
    return ThreadPoolExecutor(_THREADS, thread_name_prefix="search", initializer=_lower_priority)


def _lower_priority() -> None:
    _thread.searches = True
    # Only on Linux is it a thread's own. Without privileges it can never be raised again.
    if sys.platform == "linux":
        thread = get_native_id()
        # A sandbox may forbid it. An exception here would break all searches from then on.
        with suppress(OSError):
            niceness = os.getpriority(os.PRIO_PROCESS, thread) + NICENESS
            os.setpriority(os.PRIO_PROCESS, thread, niceness)


def give_way() -> None:
    """Let others go first, if the request in progress is a search."""
    # Nearly always there are none, and this is asked for each card.
    if _way.is_needed and has_request_context() and "search" in g:
        _way.give_way(g.search)


def register_right_of_way(server: Flask) -> None:
    """Let the requests of `server` go before its searches. Photos have turns of their own."""
    between_steps(give_way)

    @server.before_request
    def begun() -> None:
        # Only photos are sent by POST, except to the address of Dash's callbacks.
        g.goes_first = request.method != "POST" or request.path == _CALLBACKS
        if g.goes_first:
            _way.enter()

    @server.teardown_request
    def done(_: BaseException | None) -> None:
        if g.pop("goes_first", False):
            _way.leave()
        if "search" in g:
            _way.end(g.pop("search"))
