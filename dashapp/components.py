"""The parts that pages share, built from plain data."""

from __future__ import annotations

from collections.abc import Iterable

from dash import html
from dash.development.base_component import Component

from bundle import Product, ProductImage
from dashapp.addresses import product_href
from dashapp.site import TILE_SHAPES, Site
from dashapp.wording import Similarity, metric_name, price

_CROP = 1.2
"""A picture fills its tile where that hides less than a sixth of it; otherwise it is shown whole."""


def picture(site: Site, image: ProductImage, *, alt: str) -> Component:
    """A thumbnail on its tile, with its size given so that nothing moves when it arrives."""
    stretch = image.width / image.height / TILE_SHAPES[site.tile_shape]
    fit = "fill" if 1 / _CROP < stretch < _CROP else "whole"
    return html.Div(
        html.Img(src=site.thumbnail_href(image), alt=alt, width=image.width, height=image.height),
        className=f"tile tile-{site.tile_shape} tile-{fit}",
    )


def card(
    site: Site,
    product: Product,
    *,
    shown: int | None = None,
    similarity: Similarity | None = None,
    metric: str = "cosine",
) -> Component:
    """One product as a list item that is a link as a whole; its name is the product's title.

    `shown` travels on to the product's page; `similarity` is its score in a list under `metric`.
    """
    facts = [text for text in (product.category, price(product.price, product.currency)) if text]
    parts = [
        *(picture(site, image, alt=product.title) for image in product.images[:1]),
        html.A(product.title, href=product_href(product.id, shown=shown), className="card-name"),
        html.Div([html.Span(text) for text in facts], className="card-facts"),
    ]
    if similarity:
        parts.append(_score(similarity, metric))
    return html.Li(parts, className="product-card", key=product.id)


def grid(cards: Iterable[Component]) -> Component:
    """Cards in as many columns as there is room for."""
    return html.Ul(list(cards), className="product-grid")


def message(heading: str, *parts: str | Component) -> Component:
    """A short page that says one thing and offers a way on."""
    return html.Div([html.H1(heading), *(html.P(part) for part in parts)], className="message")


def button_link(text: str, href: str) -> Component:
    """A link that looks like a button."""
    return html.A(text, href=href, className="button")


def _score(similarity: Similarity, metric: str) -> Component:
    # The meter says nothing that the number does not, so only the number is read out.
    return html.Div(
        [
            html.Span(f"{metric_name(metric)} ", className="visually-hidden"),
            html.Meter(value=f"{similarity.fullness:.3f}", min="0", max="1", **{"aria-hidden": "true"}),
            html.Span(similarity.text),
        ],
        className="card-score",
    )
