"""`python -m precompute evaluate`: how good the lists of a bundle are, by several yardsticks."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from bundle import Bundle
from bundle.generations import open_at
from precompute.cli.output import add_output_options, show, warn
from precompute.evaluation.named import YARDSTICKS, Yardstick
from precompute.shared.errors import UserError
from precompute.shared.wording import counted

if TYPE_CHECKING:
    from precompute.evaluation.intervals import Estimate
    from precompute.reports.clicks.pairs import ClickedPairs
    from precompute.reports.evaluation import Comparison, Evaluation

_CATEGORIES = 12
_CLICKED = "Products clicked"

_EPILOG = """\
examples:
  python -m precompute evaluate
  python -m precompute evaluate data --against vgg16-fc2
  python -m precompute evaluate data --against data-live --fail-on-drop all
  python -m precompute evaluate data --clicks events.jsonl

exits with 0, with 1 if a yardstick of --fail-on-drop got worse, with 2 if there is nothing to measure
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `evaluate`."""
    parser = subparsers.add_parser(
        "evaluate",
        help="measure the lists of a bundle, or compare two recipes or bundles",
        description="Measures how good the lists of a bundle are, by several yardsticks, each with a 95 % "
        "interval.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "out",
        metavar="OUT",
        type=Path,
        nargs="?",
        default=Path("data"),
        help="a bundle, or the folder of a single generation (default: data)",
    )
    parser.add_argument(
        "--against", metavar="OTHER", help="another recipe of the bundle, or another bundle, to compare with"
    )
    parser.add_argument("--recipe", metavar="NAME", help="the recipe to measure (default: all, or the first)")
    parser.add_argument(
        "--clicks",
        metavar="FILE",
        type=Path,
        nargs="+",
        help="also measures by what visitors clicked: files that a dashboard wrote with AKIN_EVENTS",
    )
    add_drop_option(parser)
    add_output_options(parser)
    parser.set_defaults(run=run)


def add_drop_option(parser: argparse.ArgumentParser) -> None:
    """Add --fail-on-drop, whose names `dropped` looks for in a comparison."""
    parser.add_argument(
        "--fail-on-drop",
        action="append",
        default=[],
        metavar="YARDSTICK",
        choices=[*YARDSTICKS, "all"],
        help="exits with 1 if this yardstick got worse by more than its interval: "
        f"{', '.join(YARDSTICKS)} or all; repeatable",
    )


def dropped(comparison: Comparison, names: list[str]) -> list[str]:
    """One sentence for each of the yardsticks `names`, or all, that got worse by more than its interval.

    Raises `UserError` if one of the names could not be measured in both.
    """
    absent = [name for name in names if name != "all" and name not in comparison.differences]
    if absent:
        raise UserError(
            f"Expected --fail-on-drop to name a yardstick measured in both bundles. Received: {absent[0]}; "
            f"measured in both are: {', '.join(comparison.differences)}."
        )
    return [
        f"{YARDSTICKS[name].title}: {_difference(YARDSTICKS[name], comparison.differences[name])}, "
        "worse than chance explains."
        for name in comparison.worse
        if name in names or "all" in names
    ]


def run(arguments: argparse.Namespace) -> int:
    """Measure, print, and return 1 if a yardstick of --fail-on-drop got worse.

    Raises `BundleError` if there is no bundle, and `UserError` if the options are invalid.
    """
    if arguments.fail_on_drop and arguments.against is None:
        raise UserError("Expected --fail-on-drop together with --against OTHER. Received: it alone.")
    with open_at(arguments.out) as bundle:
        if arguments.against is None:
            return _alone(arguments, bundle)
        with _other(bundle, arguments.against) as other:
            return _against(arguments, bundle, other)


def comparison_lines(comparison: Comparison) -> Iterator[str]:
    """A table of both sides and their differences, one line for each yardstick."""
    yield f"{'':<36}{'old':>9}{'new':>9}{'difference':>12}   {'95 % interval':<18}{'products':>9}"
    sides = [side.card.estimates() for side in (comparison.old, comparison.new)]
    for name, difference in comparison.differences.items():
        yardstick = YARDSTICKS[name]
        old, new = (_number(yardstick, side[name].value) for side in sides)
        bounds = f"{_signed(yardstick, difference.low)} to {_signed(yardstick, difference.high)}"
        verdict = ""
        if difference.excludes_zero:
            verdict = "   worse" if name in comparison.worse else "   better"
        yield (
            f"{yardstick.title:<36}{old:>9}{new:>9}{_signed(yardstick, difference.value):>12}   "
            f"{bounds:<18}{difference.sample:>9,}{verdict}"
        )


def comparison_summary(comparison: Comparison) -> dict[str, Any]:
    """The same as JSON."""
    from precompute.evaluation.scorecard import described

    return {
        "old": _summary(comparison.old),
        "new": _summary(comparison.new),
        "products": comparison.products,
        "differences": described(comparison.differences),
        "worse": comparison.worse,
    }


def _other(bundle: Bundle, against: str) -> Bundle:
    if against in [recipe["name"] for recipe in bundle.recipes]:
        return Bundle.open_generation(bundle.folder)
    if Path(against).is_dir():
        return open_at(Path(against))
    names = ", ".join(recipe["name"] for recipe in bundle.recipes)
    raise UserError(
        f"Expected --against to be the folder of a bundle or a recipe of {bundle.folder} ({names}). "
        f"Received: {against}."
    )


def _alone(arguments: argparse.Namespace, bundle: Bundle) -> int:
    # NumPy is imported here so that --help and a wrong option answer at once.
    from precompute.models.choice import published_recipe
    from precompute.reports.evaluation import evaluate

    chosen = [published_recipe(bundle, arguments.recipe)] if arguments.recipe else bundle.recipes
    pairs = _pairs(arguments)
    found = [evaluate(bundle, recipe, pairs=pairs) for recipe in chosen]
    show(
        arguments,
        summary={"recipes": [_summary(each) for each in found]},
        lines=(line for each in found for line in _lines(each)),
    )
    return 0


def _against(arguments: argparse.Namespace, bundle: Bundle, other: Bundle) -> int:
    from precompute.models.choice import published_recipe
    from precompute.reports.evaluation import compare_evaluations, evaluate

    recipe = published_recipe(bundle, arguments.recipe)
    same = other.folder == bundle.folder
    if same and recipe["name"] == arguments.against:
        raise UserError(
            f"Expected two different recipes. Received: {recipe['name']} twice; --recipe chooses."
        )
    names = [each["name"] for each in other.recipes]
    wanted = arguments.against if same else recipe["name"] if recipe["name"] in names else None
    pairs = _pairs(arguments)
    new = evaluate(bundle, recipe, pairs=pairs)
    old = evaluate(other, published_recipe(other, wanted), pairs=pairs)
    comparison = compare_evaluations(new, old)
    worse = dropped(comparison, arguments.fail_on_drop)
    for line in worse:
        warn(arguments, line)
    show(
        arguments,
        summary=comparison_summary(comparison) | {"dropped": worse},
        lines=_comparison(comparison, worse),
    )
    return 1 if worse else 0


def _pairs(arguments: argparse.Namespace) -> ClickedPairs | None:
    if arguments.clicks is None:
        return None
    from precompute.reports.clicks.pairs import read_pairs

    return read_pairs(arguments.clicks)


def _comparison(comparison: Comparison, worse: list[str]) -> Iterator[str]:
    for name, side in (("Old", comparison.old), ("New", comparison.new)):
        yield f"{name:<12}{_named(side)}"
    yield f"Both        {counted(comparison.products, 'product')}"
    yield ""
    yield from comparison_lines(comparison)
    missing = comparison.new.missing or comparison.old.missing
    if missing:
        yield f"Not measured: {YARDSTICKS['other_picture_first'].title}. {missing}"
    if unclicked := comparison.new.unclicked or comparison.old.unclicked:
        yield f"Not measured: {_CLICKED}. {unclicked}"
    for line in worse:
        yield f"Dropped     {line}"


def _lines(found: Evaluation) -> Iterator[str]:
    yield _named(found)
    yield f"  {'':<36}{'value':>9}   {'95 % interval':<18}{'products':>9}"
    for name, estimate in found.card.estimates().items():
        yardstick = YARDSTICKS[name]
        yield (
            f"  {yardstick.title:<36}{_number(yardstick, estimate.value):>9}   "
            f"{_interval(yardstick, estimate):<18}{estimate.sample:>9,}"
        )
    if found.missing:
        yield f"  Not measured: {YARDSTICKS['other_picture_first'].title}. {found.missing}"
    if found.unclicked:
        yield f"  Not measured: {_CLICKED}. {found.unclicked}"
    yield from _category_lines(found)
    yield ""


def _category_lines(found: Evaluation) -> Iterator[str]:
    yardstick = YARDSTICKS["precision_at_5"]
    measured = [each for each in found.card.by_category() if yardstick.name in each[2]]
    measured.sort(key=lambda each: (each[2][yardstick.name].value, each[0]))
    if not measured:
        return
    some = f", the weakest {_CATEGORIES} of {len(measured)}" if len(measured) > _CATEGORIES else ""
    yield f"  {yardstick.title}, by category{some}"
    for category, count, estimates in measured[:_CATEGORIES]:
        estimate = estimates[yardstick.name]
        yield (
            f"    {category[:33]:<34}{_number(yardstick, estimate.value):>9}   "
            f"{_interval(yardstick, estimate):<18}{count:>9,}"
        )


def _named(found: Evaluation) -> str:
    built = f", built {found.created}" if found.created else ""
    return f"{found.folder}{built}: {counted(len(found.card.ids), 'product')} under {found.recipe}"


def _summary(found: Evaluation) -> dict[str, Any]:
    from precompute.evaluation.scorecard import categories_described, described

    return {
        "folder": found.folder,
        "recipe": found.recipe,
        "created": found.created,
        "products": len(found.card.ids),
        "yardsticks": described(found.card.estimates()),
        "categories": categories_described(found.card),
        "missing": found.missing,
        "unclicked": found.unclicked,
    }


def _difference(yardstick: Yardstick, difference: Estimate) -> str:
    return (
        f"{_signed(yardstick, difference.value)} "
        f"({_signed(yardstick, difference.low)} to {_signed(yardstick, difference.high)})"
    )


def _interval(yardstick: Yardstick, estimate: Estimate) -> str:
    low, high = (_number(yardstick, bound) for bound in (estimate.low, estimate.high))
    return f"{low.removesuffix(' %')} to {high}"


def _number(yardstick: Yardstick, value: float) -> str:
    return f"{100 * value:.1f} %" if yardstick.is_share else f"{value:.2f}"


def _signed(yardstick: Yardstick, value: float) -> str:
    return f"{100 * value:+.1f}" if yardstick.is_share else f"{value:+.2f}"
