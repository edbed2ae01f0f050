"""`python -m precompute diff`: shows what changed in a bundle, before it is deployed."""

from __future__ import annotations

import argparse
import dataclasses
from collections import Counter
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bundle import Bundle
from bundle.generations import open_at, previous
from precompute.cli.evaluate import add_drop_option, comparison_lines, comparison_summary, dropped
from precompute.cli.options.files import check_file, write_page
from precompute.cli.output import add_output_options, show, warn
from precompute.shared.errors import UserError
from precompute.shared.wording import counted

if TYPE_CHECKING:
    from precompute.reports.difference import Difference
    from precompute.reports.evaluation import Comparison

_SHOWN = 10

_EPILOG = """\
examples:
  python -m precompute diff
  python -m precompute diff data-live data --html changes.html
  python -m precompute diff data-live data --json --fail-over 0.2

OLD alone is a bundle whose live generation is compared with the one that a rollback would make live.
exits with 0, with 1 if more changed than --fail-over allows or a yardstick of --fail-on-drop got worse, with
2 if there is nothing to compare
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `diff`."""
    parser = subparsers.add_parser(
        "diff",
        help="compare two bundles: products, pictures and look-alikes",
        description="Reports which products were added, removed or edited, and how much their lists changed.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    for name, default in (("old", Path("data")), ("new", None)):
        parser.add_argument(
            name,
            metavar=name.upper(),
            type=Path,
            nargs="?",
            default=default,
            help=f"a bundle, or the folder of a single generation{' (default: data)' if default else ''}",
        )
    parser.add_argument(
        "--recipe", metavar="NAME", help="a recipe that both hold (default: the first of each)"
    )
    parser.add_argument(
        "--top",
        type=int,
        metavar="N",
        help="how many entries of each list count (default: what both show at first)",
    )
    parser.add_argument("--html", type=Path, metavar="FILE", help="also writes one page with pictures")
    parser.add_argument(
        "--fail-over",
        type=float,
        metavar="SHARE",
        help="exits with 1 if more than this share of the entries changed, from 0 to 1",
    )
    add_drop_option(parser)
    add_output_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Compare, print the differences, write the page if requested. Returns 1 if too much changed or dropped.

    Raises `BundleError` if there is no bundle, and `UserError` if the options are invalid.
    """
    limit: float | None = arguments.fail_over
    if limit is not None and not 0 <= limit <= 1:
        raise UserError(f"Expected --fail-over from 0 to 1. Received: {limit:g}.")
    check_file("html", arguments.html)
    old, new = _open(arguments.old, arguments.new)
    with old, new:
        return _compared(arguments, old, new)


def _compared(arguments: argparse.Namespace, old: Bundle, new: Bundle) -> int:
    # NumPy and Pillow are imported here so that --help and a wrong option answer at once.
    from precompute.reports.difference import compare

    difference = compare(old, new, recipe=arguments.recipe, top=arguments.top)
    if arguments.html is not None:
        _write_html(arguments.html, difference, old, new)
    limit: float | None = arguments.fail_over
    over = _over(difference, limit)
    compared = _yardsticks(old, new, difference) if arguments.fail_on_drop else None
    worse = dropped(compared, arguments.fail_on_drop) if compared else []
    for line in [*([over] if over else []), *worse]:
        warn(arguments, line)
    show(
        arguments,
        summary=dataclasses.asdict(difference)
        | {"html": arguments.html, "fail_over": limit, "over": bool(over)}
        | ({"yardsticks": comparison_summary(compared), "dropped": worse} if compared else {}),
        lines=[
            *_lines(difference, old, new, html=arguments.html, over=over),
            *(["", *comparison_lines(compared)] if compared else []),
            *(f"Dropped     {line}" for line in worse),
        ],
    )
    return 1 if over or worse else 0


def _yardsticks(old: Bundle, new: Bundle, difference: Difference) -> Comparison:
    from precompute.models.choice import published_recipe
    from precompute.reports.evaluation import compare_evaluations, evaluate

    return compare_evaluations(
        evaluate(new, published_recipe(new, difference.new.recipe)),
        evaluate(old, published_recipe(old, difference.old.recipe)),
    )


def _open(old: Path, new: Path | None) -> tuple[Bundle, Bundle]:
    if new is not None:
        return open_at(old), open_at(new)
    live = Bundle.open(old)
    before = previous(old)
    if before is None:
        raise UserError(f"Expected two bundles, or one with two generations. Received: {old}, with one.")
    return before, live


def _write_html(path: Path, difference: Difference, old: Bundle, new: Bundle) -> None:
    from precompute.reports.difference_page import page

    write_page("html", path, lambda: page(difference, old=old, new=new))


def _over(difference: Difference, limit: float | None) -> str:
    """One sentence on why the difference is too large; empty if it is not."""
    share = difference.lists.share
    if limit is None or (share is not None and share <= limit):
        return ""
    if share is None:
        return "No product is in both bundles, which --fail-over counts as a complete change."
    return f"{share:.2%} of the entries changed, more than the {limit:.2%} of --fail-over."


def _lines(
    difference: Difference, old: Bundle, new: Bundle, *, html: Path | None, over: str
) -> Iterator[str]:
    for name, side in (("Old", difference.old), ("New", difference.new)):
        built = f", built {side.created}" if side.created else ""
        yield f"{name:<12}{side.folder}{built}: {counted(side.products, 'product')} under {side.recipe}"
    if difference.recipe_changes:
        yield f"Recipe      changed: {', '.join(difference.recipe_changes)}"
    pictures = sum(edit.picture for edit in difference.edited)
    yield (
        f"Products    {len(difference.added):,} added, {len(difference.removed):,} removed, "
        f"{len(difference.edited):,} edited, {pictures:,} of them with another picture"
    )
    fields = Counter(field for edit in difference.edited for field in edit.fields)
    if fields:
        yield f"Fields      {', '.join(f'{name} {count:,}' for name, count in fields.most_common(_SHOWN))}"
    yield from _list_lines(difference)
    yield from _examples("Added", new, difference.added)
    yield from _examples("Removed", old, difference.removed)
    if difference.most_changed:
        yield "Most changed"
        amounts = {one.id: f"{one.changed:>3} of {one.entries}" for one in difference.most_changed[:_SHOWN]}
        for product in new.products(amounts):
            yield f"            {amounts[product.id]}  {product.id}  {product.title}"
    if html is not None:
        yield f"Page        {html}, {html.stat().st_size / 1e6:,.1f} MB"
    if over:
        yield f"Too much    {over}"


def _list_lines(difference: Difference) -> Iterator[str]:
    lists = difference.lists
    if lists.share is None or lists.overlap is None:
        yield "Lists       nothing to compare: no product is in both bundles"
        return
    yield (
        f"Lists       {lists.compared:,} compared by their first {difference.top}: {lists.same:,} the same, "
        f"{lists.reordered:,} in another order, {lists.changed:,} with other entries"
    )
    yield (
        f"Entries     {lists.share:.2%} changed, {lists.changed_entries:,} of {lists.entries:,}; "
        f"{lists.came_added:,} came with added products, {lists.left_removed:,} left with removed ones"
    )
    yield f"Overlap     {lists.overlap:.3f} rank-biased, where 1 is no change"


def _examples(name: str, bundle: Bundle, product_ids: Sequence[str]) -> Iterator[str]:
    if not product_ids:
        return
    shown = f", the first {_SHOWN}" if len(product_ids) > _SHOWN else ""
    yield f"{name:<12}{len(product_ids):,}{shown}"
    for product in bundle.products(product_ids[:_SHOWN]):
        yield f"            {product.id}  {product.title}"
