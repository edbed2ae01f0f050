"""Runs Scrapy in a thread of its own, so that the main thread stays free for Ctrl-C.

Twisted's reactor cannot be started twice in a process, and swallows the exceptions that signals raise. So it
is started once, in a thread that ends with the process.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from functools import cache, partial
from typing import Any, TypeVar

from bundle.parcel.public import Network
from precompute.collect.fetching.guard import GuardedResolver

HEADER_BYTES = 200_000
HEADERS_TOO_LONG = f"its headers have more than {HEADER_BYTES // 1000} kB"

_Result = TypeVar("_Result")

_SECONDS_TO_STOP = 1.0
"""How long running requests may take once the command is stopped."""


def run_in_reactor(work: Callable[[], Coroutine[Any, Any, _Result]], *, stop: Callable[[], None]) -> _Result:
    """Run a coroutine in the reactor's thread and wait for it. On a signal, `stop` is called there.

    Raises what the coroutine raises. Raises `KeyboardInterrupt` after a signal, once the coroutine has ended
    or taken too long.
    """
    loop, _ = _running()
    future: Future[_Result] = asyncio.run_coroutine_threadsafe(work(), loop)
    try:
        return future.result()
    except KeyboardInterrupt:
        loop.call_soon_threadsafe(stop)
        # The command was stopped, so the result does not matter.
        with suppress(Exception):
            future.result(timeout=_SECONDS_TO_STOP)
        future.cancel()
        raise


def guard(allowed: tuple[Network, ...]) -> GuardedResolver:
    """The resolver that checks every connection from now on, with these private networks allowed."""
    _, judge = _running()
    judge.allowed = allowed
    judge.refused.clear()
    return judge


@cache
def _running() -> tuple[asyncio.AbstractEventLoop, GuardedResolver]:
    """The loop in which the reactor runs, and the resolver that checks its connections."""
    started: Future[tuple[asyncio.AbstractEventLoop, GuardedResolver]] = Future()
    threading.Thread(target=_run, args=[started], name="reactor", daemon=True).start()
    return started.result()


def _run(started: Future[tuple[asyncio.AbstractEventLoop, GuardedResolver]]) -> None:
    try:
        loop = asyncio.new_event_loop()
        asyncio.set_event_loop(loop)
        from twisted.internet import asyncioreactor

        asyncioreactor.install(loop)
        from twisted.internet import reactor as installed
        from twisted.logger import globalLogBeginner

        # The installed reactor has more attributes than its type.
        reactor: Any = installed
        _bound_headers()

        # Callers report errors, so Twisted's own messages do not belong on the terminal.
        globalLogBeginner.beginLoggingTo([], redirectStandardIO=False, discardBuffer=True)
        # A running name lookup must not keep the process from ending.
        reactor.getThreadPool().threadFactory = partial(threading.Thread, daemon=True)
        judge = GuardedResolver(reactor.nameResolver)
        reactor.installNameResolver(judge)
        reactor.callWhenRunning(started.set_result, (loop, judge))
        reactor.run(installSignalHandlers=False)
    except BaseException as error:
        if started.done():
            raise
        started.set_exception(error)


def _bound_headers() -> None:
    """Limit the size of an answer's headers. Twisted limits the length of a line, not the number of lines.

    There is no setting for it. Scrapy's parser inherits from Twisted's, so this patch covers both.
    """
    from twisted.web._newclient import BODY, DONE, HTTPClientParser

    parsers: Any = HTTPClientParser
    receive = parsers.dataReceived

    def bounded(parser: Any, data: bytes) -> None:
        if parser.state not in (BODY, DONE):
            parser.head_bytes = getattr(parser, "head_bytes", 0) + len(data)
            if parser.head_bytes > HEADER_BYTES:
                raise ValueError(HEADERS_TOO_LONG)
        receive(parser, data)

    parsers.dataReceived = bounded
