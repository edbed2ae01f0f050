"""The page of one product, with the products that look like it."""

from __future__ import annotations

import dash_bootstrap_components as dbc
from dash import html
from dash.development.base_component import Component

from bundle import Bundle, Product
from dashapp.addresses import GALLERY, GalleryQuery, positive_number
from dashapp.components import card, grid, picture
from dashapp.site import Site
from dashapp.view import View
from dashapp.wording import metric_sentence, price, similarities

FEWEST = 5
"""The fewest look-alikes that can be asked for."""


def product_page(site: Site, bundle: Bundle, product: Product, *, arguments: dict[str, str]) -> View:
    """A product and its look-alikes, as many as the argument `n` asks for.

    Raises `BundleError` where the list of look-alikes cannot be read.
    """
    details = [text for text in (product.category, price(product.price, product.currency)) if text]
    parts = [
        html.Article([_pictures(site, product), _facts(product)], className="product"),
        _look_alikes(site, bundle, product, asked=positive_number(arguments.get("n", ""))),
    ]
    return View(
        title=product.title,
        body=html.Div([_breadcrumb(product), html.Div(parts, className="product-page")]),
        description=". ".join([f"Products that look like {product.title}", *details]) + ".",
        image=site.thumbnail_href(product.images[0]) if product.images else "",
    )


def _breadcrumb(product: Product) -> Component:
    ways = [html.Li(html.A("All products", href=GALLERY))]
    if product.category:
        href = GalleryQuery(category=product.category).href
        ways.append(html.Li(html.A(product.category, href=href)))
    return html.Nav(html.Ol(ways, className="breadcrumbs"), **{"aria-label": "You are in"})


def _pictures(site: Site, product: Product) -> Component:
    tiles = [picture(site, image, alt=product.title) for image in product.images]
    if len(tiles) < 2:
        return html.Div(tiles, className="pictures")
    label = f"{len(tiles)} pictures"
    return html.Div(tiles, className="pictures", role="group", tabIndex=0, **{"aria-label": label})


def _facts(product: Product) -> Component:
    parts: list[Component] = [html.H1(product.title)]
    amount = price(product.price, product.currency)
    if amount:
        parts.append(html.P(amount, className="price"))
    facts = [(name, value) for name, value in product.facts.items() if value]
    if facts:
        terms = [html.Div([html.Dt(name), html.Dd(value)]) for name, value in facts]
        parts.append(html.Dl(terms, className="facts"))
    # An address in a catalogue is input like any other: only what a browser fetches may become a link.
    if product.url.lower().startswith(("https://", "http://")):
        link = html.A("View in the shop", href=product.url, rel="noopener", className="button button-main")
        parts.append(link)
    return html.Div(parts, className="product-text")


def _look_alikes(site: Site, bundle: Bundle, product: Product, *, asked: int | None) -> Component:
    recipe = bundle.recipes[0]
    entries = bundle.neighbours(product.id)
    if not entries:
        return html.Section([html.H2("More like this"), html.P("Nothing looks like this one yet.")])
    longest = len(entries)
    entries = entries[: max(asked or recipe["top"], FEWEST)]
    found = {other.id: other for other in bundle.products(entry.id for entry in entries)}
    shown = similarities(recipe["metric"], [entry.score for entry in entries])
    cards = [
        card(site, found[entry.id], shown=asked, similarity=similarity, metric=recipe["metric"])
        for entry, similarity in zip(entries, shown, strict=True)
        if entry.id in found
    ]
    head = html.Div([html.H2("More like this"), html.P(metric_sentence(recipe["metric"]))])
    slider = _how_many(len(entries), longest=longest, default=recipe["top"])
    return html.Section([html.Div([head, slider], className="section-head"), grid(cards)])


def _how_many(count: int, *, longest: int, default: int) -> Component | None:
    if longest <= FEWEST:
        return None
    # Steps that would jump over the default or the end of the list are no use.
    step = FEWEST if longest % FEWEST == 0 and default % FEWEST == 0 else 1
    label = html.Label(["Show ", html.Span(str(count), id="shown-count")], htmlFor="shown")
    slider = dbc.Input(id="shown", type="range", min=FEWEST, max=longest, step=step, value=count)
    return html.Div([label, slider], className="how-many")
