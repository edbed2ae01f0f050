"""A folder of tiny pictures, and tables that name them, for the tests of sources."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from precompute.sources import Catalogue, read_catalogue
from tests.conftest import ROOT
from tests.drawn_pictures import encoded, picture

PICTURES = tuple(f"images/{seed}.png" for seed in range(6))


def write_pictures(folder: Path) -> Path:
    """The six `PICTURES` below a folder."""
    for seed, name in enumerate(PICTURES):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(encoded(picture(seed, width=24, height=20)))
    return folder


def read_text(folder: Path, name: str, text: str, *, encoding: str = "utf-8", **options: object) -> Catalogue:
    """The catalogue of a table beside the pictures, which are written where they are not there."""
    if not (folder / PICTURES[0]).exists():
        write_pictures(folder)
    (folder / name).write_bytes(text.encode(encoding))
    return read_catalogue(folder / name, **options)


def reasons(catalogue: Catalogue) -> dict[str, str]:
    """What was left out, and why."""
    return {entry.file: entry.reason for entry in catalogue.left_out}


_READ = """
import re, sys
from pathlib import Path
from precompute.shared.errors import UserError
from precompute.sources import read_records

def most():
    return int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1]) * 1024

before = most()
try:
    print(*(type(entry).__name__[0] for entry in read_records(Path(sys.argv[1]))), sep="")
except UserError as error:
    print(error)
print(most() - before)
"""


def read_apart(path: Path) -> tuple[str, int]:
    """What a process of its own finds in a table, R for a record, L for what is left out, or the error.

    And the bytes of memory that it takes beyond what it takes to start. Skips where only Linux tells.
    """
    if not Path("/proc/self/status").exists():
        pytest.skip("only Linux says how much memory was taken at the most")
    command = [sys.executable, "-c", _READ, str(path)]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True)
    found, taken = done.stdout.splitlines()
    return found, int(taken)
