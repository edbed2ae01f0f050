"""The command line: `python -m precompute build SOURCE`, and `--help` for the rest.

Exit codes: 0 all is well, 1 a check found something, 2 the input is not what is needed; 130 or 143, as
shells have it, where Ctrl-C or SIGTERM stopped the command.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from bundle import BundleError
from precompute import __version__
from precompute.cli import build, check, collect, diff, doctor, export, plan, recipes, rollback
from precompute.cli.output import output_of
from precompute.cli.parser import CommandParser
from precompute.shared.errors import UserError
from precompute.shared.printable import printable

_STOPPED = "Nothing was changed."
"""What is said of a command that was stopped; one that keeps something says so by a default `stopped`."""


class _Terminated(KeyboardInterrupt):
    """SIGTERM came: all is put in order as after Ctrl-C."""


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = CommandParser(
        prog="python -m precompute",
        description="Turns a catalogue of product pictures into a bundle of look-alikes for the dashboard.",
    )
    parser.add_argument("--version", action="version", version=f"akin {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (collect, doctor, plan, build, diff, rollback, check, export, recipes):
        command.add_parser(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parsed = make_parser().parse_args(arguments)
    try:
        with _sigterm_as_interrupt(), output_of(parsed):
            code: int = parsed.run(parsed)
            return code
    except (UserError, BundleError) as error:
        _say(str(error))
    except BrokenPipeError:
        # Whoever read stdout has seen enough, as `head` does; Python would complain again as it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except OSError as error:
        # Opening files is handled where the file is known; what is left is a full or a vanished disk.
        _say(f"{error.filename or 'writing'}: {error.strerror}. {_left(parsed)}")
    except MemoryError:
        _say(f"there is not enough memory: close other programs, or use a machine with more. {_left(parsed)}")
    except RuntimeError as error:
        # Python has no error of its own for this.
        if "can't start new thread" not in str(error):
            raise
        _say(f"the system allows no more threads: end other programs, or raise its limit. {_left(parsed)}")
    except KeyboardInterrupt as interrupt:
        if sys.stderr.isatty():
            print(file=sys.stderr)
        _say(f"stopped. {_left(parsed)}")
        return 128 + (signal.SIGTERM if isinstance(interrupt, _Terminated) else signal.SIGINT)
    return 2


def _left(parsed: argparse.Namespace) -> str:
    """What a command that came to no end left behind, in one sentence."""
    return getattr(parsed, "stopped", _STOPPED)


def _say(text: str) -> None:
    print(f"akin: {printable(text)}", file=sys.stderr)


@contextmanager
def _sigterm_as_interrupt() -> Iterator[None]:
    """Let SIGTERM stop a command as Ctrl-C does: temporary files are removed, and what is kept is said."""

    def terminate(*_: object) -> None:
        raise _Terminated

    # Python lets no other thread than the first one listen to signals.
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGTERM, terminate)
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)
