"""How good the look-alikes are: in plain words, with the numbers, and with the products behind each."""

from __future__ import annotations

from bundle import Bundle
from dashapp.addresses import QUALITY, GalleryQuery, href_of, positive_number
from dashapp.answers.quality_report import PRECISIONS, Figure, QualityReport
from dashapp.language import N_, _, current, n_
from dashapp.pages.quality_lists import LISTS, PREVIEW, listed, listing_page, way_to
from dashapp.parts import html
from dashapp.parts.components import recipe_switch
from dashapp.parts.html import Component
from dashapp.parts.view import View
from dashapp.parts.wording import number as written
from dashapp.parts.wording import percent, share
from dashapp.parts.wording import products as written_products
from dashapp.shown_recipe import ShownRecipe
from dashapp.site import Site

_ROWS = 12
"""How many categories are shown at once; the others fold away."""

_MOST_ROWS = 200

_FITTED = N_(
    "This kind of list learned from labels: for products that it learned from, the figures flatter it."
)

_OTHERS = {
    "other_picture_first": (
        N_("The same product’s other picture comes first"),
        N_("Where a product has several pictures and one of them is searched for among all."),
    ),
    "colour_at_5": (N_("The first 5 have the same main colour"), ""),
    "facts_at_5": (
        N_("Facts that the first 5 have too"),
        N_("Of each product’s facts, such as its material."),
    ),
    "largest_hub": (
        N_("Lists with the most frequent product"),
        N_("Among their first 10. Fewer are better: it looks like everything."),
    ),
    "hub_skewness": (
        N_("Unevenness of the lists"),
        N_("0 if every product is in equally many lists. Engineers call it the skewness of N₁₀."),
    ),
    "not_shown": (
        N_("Products that no list shows at first"),
        N_("Fewer are better: nobody finds them by looks."),
    ),
    "in_no_list": (N_("Products in no list at all"), N_("Not even where visitors ask for more.")),
}
"""What the other yardsticks are, and what they mean, by their names in the report."""

_IN_CATEGORIES = {
    **dict.fromkeys(PRECISIONS, N_("First {number}")),
    "other_picture_first": N_("Other picture"),
    "colour_at_5": N_("Same colour"),
    "facts_at_5": N_("Facts shared"),
}
"""The columns of the table of categories."""


def quality_page(site: Site, bundle: Bundle, *, arguments: dict[str, str]) -> View:
    """What the build measured for the recipe in the argument `recipe`, by default the first.

    With the argument `list`, a key of `LISTS`, it is one page of that list instead. Measurements that an
    older build lacks are left out. Raises `BundleError` if the report cannot be read.
    """
    recipe = site.recipe(arguments.get("recipe", "")) or site.recipes[0]
    measures = QualityReport.of(bundle, recipe)
    if arguments.get("list", "") in LISTS:
        page = positive_number(arguments.get("page", "")) or 1
        return listing_page(site, bundle, measures, name=arguments["list"], page=page)
    sections = [
        _precision(measures),
        _others(measures),
        _categories(measures),
        _scores(measures),
        *(_preview(site, bundle, measures, name) for name in LISTS),
        _overlaps(site, recipe),
    ]
    said = [section for section in sections if section is not None]
    if not said:
        said = [
            html.P(_("This catalogue was built without quality measurements. Building it again adds them."))
        ]
    opening = _opening(measures)
    if any(entry.get("heads") for entry in bundle.recipes if entry["name"] == recipe.name):
        opening += f" {_(_FITTED)}"
    head = [html.H1(_("How good the look-alikes are")), html.P(opening, className="quality-opening")]
    return View(
        title=_("Quality"),
        body=html.Div(
            [html.Div([*head, _recipes(site, recipe)], className="quality-head"), *said], className="quality"
        ),
        description=_("How good the look-alikes of this shop are, as measured when they were found."),
    )


def _opening(measures: QualityReport) -> str:
    found = measures.precisions
    if 5 in found:
        sentence = _(
            "Of a product’s first 5 look-alikes, {percent} are from its own category.",
            percent=percent(found[5].value),
        )
    elif 1 in found:
        sentence = _(
            "A product’s first look-alike is from its own category {percent} of the time.",
            percent=percent(found[1].value),
        )
    else:
        return _("Measured on the whole catalogue when the look-alikes were found.")
    if measures.chance is None:
        return sentence
    chance = _("Picked at random, it would be {percent}.", percent=percent(measures.chance))
    return f"{sentence} {chance}"


