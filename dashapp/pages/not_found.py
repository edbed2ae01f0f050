"""The pages for addresses that do not exist."""

from __future__ import annotations

from bundle import Bundle, Product
from dashapp.addresses import GALLERY, MAP, href_of, product_href
from dashapp.language import _, current, woven
from dashapp.pages.nothing_found import others
from dashapp.parts import html
from dashapp.parts.components import button_link, message
from dashapp.parts.view import View
from dashapp.site import Site


def not_found(site: Site, bundle: Bundle, *, product: bool) -> View:
    """The page for an unknown product, or for an unknown address if `product` is false."""
    heading = _("This product does not exist") if product else _("This page does not exist")
    reason = (
        _("It may have left the catalogue, or the link may be incomplete.")
        if product
        else _("The address may be mistyped, or the page has moved.")
    )
    ways = [button_link(_("See all products"), href_of(GALLERY))]
    if site.has_map:
        ways.append(button_link(_("Look at the map"), href_of(MAP)))
    body = [message(heading, reason), html.Div(ways, className="ways"), *others(site, bundle)]
    return View(title=heading, body=html.Div(body), status=404)


def unknown_recipe(site: Site, product: Product, name: str) -> View:
    """The page for an unknown recipe: it names the existing ones, as visitors know them."""
    links = {
        f"recipe{number}": html.A(
            recipe.label, href=product_href(product.id, recipe=site.in_address(recipe)), dir="auto"
        )
        for number, recipe in enumerate(site.recipes)
    }
    # The links take the places of their names in the list as the language writes it.
    listed = current().formats.listing([f"{{{name}}}" for name in links])
    no_such = _("This catalogue has no look-alikes called “{name}”, only these:", name=name)
    sentence = [f"{no_such} ", *woven(listed, **links), "."]
    heading = _("There is no such list")
    back = html.Div(button_link(_("Back to the product"), product_href(product.id)), className="ways")
    return View(title=heading, body=html.Div([message(heading, sentence), back]), status=404)
