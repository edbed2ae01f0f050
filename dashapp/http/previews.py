"""Writes metadata for search engines and link previews into the document's head."""

from __future__ import annotations

import re
from typing import Any
from urllib.parse import urljoin

from flask import request
from markupsafe import Markup

from bundle import Product
from dashapp.addresses import product_href, shop_href
from dashapp.parts.templates import template_beside
from dashapp.parts.view import View, tab_title
from dashapp.site import Site

_CURRENCY = re.compile(r"[A-Z]{3}")
"""An ISO 4217 currency code, the only kind that schema.org accepts."""


def origin_of(site: Site) -> str:
    """The scheme, host and port of this site, without a trailing slash."""
    return site.settings.origin or request.host_url.rstrip("/")


def preview(site: Site, view: View, *, card: str = "") -> Markup:
    """HTML with a page's name, description and picture, and a product's data and price.

    After the Open Graph protocol, Twitter's cards and schema.org. `card` is the address of the picture of
    a page that has none of its own.
    """
    origin = origin_of(site)
    facts = {"og:type": "website", "og:site_name": site.name, "og:title": tab_title(site, view)}
    facts["og:description"] = view.description
    image = view.image or card
    if image:
        facts["og:image"] = urljoin(origin, image)
    canonical, data = "", {}
    if view.product is not None:
        facts["og:url"] = canonical = origin + product_href(view.product.id)
        data = product_data(site, view.product, origin=origin)
    template = template_beside(__file__, "preview.html")
    shape = "summary" if image == view.image else "summary_large_image"
    return Markup(
        template.render(card=shape, description=view.description, canonical=canonical, data=data, facts=facts)
    )


def product_data(site: Site, product: Product, *, origin: str) -> dict[str, Any]:
    """A product as schema.org has it, with only what its catalogue says; `origin` as of `origin_of`."""
    known = {
        "description": product.description,
        "category": product.category,
        "brand": {"@type": "Brand", "name": product.brand} if product.brand else "",
        "image": [urljoin(origin, site.thumbnail_href(image)) for image in product.images],
        "offers": _offer(product),
    }
    return {
        "@context": "https://schema.org",
        "@type": "Product",
        "name": product.title,
        "sku": product.id,
        "url": origin + product_href(product.id),
        **{name: value for name, value in known.items() if value},
    }


def _offer(product: Product) -> dict[str, Any]:
    currency = product.currency.strip().upper()
    if product.price is None or not _CURRENCY.fullmatch(currency):
        return {}
    offer: dict[str, Any] = {"@type": "Offer", "price": product.price, "priceCurrency": currency}
    if product.saving:
        offer["priceSpecification"] = {
            "@type": "UnitPriceSpecification",
            "priceType": "https://schema.org/StrikethroughPrice",
            "price": product.compare_at_price,
            "priceCurrency": currency,
        }
    if product.in_stock is not None:
        offer["availability"] = f"https://schema.org/{'InStock' if product.in_stock else 'OutOfStock'}"
    address = shop_href(product)
    return {**offer, "url": address} if address else offer
