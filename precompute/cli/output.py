"""Prints a command's result: a summary for people, nothing, or one JSON object for programs."""

from __future__ import annotations

import argparse
import json
import os
import sys
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager, redirect_stdout
from pathlib import Path
from typing import Any, TextIO

from precompute.shared import progress
from precompute.shared.printable import printable


def add_output_options(parser: argparse.ArgumentParser) -> None:
    """Add --quiet and --json to a command, which passes its result to `show`."""
    group = parser.add_argument_group("output")
    group.add_argument("--quiet", action="store_true", help="prints only warnings and errors, on stderr")
    group.add_argument(
        "--json",
        action="store_true",
        help="prints one JSON object on stdout that says what was done, and nothing else there",
    )
    parser.set_defaults(stdout=None)


@contextmanager
def output_of(arguments: argparse.Namespace) -> Iterator[None]:
    """Apply the options of `add_output_options`, if the command has them, during the `with`.

    With --json or --quiet only `show` reaches stdout: what a library prints goes to stderr or nowhere.
    """
    quiet, as_json = (getattr(arguments, name, False) for name in ("quiet", "json"))
    if not (quiet or as_json):
        yield
        return
    arguments.stdout = sys.stdout
    before = progress.console.quiet
    progress.console.quiet = quiet
    try:
        with _stray(quiet=quiet) as stray, redirect_stdout(stray):
            yield
    finally:
        progress.console.quiet = before


def show(arguments: argparse.Namespace, *, summary: Mapping[str, Any], lines: Iterable[str]) -> None:
    """Print `lines` for people, or `summary` with --json, or nothing with --quiet alone.

    `summary` may hold JSON values and paths. The JSON is ASCII, so that no terminal, log or locale changes
    it. In the lines, control characters are escaped.
    """
    if arguments.json:
        print(json.dumps(summary, indent=1, default=_plain), file=arguments.stdout, flush=True)
    elif not arguments.quiet:
        for line in lines:
            print(printable(line))
        # Flush here, so that a closed pipe is noticed while the command still runs.
        sys.stdout.flush()


def warn(arguments: argparse.Namespace, text: str) -> None:
    """Print to stderr what the summary would have said, if --quiet leaves it out."""
    if arguments.quiet and not arguments.json:
        print(f"akin: {printable(text)}", file=sys.stderr)


@contextmanager
def _stray(*, quiet: bool) -> Iterator[TextIO]:
    if quiet:
        with Path(os.devnull).open("w", encoding="utf-8") as nowhere:
            yield nowhere
    else:
        yield sys.stderr


def _plain(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"Expected a JSON value or a path. Received: {type(value).__name__}.")
