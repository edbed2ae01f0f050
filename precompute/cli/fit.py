"""`python -m precompute fit`: learns from a shop's own labels which products look alike."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precompute.cli.options.catalogue import add_catalogue_options, add_out_option, recipes_of
from precompute.cli.options.collect import add_collect_options, with_source
from precompute.cli.options.engine import add_engine_options, engine_of
from precompute.cli.output import add_output_options, show
from precompute.models.choice import is_recipe_name
from precompute.models.recipe import Recipe
from precompute.shared.errors import UserError
from precompute.shared.wording import counted

if TYPE_CHECKING:
    from precompute.building.build import BuildSettings
    from precompute.fitting.choice import Change
    from precompute.fitting.fit import Fitted
    from precompute.sources import Catalogue

_STOPPED = (
    "No recipe was written, and all embeddings so far are kept: run the same command again to continue."
)

_EXAMPLES = """\
examples:
  python -m precompute fit ~/pictures
  python -m precompute fit products.xlsx --write shoes.toml --title
  python -m precompute build products.xlsx --recipe shoes.toml

exits with 0 also if nothing helps: then it says so and writes nothing
"""

NOTHING_HELPS = "No part that was learned makes the lists better, so no recipe is written."


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "fit",
        help="learn from the shop's own labels which products look alike",
        description="Learns from categories, facts, tags and several pictures of a product which differences "
        "between pictures matter in this shop. It judges what it learned by products that it did not learn "
        "from, keeps what makes their lists better, and writes that as a recipe.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_catalogue_options(parser)
    add_out_option(parser, "the bundle's folder, whose store is used and added to")
    parser.add_argument(
        "--write",
        type=Path,
        default=Path("fitted.toml"),
        metavar="NAME.toml",
        help="the recipe to write; its matrices are written beside it (default: fitted.toml)",
    )
    parser.add_argument("--title", action="store_true", help="also try a part that compares titles")
    parser.add_argument(
        "--brand", action="store_true", help="also learn what the products of a brand have in common"
    )
    parser.add_argument(
        "--sample",
        type=int,
        default=20_000,
        metavar="N",
        help="the most products to learn from, drawn at random but always the same (default: %(default)s)",
    )
    add_engine_options(parser, lists=False)
    add_collect_options(parser)
    add_output_options(parser)
    parser.set_defaults(run=run, stopped=_STOPPED)


def run(arguments: argparse.Namespace) -> int:
    """Fit, print what changed and write the recipe. Returns 0."""
    recipe = base_recipe(recipes_of(arguments), option="--recipe")
    _check(arguments)

    # NumPy and Pillow are imported here so that --help and a wrong option answer at once.
    from precompute.building.build import BuildSettings
    from precompute.fitting.fit import FitSettings, fit

    engine = engine_of(arguments)

    def fitted(source: dict[str, Any]) -> Fitted:
        settings = BuildSettings(
            **source,
            out=arguments.out,
            recipes=(recipe,),
            runtime=arguments.runtime,
            device=arguments.device,
            fast=arguments.fast,
            thumbnail_size=arguments.thumbnail_size,
            store=arguments.store,
            engine=engine,
        )
        return fit(FitSettings(settings, arguments.write, arguments.title, arguments.brand, arguments.sample))

    found = with_source(arguments, fitted)
    show(arguments, summary=summary_of(found), lines=_lines(arguments, found))
    return 0


def fitted_recipe(settings: BuildSettings, catalogue: Catalogue) -> Recipe:
    """Fit for `build --fit`: the fitted recipe, in the bundle's folder, or the given one if nothing helps."""
    from precompute.fitting.fit import FitSettings, NothingToFit, fit
    from precompute.shared.progress import say

    file = settings.out / "fitted" / f"{settings.recipes[0].name}-fitted.toml"
    try:
        found = fit(FitSettings(settings, file), catalogue=catalogue)
    except NothingToFit as error:
        say(f"Built without fitting. {error}")
        return settings.recipes[0]
    for line in (*comparison_lines(found), *_kept(found)):
        say(line)
    return found.recipe or settings.recipes[0]


def base_recipe(recipes: Sequence[Recipe], *, option: str) -> Recipe:
    """The one recipe that is fitted. Raises `UserError` where there are several."""
    if len(recipes) > 1:
        raise UserError(f"Expected one recipe to fit beside {option}. Received: {len(recipes)}.")
    return recipes[0]


def summary_of(found: Fitted) -> dict[str, Any]:
    """What was fitted, as JSON."""
    return {
        "products": found.products,
        "pictures": found.pictures,
        "labels": {
            labels.name: {"classes": labels.classes, "products": labels.labelled} for labels in found.labels
        },
        "weights": dict(found.chosen.weights),
        "yardsticks": {
            each.name: {name: getattr(each, name).rounded() for name in ("before", "after", "difference")}
            for each in found.chosen.changes
        },
        "recipe": found.file,
        "seconds": found.seconds,
    }


def comparison_lines(found: Fitted) -> Iterator[str]:
    """Each yardstick before and after, with the interval of the difference, in points."""
    if not found.chosen.changes:
        return
    width = max(len(each.name) for each in found.chosen.changes)
    yield "Lists of products that were not learned from, without and with what was learned, 95 % intervals:"
    for each in found.chosen.changes:
        yield f"  {each.name:<{width}}  {_change(each)}"


def _change(each: Change) -> str:
    points = [100 * number for number in (each.difference.value, each.difference.low, each.difference.high)]
    changed = f"{points[0]:+.1f} points [{points[1]:+.1f}, {points[2]:+.1f}]"
    return f"{each.before.value:.3f} → {each.after.value:.3f}  {changed}, {each.difference.sample:,} lists"


def _kept(found: Fitted) -> Iterator[str]:
    if not found.chosen.weights:
        yield NOTHING_HELPS
        return
    kept = ", ".join(f"{name} {weight:g}" for name, weight in found.chosen.weights.items())
    yield f"Kept        {kept} (weights beside 1 for the network)"
    yield f"Wrote       {found.file}"


def _lines(arguments: argparse.Namespace, found: Fitted) -> Iterator[str]:
    products = counted(found.products, "product")
    yield f"Learned     from {products} with {counted(found.pictures, 'picture')}:"
    for labels in found.labels:
        yield f"              {labels.described()}"
    yield from comparison_lines(found)
    yield from _kept(found)
    if found.file is not None:
        yield f"Use it      python -m precompute build {arguments.source} --recipe {found.file}"


def _check(arguments: argparse.Namespace) -> None:
    """Report unsuitable options at once, not after the work."""
    file: Path = arguments.write
    if file.suffix != ".toml" or not is_recipe_name(file.stem):
        raise UserError(
            "Expected --write NAME.toml, its name of letters, digits, dots, dashes and underscores. "
            f"Received: {file}."
        )
    if file.is_dir() or not file.parent.is_dir():
        raise UserError(f"Expected --write to be a file in a folder that exists. Received: {file}.")
    if arguments.sample < 2:
        raise UserError(f"Expected --sample to be 2 products or more. Received: {arguments.sample}.")
