"""Which of a worker's requests go first: its threads share Python's lock, so each slows down the others.

A product's page costs the same in any catalogue, and visitors click from one to the next. So it goes first,
as do all requests that are not known to be searches. A search or a filter gives way (`begin_search`): after
each step of its work, it waits while others are in progress. It never waits for long, so it always comes to
its end. Searches run one after another: if they took turns, none would be done sooner.
"""

from __future__ import annotations

from threading import Condition
from time import thread_time

from flask import Flask, g, has_request_context, request

from bundle.search.steps import between_steps

STEP = 0.001
"""The least processor time, in seconds, that a search uses between two waits."""

WAIT = 0.02
"""The most seconds that a search waits each time."""

LONGEST_TURN = 5.0
"""The most seconds that a search waits for the one before it, which may wait for a slow disk."""

_CALLBACKS = "/_dash-update-component"


class SearchTurn:
    """One search: `since` says how much of its thread's time was used when it last waited."""

    def __init__(self) -> None:
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
        search.since = thread_time()

    def end(self, search: SearchTurn) -> None:
        """A search ends."""
        with self._changed:
            if self._searching is search:
                self._searching = None
                self._changed.notify_all()


_way = RightOfWay()


def begin_search() -> None:
    """Let the request in progress, a search or a filter, give way from here on."""
    if has_request_context() and g.get("goes_first"):
        g.goes_first = False
        _way.leave()
        g.search = _way.begin()


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
