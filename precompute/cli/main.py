"""The command line: `python -m precompute build SOURCE`, and `--help` for the rest.

Exit codes: 0 success, 1 a check found something, 2 invalid input; 130 or 143, as in shells, after Ctrl-C or
SIGTERM.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence

from bundle import BundleError
from precompute import __version__
from precompute.cli import (
    build,
    clicks,
    collect,
    devices,
    diff,
    doctor,
    evaluate,
    export,
    fit,
    plan,
    recipes,
    site,
)
from precompute.cli.bundles import check, pack, rollback
from precompute.cli.options.parser import CommandParser
from precompute.cli.output import output_of
from precompute.shared.errors import UserError
from precompute.shared.printable import printable
from precompute.shared.signals import Stopped, signals_as_stopped

_STOPPED = "Nothing was changed."
"""The message for a stopped command. A command that keeps something sets its own as the default `stopped`."""


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = CommandParser(
        prog="python -m precompute",
        description="Turns a catalogue of product pictures into a bundle of look-alikes for the dashboard.",
    )
    parser.add_argument("--version", action="version", version=f"akin {__version__}")
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    bundles = (evaluate, clicks, diff, rollback, check, pack, export, site)
    for command in (collect, doctor, plan, fit, build, *bundles, recipes, devices):
        command.add_parser(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parsed = make_parser().parse_args(arguments)
    try:
        with signals_as_stopped(), output_of(parsed):
            code: int = parsed.run(parsed)
            return code
    except (UserError, BundleError) as error:
        _say(str(error))
    except BrokenPipeError:
        # The reader of stdout has gone, as `head` does. Without this Python would complain again at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 128 + signal.SIGPIPE
    except OSError as error:
        # Errors of opening files are handled elsewhere; what remains is a full or missing disk.
        _say(f"{error.filename or 'writing'}: {error.strerror}. {_left(parsed)}")
    except MemoryError:
        _say(f"there is not enough memory: close other programs, or use a machine with more. {_left(parsed)}")
    except RuntimeError as error:
        # Python has no specific exception for this.
        if "can't start new thread" not in str(error):
            raise
        _say(f"the system allows no more threads: end other programs, or raise its limit. {_left(parsed)}")
    except KeyboardInterrupt as interrupt:
        if sys.stderr.isatty():
            print(file=sys.stderr)
        _say(f"stopped. {_left(parsed)}")
        return 128 + (interrupt.number if isinstance(interrupt, Stopped) else signal.SIGINT)
    return 2


def _left(parsed: argparse.Namespace) -> str:
    """One sentence on what an aborted command left behind."""
    return getattr(parsed, "stopped", _STOPPED)


def _say(text: str) -> None:
    print(f"akin: {printable(text)}", file=sys.stderr)
