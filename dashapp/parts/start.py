"""What a first visit is told: what is special here, on one product and its look-alikes."""

from __future__ import annotations

from collections.abc import Sequence

from bundle import Bundle, BundleError, Product
from dashapp.addresses import MAP, PHOTO, href_of, product_href
from dashapp.language import _
from dashapp.parts import html
from dashapp.parts.cards import small_link
from dashapp.parts.html import Component
from dashapp.site import Site

_SHOWN = 4
"""How many look-alikes the example has."""

_TRIED = 12
"""Of how many products the first with look-alikes that are really close is the example."""


def first_steps(
    site: Site, bundle: Bundle, products: Sequence[Product], *, by_photo: bool
) -> Component | None:
    """A list item for a grid of `products`; None where none of them has look-alikes.

    It lies below the first row, so it moves nothing down that a visitor sees at once. `assets/early.js` hides
    it from those who have been here, before the page is painted; it has a button to dismiss it.
    """
    try:
        found = _example(site, bundle, products)
    except BundleError:
        # The gallery needs no lists, so a damaged one does not take it away.
        return None
    if not found:
        return None
    product, alike = found[0], found[1:]
    ways = [(_("Search by photo"), PHOTO)] if by_photo else []
    ways += [(_("See the map"), MAP)] if site.has_map else []
    text = html.Div(
        [
            html.H2(_("Find things by their looks")),
            html.P(_("Choose any product, and you see those that look like it.")),
        ],
        className="start-text",
    )
    example = html.Div(
        [
            html.Ul(
                [small_link(site, product, href=product_href(product.id), lazy=True)], className="smalls"
            ),
            html.Span("→", className="start-arrow", **{"aria-hidden": "true"}),
            html.Ul(
                [small_link(site, each, href=product_href(each.id), lazy=True) for each in alike],
                className="smalls",
            ),
        ],
        className="start-example",
    )
    links = [html.A(name, href=href_of(path), className="button") for name, path in ways]
    close = html.Button(_("Got it"), type="button", className="button start-close")
    return html.Li(
        [text, example, html.Div([*links, close], className="start-ways")], className="start", key="start"
    )


def _example(site: Site, bundle: Bundle, products: Sequence[Product]) -> list[Product]:
    """A product with pictures, and its look-alikes that have some; empty where there is none."""
    recipe = site.recipes[0]
    for product in [each for each in products if each.images][:_TRIED]:
        entries = bundle.neighbours(product.id, recipe=recipe.name)
        if not entries or recipe.is_weak(entries[0].score):
            continue
        variants = {product.id, *(each.id for each in bundle.variants(product, limit=_SHOWN))}
        ids = [entry.id for entry in entries[: 3 * _SHOWN] if entry.id not in variants]
        alike = [each for each in bundle.products(ids) if each.images]
        if alike:
            return [product, *alike[:_SHOWN]]
    return []
