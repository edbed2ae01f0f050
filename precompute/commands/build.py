"""`python -m precompute build`: from a folder of pictures to a bundle."""

from __future__ import annotations

import argparse
import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

from precompute.errors import UserError
from precompute.recipe import DEFAULT, Recipe
from precompute.recipe_choice import CHOICES, choose_recipe, with_top

if TYPE_CHECKING:
    from precompute.build import Summary

_LEFT_OUT_SHOWN = 20
_MODEL_OPTIONS = ("layer", "pooling", "input_size", "resize", "interpolation", "metric", "projection")

_EXAMPLES = """examples:
  python -m precompute build ~/pictures
  python -m precompute build ~/pictures --out data --top 12 --title "Our shop"
  python -m precompute build ~/pictures --recipe efficientnet-lite0 --recipe vgg16-fc2
  python -m precompute build ~/pictures --recipe keras:EfficientNetV2B0 --resize letterbox
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
    parser.add_argument(
        "--recipe",
        action="append",
        help="a recipe's name, keras:MODEL, hub:PRESET or a TOML file; several may be given, the first is "
        f"shown at first (default: {DEFAULT})",
    )
    parser.add_argument(
        "--weights", type=Path, help="weights file of the recipe's model (.weights.h5, .h5 or .keras)"
    )
    parser.add_argument("--top", type=int, help="how many look-alikes a product page shows at first")
    parser.add_argument("--title", default="", help="name of the shop, shown by the dashboard")
    parser.add_argument(
        "--thumbnail-size", type=int, default=400, help="longer side of a thumbnail in pixels (default: 400)"
    )
    parser.add_argument(
        "--runtime",
        choices=("litert", "keras"),
        help="what runs the model (default: the faster one for each recipe)",
    )
    search = parser.add_mutually_exclusive_group()
    for name in ("exact", "approximate"):
        search.add_argument(
            f"--{name}",
            dest="search",
            action="store_const",
            const=name,
            help=f"force {name} search for the lists",
        )
    _add_model_options(parser)
    parser.set_defaults(run=run)


def _add_model_options(parser: argparse.ArgumentParser) -> None:
    group = parser.add_argument_group("options of recipes keras:MODEL and hub:PRESET")
    group.add_argument("--layer", help="layer that is read (default: the last one before the classifier)")
    group.add_argument(
        "--input-size", type=int, metavar="PIXELS", help="side of the input (default: the model's)"
    )
    for name in ("pooling", "resize", "interpolation", "metric", "projection"):
        default = next(field.default for field in dataclasses.fields(Recipe) if field.name == name)
        group.add_argument(f"--{name}", choices=CHOICES[name], help=f"(default: {default})")


def run(arguments: argparse.Namespace) -> int:
    """Build, print the summary and return 0."""
    recipes = _recipes(arguments)

    # NumPy and Pillow are imported here so that --help and a wrong option answer at once.
    from precompute.build import BuildSettings, build

    settings = BuildSettings(
        source=arguments.photos,
        out=arguments.out,
        recipes=recipes,
        runtime=arguments.runtime,
        search=arguments.search,
        title=arguments.title,
        thumbnail_size=arguments.thumbnail_size,
    )
    _print_summary(build(settings), out=arguments.out)
    return 0


def _recipes(arguments: argparse.Namespace) -> tuple[Recipe, ...]:
    options = {name: getattr(arguments, name) for name in _MODEL_OPTIONS}
    given = {name: value for name, value in options.items() if value is not None}
    recipes = [choose_recipe(choice, given) for choice in arguments.recipe or [DEFAULT]]
    if arguments.top is not None:
        recipes = [with_top(recipe, arguments.top) for recipe in recipes]
    if arguments.weights is not None:
        if len(recipes) > 1:
            raise UserError(
                f"Expected one --recipe beside --weights. Received: {len(recipes)}; "
                "name the weights of each in a TOML file of its own."
            )
        recipes = [dataclasses.replace(recipes[0], weights=arguments.weights)]
    return tuple(recipes)


def _print_summary(summary: Summary, *, out: Path) -> None:
    print()
    print(f"Products    {summary.products:,} with {summary.images:,} distinct pictures")
    print(f"Left out    {len(summary.left_out):,}")
    for entry in summary.left_out[:_LEFT_OUT_SHOWN]:
        print(f"              {entry.file}: {entry.reason}")
    if len(summary.left_out) > _LEFT_OUT_SHOWN:
        print(f"              … all of them in {summary.folder / 'report.json'}")
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in summary.seconds.items())
    print(f"Seconds     {stages}")
    for recipe in summary.recipes:
        print(f"Recipe      {recipe.name}: embedded in {recipe.embedding_seconds:.1f} s on {recipe.runtime}")
        for name, value in recipe.quality.items():
            print(f"              {value:.3f} {name.replace('_', ' ')} (neighbours of the same category)")
    for pair in summary.overlap:
        if "jaccard" in pair:
            print(
                f"Overlap     {' and '.join(pair['recipes'])}: {pair['jaccard']:.2f} Jaccard, "
                f"{pair['rank_biased_overlap']:.2f} rank-biased"
            )
    print(f"Bundle      {summary.bytes / 1e6:,.1f} MB in {summary.folder}")
    print(f"Serve it    python -m dashapp --data {out}")
