"""Ctrl-C and SIGTERM stop a command also where Python cannot raise, and print nothing of their own."""

from __future__ import annotations

import gc
import signal
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from precompute.shared.signals import Stopped, signals_as_stopped

ROOT = Path(__file__).resolve().parents[3]
PATIENCE = 60

END = """
import runpy, signal, sys, types
command = types.ModuleType("precompute.cli.main")
command.main = lambda: signal.raise_signal(signal.SIGINT)
sys.modules["precompute.cli.main"] = command
runpy.run_module("precompute", run_name="__main__")
"""


@pytest.fixture(autouse=True)
def handled() -> Iterator[None]:
    """SIGINT as in a terminal: where tests run in the background, it is ignored."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    yield
    signal.signal(signal.SIGINT, before)


def interrupted(*_: object) -> None:
    signal.raise_signal(signal.SIGINT)
    time.sleep(0)


class Destroyed:
    def __del__(self) -> None:
        interrupted()


class Watched:
    pass


def in_a_destructor() -> None:
    Destroyed()


def in_a_callback_of_a_reference() -> None:
    watched = Watched()
    reference = weakref.ref(watched, interrupted)
    del watched
    assert reference() is None


def in_the_collector() -> None:
    gc.callbacks.append(interrupted)
    try:
        gc.collect()
    finally:
        gc.callbacks.remove(interrupted)


@pytest.mark.parametrize("place", [in_a_destructor, in_a_callback_of_a_reference, in_the_collector])
def test_a_signal_that_python_swallows_comes_again(
    place: Callable[[], None], capsys: pytest.CaptureFixture[str]
) -> None:
    reported = sys.unraisablehook
    with pytest.raises(Stopped) as caught, signals_as_stopped():
        place()
        time.sleep(PATIENCE)
    time.sleep(0.2)  # Another one that came now would end the tests.
    assert caught.value.number == signal.SIGINT
    assert capsys.readouterr().err == ""
    assert sys.unraisablehook is reported and signal.getsignal(signal.SIGINT) is signal.default_int_handler


def test_other_exceptions_that_python_swallows_are_reported(monkeypatch: pytest.MonkeyPatch) -> None:
    class Broken:
        def __del__(self) -> None:
            raise ValueError("broken")

    seen: list[BaseException | None] = []
    monkeypatch.setattr(sys, "unraisablehook", lambda caught: seen.append(caught.exc_value))
    with signals_as_stopped():
        Broken()
    assert [str(each) for each in seen] == ["broken"]


def test_what_is_ignored_stays_ignored() -> None:
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    with signals_as_stopped():
        signal.raise_signal(signal.SIGINT)
    assert signal.getsignal(signal.SIGINT) == signal.SIG_IGN


def test_before_and_after_a_command_nothing_is_printed() -> None:
    done = subprocess.run(
        [sys.executable, "-c", END],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.SIG_DFL),
    )
    assert (done.returncode, done.stdout, done.stderr) == (-signal.SIGINT, "", "")
