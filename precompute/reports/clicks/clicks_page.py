"""Writes what visitors saw and clicked as one self-contained HTML page with plots."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from html import escape
from pathlib import Path
from typing import TYPE_CHECKING

from markupsafe import Markup

from precompute.reports.clicks.figures import GroupFigures, KindFigures
from precompute.reports.clicks.report import ClicksReport, bias_sentences, hour, kind_title, verdict
from precompute.reports.page import render
from precompute.shared.printable import printable

if TYPE_CHECKING:
    from plotly.graph_objects import Figure

    from precompute.evaluation.intervals import Estimate

_MOST_BARS = 30
"""The most recipes or categories of a plot; the table has all."""

_MOST_TICKS = 12
_LONGEST = 40

_SCRIPT = (Path(__file__).with_suffix(".js")).read_text(encoding="utf-8")


def page(report: ClicksReport) -> str:
    """The whole page. What the files say is escaped, and its policy allows its own scripts alone."""
    from plotly.offline import get_plotlyjs

    values = {
        "report": report,
        "kinds": [(kind, kind_title(kind.kind), _plots(kind)) for kind in report.kinds],
        "sentences": bias_sentences,
        "verdict": lambda halves: printable(verdict(halves)),
        "most": _MOST_BARS,
    }
    filters: dict[str, Callable[..., str]] = {"interval": _interval, "hour": hour}
    # A script that holds its own end, or a comment's beginning, would end early. The policy refuses the
    # stylesheet that Plotly has for maps, of which there are none here, and the console says so.
    plotly = get_plotlyjs().replace("</script", "<\\/script").replace("<!--", "<\\!--")
    return render(Path(__file__), values, rules=(), filters=filters, scripts=(plotly, _SCRIPT))


def _interval(estimate: Estimate | None, times: float = 1, digits: int = 2) -> str:
    if estimate is None or not estimate.sample:
        return "–"
    value, low, high = (
        f"{times * each:.{digits}f}" for each in (estimate.value, estimate.low, estimate.high)
    )
    return f"{value} ({low}–{high})"


def _plots(kind: KindFigures) -> list[tuple[str, Markup]]:
    """The plots of a kind of list: a heading, and the plot as JSON that may stand in a script element."""
    places = [each.place for each in kind.places]
    found = [
        (
            "Clicks per 100 products shown, by place",
            _bars(places, [each.rate for each in kind.places], times=100, across="place"),
        )
    ]
    if kind.examination:
        looked_at = [each for each in kind.places if each.looked_at]
        estimates = [each.looked_at for each in looked_at if each.looked_at]
        found.append(
            (
                "How often a place is looked at, as a share of the first",
                _bars([each.place for each in looked_at], estimates, across="place"),
            )
        )
    for name, groups in (("recipe", kind.recipes), ("category", kind.categories)):
        if len(groups) > 1:
            found.append((f"Clicks per 100 lists, by {name}", _grouped(groups, times=100)))
    if len(kind.categories) > 1:
        heading = "Clicks against the usual at the same places, by category"
        found.append((heading, _grouped(kind.categories, usual=True)))
    return [(heading, _embedded(figure)) for heading, figure in found]


def _grouped(groups: Sequence[GroupFigures], *, times: float = 1, usual: bool = False) -> Figure:
    shown = groups[:_MOST_BARS]
    names = [_label(each.name) for each in shown]
    figure = _bars(names, [each.usual if usual else each.per_list for each in shown], times=times, across="")
    if usual:
        figure.add_vline(x=1, line={"width": 1, "dash": "dot"})
    return figure


def _label(name: str) -> str:
    """A name as Plotly takes it, which reads some HTML in labels."""
    name = printable(name)
    return escape(name if len(name) <= _LONGEST else name[: _LONGEST - 1] + "…", quote=False)


def _bars(
    names: Sequence[str] | Sequence[int], estimates: Sequence[Estimate], *, times: float = 1, across: str
) -> Figure:
    """Points with their intervals, one beside the other for numbers and one below the other for names."""
    import plotly.graph_objects as go

    values = [times * each.value for each in estimates]
    errors = {
        "type": "data",
        "symmetric": False,
        "array": [times * (each.high - each.value) for each in estimates],
        "arrayminus": [times * (each.value - each.low) for each in estimates],
        "thickness": 1.5,
        "width": 4,
    }
    style = {"mode": "markers", "marker": {"size": 9}}
    if across:
        trace = go.Scatter(x=list(names), y=values, error_y=errors, **style)
        ticks = {"tick0": 1, "dtick": 1 if len(names) <= _MOST_TICKS else 5}
        layout = {"xaxis": {"title": {"text": across}, **ticks}, "yaxis": {"rangemode": "tozero"}}
    else:
        trace = go.Scatter(x=values, y=list(names), error_x=errors, **style)
        layout = {
            "xaxis": {"rangemode": "tozero"},
            "yaxis": {"autorange": "reversed", "type": "category", "automargin": True},
            "height": 120 + 28 * len(values),
        }
    figure = go.Figure(trace)
    figure.update_layout(template="none", margin={"l": 48, "r": 16, "t": 16, "b": 48}, **layout)
    return figure


def _embedded(figure: Figure) -> Markup:
    """The plot as JSON in which no element can begin or end."""
    described = figure.to_plotly_json()
    text = json.dumps({"data": described["data"], "layout": described["layout"]})
    return Markup(text.replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026"))
