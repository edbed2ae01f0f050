"""`python -m precompute collect`: turns a shop, a feed or a web site into a folder to build from."""

from __future__ import annotations

import argparse
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from precompute.cli.options.catalogue import add_column_option, add_image_folder_option, columns_of
from precompute.cli.options.collect import add_collect_options, collect_settings
from precompute.cli.output import add_output_options, show, warn
from precompute.collect.settings import KINDS
from precompute.shared.wording import counted
from precompute.sources.kinds import FILE_KINDS

if TYPE_CHECKING:
    from precompute.collect.collection import Collected

_LEFT_OUT_SHOWN = 20

_STOPPED = "Everything fetched so far is kept: run the same command again to continue."

_EXAMPLES = """examples:
  python -m precompute collect https://shop.example --out catalogue
  python -m precompute collect https://shop.example/collections/lamps --max-products 100
  python -m precompute collect https://shop.example/feed.xml --rate 2
  python -m precompute build catalogue
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "collect",
        help="fetch the products and pictures of a shop, a feed, a table or a web site into a folder",
        description="Fetches the products and pictures of a shop, a feed, a table or a web site into a "
        "folder, which is then a source like any other. Pictures that it already has are not fetched again.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "source",
        metavar="SOURCE",
        help="address of a shop, a category, a product feed, a table, a sitemap or a web page; or a local "
        "table whose pictures are at addresses",
    )
    parser.add_argument(
        "--out",
        type=Path,
        default=Path("catalogue"),
        metavar="FOLDER",
        help="where the catalogue goes; an existing one is updated (default: catalogue)",
    )
    parser.add_argument(
        "--source",
        dest="kind",
        choices=[*KINDS, *(kind.name for kind in FILE_KINDS)],
        help="what SOURCE is (default: recognised): "
        + "; ".join(f"{name}: {text}" for name, text in KINDS.items())
        + "; or the format of a feed or table",
    )
    add_column_option(parser)
    add_image_folder_option(parser)
    add_collect_options(parser)
    add_output_options(parser)
    parser.set_defaults(run=run, stopped=_STOPPED)


def run(arguments: argparse.Namespace) -> int:
    """Collect, print the summary and return 0."""
    settings = collect_settings(arguments, out=arguments.out, columns=columns_of(arguments))

    # Scrapy and Pillow are imported here so that --help and a wrong option answer at once.
    from precompute.collect.collection import collect

    collected = collect(settings)
    summary = {
        "folder": collected.folder,
        "kind": collected.kind,
        "products": collected.products,
        "pictures": collected.pictures,
        "left_out": [{"file": entry.file, "reason": entry.reason} for entry in collected.left_out],
        "unfinished": collected.unfinished,
    }
    show(arguments, summary=summary, lines=_lines(collected))
    if collected.left_out:
        report = collected.folder / "collected.json"
        warn(arguments, f"{len(collected.left_out):,} left out; {report} names them and says why.")
    return 0


def _lines(collected: Collected) -> Iterator[str]:
    yield ""
    yield f"Products    {collected.products:,} with {counted(collected.pictures, 'different picture')}"
    yield f"Left out    {len(collected.left_out):,}"
    for entry in collected.left_out[:_LEFT_OUT_SHOWN]:
        yield f"              {entry.file}: {entry.reason}"
    if len(collected.left_out) > _LEFT_OUT_SHOWN:
        yield f"              … all of them in {collected.folder / 'collected.json'}"
    if collected.unfinished:
        yield f"Unfinished  {collected.unfinished}; run the same command again to continue"
    yield f"Catalogue   {collected.folder / 'products.csv'}"
    yield f"Build it    python -m precompute build {collected.folder}"
