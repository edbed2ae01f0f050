"""The parts that pages share, built from plain data."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import dash_bootstrap_components as dbc

from bundle import Product, ProductImage
from bundle.search.query import category_name, category_path
from dashapp.addresses import GALLERY, GalleryQuery, href_of, product_href
from dashapp.language import _, p_, woven
from dashapp.parts import html
from dashapp.parts.html import Component
from dashapp.parts.right_of_way import give_way
from dashapp.parts.wording import percent_off, price
from dashapp.shown_recipe import ShownRecipe
from dashapp.site import TILE_SHAPES, Site

FEWEST = 5
"""The fewest look-alikes that can be asked for."""

_CARD_SIZES = "(max-width: 47.99rem) 44vw, 12rem"
"""How wide the picture of a card is, by the grid that `akin.css` lays out."""

_CROP = 1.2
"""A picture fills its tile if that hides less than a sixth of it; otherwise it is shown whole."""


def picture(
    site: Site, image: ProductImage, *, alt: str, sizes: str = "", lazy: bool = False, note: str = ""
) -> Component:
    """A thumbnail on its tile, with its size given so that nothing moves when it arrives.

    If `sizes` says how wide it is shown, as in HTML, the small thumbnail is offered too. A `lazy` one is
    fetched when it is about to come into view. The `note` is text on the picture's lower edge.
    """
    stretch = image.width / image.height / TILE_SHAPES[site.tile_shape]
    fit = "fill" if 1 / _CROP < stretch < _CROP else "whole"
    # It must be the first property, as some browsers start to fetch as soon as they get the address.
    shown: dict[str, str | int] = {"loading": "lazy"} if lazy else {}
    if sizes:
        shown |= {"sizes": sizes, "srcSet": _sources(site, image)}
    shown |= {"src": site.thumbnail_href(image), "alt": alt, "width": image.width, "height": image.height}
    parts: list[Component] = [html.Img(**shown)]
    if note:
        parts.append(html.Span(note, className="card-stock"))
    return html.Div(parts, className=f"tile tile-{site.tile_shape} tile-{fit}")


def _sources(site: Site, image: ProductImage) -> str:
    small = f"{site.thumbnail_href(image, small=True)} {-(-image.width // 2)}w"
    return f"{small}, {site.thumbnail_href(image)} {image.width}w"


def early_picture(site: Site, product: Product, *, in_card: bool) -> dict[str, str]:
    """`View.first_picture` for a product's first picture, as its card or as its page shows it."""
    if not product.images:
        return {}
    image = product.images[0]
    sizes = {"imagesrcset": _sources(site, image), "imagesizes": _CARD_SIZES} if in_card else {}
    return {"href": site.thumbnail_href(image), **sizes}


def card(
    site: Site,
    product: Product,
    *parts: Component | None,
    href: str = "",
    lazy: bool = True,
    within: str = "",
) -> Component:
    """One product as a list item that is one link, named by the product's title.

    `parts` are shown below the product's data. `href` is by default the product's own page. A category that
    all cards of a page are `within` is not repeated.
    """
    give_way()
    path = category_path(product.category)
    shown = site.theme.cards
    kind = path[-1] if "category" in shown and path and path != category_path(within) else ""
    brand = product.brand if "brand" in shown else ""
    named = " · ".join(filter(None, (brand, kind)))
    amount = price_parts(product) if "price" in shown else []
    facts = [html.Span(amount, className="card-price")] if amount else []
    facts += [html.Span(named, className="card-kind", dir="auto")] if named else []
    stock = _("Out of stock") if product.in_stock is False and "stock" in shown else ""
    children: list[Component | None] = [
        *(
            # The link says the same: nobody needs to hear it twice.
            picture(site, image, alt="", sizes=_CARD_SIZES, lazy=lazy, note=stock)
            for image in product.images[:1]
        ),
        html.A(product.title, href=href or product_href(product.id), className="card-name", dir="auto"),
        html.Div(facts, className="card-facts"),
    ]
    if amount and (off := percent_off(product.saving)):
        children.append(html.Div(off, className="card-saving"))
    if stock and not product.images:
        children.append(html.Div(stock, className="card-stock"))
    children += parts
    return html.Li(children, className="product-card", key=product.id, **{"data-id": product.id})


