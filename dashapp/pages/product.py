"""The page of one product, with the products that look like it."""

from __future__ import annotations

from bundle import Bundle, Product, ProductImage
from bundle.search.query import category_path
from dashapp.addresses import Arguments, shop_href
from dashapp.http.device_files import live_recipe
from dashapp.language import N_, _, current, n_, p_
from dashapp.pages.look_alikes import Asked, look_alikes_section
from dashapp.pages.not_found import unknown_recipe
from dashapp.parts import html
from dashapp.parts.cards import pick_button, small_link
from dashapp.parts.components import breadcrumb, early_picture, picture, price_parts
from dashapp.parts.html import Component
from dashapp.parts.view import View
from dashapp.parts.wording import percent_off, price
from dashapp.photo.query import photo_href
from dashapp.site import Site

_MOST_VARIANTS = 24
"""How many variants of a product are shown beside it."""


_LONG = 80
"""Titles with more letters than this would not fit the column in large type."""


def product_page(site: Site, bundle: Bundle, product: Product, *, arguments: Arguments) -> View:
    """A product and its look-alikes, by the recipe of the argument `recipe`, as many as `n` asks for.

    Raises `BundleError` if the list of look-alikes cannot be read.
    """
    name = arguments.get("recipe", "")
    recipe = site.recipe_for(product.id, name)
    if recipe is None:
        return unknown_recipe(site, product, name)
    asked = Asked.from_arguments(site, recipe, arguments)
    details = [text for text in (product.category, price(product.price, product.currency)) if text]
    variants = bundle.variants(product, limit=_MOST_VARIANTS)
    parts = [
        html.Article([_searchable(site, product), _text(product, variants, asked)], className="product"),
        look_alikes_section(bundle, product, asked),
    ]
    head = html.Div([breadcrumb(product), _beside(bundle, product, asked)], className="product-head")
    return View(
        title=product.title
        if recipe == site.recipe_for(product.id)
        else _("{title}, {recipe}", title=product.title, recipe=recipe.label),
        body=html.Div([head, html.Div(parts, className="product-page")], **{"data-product": product.id}),
        description=" · ".join([_("Products that look like {title}", title=product.title), *details]),
        image=site.thumbnail_href(product.images[0]) if product.images else "",
        product=product,
        first_picture=early_picture(site, product, in_card=False),
    )


def _beside(bundle: Bundle, product: Product, asked: Asked) -> Component:
    """Links to the previous and next product of the category, in the catalogue's order.

    If the visitor came from a list, `assets/product.js` replaces them with that list's neighbours.
    """
    ways = []
    keys = ["ArrowLeft", "ArrowRight"]
    if current().direction == "rtl":
        keys.reverse()
    sides = (("prev", "‹", N_("Previous"), keys[0]), ("next", "›", N_("Next"), keys[1]))
    for (rel, sign, name, key), other in zip(sides, bundle.beside(product), strict=True):
        href = asked.on(other.id) if other else None
        label = _("{way}: {title}", way=_(name), title=other.title) if other else _(name)
        marks = {
            "aria-label": label,
            "aria-keyshortcuts": key,
            "data-href": href,
            "data-label": label,
            "data-name": _(name),
        }
        ways.append(html.A(sign, rel=rel, href=href, hidden=other is None, **marks))
    place = "".join(_("In {category}", category=name) for name in category_path(product.category)[-1:])
    where = html.Span(place, className="beside-where", **{"data-text": place})
    return html.Nav([where, *ways], className="beside", **{"aria-label": _("Previous and next product")})


def _searchable(site: Site, product: Product) -> Component:
    """The pictures, with a link to search with a part of the first if photo search is on."""
    pictures = _pictures(site, product)
    if live_recipe(site) is None or site.is_static or not product.images:
        return pictures
    several = len(product.images) > 1
    whole = (
        _("Search with a part of the first picture") if several else _("Search with a part of this picture")
    )
    text = [
        html.Span(whole, className="part-whole"),
        html.Span(_("Search with a part"), className="part-short", **{"aria-hidden": "true"}),
    ]
    link = html.A(text, href=photo_href(product.id), className="button part", rel="nofollow")
    return html.Div([pictures, link], className="searchable")


def _pictures(site: Site, product: Product) -> Component:
    tiles = [_enlargeable(site, image, alt=product.title) for image in product.images]
    if len(tiles) < 2:
        return html.Div(tiles, className="pictures")
    count = len(tiles)
    framed = [
        html.Div(tile, id=f"picture-{number}", disable_n_clicks=True)
        for number, tile in enumerate(tiles, start=1)
    ]
    strip = html.Div(
        framed,
        className="pictures",
        role="group",
        tabIndex=0,
        **{"aria-label": n_("{count} picture", "{count} pictures", count)},
    )
    ways = []
    for number in range(1, count + 1):
        mark = {"aria-current": "true"} if number == 1 else {}
        label = {"aria-label": _("Picture {number} of {count}", number=str(number), count=str(count))}
        ways.append(html.Li(html.A(f"{number}", href=f"#picture-{number}", **label, **mark)))
    return html.Div([strip, html.Ul(ways, className="picture-ways")], className="picture-strip")


def _enlargeable(site: Site, image: ProductImage, *, alt: str) -> Component:
    """A picture on its tile, with a link to its large version where there is one.

    `assets/enlarge.js` shows that over the page; it is loaded when it is asked for.
    """
    tile = picture(site, image, alt=alt)
    if large := site.large_href(image):
        label = {"aria-label": _("Enlarge the picture")}
        tile["props"]["children"].append(html.A(None, href=large, className="enlarge", **label))
    return tile


def _text(product: Product, variants: list[Product], asked: Asked) -> Component:
    amount = price_parts(product)
    if off := percent_off(product.saving):
        amount += [" ", html.Span(off, className="saving")]
    stock = {True: _("In stock"), False: _("Out of stock"), None: None}[product.in_stock]
    facts = [
        (_("Brand"), product.brand),
        (_("Tags"), p_("between facts", ", ").join(product.tags)),
        *product.facts.items(),
    ]
    terms = [
        html.Div([html.Dt(name, dir="auto"), html.Dd(value, dir="auto")]) for name, value in facts if value
    ]
    shop = None
    if href := shop_href(product):
        shop = html.A(_("View in the shop"), href=href, rel="noopener", className="button button-main")
    known = [
        html.P(amount, className="price") if amount else None,
        html.P(stock, className=f"stock stock-{'in' if product.in_stock else 'out'}") if stock else None,
    ]
    details = [
        html.P(product.description, className="description", dir="auto") if product.description else None,
        html.Dl(terms, className="facts") if terms else None,
    ]
    # Narrow screens show the look-alikes first; `assets/product.js` unfolds the details there.
    fold = {"type": "button", "aria-expanded": "false", "aria-controls": "details"}
    unfold = html.Button(_("Details"), className="details-fold", **fold) if any(details) else None
    parts = [
        html.H1(product.title, className="title-long" if len(product.title) > _LONG else None, dir="auto"),
        html.Div([*known, unfold, pick_button(product)], className="product-known"),
        shop,
        _variants(variants, asked),
        html.Div(details, id="details", className="product-details") if any(details) else None,
    ]
    return html.Div(parts, className="product-text")


def _variants(variants: list[Product], asked: Asked) -> Component | None:
    if not variants:
        return None
    smalls = [small_link(asked.site, each, href=asked.on(each.id)) for each in variants]
    heading = _("Also available as")
    return html.Nav([html.P(heading), html.Ul(smalls, className="smalls")], **{"aria-label": heading})
