"""`python -m precompute clicks`: what visitors saw and clicked, from the files that AKIN_EVENTS wrote."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from bundle import Bundle
from precompute.cli.options.files import check_file, write_page, writing
from precompute.cli.output import add_output_options, show, warn
from precompute.shared.wording import counted

if TYPE_CHECKING:
    from precompute.evaluation.intervals import Estimate
    from precompute.reports.clicks.figures import GroupFigures, KindFigures
    from precompute.reports.clicks.report import ClicksReport

_PLACES = 12
_CATEGORIES = 12

_EPILOG = """\
examples:
  python -m precompute clicks /var/log/akin/events.jsonl*
  python -m precompute clicks one-host.jsonl.gz other-host.jsonl.gz --data data --page clicks.html
  python -m precompute clicks events.jsonl --csv clicks.csv

exits with 0, or with 2 if no file has an event
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command and its options."""
    parser = subparsers.add_parser(
        "clicks",
        help="say what visitors saw and clicked in the lists",
        description="Reads the lines that a dashboard writes with AKIN_EVENTS, and says how often lists were "
        "seen and their products clicked, with 95 % intervals: by place, recipe and category.",
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.add_argument(
        "files", metavar="FILE", type=Path, nargs="+", help="files of events, also compressed by gzip"
    )
    parser.add_argument(
        "--data", type=Path, metavar="DATA", help="the bundle whose lists they are: adds figures by category"
    )
    parser.add_argument("--csv", type=Path, metavar="FILE", help="also writes all figures as a table")
    parser.add_argument("--page", type=Path, metavar="FILE", help="also writes one page with plots")
    add_output_options(parser)
    parser.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Read, print and write the figures."""
    for option in ("csv", "page"):
        check_file(option, getattr(arguments, option))

    # NumPy is imported here so that --help and a wrong option answer at once.
    from precompute.reports.clicks.clicks_page import page
    from precompute.reports.clicks.report import as_json, read_clicks
    from precompute.reports.clicks.table import write_table

    if arguments.data is None:
        report = read_clicks(arguments.files)
    else:
        with Bundle.open(arguments.data) as bundle:
            report = read_clicks(arguments.files, bundle=bundle)
    if arguments.csv is not None:
        with writing("csv", arguments.csv):
            write_table(arguments.csv, report)
    if arguments.page is not None:
        write_page("page", arguments.page, lambda: page(report))
    if report.passed.bad:
        warn(arguments, _bad(report))
    written = {name: getattr(arguments, name) for name in ("csv", "page")}
    show(arguments, summary=as_json(report) | written, lines=_lines(arguments, report))
    return 0


def _bad(report: ClicksReport) -> str:
    return f"{counted(report.passed.bad, 'line')} could not be read: {report.passed.named[0]}."


def _lines(arguments: argparse.Namespace, report: ClicksReport) -> Iterator[str]:
    from precompute.reports.clicks.report import hour

    yield (
        f"{counted(report.lists, 'list')} seen and {counted(report.clicks, 'click')} in "
        f"{counted(len(report.files), 'file')}, {hour(report.first)} to {hour(report.last)}"
    )
    if report.passed.other:
        yield f"{counted(report.passed.other, 'line')} of other programs passed over"
    if report.passed.bad:
        yield f"{counted(report.passed.bad, 'bad line')} passed over"
        yield from (f"  {each}" for each in report.passed.named)
    for kind in report.kinds:
        yield ""
        yield from _kind_lines(kind)
    if arguments.csv or arguments.page:
        yield ""
    for option in ("csv", "page"):
        if path := getattr(arguments, option):
            yield f"{option.upper() if option == 'csv' else option.capitalize():<8}{path}"


def _kind_lines(kind: KindFigures) -> Iterator[str]:
    from precompute.reports.clicks.report import bias_sentences, kind_title, verdict

    yield kind_title(kind.kind)
    yield from _group_lines("recipe", kind.recipes)
    yield ""
    looked_at = "looked at" if kind.examination else ""
    yield f"  {'place':<8}{'shown':>12}{'clicks':>10}   {'per 100 shown':<24}{looked_at}".rstrip()
    for place in kind.places[:_PLACES]:
        looked_at = _interval(place.looked_at, digits=2) if place.looked_at else ""
        yield (
            f"  {place.place:<8}{place.shown:>12,}{place.clicks:>10,}   "
            f"{_interval(place.rate, times=100, digits=2):<24}{looked_at}".rstrip()
        )
    if len(kind.places) > _PLACES:
        yield f"  and {counted(len(kind.places) - _PLACES, 'more place')}"
    for each in kind.halves:
        yield ""
        yield from _group_lines("half of the products", [each.first, each.second])
        yield f"  {verdict(each)}"
        yield ""
    for sentence in bias_sentences(kind):
        yield f"  {sentence}"
    if kind.categories:
        yield ""
        yield from _group_lines("category", kind.categories[:_CATEGORIES])
        if len(kind.categories) > _CATEGORIES:
            more = counted(len(kind.categories) - _CATEGORIES, "more category", "more categories")
            yield f"  and {more}"


def _group_lines(name: str, groups: Sequence[GroupFigures]) -> Iterator[str]:
    yield (
        f"  {name:<28}{'lists':>10}{'clicks':>10}   {'per 100 lists':<24}{'per 100 shown':<24}"
        f"{'against usual':<22}{'if all were first' if any(each.corrected for each in groups) else ''}"
    ).rstrip()
    for each in groups:
        corrected = _interval(each.corrected, times=100, digits=2) if each.corrected else ""
        yield (
            f"  {each.name[:27]:<28}{each.lists:>10,}{each.clicks:>10,}   "
            f"{_interval(each.per_list, times=100, digits=1):<24}"
            f"{_interval(each.per_shown, times=100, digits=2):<24}"
            f"{_interval(each.usual, digits=2):<22}{corrected}"
        ).rstrip()


def _interval(estimate: Estimate, *, times: float = 1, digits: int) -> str:
    if not estimate.sample:
        return "–"
    value, low, high = (
        f"{times * each:.{digits}f}" for each in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} ({low} to {high})"