def price_parts(product: Product) -> list[str | Component]:
    """A product's price and, struck through, its price before a sale; nothing if it has no price."""
    amount = price(product.price, product.currency)
    if not product.saving:
        return [amount] if amount else []
    was = html.Span(p_("before a former price", "was") + " ", className="visually-hidden")
    before = html.S([was, price(product.compare_at_price, product.currency)])
    return [html.Span(amount, className="price-now"), " ", before]


def grid(cards: Iterable[Component | None], **marks: str) -> Component:
    """Cards in as many columns as fit; `marks` are those of `list_marks`."""
    return html.Ul(list(cards), className="product-grid", **marks)


def list_marks(kind: str, recipe: ShownRecipe, *, of: Product | None = None) -> dict[str, str]:
    """What `assets/lists.js` says of a list that is seen or clicked: its kind, its recipe, its product."""
    marks = {"data-list": kind, "data-recipe": recipe.name}
    return marks | {"data-of": of.id} if of else marks


def message(heading: str, *parts: str | Component | list[str | Component]) -> Component:
    """A short page that says one thing and offers a way on."""
    return html.Div([html.H1(heading), *(html.P(part) for part in parts)], className="message")


def button_link(text: str, href: str) -> Component:
    """A link that looks like a button."""
    return html.A(text, href=href, className="button")


def closeness_word(recipe: ShownRecipe, score: float) -> Component:
    """How close a look-alike is, in a word; empty where it is not alike, so that all cards are as high."""
    return html.Span(recipe.word(score), className="card-closeness")


def nothing_alike(recipe: ShownRecipe, best: float | None) -> Component | None:
    """Says that nothing in a list is really alike, if its `best` score says so."""
    if best is None or not recipe.is_weak(best):
        return None
    text = _("Nothing here comes really close. These are the nearest there are.")
    return html.P(text, className="narrowed", role="status")


def breadcrumb(product: Product) -> Component:
    """Links to all products, to the product's category and to each category above it."""
    return category_trail(category_path(product.category))


def category_trail(path: Sequence[str]) -> Component:
    """Links to all products and to the categories of a path."""
    ways = [html.Li(html.A(_("All products"), href=href_of(GALLERY)))]
    for depth, name in enumerate(path, start=1):
        href = GalleryQuery.of(category=category_name(path[:depth])).href
        ways.append(html.Li(html.A(name, href=href, dir="auto")))
    return html.Nav(html.Ol(ways, className="breadcrumbs"), **{"aria-label": _("You are in")})


def recipe_switch(
    ways: Iterable[tuple[ShownRecipe, str]], *, current: ShownRecipe, names: bool = False
) -> Component:
    """A control with a segment for each recipe, which is a link to its address; the current one is marked.

    Segments show what visitors call the recipes, or with `names` what engineers call them.
    """
    segments = []
    for recipe, href in ways:
        mark = {"aria-current": "true"} if recipe == current else {}
        text = recipe.name if names else recipe.label
        segments.append(html.Li(html.A(text, href=href, className="segment", **mark)))
    label = {"aria-label": _("Kinds of look-alikes"), "data-switch": "recipe"}
    return html.Nav(html.Ul(segments, className="segments"), **label)


def how_many(count: int, *, longest: int, default: int) -> Component | None:
    """The slider for the number of look-alikes; None if there is nothing to choose."""
    if longest <= FEWEST:
        return None
    # Steps that would skip the default or the end of the list are useless.
    step = FEWEST if longest % FEWEST == 0 and default % FEWEST == 0 else 1
    number = html.Span(str(count), id="shown-count")
    label = html.Label(woven(_("Show {number}"), number=number), htmlFor="shown")
    slider = dbc.Input(id="shown", type="range", min=FEWEST, max=longest, step=step, value=count)
    return html.Div([label, slider], className="how-many")
