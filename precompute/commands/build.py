"""`python -m precompute build`: from a folder of pictures to a bundle."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from precompute.errors import UserError
from precompute.recipe import DEFAULT, find_recipe

if TYPE_CHECKING:
    from precompute.build import Summary

_LEFT_OUT_SHOWN = 20
_DEPTH_FOR_EACH_SHOWN = 3

_EXAMPLES = """examples:
  python -m precompute build ~/pictures
  python -m precompute build ~/pictures --out data --top 12 --title "Our shop"
"""


def add_parser(subparsers: argparse._SubParsersAction) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "build",
        help="build a bundle from a folder of pictures",
        description="Embeds every picture of a folder, finds its look-alikes and writes a bundle.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "photos",
        metavar="PHOTOS",
        type=Path,
        help="folder of pictures, with a category in each sub-folder or before the number in each name, "
        "or with a products.csv that names them",
    )
    parser.add_argument(
        "--out", type=Path, default=Path("data"), help="folder that the bundle is written to (default: data)"
    )
    parser.add_argument("--recipe", default=DEFAULT, help=f"name of the recipe (default: {DEFAULT})")
    parser.add_argument("--top", type=int, help="how many look-alikes a product page shows at first")
    parser.add_argument("--title", default="", help="name of the shop, shown by the dashboard")
    parser.add_argument(
        "--thumbnail-size", type=int, default=400, help="longer side of a thumbnail in pixels (default: 400)"
    )
    parser.add_argument(
        "--runtime",
        choices=("litert", "keras"),
        help="what runs the model (default: litert on a CPU, keras on a GPU)",
    )
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Build, print the summary and return 0."""
    recipe = find_recipe(arguments.recipe)
    if arguments.top is not None:
        if not 1 <= arguments.top <= 200:
            raise UserError(f"Expected --top to be from 1 to 200. Received: {arguments.top}.")
        recipe = dataclasses.replace(
            recipe, top=arguments.top, depth=max(recipe.depth, arguments.top * _DEPTH_FOR_EACH_SHOWN)
        )

    # NumPy, faiss and Pillow are imported here so that --help and a wrong option answer at once.
    from precompute.build import BuildSettings, build

    settings = BuildSettings(
        source=arguments.photos,
        out=arguments.out,
        recipe=recipe,
        runtime=arguments.runtime,
        title=arguments.title,
        thumbnail_size=arguments.thumbnail_size,
    )
    _print_summary(build(settings), out=arguments.out)
    return 0


def _print_summary(summary: Summary, *, out: Path) -> None:
    print()
    print(f"Products    {summary.products:,} with {summary.images:,} distinct pictures")
    print(f"Left out    {len(summary.left_out):,}")
    for entry in summary.left_out[:_LEFT_OUT_SHOWN]:
        print(f"              {entry.file}: {entry.reason}")
    if len(summary.left_out) > _LEFT_OUT_SHOWN:
        print(f"              … all of them in {summary.folder / 'report.json'}")
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in summary.seconds.items())
    print(f"Seconds     {stages} (model on {summary.runtime})")
    for name, value in summary.quality.items():
        print(f"Quality     {value:.3f} {name.replace('_', ' ')} (share of neighbours of the same category)")
    print(f"Bundle      {summary.bytes / 1e6:,.1f} MB in {summary.folder}")
    print(f"Serve it    python -m dashapp --data {out}")
