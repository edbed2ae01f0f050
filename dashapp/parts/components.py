"""The parts that pages share, built from plain data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import dash_bootstrap_components as dbc

from bundle import Product, ProductImage
from bundle.query import category_name, category_path
from dashapp.addresses import GALLERY, GalleryQuery, href_of, product_href
from dashapp.parts import html
from dashapp.parts.html import Component
from dashapp.parts.wording import percent_off, price
from dashapp.shown_recipe import ShownRecipe
from dashapp.site import TILE_SHAPES, Site

FEWEST = 5
"""The fewest look-alikes that can be asked for."""

_CARD_SIZES = "(max-width: 47.99rem) 44vw, 12rem"
"""How wide the picture of a card is, by the grid that `akin.css` lays out."""

_CROP = 1.2
"""A picture fills its tile if that hides less than a sixth of it; otherwise it is shown whole."""


def picture(site: Site, image: ProductImage, *, alt: str, sizes: str = "", lazy: bool = False) -> Component:
    """A thumbnail on its tile, with its size given so that nothing moves when it arrives.

    If `sizes` says how wide it is shown, as in HTML, the small thumbnail is offered too. A `lazy` one is
    fetched when it is about to come into view.
    """
    stretch = image.width / image.height / TILE_SHAPES[site.tile_shape]
    fit = "fill" if 1 / _CROP < stretch < _CROP else "whole"
    # It must be the first property, as some browsers start to fetch as soon as they get the address.
    shown: dict[str, str | int] = {"loading": "lazy"} if lazy else {}
    if sizes:
        small = f"{site.thumbnail_href(image, small=True)} {-(-image.width // 2)}w"
        shown |= {"sizes": sizes, "srcSet": f"{small}, {site.thumbnail_href(image)} {image.width}w"}
    shown |= {"src": site.thumbnail_href(image), "alt": alt, "width": image.width, "height": image.height}
    return html.Div(html.Img(**shown), className=f"tile tile-{site.tile_shape} tile-{fit}")


def card(site: Site, product: Product, *parts: Component, href: str = "", lazy: bool = True) -> Component:
    """One product as a list item that is one link, named by the product's title.

    `parts` are shown below the product's data. `href` is by default the product's own page.
    """
    kind = category_path(product.category)[-1:]
    facts = [html.Span(part) for part in (*kind, price_parts(product)) if part]
    children = [
        *(
            picture(site, image, alt=product.title, sizes=_CARD_SIZES, lazy=lazy)
            for image in product.images[:1]
        ),
        html.A(product.title, href=href or product_href(product.id), className="card-name"),
        html.Div(facts, className="card-facts"),
    ]
    if off := percent_off(product.saving):
        children.append(html.Div(off, className="card-saving"))
    if product.in_stock is False:
        children.append(html.Div("Out of stock", className="card-stock"))
    children += parts
    return html.Li(children, className="product-card", key=product.id)


def price_parts(product: Product) -> list[str | Component]:
    """A product's price and, struck through, its price before a sale; nothing if it has no price."""
    amount = price(product.price, product.currency)
    if not product.saving:
        return [amount] if amount else []
    was = html.Span("was ", className="visually-hidden")
    before = html.S([was, price(product.compare_at_price, product.currency)])
    return [html.Span(amount, className="price-now"), " ", before]


def grid(cards: Iterable[Component]) -> Component:
    """Cards in as many columns as fit."""
    return html.Ul(list(cards), className="product-grid")


def message(heading: str, *parts: str | Component | list[str | Component]) -> Component:
    """A short page that says one thing and offers a way on."""
    return html.Div([html.H1(heading), *(html.P(part) for part in parts)], className="message")


def button_link(text: str, href: str) -> Component:
    """A link that looks like a button."""
    return html.A(text, href=href, className="button")


def score_bar(recipe: ShownRecipe, score: float) -> Component:
    """A score as a bar and a number."""
    shown = recipe.shown(score)
    # The meter repeats the number, so screen readers get only the number.
    return html.Div(
        [
            html.Span(f"{recipe.metric.name} ", className="visually-hidden"),
            html.Meter(value=f"{shown.fullness:.3f}", min="0", max="1", **{"aria-hidden": "true"}),
            html.Span(shown.text),
        ],
        className="card-score",
    )


def breadcrumb(product: Product) -> Component:
    """Links to all products, to the product's category and to each category above it."""
    return category_trail(category_path(product.category))


def category_trail(path: Sequence[str]) -> Component:
    """Links to all products and to the categories of a path."""
    ways = [html.Li(html.A("All products", href=href_of(GALLERY)))]
    for depth, name in enumerate(path, start=1):
        href = GalleryQuery.of(category=category_name(path[:depth])).href
        ways.append(html.Li(html.A(name, href=href)))
    return html.Nav(html.Ol(ways, className="breadcrumbs"), **{"aria-label": "You are in"})


def recipe_links(ways: Iterable[tuple[ShownRecipe, str]], *, current: ShownRecipe) -> Component:
    """Chips for choosing a recipe, each with its address; the current one is marked."""
    chips = []
    for recipe, href in ways:
        mark = {"aria-current": "true"} if recipe == current else {}
        chips.append(html.Li(html.A(recipe.name, href=href, className="chip", **mark)))
    return html.Ul(chips, className="chips")


def explanation(recipe: ShownRecipe) -> str:
    """What the recipe is and what its scores mean, in a sentence each."""
    description = recipe.description.rstrip(".")
    return f"{description}. {recipe.metric.meaning}" if description else recipe.metric.meaning


def how_many(count: int, *, longest: int, default: int) -> Component | None:
    """The slider for the number of look-alikes; None if there is nothing to choose."""
    if longest <= FEWEST:
        return None
    # Steps that would skip the default or the end of the list are useless.
    step = FEWEST if longest % FEWEST == 0 and default % FEWEST == 0 else 1
    label = html.Label(["Show ", html.Span(str(count), id="shown-count")], htmlFor="shown")
    slider = dbc.Input(id="shown", type="range", min=FEWEST, max=longest, step=step, value=count)
    return html.Div([label, slider], className="how-many")
