"""Options for what computes: this machine or a cluster."""

from __future__ import annotations

import argparse
from typing import TYPE_CHECKING

from precompute.shared.errors import UserError

if TYPE_CHECKING:
    from precompute.building.engine import EngineChoice


def add_engine_options(parser: argparse.ArgumentParser, *, lists: bool = True) -> None:
    """Add --engine and --mixed, and for a command that finds lists --tile."""
    group = parser.add_argument_group("a cluster of machines (docs/cluster.md)")
    group.add_argument(
        "--engine",
        default="local",
        metavar="ENGINE",
        help="what computes: local, ray for the Ray cluster that this machine is part of, or ray://HOST:PORT "
        "(default: local)",
    )
    parser.set_defaults(tile=None)
    if lists:
        group.add_argument(
            "--tile",
            type=int,
            metavar="ROWS",
            help="with a cluster, how many vectors of either side one task compares (default: 32000)",
        )
    group.add_argument(
        "--mixed",
        action="store_true",
        help="with a cluster, continues even if machines compute different embeddings",
    )


def engine_of(arguments: argparse.Namespace) -> EngineChoice:
    """What computes, checked before anything is fetched or embedded. Raises what `check_engine` raises."""
    from precompute.building.engine import TILE, EngineChoice, check_engine

    if arguments.engine == "local":
        for option, given in (("--tile", arguments.tile is not None), ("--mixed", arguments.mixed)):
            if given:
                raise UserError(f"Expected --engine ray beside {option}. Received: --engine local.")
    tile = TILE if arguments.tile is None else arguments.tile
    choice = EngineChoice(arguments.engine, tile=tile, mixed=arguments.mixed)
    check_engine(choice)
    return choice
