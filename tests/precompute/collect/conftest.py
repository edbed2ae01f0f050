"""What the tests of collecting share: the shop on loopback, and the real commands run against it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from precompute.cli.main import main
from tests.shop.server import Site, serving

FAST = ("--rate", "100", "--allow-private", "127.0.0.1")
"""So that tests do not wait, and may ask the shop, which is at a private address."""


@dataclass(frozen=True)
class Done:
    """How a command ended, and what it said."""

    code: int
    out: str
    err: str


@pytest.fixture
def site() -> Iterator[Site]:
    """A site at 127.0.0.1."""
    with serving() as site:
        yield site


@pytest.fixture
def collect(tmp_path: Path, capsys: pytest.CaptureFixture) -> Callable[..., Done]:
    """Runs `collect` into `catalogue` below the test's folder, with the options that are given."""

    def run(source: str, *options: str, polite: tuple[str, ...] = FAST) -> Done:
        code = main(["collect", source, "--out", str(tmp_path / "catalogue"), *polite, *options])
        return Done(code, *capsys.readouterr())

    return run
