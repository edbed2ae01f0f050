"""What an address shows that names no page."""

from __future__ import annotations

from dash import html

from dashapp.addresses import GALLERY
from dashapp.components import button_link, message
from dashapp.view import View


def not_found(*, product: bool) -> View:
    """The page for an unknown product, or for an unknown address where `product` is false."""
    heading = "This product is not here" if product else "There is no such page"
    reason = (
        "It may have left the catalogue, or the link to it is not complete."
        if product
        else "The address may be mistyped, or the page has moved."
    )
    ways = html.Div(button_link("See all products", GALLERY), className="ways")
    return View(title=heading, body=html.Div([message(heading, reason), ways]), status=404)
