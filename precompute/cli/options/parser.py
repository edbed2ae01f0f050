"""Parses arguments, and suggests what was meant by a mistyped one."""

from __future__ import annotations

import argparse
import difflib
from typing import Any, NoReturn


class CommandParser(argparse.ArgumentParser):
    """A parser with short errors: only --help lists the options."""

    def format_usage(self) -> str:
        """One line with the required arguments."""
        given = [str(action.metavar or action.dest) for action in self._actions if not action.option_strings]
        return f"usage: {' '.join([self.prog, '[options]', *given])}\n"

    def error(self, message: str) -> NoReturn:
        """Print the usage and the error, and exit with 2."""
        end = "" if message.endswith((".", "?")) else "."
        self.exit(2, f"{self.format_usage()}akin: {message}{end} {self.prog} --help says more.\n")

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        if action.choices is None or value in action.choices:
            return
        choices = [str(choice) for choice in action.choices]
        near = difflib.get_close_matches(str(value), choices, n=2)
        meant = f" Did you mean {' or '.join(near)}?" if near else ""
        raise argparse.ArgumentError(
            action, f"Expected one of {', '.join(choices)}. Received: {str(value)[:100]!r}.{meant}"
        )
