"""`python -m precompute site`: writes the dashboard as a static site, for hosts that only have files."""

from __future__ import annotations

import argparse
from pathlib import Path

from precompute.cli.options.files import add_data_option
from precompute.cli.output import add_output_options, show, warn
from precompute.reports.site.folder import WrittenSite
from precompute.reports.site.made import unchanged_site
from precompute.reports.site.source import Source
from precompute.shared.errors import UserError
from precompute.shared.wording import counted

_EXAMPLES = """examples:
  python -m precompute site --address https://shop.example/look/
  python -m precompute site --data data --out public --address http://localhost:8000/
  python -m http.server --directory public
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "site",
        help="write the dashboard as a static site, for any host of files",
        description="Writes every page of a bundle's dashboard, and what the pages' scripts need, as files. "
        "Any host of files can serve them. Running it again writes only what changed.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data_option(parser)
    parser.add_argument(
        "--out", type=Path, default=Path("site"), metavar="FOLDER", help="the site's folder (default: site)"
    )
    parser.add_argument(
        "--address",
        required=True,
        help="where the site will be, as https://look.example/ or, below a path, https://shop.example/look/",
    )
    parser.add_argument("--title", default="", help="name of the shop (default: the bundle's title, or Akin)")
    parser.add_argument(
        "--language", default="en", metavar="CODE", help="language of the pages, as de or fr (default: en)"
    )
    add_output_options(parser)
    parser.set_defaults(run=run, stopped="What was written stays; the same command continues.")


def run(arguments: argparse.Namespace) -> int:
    """Write the site, say how large it is and what changed, and return 0."""
    source = Source(arguments.data, arguments.address, arguments.title, arguments.language)
    unchanged = unchanged_site(source, arguments.out)
    made = unchanged or _written(source, arguments.out)
    changes = made.changes
    foreign = [
        f"{made.out / path} is not the command's own and was left as it is." for path in changes.foreign
    ]
    counts = f"{changes.written:,} written, {changes.unchanged:,} unchanged, {changes.removed:,} removed"
    show(
        arguments,
        summary={
            "out": made.out,
            "files": made.files,
            "bytes": made.bytes,
            "written": changes.written,
            "unchanged": changes.unchanged,
            "removed": changes.removed,
            "foreign": changes.foreign,
        },
        lines=[
            f"{made.out}  {counted(made.files, 'file')}, {made.bytes / 1e6:,.1f} MB",
            "Nothing changed since the last run: bundle, options, program and files are the same."
            if unchanged
            else counts,
            *foreign,
        ],
    )
    if foreign:
        warn(arguments, " ".join(foreign))
    return 0


def _written(source: Source, out: Path) -> WrittenSite:
    # The dashboard is imported here so that --help and a wrong option answer at once.
    try:
        from precompute.reports.site.writing import write_site
    except ModuleNotFoundError as error:
        raise UserError(
            f"Expected the dashboard's packages ({error.name} is missing): "
            "run: pip install -r requirements.txt."
        ) from error
    return write_site(source, out)
