"""The shop as Shopify, as WooCommerce and as a Google Merchant feed would have it."""

from __future__ import annotations

import json
from typing import Any
from xml.sax.saxutils import escape

from tests.shop.goods import Good, give_pictures
from tests.shop.server import Reply, Site

JSON = "application/json; charset=utf-8"


def shopify(site: Site, products: list[Good], *, page_size: int = 250) -> None:
    """The addresses that every Shopify shop has."""
    listed = [_shopify_product(good, site) for good in products]

    def products_json(query: dict[str, str]) -> Reply:
        size = min(int(query.get("limit", 30)), page_size)
        start = size * (int(query.get("page", 1)) - 1)
        return Reply(json.dumps({"products": listed[start : start + size]}).encode(), kind=JSON)

    site.routes["/products.json"] = products_json
    about = {"id": 1, "name": "Shop", "currency": "EUR", "published_products_count": len(products)}
    site.give("/meta.json", json.dumps(about), JSON)
    site.give("/", '<html><head><link href="//cdn.shopify.com/x.css" rel="stylesheet"></head></html>')
    give_pictures(site, products)


def _shopify_product(good: Good, site: Site) -> dict[str, Any]:
    variants = [
        {
            "id": good.number * 100 + position,
            "title": size,
            "option1": size,
            "sku": f"SKU-{good.number}-{size}",
            "price": price,
            "compare_at_price": "99.00",
            "available": available,
        }
        for position, (size, price, available) in enumerate(
            [("S", "1.00", False), ("M", good.price, True), ("L", "90.00", True)]
        )
    ]
    return {
        "id": 7_000_000_000_000 + good.number,
        "title": good.name,
        "handle": good.handle,
        "body_html": f"<p>It&#39;s <b>{good.name}</b>.</p><script>alert(1)</script><p>Handmade</p>",
        "vendor": "Töpferei & Söhne",
        "product_type": good.category[1],
        "tags": ["new", "handmade"],
        "variants": variants,
        "images": [{"id": 1, "src": address, "width": 96, "height": 96} for address in good.images(site)],
        "options": [{"name": "Size", "position": 1, "values": ["S", "M", "L"]}],
    }


def woocommerce(site: Site, products: list[Good]) -> None:
    """The store API, and a start page that gives the platform away."""
    ids = {
        name: number for number, name in enumerate(("Kitchen", "Living", "Mugs", "Bowls", "Lamps"), start=10)
    }
    parents = {child: ids[parent] for parent, child in {good.category for good in products}}
    categories = [{"id": each, "name": name, "parent": parents.get(name, 0)} for name, each in ids.items()]
    api = "/wp-json/wc/store/v1/products"
    listed = [_woocommerce_product(good, site, ids) for good in products]

    def page_of(entries: list[dict[str, Any]]) -> Any:
        def give(query: dict[str, str]) -> Reply:
            size, number = min(int(query["per_page"]), 5), int(query["page"])
            pages = -(-len(entries) // size)
            headers = {"X-WP-Total": str(len(entries)), "X-WP-TotalPages": str(pages)}
            part = entries[size * (number - 1) : size * number]
            return Reply(json.dumps(part).encode(), kind=JSON, headers=headers)

        return give

    site.routes[api] = page_of(listed)
    site.routes[f"{api}/categories"] = page_of(categories)
    site.give("/", '<html><body class="home woocommerce">Welcome</body></html>')
    give_pictures(site, products)


def _woocommerce_product(good: Good, site: Site, ids: dict[str, int]) -> dict[str, Any]:
    return {
        "id": good.number,
        "name": f"{good.name} &#8211; blue",
        "sku": f"W-{good.number}",
        "permalink": f"{site.url}/product/{good.handle}/",
        "description": f"<p>{good.name}</p>",
        "is_in_stock": good.number % 2 == 0,
        "review_count": 3,
        "prices": {
            "price": good.price.replace(".", ""),
            "currency_code": "EUR",
            "currency_minor_unit": 2,
        },
        "images": [
            {"id": 1, "src": address, "srcset": f"{address} 96w, {site.url}/img/small.jpg 40w"}
            for address in good.images(site)
        ],
        "categories": [{"id": ids[name], "name": name} for name in good.category],
        "tags": [{"id": 1, "name": "handmade"}],
        "attributes": [{"id": 1, "name": "Colour", "terms": [{"id": 1, "name": "Blue"}]}],
    }


def merchant_feed(site: Site, products: list[Good], path: str = "/feed.xml") -> None:
    """A Google Merchant feed in RSS."""
    items = "".join(
        f"<item><g:id>{good.number}</g:id><title>{escape(good.name)}</title>"
        f"<link>{site.url}/p/{good.handle}</link><g:image_link>{good.images(site)[0]}</g:image_link>"
        f"<g:additional_image_link>{good.images(site)[1]}</g:additional_image_link>"
        f"<g:price>{good.price} EUR</g:price><g:availability>in stock</g:availability>"
        f"<g:product_type>{' &gt; '.join(good.category)}</g:product_type></item>"
        for good in products
    )
    site.give(
        path,
        '<?xml version="1.0"?><rss xmlns:g="http://base.google.com/ns/1.0" version="2.0"><channel>'
        f"<title>Shop</title>{items}</channel></rss>",
        "application/xml",
    )
    give_pictures(site, products)
