"""`python -m precompute build`: from a catalogue to a bundle."""

from __future__ import annotations

import argparse
import dataclasses
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precompute.cli.fit import base_recipe, fitted_recipe
from precompute.cli.options.catalogue import add_catalogue_options, add_out_option, recipes_of
from precompute.cli.options.collect import add_collect_options, with_source
from precompute.cli.options.engine import add_engine_options, engine_of
from precompute.cli.output import add_output_options, show, warn
from precompute.evaluation.named import YARDSTICKS
from precompute.models.part_choice import recipes_for_lists
from precompute.shared.wording import counted

if TYPE_CHECKING:
    from precompute.building.build import RecipeSummary, Summary
    from precompute.building.theme import PreparedTheme

_LEFT_OUT_SHOWN = 20

_FITTED = "learned from labels: where it learned from these products, the figures flatter it (see fit's)"

_STOPPED = (
    "The live bundle stays live, and everything fetched and embedded so far is kept: "
    "run the same command again to continue."
)

_EXAMPLES = """examples:
  python -m precompute build ~/pictures
  python -m precompute build products.xlsx --column image=photo
  python -m precompute build https://shop.example
  python -m precompute build ~/pictures --out data --top 12 --title "Our shop"
  python -m precompute build ~/pictures --recipe efficientnet-lite1 --recipe vgg16-fc2
  python -m precompute build ~/pictures --fit
  python -m precompute build ~/pictures --recipe keras:EfficientNetV2B0 --resize letterbox
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "build",
        help="build a bundle from a folder of pictures, a table, a feed or a shop's address",
        description="Embeds every picture of a catalogue, finds look-alikes and writes a bundle.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_catalogue_options(parser)
    add_out_option(parser, "where the bundle goes")
    parser.add_argument("--title", default="", metavar="TEXT", help="the shop's name, shown by the dashboard")
    parser.add_argument(
        "--theme",
        type=Path,
        metavar="FILE",
        help="the shop's look, a TOML file (default: theme.toml in the source's folder, if there is one)",
    )
    parser.add_argument(
        "--reach",
        action="store_true",
        help="gives each product that no list has a place at the end of one",
    )
    parser.add_argument(
        "--synonyms",
        type=Path,
        metavar="FILE",
        help="the shop's own words for what it has (default: synonyms.csv in the catalogue's folder)",
    )
    parser.add_argument(
        "--no-wordnet",
        dest="wordnet",
        action="store_false",
        help="leaves out the words for what the catalogue has that WordNet knows",
    )
    parser.add_argument(
        "--prune",
        action="store_true",
        help="also deletes from the store what neither the new nor the previous generation uses",
    )
    parser.add_argument(
        "--fit",
        action="store_true",
        help="first learn from the shop's own labels, as the command fit does, and build what it chose",
    )
    add_engine_options(parser)
    add_collect_options(parser)
    add_output_options(parser)
    parser.set_defaults(run=run, stopped=_STOPPED)


def run(arguments: argparse.Namespace) -> int:
    """Build, print the summary and return 0."""
    recipes = recipes_of(arguments)
    base = base_recipe(recipes_of(_without_lists(arguments)), option="--fit") if arguments.fit else None

    # NumPy and Pillow are imported here so that --help and a wrong option answer at once.
    from precompute.building.build import BuildSettings, build
    from precompute.building.theme import prepare_theme, theme_beside

    theme_file = arguments.theme or theme_beside(Path(arguments.source))
    # Before anything is fetched or embedded.
    engine = engine_of(arguments)
    theme = prepare_theme(theme_file) if theme_file else None

    def built(source: dict[str, Any]) -> Summary:
        settings = BuildSettings(
            **source,
            out=arguments.out,
            recipes=recipes,
            runtime=arguments.runtime,
            device=arguments.device,
            fast=arguments.fast,
            search=arguments.search,
            title=arguments.title,
            theme=theme,
            thumbnail_size=arguments.thumbnail_size,
            store=arguments.store,
            large_pictures=arguments.large_pictures,
            prune=arguments.prune,
            live=arguments.live,
            reach=arguments.reach,
            synonyms=arguments.synonyms,
            wordnet=arguments.wordnet,
            engine=engine,
        )
        if base is None:
            return build(settings)
        catalogue = settings.read()
        fitted = [fitted_recipe(dataclasses.replace(settings, recipes=(base,)), catalogue)]
        if arguments.lists is not None:
            fitted = recipes_for_lists(fitted[0], arguments.lists, colour=arguments.colour)
        return build(dataclasses.replace(settings, recipes=tuple(fitted)), catalogue=catalogue)

    summary = with_source(arguments, built)
    show(
        arguments,
        summary=dataclasses.asdict(summary),
        lines=[*_lines(summary, out=arguments.out), *_theme_lines(theme)],
    )
    for warning in theme.warnings if theme else ():
        warn(arguments, warning)
    if summary.left_out:
        report = summary.folder / "report.json"
        warn(arguments, f"{len(summary.left_out):,} left out; {report} names them and says why.")
    return 0


def _theme_lines(theme: PreparedTheme | None) -> Iterator[str]:
    for number, line in enumerate([*theme.lines, *theme.warnings] if theme else ()):
        yield f"{'' if number else 'Theme':<12}{line}"


def _without_lists(arguments: argparse.Namespace) -> argparse.Namespace:
    """The options for the one recipe that is fitted; with --lists, --colour is for what is made of it."""
    apart = {"lists": None, "colour": None} if arguments.lists is not None else {}
    return argparse.Namespace(**vars(arguments) | apart)


def _lines(summary: Summary, *, out: Path) -> Iterator[str]:
    yield ""
    known = f", {summary.known:,} of them known before" if summary.known else ""
    pictures = counted(summary.images, "distinct picture")
    yield f"Products    {summary.products:,} with {pictures}{known}"
    yield f"Left out    {len(summary.left_out):,}"
    for entry in summary.left_out[:_LEFT_OUT_SHOWN]:
        yield f"              {entry.file}: {entry.reason}"
    if len(summary.left_out) > _LEFT_OUT_SHOWN:
        yield f"              … all of them in {summary.folder / 'report.json'}"
    stages = ", ".join(f"{name} {seconds:.1f}" for name, seconds in summary.seconds.items())
    yield f"Seconds     {stages}"
    for recipe in summary.recipes:
        yield f"Recipe      {recipe.name}: embedded in {recipe.embedding_seconds:.1f} s on {recipe.runtime}"
        if recipe.against_float32 is not None:
            yield f"              {_against_float32(recipe.device, recipe.against_float32)}"
        for name, found in recipe.yardsticks.items():
            if name.startswith("precision"):
                bounds = f"{found['low']:.3f} to {found['high']:.3f}"
                yield f"              {found['value']:.3f} ({bounds}) {YARDSTICKS[name].title.lower()}"
        if recipe.is_fitted:
            yield f"              {_FITTED}"
        if recipe.out_of_reach:
            yield f"              {_reach(recipe)}"
    for pair in summary.overlap:
        if "jaccard" in pair:
            yield (
                f"Overlap     {' and '.join(pair['recipes'])}: {pair['jaccard']:.2f} Jaccard, "
                f"{pair['rank_biased_overlap']:.2f} rank-biased"
            )
    yield f"Bundle      {summary.bytes / 1e6:,.1f} MB in {summary.folder}"
    yield f"Serve it    python -m dashapp --data {out}"


def _against_float32(device: dict[str, str], found: dict[str, float]) -> str:
    return (
        f"in {device['precision']}: cosine to float32 {found['cosine']:.5f} on average, "
        f"{found['smallest_cosine']:.5f} at least, and {found['top_10_overlap']:.1%} of the ten nearest "
        f"({counted(int(found['pictures']), 'picture')})"
    )


def _reach(recipe: RecipeSummary) -> str:
    one = recipe.out_of_reach == 1
    products, each = counted(recipe.out_of_reach, "product"), "it" if one else "each"
    if recipe.reach:
        return f"{products} {'was' if one else 'were'} in no list: {each} is now at the end of one"
    return f"{products} {'is' if one else 'are'} in no list: --reach gives {each} a place"
