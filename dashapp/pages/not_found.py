"""The pages for addresses that do not exist."""

from __future__ import annotations

from bundle import Bundle, Product
from dashapp.addresses import GALLERY, MAP, href_of, product_href
from dashapp.pages.nothing_found import others
from dashapp.parts import html
from dashapp.parts.components import button_link, message
from dashapp.parts.html import Component
from dashapp.parts.view import View
from dashapp.site import Site


def not_found(site: Site, bundle: Bundle, *, product: bool) -> View:
    """The page for an unknown product, or for an unknown address if `product` is false."""
    heading = "This product does not exist" if product else "This page does not exist"
    reason = (
        "It may have left the catalogue, or the link may be incomplete."
        if product
        else "The address may be mistyped, or the page has moved."
    )
    ways = [button_link("See all products", href_of(GALLERY))]
    if site.has_map:
        ways.append(button_link("Look at the map", href_of(MAP)))
    body = [message(heading, reason), html.Div(ways, className="ways"), *others(site, bundle)]
    return View(title=heading, body=html.Div(body), status=404)


def unknown_recipe(site: Site, product: Product, name: str) -> View:
    """The page for an unknown recipe: it names the existing ones, as visitors know them."""
    sentence: list[str | Component] = [f"This catalogue has no look-alikes called “{name}”, only "]
    last = len(site.recipes) - 1
    for number, recipe in enumerate(site.recipes):
        sentence += ["" if number == 0 else " and " if number == last else ", "]
        href = product_href(product.id, recipe=site.in_address(recipe))
        sentence.append(
            html.A(
                recipe.label,
                href=href,
            )
        )
    heading = "There is no such list"
    back = html.Div(button_link("Back to the product", product_href(product.id)), className="ways")
    return View(title=heading, body=html.Div([message(heading, [*sentence, "."]), back]), status=404)
