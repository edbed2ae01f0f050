"""The map: all products in two dimensions, those that look alike close together."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import ClassVar

from bundle import Bundle, Query
from dashapp.addresses import GALLERY, MAP, Arguments, GalleryQuery, href_of
from dashapp.http.assets import asset_href
from dashapp.http.map_data import (
    COLOURS,
    groups_of,
    is_mapped,
    matching_href,
    points_href,
    products_href,
)
from dashapp.language import N_, _, n_
from dashapp.parts import html
from dashapp.parts.components import button_link, message, recipe_switch
from dashapp.parts.filter_bar import active_chips, active_filters, filter_bar, filters_button
from dashapp.parts.html import Component
from dashapp.parts.view import View
from dashapp.parts.wording import number as written
from dashapp.parts.wording import products as written_products
from dashapp.shown_recipe import ShownRecipe
from dashapp.site import Site

_HIDDEN = {"aria-hidden": "true"}

_KEYS = N_(
    "Arrow keys move it, plus and minus zoom, 0 shows all of it. The list below names what is in view."
)


def map_page(site: Site, bundle: Bundle, *, arguments: Arguments) -> View:
    """The map of the recipe in the argument `recipe`, or the first recipe that has a map.

    Raises `BundleError` if the map cannot be read.
    """
    mapped = [recipe for recipe in site.recipes if is_mapped(bundle, recipe.name)]
    if not mapped:
        return _no_map()
    asked = site.recipe(arguments.get("recipe", ""))
    recipe = asked if asked in mapped else mapped[0]
    groups = groups_of(bundle.categories())
    number = written_products(bundle.count)
    query = MapQuery.from_arguments(arguments)
    text = [html.H1(_("Map")), html.P(_sentence(groups))]
    modules = {
        "data-module": asset_href("map.js"),
        "data-points": points_href(site, bundle, recipe),
        "data-matching": matching_href(bundle, GalleryQuery(query.query)),
        "data-products": products_href(bundle, site, recipe),
    }
    if site.is_static:
        modules["data-products"] = href_of(f"{MAP}/data/{recipe.name}/")
    parts = [_stage(number), _legend(groups), _panel()]
    return View(
        title=_("Map"),
        body=html.Div(
            [
                html.Div([html.Div(text), _recipes(site, mapped, recipe)], className="map-head"),
                None if site.is_static else html.Div(_filters(bundle, query), className="map-filters"),
                html.Noscript(html.P([_("The map needs JavaScript.") + " ", _gallery_link()])),
                html.Div(parts, className="map", **modules),
            ],
            **({} if site.is_static else {"data-searches": "true"}),
        ),
        search=query.query.search,
        description=_("{products} on a map: those that look alike lie close together.", products=number),
    )


@dataclass(frozen=True)
class MapQuery(GalleryQuery):
    """Which products are not dimmed on the map of a `recipe`."""

    recipe: str = ""

    path: ClassVar[str] = MAP

    @classmethod
    def from_arguments(cls, arguments: Arguments) -> MapQuery:
        """See `GalleryQuery`."""
        asked = GalleryQuery.from_arguments(arguments)
        return cls(
            replace(asked.query, sort="", seed=0), unfolded=asked.unfolded, recipe=arguments.get("recipe", "")
        )

    def arguments(self) -> dict[str, str | tuple[str, ...]]:
        """See `GalleryQuery`."""
        return {**super().arguments(), "recipe": self.recipe}


def _filters(bundle: Bundle, query: MapQuery) -> list[Component | None]:
    """The filters behind their button, what is active of them, and how many products are not dimmed."""
    page = bundle.page(query.query, limit=0)
    active = active_filters(query, currency=bundle.currency)
    bar = filter_bar(query, bundle.facets(query.query), total=page.total)
    narrowed = None
    if query.query != Query():
        gallery = html.A(_("See them as a list"), href=GalleryQuery(query.query).href, className="more")
        everything = html.A(_("Show all again"), href=MapQuery(recipe=query.recipe).href, className="more")
        words = page.search.told or query.query.search
        if words:
            count = n_(
                "{count} product for “{words}”; the others are dimmed.",
                "{count} products for “{words}”; the others are dimmed.",
                page.total,
                words=words,
            )
        else:
            count = n_(
                "{count} product; the others are dimmed.",
                "{count} products; the others are dimmed.",
                page.total,
            )
        ways = [gallery, " · ", everything] if page.total else [everything]
        narrowed = html.P([f"{count} ", *ways], className="count", role="status")
    return [
        filters_button(bar, query, active=len(active)),
        active_chips(query, currency=bundle.currency),
        narrowed,
    ]


def _no_map() -> View:
    heading = _("There is no map")
    reason = _("This catalogue was built without a map. Building it again adds one.")
    ways = html.Div(button_link(_("See all products"), href_of(GALLERY)), className="ways")
    body = html.Div([message(heading, reason), ways])
    return View(title=heading, body=body, status=404)


def _sentence(groups: Mapping[str, int]) -> str:
    sentence = _("Products that look alike lie close together. Zoom in to see them.")
    return " ".join([sentence, _("Colours are categories.")]) if groups else sentence


def _gallery_link() -> Component:
    return html.A(_("See all products"), href=href_of(GALLERY), className="more")


def _recipes(site: Site, mapped: list[ShownRecipe], current: ShownRecipe) -> Component | None:
    if len(mapped) < 2:
        return None
    ways = [(recipe, href_of(MAP, recipe=site.in_address(recipe))) for recipe in mapped]
    return recipe_switch(ways, current=current)


def _stage(number: str) -> Component:
    stage = html.Div(
        [
            html.Div(className="map-canvas", **_HIDDEN),
            html.Div(className="map-pictures", **_HIDDEN),
            html.Div(className="map-names", **_HIDDEN),
            html.Div(className="map-band", hidden=True),
            html.A(className="map-mark", hidden=True, tabIndex=-1, **_HIDDEN),
            html.A(className="map-card", hidden=True, tabIndex=-1, **_HIDDEN),
        ],
        className="map-stage",
        tabIndex=0,
        role="application",
        **{"aria-label": " ".join([_("Map of {products}.", products=number), _(_KEYS)])},
    )
    buttons = [
        _button("+", "in", label=_("Zoom in")),
        _button("−", "out", label=_("Zoom out")),
        _button(_("Whole map"), "whole"),
        _button(_("Select"), "select", **{"aria-pressed": "false"}),
    ]
    tools = html.Div(buttons, className="map-tools", role="group", **{"aria-label": _("Map view")})
    note = html.P(
        html.Span(_("Loading the map …")),
        className="map-note",
        role="status",
        **{"data-failure": _("The map could not be loaded. Load the page again.")},
    )
    return html.Div([stage, tools, note], className="map-frame")


def _button(text: str, action: str, *, label: str = "", **attributes: str) -> Component:
    named = {"aria-label": label} if label else {}
    return html.Button(
        text, type="button", className="map-button", **{"data-do": action}, **named, **attributes
    )


def _legend(groups: Mapping[str, int]) -> Component | None:
    """A switch for each group that shows only that group. Groups without their own colour are folded away."""
    if not groups:
        return None
    entries = [
        html.Li(_group(name, count, number)) for number, (name, count) in enumerate(groups.items(), start=1)
    ]
    coloured = html.Ul(entries[:COLOURS], className="map-groups")
    parts: list[Component] = [coloured]
    if len(entries) > COLOURS:
        others = html.Ul(entries[COLOURS:], className="map-groups")
        summary = html.Summary(
            n_("{count} more, in grey", "{count} more, in grey", len(entries) - COLOURS), className="more"
        )
        parts.append(html.Details([summary, others], className="folded"))
    return html.Div(parts, className="map-legend", role="group", **{"aria-label": _("Categories")})


def _group(name: str, count: int, number: int) -> Component:
    colour = number if number <= COLOURS else "rest"
    inner = [
        html.Span(className=f"map-swatch map-swatch-{colour}", **_HIDDEN),
        html.Span(
            [name, html.Span(f" {written(count)}", className="chip-count")],
            className="map-group-name",
            dir="auto",
        ),
    ]
    data = {"data-group": str(number), "data-name": name, "aria-pressed": "false", "title": name}
    return html.Button(inner, type="button", className="map-group", **data)


def _panel() -> Component:
    """The products in view or selected, filled in by the script: the map for people who cannot see it."""
    turn = [
        html.Button(_("Previous"), type="button", className="more"),
        html.Span(),
        html.Button(_("Next"), type="button", className="more"),
    ]
    clear = html.Button(_("Clear"), type="button", className="more", hidden=True, **{"data-do": "clear"})
    head = html.Div([html.H2(_("In view")), clear], className="map-panel-head")
    parts = [head, html.P(role="status"), html.Ul(), html.Div(turn, className="map-turn", hidden=True)]
    return html.Section(parts, className="map-panel")