def _recipes(site: Site, current: ShownRecipe) -> Component | None:
    if len(site.recipes) < 2:
        return None
    ways = [(recipe, href_of(QUALITY, recipe=site.in_address(recipe))) for recipe in site.recipes]
    return recipe_switch(ways, current=current, names=True)


def _precision(measures: QualityReport) -> Component | None:
    if not measures.precisions:
        return None
    rows = [
        _row(n_("The first one", "The first {count}", cut), *_cells(each))
        for cut, each in measures.precisions.items()
    ]
    if measures.chance is not None:
        rows.append(
            _row(_("Picked at random"), _bar(measures.chance), html.Span(), className="quality-chance")
        )
    return _section(
        _("Look-alikes of the same category"),
        _(
            "Categories are only a yardstick: a red mug and a red bowl may well look alike, and count as a "
            "mistake here. Engineers call it precision at 1, 5 and 10, leave-one-out. The small figures are "
            "the range that chance allows (a {percent} interval) and how many products counted.",
            percent=share(0.95),
        ),
        html.Table(html.Tbody(rows), className="quality-table quality-yardsticks"),
    )


def _others(measures: QualityReport) -> Component | None:
    rows = [
        _row(
            html.Div(
                [html.Span(_(title)), html.Div(_(meaning), className="quality-small") if meaning else None]
            ),
            *_cells(measures.yardsticks[name], share=name != "hub_skewness"),
        )
        for name, (title, meaning) in _OTHERS.items()
        if name in measures.yardsticks
    ]
    if not rows:
        return None
    return _section(
        _("Other yardsticks"),
        _("No single figure says whether look-alikes look alike: what raises one may lower another."),
        html.Table(html.Tbody(rows), className="quality-table quality-yardsticks"),
    )


def _cells(found: Figure, *, share: bool = True) -> list[Component]:
    products = written_products(found.sample)
    number = html.Div(html.Span(written(found.value, 2)), className="quality-bar")
    return [
        _bar(found.value) if share else number,
        html.Div([html.Div(_range(found, share=share)), html.Div(products)], className="quality-small"),
    ]


def _range(found: Figure, *, share: bool = True) -> str:
    if share:
        return current().formats.percent.replace("{number}", f"{100 * found.low:.0f}–{100 * found.high:.0f}")
    return _("{low} to {high}", low=written(found.low, 2), high=written(found.high, 2))


def _row(name: str | Component, *cells: Component, className: str = "") -> Component:
    head = html.Th(name, scope="row")
    return html.Tr([head, *(html.Td(cell) for cell in cells)], className=className or None)


def _bar(share: float) -> Component:
    bar = html.Meter(value=f"{share:.4f}", min="0", max="1", **{"aria-hidden": "true"})
    return html.Div([bar, html.Span(percent(share))], className="quality-bar")


def _categories(measures: QualityReport) -> Component | None:
    names = [name for name in _IN_CATEGORIES if any(name in found for _, _, found in measures.categories)]
    if not names:
        return None
    rows = [
        _row(
            html.A(name, href=GalleryQuery.of(category=name).href, className="more", dir="auto"),
            html.Span(written(products)),
            *(_figure(found.get(each)) for each in names),
        )
        for name, products, found in measures.categories[:_MOST_ROWS]
    ]
    columns = [
        _("Category"),
        _("Products"),
        *(_(_IN_CATEGORIES[name], number=written(PRECISIONS.get(name, 0))) for name in names),
    ]
    head = html.Thead(html.Tr([html.Th(column, scope="col") for column in columns]))
    parts: list[Component] = [_precisions([head, html.Tbody(rows[:_ROWS])])]
    if len(rows) > _ROWS:
        more = n_("{count} more category", "{count} more categories", len(rows) - _ROWS)
        summary = html.Summary(more, className="more")
        parts.append(
            html.Details([summary, _precisions([head, html.Tbody(rows[_ROWS:])])], className="folded")
        )
    if len(measures.categories) > _MOST_ROWS:
        parts.append(html.P(_weakest(len(measures.categories))))
    return _section(
        _("Category by category"),
        _(
            "Weakest first: in these categories, pictures say least about what a product is. Under each "
            "figure is its {percent} interval, which is wide where a category has few products.",
            percent=share(0.95),
        ),
        *parts,
    )


