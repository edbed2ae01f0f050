"""The bundle that a command reads, and the files that it writes besides its result."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from bundle.disk import whole_file
from precompute.shared.errors import UserError
from precompute.shared.progress import say


def add_data_option(parser: argparse.ArgumentParser) -> None:
    """Add --data, the bundle that a command reads."""
    parser.add_argument(
        "--data", type=Path, default=Path("data"), metavar="FOLDER", help="the bundle (default: data)"
    )


def check_file(option: str, path: Path | None) -> None:
    """Report at once, not after the work, that the file of an option cannot be written."""
    if path is None:
        return
    if path.is_dir():
        raise UserError(f"Expected --{option} to be a file. Received: the folder {path}.")
    if not path.parent.is_dir():
        raise UserError(f"Expected --{option} in a folder that exists. Received: {path}.")


@contextmanager
def writing(option: str, path: Path) -> Iterator[None]:
    """Report in one sentence if the file of an option cannot be written during the `with`."""
    try:
        yield
    except OSError as error:
        raise UserError(f"--{option} {path} cannot be written ({error.strerror}).") from error


def write_page(option: str, path: Path, draw: Callable[[], str]) -> None:
    """Draw a page and write it, whole or not at all."""
    say(f"Drawing {path} …")
    text = draw()
    with writing(option, path), whole_file(path) as temporary:
        temporary.write_text(text, encoding="utf-8")
