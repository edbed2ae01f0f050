"""`python -m precompute rollback`: makes the generation before the live one live again."""

from __future__ import annotations

import argparse
from pathlib import Path

from bundle import Bundle
from bundle.generations import previous, roll_back
from precompute.cli.options.files import add_data_option
from precompute.cli.output import add_output_options, show
from precompute.shared.progress import say

_EPILOG = """\
examples:
  python -m precompute rollback
  python -m precompute rollback --data data-photos --json

both generations are kept: a second rollback undoes the first
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command `rollback`."""
    parser = subparsers.add_parser(
        "rollback",
        help="make the previous generation live again",
        description="Makes the previous generation live again, in one atomic step.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_data_option(parser)
    add_output_options(parser)
    parser.set_defaults(run=run, stopped="The generation that CURRENT names is complete and live.")


def run(arguments: argparse.Namespace) -> int:
    """Go back, say which generation is live, and return 0.

    Raises `BundleError` if there is no other generation, or if it was changed after the build.
    """
    root: Path = arguments.data
    say(f"Looking at the other generation in {root} …")
    with roll_back(root) as bundle:
        other = previous(root)
    created = bundle.manifest.get("created")
    recipes = [recipe["name"] for recipe in bundle.recipes]
    show(
        arguments,
        summary={
            "data": root,
            "live": bundle.folder.name,
            "other": other.folder.name if other else None,
            "created": created,
            "counts": bundle.manifest["counts"],
            "recipes": recipes,
        },
        lines=[
            f"Live        {bundle.folder.name}, built {created or 'at an unknown time'}",
            f"Products    {bundle.count:,}, lists under {', '.join(recipes)}",
            f"Other       {_other(other)}",
            "A dashboard that serves this folder switches automatically.",
        ],
    )
    return 0


def _other(other: Bundle | None) -> str:
    if other is None:
        return "none that is complete: build again to get a newer one"
    return f"{other.folder.name}, which a second rollback makes live"
