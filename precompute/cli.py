"""The command line: `python -m precompute build PHOTOS`, and `--help` for the rest.

Exit codes: 0 all is well, 1 a check found something, 2 the input is not what is needed.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence

from bundle import BundleError
from precompute.commands import build, check, export, recipes
from precompute.errors import UserError


def make_parser() -> argparse.ArgumentParser:
    """The parser of all commands."""
    parser = argparse.ArgumentParser(
        prog="python -m precompute",
        description="Turns a folder of product pictures into a bundle of look-alikes for the dashboard.",
    )
    subparsers = parser.add_subparsers(title="commands", metavar="COMMAND", required=True)
    for command in (build, recipes, export, check):
        command.add_parser(subparsers)
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    parsed = make_parser().parse_args(arguments)
    try:
        return parsed.run(parsed)
    except (UserError, BundleError) as error:
        print(f"akin: {error}", file=sys.stderr)
    except OSError as error:
        # Opening files is handled where the file is known; what is left is a full or a vanished disk.
        print(
            f"akin: {error.filename or 'writing'}: {error.strerror}. Nothing was published.", file=sys.stderr
        )
    except KeyboardInterrupt:
        print("\nakin: stopped; the bundle that was there before is untouched.", file=sys.stderr)
        return 130
    return 2
