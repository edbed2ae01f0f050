"""Writes the figures of clicks as CSV: a row for each place, recipe and category of each kind of list."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

from bundle.disk import whole_file
from precompute.evaluation.intervals import Estimate
from precompute.reports.clicks.figures import GroupFigures
from precompute.reports.clicks.report import ClicksReport
from precompute.shared.csv_cells import marked

COLUMNS = (
    *("list", "by", "name", "place", "lists", "shown", "clicks"),
    *(f"{name}{bound}" for name in ("per_list", "per_shown") for bound in ("", "_low", "_high")),
    *(f"{name}{bound}" for name in ("usual", "corrected", "looked_at") for bound in ("", "_low", "_high")),
)


def write_table(path: Path, report: ClicksReport) -> None:
    """Write all figures; the file is written atomically. Raises `OSError` if it cannot be written."""
    import pandas as pd

    frame = pd.DataFrame.from_records(list(_rows(report)), columns=COLUMNS)
    frame["place"] = frame["place"].astype("Int64")
    frame["lists"] = frame["lists"].astype("Int64")
    for column in ("list", "name"):
        frame[column] = frame[column].map(marked)
    with whole_file(path) as temporary:
        frame.to_csv(temporary, index=False, float_format="%.6g", encoding="utf-8", lineterminator="\n")


def _rows(report: ClicksReport) -> Iterator[dict[str, Any]]:
    for kind in report.kinds:
        yield _group(kind.kind, "all", kind.all)
        for place in kind.places:
            yield {
                "list": kind.kind,
                "by": "place",
                "name": "",
                "place": place.place,
                "shown": place.shown,
                "clicks": place.clicks,
                **_bounds("per_shown", place.rate),
                **_bounds("looked_at", place.looked_at),
            }
        halves = [half for each in kind.halves for half in (each.first, each.second)]
        for by, groups in (("recipe", kind.recipes), ("half", halves), ("category", kind.categories)):
            for group in groups:
                yield _group(kind.kind, by, group)


def _group(kind: str, by: str, group: GroupFigures) -> dict[str, Any]:
    return {
        "list": kind,
        "by": by,
        "name": "" if by == "all" else group.name,
        "lists": group.lists,
        "shown": group.shown,
        "clicks": group.clicks,
        **_bounds("per_list", group.per_list),
        **_bounds("per_shown", group.per_shown),
        **_bounds("usual", group.usual),
        **_bounds("corrected", group.corrected),
    }


def _bounds(name: str, estimate: Estimate | None) -> dict[str, float]:
    if estimate is None:
        return {}
    return {name: estimate.value, f"{name}_low": estimate.low, f"{name}_high": estimate.high}
