"""`python -m precompute doctor`: finds problems in a shop's catalogue."""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from precompute.cli.options.catalogue import add_catalogue_options, add_out_option, recipes_of
from precompute.cli.options.collect import add_collect_options, with_source
from precompute.cli.options.engine import add_engine_options, engine_of
from precompute.cli.options.files import check_file, write_page, writing
from precompute.cli.output import add_output_options, show, warn
from precompute.shared.errors import UserError
from precompute.shared.printable import printable
from precompute.shared.wording import counted

if TYPE_CHECKING:
    from precompute.doctor import Diagnosis, Finding

_SHOWN = 5
"""How many findings of each kind are printed; the rest are only counted."""

_FAIL_ON = ("problem", "warning", "hint", "nothing")

_STOPPED = "Nothing was published, and all results so far are kept: run the same command again to continue."

_EPILOG = """\
examples:
  python -m precompute doctor ~/pictures
  python -m precompute doctor https://shop.example
  python -m precompute doctor ~/pictures --html doctor.html --csv doctor.csv
  python -m precompute doctor ~/pictures --fail-on problem --json

exits with 0 if all is well or there are only hints, 1 if something was found, 2 if there is nothing to
examine
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "doctor",
        help="find what hurts the shop, from blurred pictures to wrong categories",
        description="Finds pictures that are damaged, blurred, turned, too small, empty or on several "
        "products, duplicate listings, wrong categories, missing prices and titles. The next build reuses "
        "what it computed; the bundle stays unchanged.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    add_catalogue_options(parser)
    add_out_option(parser, "the bundle's folder, whose store is used and added to")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="also writes all findings as a table")
    parser.add_argument(
        "--html", type=Path, metavar="FILE", help="also writes them as one page with pictures"
    )
    parser.add_argument(
        "--fail-on",
        choices=_FAIL_ON,
        default="warning",
        help="the least severe finding that makes it exit with 1 (default: warning)",
    )
    add_engine_options(parser)
    add_collect_options(parser)
    add_output_options(parser)
    parser.set_defaults(run=run, stopped=_STOPPED)


def run(arguments: argparse.Namespace) -> int:
    """Examine, print and write the findings. Returns 1 if one is as severe as --fail-on says."""
    recipes = recipes_of(arguments)
    if len(recipes) > 1:
        raise UserError(f"Expected one --recipe, by which products are compared. Received: {len(recipes)}.")
    for option in ("csv", "html"):
        check_file(option, getattr(arguments, option))

    # NumPy and Pillow are imported here so that --help and a wrong option answer at once.
    from precompute.building.build import BuildSettings
    from precompute.doctor import SEVERITIES, diagnose

    engine = engine_of(arguments)

    def diagnosed(source: dict[str, Any]) -> Diagnosis:
        settings = BuildSettings(
            **source,
            out=arguments.out,
            recipes=recipes,
            runtime=arguments.runtime,
            device=arguments.device,
            fast=arguments.fast,
            search=arguments.search,
            thumbnail_size=arguments.thumbnail_size,
            store=arguments.store,
            engine=engine,
        )
        return diagnose(settings)

    diagnosis = with_source(arguments, diagnosed)
    _write_files(arguments, diagnosis)
    counts = diagnosis.severities()
    failed = any(counts[severity] for severity in SEVERITIES[: _FAIL_ON.index(arguments.fail_on) + 1])
    if arguments.fail_on == "nothing":
        failed = False
    if failed:
        warn(arguments, f"{_counts(counts)} in {arguments.source}.")
    on_terminal = sys.stdout.isatty() and not (arguments.quiet or arguments.json)
    if on_terminal:
        _print_table(diagnosis)
    show(
        arguments,
        summary=_summary(diagnosis) | {"csv": arguments.csv, "html": arguments.html, "failed": failed},
        lines=_ending(arguments, diagnosis) if on_terminal else _lines(arguments, diagnosis),
    )
    return 1 if failed else 0


def _write_files(arguments: argparse.Namespace, diagnosis: Diagnosis) -> None:
    from precompute.doctor.diagnosis_page import page
    from precompute.doctor.table import write_table

    if arguments.csv is not None:
        with writing("csv", arguments.csv):
            write_table(arguments.csv, diagnosis)
    if arguments.html is not None:
        write_page("html", arguments.html, lambda: page(diagnosis))


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name}s {count:,}" for name, count in counts.items())


def _summary(diagnosis: Diagnosis) -> dict[str, Any]:
    return {
        "source": diagnosis.source,
        "products": diagnosis.products,
        "pictures": diagnosis.pictures,
        "severities": diagnosis.severities(),
        "kinds": [dataclasses.asdict(kind) | {"findings": len(found)} for kind, found in diagnosis.kinds()],
        "findings": [
            {"severity": finding.severity} | dataclasses.asdict(finding) for finding in diagnosis.findings
        ],
        "unchecked": diagnosis.unchecked,
        "seconds": diagnosis.seconds,
    }


def _lines(arguments: argparse.Namespace, diagnosis: Diagnosis) -> Iterator[str]:
    """The findings in plain lines, for a log."""
    for kind, found in diagnosis.kinds():
        yield ""
        yield f"{kind.severity:<9}{kind.title}: {len(found):,}"
        yield f"         {kind.advice}"
        for finding in found[:_SHOWN]:
            yield f"           {_named(finding)}{finding.text}"
        if len(found) > _SHOWN:
            yield f"           … and {len(found) - _SHOWN:,} more"
    yield ""
    yield from _ending(arguments, diagnosis)


def _named(finding: Finding) -> str:
    """The products that a finding is about, or its file, as far as there is room."""
    names = finding.products or ()
    if not names:
        return ""
    rest = f" and {len(names) - 2:,} more" if len(names) > 2 else ""
    return f"{', '.join(names[:2])}{rest}: "


def _print_table(diagnosis: Diagnosis) -> None:
    """The findings as a table, for a terminal."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    colours = {"problem": "red", "warning": "yellow", "hint": "blue"}
    table = Table(show_lines=False, pad_edge=False, box=None, padding=(0, 2, 0, 0))
    table.add_column("", header_style="dim")
    table.add_column("found", justify="right", header_style="dim")
    table.add_column("finding, with the first products", header_style="dim")
    for kind, found in diagnosis.kinds():
        severity = Text(kind.severity, style=colours[kind.severity])
        table.add_row(severity, f"{len(found):,}", Text(kind.title, style="bold"))
        table.add_row("", "", Text(kind.advice, style="italic"))
        for finding in found[:_SHOWN]:
            table.add_row("", "", Text(printable(f"{_named(finding)}{finding.text}"), style="dim"))
        if len(found) > _SHOWN:
            table.add_row("", "", Text(f"… and {len(found) - _SHOWN:,} more", style="dim"))
        table.add_row("", "", "")
    Console(highlight=False, markup=False, emoji=False).print(table)


def _ending(arguments: argparse.Namespace, diagnosis: Diagnosis) -> Iterator[str]:
    if not diagnosis.findings:
        yield "No problems: every check that could be made passed."
    for sentence in diagnosis.unchecked:
        yield f"Not checked {sentence}"
    pictures = counted(diagnosis.pictures, "distinct picture")
    yield f"Examined    {counted(diagnosis.products, 'product')} with {pictures}"
    yield f"Found       {_counts(diagnosis.severities())}"
    for name, path in (("Table", arguments.csv), ("Page", arguments.html)):
        if path is not None:
            yield f"{name:<12}{path}, {path.stat().st_size / 1e6:,.1f} MB"