def _weakest(total: int) -> str:
    return _("The weakest {number} of {total} categories.", number=written(_MOST_ROWS), total=written(total))


def _figure(found: Figure | None) -> Component:
    if found is None:
        return html.Span("–")
    return html.Div([html.Span(percent(found.value)), html.Div(_range(found), className="quality-small")])


def _precisions(parts: list[Component]) -> Component:
    return _wide(parts, label=_("Yardsticks by category"), kind="quality-numbers")


def _wide(parts: list[Component], *, label: str, kind: str = "") -> Component:
    # A table that is wider than a phone's screen scrolls on its own, with the keyboard too.
    table = html.Table(parts, className=f"quality-table {kind}".rstrip())
    return html.Div(table, className="quality-wide", role="region", tabIndex=0, **{"aria-label": label})


def _scores(measures: QualityReport) -> Component | None:
    """Three histograms over one axis, each scaled to its own fullest bin."""
    if not measures.histograms:
        return None
    figures = []
    for name, counts in measures.histograms.items():
        tallest = max(counts)
        bars = [html.Span(className=f"bar bar-{round(40 * count / tallest)}") for count in counts]
        middle = measures.recipe.shown(measures.middle(name))
        label = _("{name}: half of them lie below {score}", name=_(name), score=middle)
        half = _("half below {score}", score=middle)
        figures.append(
            html.Div(
                [
                    html.Div([html.Span(_(name)), html.Span(half)], className="histogram-name"),
                    html.Div(bars, className="histogram", role="img", **{"aria-label": label}),
                ],
                className="histogram-row",
            )
        )
    ends = [measures.recipe.shown(edge) for edge in (measures.edges[0], measures.edges[-1])]
    meaning = _(measures.recipe.metric.meaning)
    apart = _("The farther look-alikes stand apart from random pairs, the more their lists say.")
    axis = html.Div([html.Span(text) for text in ends], className="histogram-axis")
    return _section(
        _("How near look-alikes are"),
        f"{meaning[0].upper()}{meaning[1:]} {apart}",
        html.Div([*figures, axis], className="histograms"),
    )


def _preview(site: Site, bundle: Bundle, measures: QualityReport, name: str) -> Component | None:
    part = LISTS[name](measures)
    if part is None:
        return None
    shown = listed(site, bundle, measures, name=name, first=0, count=PREVIEW)
    more = way_to(site, measures.recipe, name, page=1)
    link = (
        html.A(_("See all {total}", total=written(part.total)), href=more, className="more")
        if part.total > PREVIEW
        else None
    )
    return _section(part.heading, part.meaning, *([shown] if part.total else []), link)


def _overlaps(site: Site, recipe: ShownRecipe) -> Component | None:
    rows = []
    for other in site.recipes:
        overlap = site.overlaps.get(frozenset((recipe.name, other.name)))
        if overlap is not None and other != recipe:
            rows.append(_row(other.name, _bar(overlap.jaccard), _bar(overlap.rank_biased)))
    if not rows:
        return None
    columns = (_("Recipe"), _("Shared entries"), _("Shared places"))
    head = html.Thead(html.Tr([html.Th(column, scope="col") for column in columns]))
    return _section(
        _("How far {recipe} agrees with the others", recipe=recipe.name),
        _(
            "Two recipes see different things. The first figure counts what both lists hold (Jaccard index), "
            "the second also whether it stands at the same place (rank-biased overlap)."
        ),
        _wide([head, html.Tbody(rows)], label=_("Agreement of recipes")),
    )


def _section(heading: str, meaning: str, *parts: Component | None) -> Component:
    text = html.Div([html.H2(heading), html.P(meaning)], className="quality-text")
    return html.Section([text, html.Div(list(parts), className="quality-figures")])
