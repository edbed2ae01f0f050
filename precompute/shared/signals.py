"""Lets Ctrl-C and SIGTERM stop a command, wherever in it they come."""

from __future__ import annotations

import os
import signal
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

_AGAIN_AFTER = 0.05
"""Seconds after which a signal that a destructor swallowed is sent again: long enough for most to end."""


class Stopped(KeyboardInterrupt):
    """A signal asked the command to stop; `number` says which."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


@contextmanager
def signals_as_stopped() -> Iterator[None]:
    """Let SIGINT and SIGTERM raise `Stopped` in the main thread; elsewhere this does nothing.

    Python cannot raise out of a destructor or a callback of its garbage collector: it prints the exception
    with a traceback and goes on, as if no signal had come. Here nothing is printed, and the signal is sent
    again when that code has ended. A signal that is ignored stays ignored, as by `nohup`.
    """
    # In Python, only the main thread can handle signals.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    numbers = [each for each in (signal.SIGINT, signal.SIGTERM) if signal.getsignal(each) != signal.SIG_IGN]
    report = sys.unraisablehook
    again: threading.Timer | None = None

    def send(number: int) -> None:
        nonlocal again
        again = None
        os.kill(os.getpid(), number)

    def unraisable(caught: Any) -> None:
        nonlocal again
        if not isinstance(caught.exc_value, Stopped):
            report(caught)
        elif again is None:  # Of two that are swallowed at once, the second would come too late.
            again = threading.Timer(_AGAIN_AFTER, send, args=(caught.exc_value.number,))
            again.daemon = True
            again.start()

    before = {number: signal.getsignal(number) for number in numbers}
    sys.unraisablehook = unraisable
    try:
        for number in numbers:
            signal.signal(number, _stop)
        yield
    finally:
        if again:
            again.cancel()
        for number, handler in before.items():
            signal.signal(number, handler)
        sys.unraisablehook = report


def _stop(number: int, _frame: object) -> None:
    raise Stopped(number)
