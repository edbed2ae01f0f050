"""`python -m precompute plan`: predicts the cost of a build."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bundle.live import PHOTO_BYTES
from precompute.cli.options.catalogue import add_catalogue_options, recipes_of, source_of
from precompute.cli.output import add_output_options, show
from precompute.reports.slug import LIMIT, MEGABYTE
from precompute.shared.errors import UserError
from precompute.shared.progress import duration
from precompute.shared.wording import counted

if TYPE_CHECKING:
    from precompute.reports.cluster_costs import ClusterCosts
    from precompute.reports.plan import Plan

_EXAMPLES = """examples:
  python -m precompute plan ~/pictures
  python -m precompute plan ~/pictures --recipe efficientnet-lite1 --recipe vgg16-fc2
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "plan",
        help="predict what a build would take",
        description="Builds a sample of the products in a temporary folder, and predicts from it, for each "
        "recipe, the minutes, memory and disk of the whole build, and whether a deploy would fit.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_catalogue_options(parser)
    parser.add_argument(
        "--sample", type=int, default=256, help="how many products are built to predict from (default: 256)"
    )
    parser.add_argument(
        "--engine",
        choices=("local", "ray"),
        default="local",
        help="ray also says what work the machines of a cluster would share (default: local)",
    )
    parser.add_argument(
        "--tile",
        type=int,
        default=32_000,
        metavar="ROWS",
        help="with a cluster, how many vectors of either side one task compares (default: 32000)",
    )
    add_output_options(parser)
    parser.set_defaults(run=run, stopped="Nothing was written.")


def run(arguments: argparse.Namespace) -> int:
    """Print the plan of each recipe. Returns 1 if a deploy of one would not fit."""
    if arguments.sample < 2:
        raise UserError(f"Expected --sample to be 2 or more. Received: {arguments.sample}.")
    if arguments.tile < 1:
        raise UserError(f"Expected --tile to be at least 1. Received: {arguments.tile}.")
    recipes, source = recipes_of(arguments), source_of(arguments)

    # NumPy and Pillow are imported here so that --help and a wrong option answer at once.
    from precompute.building.build import BuildSettings
    from precompute.building.engine import EngineChoice
    from precompute.reports.plan import plan

    settings = BuildSettings(
        **source,
        out=Path(),
        recipes=recipes,
        runtime=arguments.runtime,
        device=arguments.device,
        fast=arguments.fast,
        search=arguments.search,
        thumbnail_size=arguments.thumbnail_size,
        large_pictures=arguments.large_pictures,
        live=arguments.live,
        engine=EngineChoice(arguments.engine, tile=arguments.tile),
    )
    plans = list(plan(settings, sample=arguments.sample))
    summary = {"limit": LIMIT, "plans": [dataclasses.asdict(each) for each in plans]}
    show(arguments, summary=summary, lines=_lines(plans))
    return 1 if any(each.advice for each in plans) else 0


def _lines(plans: Sequence[Plan]) -> Iterator[str]:
    for each in plans:
        yield ""
        yield f"{each.recipe}: products {each.products:,}, pictures {each.pictures:,}"
        stages = [f"{name} {duration(taken)}" for name, taken in each.seconds.items() if taken >= 0.5]
        parts = f" ({', '.join(stages)})" if stages else ""
        yield f"Time        {duration(sum(each.seconds.values()))}{parts}"
        yield f"Memory      {_size(each.memory)}"
        sizes = each.sizes
        yield (
            f"Bundle      {_size(sizes.total)}: thumbnails {_size(sizes.thumbnails)}, "
            f"lists {_size(sizes.lists)}, all else {_size(sizes.rest)}"
        )
        yield f"Disk        {_size(each.disk)} after the first build, including the store for later builds"
        verdict = f"more than the limit of {_size(LIMIT)}" if each.advice else f"of {_size(LIMIT)}"
        yield f"Slug        {_size(each.slug)}, {verdict}"
        if each.advice:
            yield f"            {each.advice}"
        if each.host:
            photo = f"and {_size(PHOTO_BYTES)} for each large photo that is decoded"
            yield f"Host        {_size(each.host)} of memory for two workers that search by photo, {photo}"
        if each.cluster is not None:
            yield from _cluster_lines(each.cluster)


def _cluster_lines(costs: ClusterCosts) -> Iterator[str]:
    hours = f"embedding {_hours(costs.embedding)}"
    if costs.tiles:
        hours += f", exact lists {_hours(costs.lists)} in {counted(costs.tiles, 'tile')}"
    else:
        hours += f"; approximate lists in {counted(costs.shards, 'shard')}"
    yield f"Cluster     hours of one core: {hours}"
    parts = [f"{_size(costs.read)} of pictures read", f"{_size(costs.written)} written to the store"]
    parts += [f"{_size(costs.moved)} of vectors read by tiles"] if costs.tiles else []
    yield f"            {', '.join(parts)}"
    if costs.exact_cores:
        found = f"exact from {counted(costs.exact_cores, 'core')} on, and approximate with fewer"
        yield f"            lists are {found}, in {counted(costs.shards, 'shard')}"


def _hours(hours: float) -> str:
    return f"{hours:,.{0 if hours >= 10 else 2}f}"


def _size(size: int) -> str:
    return f"{size / MEGABYTE:,.{1 if size < 10 * MEGABYTE else 0}f} MB"
