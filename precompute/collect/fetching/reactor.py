"""Runs Scrapy in a thread of its own, so that the command's own thread stays free for Ctrl-C.

Twisted's reactor cannot be started twice in a process, and swallows the exceptions by which signals stop a
command. So it is started once, in a thread that ends with the process.
"""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Coroutine
from concurrent.futures import Future
from contextlib import suppress
from functools import cache, partial
from typing import Any, TypeVar

from precompute.collect.fetching.guard import GuardedResolver, Network

HEADER_BYTES = 200_000
HEADERS_TOO_LONG = f"its headers have more than {HEADER_BYTES // 1000} kB"

_Result = TypeVar("_Result")

_SECONDS_TO_STOP = 1.0
"""How long requests that are under way may take once the command is stopped."""


def run_in_reactor(work: Callable[[], Coroutine[Any, Any, _Result]], *, stop: Callable[[], None]) -> _Result:
    """Run a coroutine where Scrapy can run and wait for it; `stop` is called there when a signal comes.

    Raises what the coroutine raises, and `KeyboardInterrupt` once it has come to its end, or has been given
    up on.
    """
    loop, _ = _running()
    future: Future[_Result] = asyncio.run_coroutine_threadsafe(work(), loop)
    try:
        return future.result()
    except KeyboardInterrupt:
        loop.call_soon_threadsafe(stop)
        # Whatever comes of it, the command was stopped.
        with suppress(Exception):
            future.result(timeout=_SECONDS_TO_STOP)
        future.cancel()
        raise


def guard(allowed: tuple[Network, ...]) -> GuardedResolver:
    """The judge of every connection from now on, with these private networks allowed."""
    _, judge = _running()
    judge.allowed = allowed
    judge.refused.clear()
    return judge


@cache
def _running() -> tuple[asyncio.AbstractEventLoop, GuardedResolver]:
    """The loop that the reactor runs in, and the resolver that judges its connections."""
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

        # What is installed has more than its type says.
        reactor: Any = installed
        _bound_headers()

        # What goes wrong is reported by those who asked; nothing of Twisted's belongs on a terminal.
        globalLogBeginner.beginLoggingTo([], redirectStandardIO=False, discardBuffer=True)
        # A name that is being looked up must not keep the process from ending.
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
    """Let no answer have headers without end: Twisted bounds a line, and not how many there are.

    There is no setting for it, and both Twisted's parser and Scrapy's, which is made of it, come by here.
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
