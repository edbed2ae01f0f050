"""Reads, counts and describes files of events: the whole of `python -m precompute clicks` but its looks."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bundle import Bundle
from precompute.reports.clicks.counting import count
from precompute.reports.clicks.figures import GroupFigures, Halves, KindFigures, figures_of
from precompute.reports.clicks.reading import PassedOver, read_events
from precompute.shared.errors import UserError

KINDS = {
    "product": "On product pages",
    "widget": "In the widget",
    "for-you": "For you",
    "photo": "Searches by photo",
    "compare": "Two recipes side by side",
}


@dataclass(frozen=True)
class ClicksReport:
    """The figures of all `files`. `first` and `last` are the hours between which all happened."""

    files: Sequence[Path]
    first: str
    last: str
    kinds: Sequence[KindFigures]
    passed: PassedOver

    @property
    def lists(self) -> int:
        """How many lists were seen."""
        return sum(each.all.lists for each in self.kinds)

    @property
    def clicks(self) -> int:
        """How many products were clicked."""
        return sum(each.all.clicks for each in self.kinds)


def read_clicks(files: Sequence[Path], *, bundle: Bundle | None = None) -> ClicksReport:
    """Read all files. With a `bundle`, figures by category are there too.

    Raises `UserError` if a file cannot be opened, or no file has an event.
    """
    passed = PassedOver()

    def category_of(product_id: str) -> str | None:
        product = bundle.product(product_id) if bundle else None
        return None if product is None else product.category

    counts = count(read_events(files, passed), passed, category_of=category_of if bundle else None)
    if not counts.groups:
        why = f" {passed.named[0]}." if passed.named else ""
        raise UserError(
            "Expected lines that a dashboard wrote with AKIN_EVENTS. "
            f"Received: {', '.join(map(str, files))}, with none.{why}"
        )
    return ClicksReport(files, counts.first, counts.last, figures_of(counts), passed)


def hour(text: str) -> str:
    """An event's hour as people write it."""
    return f"{text[:13].replace('T', ' ')}:00 UTC"


def kind_title(kind: str) -> str:
    """What a kind of list is called."""
    return KINDS.get(kind, kind)


def bias_sentences(kind: KindFigures) -> list[str]:
    """What is to be said of the places of a list: how much they explain, and whether that can be told."""
    said = []
    if kind.first_to_last:
        last, times = kind.first_to_last
        said.append(
            f"Place 1 gets {times:.1f} times the clicks of place {last}. It has the closest product, and "
            "visitors look there first: both count."
        )
    examination = kind.examination
    if examination is None or len(examination.relative) < 2:
        said.append(
            "How much of that is the place cannot be told: too few products were clicked at several places."
        )
    else:
        place, share = list(examination.relative.items())[-1]
        said.append(
            f"The same product at place {place} gets {share.value:.2f} ({share.low:.2f} to {share.high:.2f}) "
            f"of the clicks that it gets at place 1. {examination.clicks:,} clicks on products that were "
            "shown at several places say so."
        )
    return said


def verdict(halves: Halves) -> str:
    """Whether two recipes, each shown for half of the products, can be told apart."""
    difference = halves.difference
    more, less = halves.second.name, halves.first.name
    value, low, high = (100 * each for each in (difference.value, difference.low, difference.high))
    if value < 0:
        more, less, value, low, high = less, more, -value, -high, -low
    said = f"{value:.1f} ({low:.1f} to {high:.1f}) more clicks per 100 lists than {less}"
    if difference.excludes_zero:
        return f"{more} brings more: {said}."
    return f"It cannot be told which brings more: {more} has {said}."


def as_json(report: ClicksReport) -> dict[str, Any]:
    """The report for programs."""
    return {
        "files": list(report.files),
        "from": report.first,
        "to": report.last,
        "lists": report.lists,
        "clicks": report.clicks,
        "other_lines": report.passed.other,
        "bad_lines": report.passed.bad,
        "bad_lines_named": report.passed.named,
        "kinds": [
            {
                "list": kind.kind,
                **_group(kind.all),
                "places": [
                    {
                        "place": each.place,
                        "shown": each.shown,
                        "clicks": each.clicks,
                        "rate": each.rate.rounded(),
                        "looked_at": each.looked_at.rounded() if each.looked_at else None,
                    }
                    for each in kind.places
                ],
                "recipes": [{"recipe": each.name, **_group(each)} for each in kind.recipes],
                "categories": [{"category": each.name, **_group(each)} for each in kind.categories],
                "halves": [
                    {
                        "recipes": [each.first.name, each.second.name],
                        "clicks_per_list": [
                            each.first.per_list.rounded(),
                            each.second.per_list.rounded(),
                        ],
                        "difference": each.difference.rounded(),
                        "verdict": verdict(each),
                    }
                    for each in kind.halves
                ],
                "position_bias": bias_sentences(kind),
            }
            for kind in report.kinds
        ],
    }


def _group(group: GroupFigures) -> Mapping[str, Any]:
    return {
        "lists": group.lists,
        "shown": group.shown,
        "clicks": group.clicks,
        "clicks_per_list": group.per_list.rounded(),
        "clicks_per_shown": group.per_shown.rounded(),
        "against_usual": group.usual.rounded(),
        "corrected_for_place": group.corrected.rounded() if group.corrected else None,
    }
