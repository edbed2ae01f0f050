"""What computes a build's embeddings and lists: this machine, or the machines of a Ray cluster."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from importlib import util
from typing import Protocol

from precompute.embeddings.embedded_catalogue import EmbedFiles
from precompute.models.registry import ExtractorPlan
from precompute.neighbours import ListSearch
from precompute.shared.errors import UserError
from precompute.store import Store

ENGINES = "local, ray or ray://HOST:PORT"

TILE = 32_000
"""How many vectors of each side a tile compares by default."""

SHARD_TILES = 4
"""How many tiles' rows a shard of an approximate search has: fewer shards are searched in less time."""


@dataclass(frozen=True)
class EngineChoice:
    """What computes, as the command line names it.

    `name` is "local", "ray" for the cluster that this machine is part of, or the address of one,
    ray://HOST:PORT. `tile` is how many vectors of each side a tile compares. `mixed` accepts machines that
    compute other embeddings than this one.
    """

    name: str = "local"
    tile: int = TILE
    mixed: bool = False

    @property
    def is_local(self) -> bool:
        """Whether this machine computes."""
        return self.name == "local"


LOCAL = EngineChoice()


class BuildEngine(Protocol):
    """Computes what takes long in a build. None stands for the code that does it in this process."""

    def embedding(self, plans: Sequence[ExtractorPlan]) -> EmbedFiles | None:
        """What embeds files with these extractors, in the order of the tasks that it gets."""

    def lists(self, store: Store) -> ListSearch | None:
        """What finds lists. It keeps in the store which exact ones it has found so far."""


class LocalEngine:
    """Everything in this process."""

    def embedding(self, plans: Sequence[ExtractorPlan]) -> EmbedFiles | None:
        """See `BuildEngine`."""
        return None

    def lists(self, store: Store) -> ListSearch | None:
        """See `BuildEngine`."""
        return None


def check_engine(choice: EngineChoice) -> None:
    """Raise `UserError` if the choice is none of `ENGINES`, or what it needs is not installed."""
    if not re.fullmatch(r"local|ray|ray://[^/:]+:\d{1,5}", choice.name):
        raise UserError(f"Expected --engine to be {ENGINES}. Received: {choice.name}.")
    if choice.tile < 1:
        raise UserError(f"Expected --tile to be at least 1. Received: {choice.tile}.")
    if not choice.is_local and util.find_spec("ray") is None:
        raise UserError(
            f"--engine {choice.name} needs Ray, which is not installed: "
            "run: pip install -r requirements-cluster.txt."
        )


@contextmanager
def opened(choice: EngineChoice) -> Iterator[BuildEngine]:
    """The engine of a checked choice, connected until the block ends. Raises `UserError` where that fails."""
    if choice.is_local:
        yield LocalEngine()
        return
    # Nobody else needs Ray installed.
    from precompute.building.engine.ray_engine import connected

    with connected(choice) as engine:
        yield engine
