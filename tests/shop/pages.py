"""The shop as web pages that say which product they show, in the shapes that shop systems really write."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

from tests.shop.goods import Good, give_pictures
from tests.shop.server import Site


def script(data: Any) -> str:
    """Data as JSON-LD in a page."""
    return f'<script type="application/ld+json">{json.dumps(data, ensure_ascii=False)}</script>'


def page(head: str = "", body: str = "", *, attributes: str = "") -> str:
    """A page of HTML."""
    return (
        f"<!doctype html><html><head><meta charset=utf-8>{head}</head><body {attributes}>{body}</body></html>"
    )


def breadcrumbs(good: Good, url: str) -> dict[str, Any]:
    """From the start page to the product, as most systems write it."""
    names = [("Home", f"{url}/"), *((name, f"{url}/{name}") for name in good.category), (good.name, "")]
    items = [
        {"@type": "ListItem", "position": position, "name": name} | ({"item": address} if address else {})
        for position, (name, address) in enumerate(names, start=1)
    ]
    return {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items}


def dawn(good: Good, site: Site) -> str:
    """Shopify's theme Dawn: one Product whose offers are its variants, and breadcrumbs beside it."""
    url = f"{site.url}/products/{good.handle}"
    product = {
        "@context": "http://schema.org/",
        "@type": "Product",
        "name": good.name,
        "url": url,
        "image": good.images(site),
        "description": f"{good.name}, handmade.",
        "sku": f"D-{good.number}",
        "brand": {"@type": "Brand", "name": "Atelier"},
        "offers": [
            {
                "@type": "Offer",
                "sku": f"D-{good.number}-{price}",
                "availability": f"http://schema.org/{stock}",
                "price": price,
                "priceCurrency": "EUR",
                "url": f"{url}?variant={position}",
            }
            for position, (price, stock) in enumerate(
                [(5.0, "OutOfStock"), (float(good.price), "InStock"), (9999.0, "InStock")]
            )
        ],
    }
    return page(script(product) + script(breadcrumbs(good, site.url)))


def product_group(good: Good, site: Site) -> str:
    """Shopify's filter structured_data: a ProductGroup with variants, addresses below the shop's."""
    variant = {
        "@type": "Product",
        "@id": f"/products/{good.handle}?variant=1#variant",
        "name": f"{good.name} - Blue",
        "sku": f"V-{good.number}",
        "image": good.images(site)[0],
        "offers": {
            "@type": "Offer",
            "price": good.price,
            "priceCurrency": "EUR",
            "availability": "http://schema.org/InStock",
            "url": f"{site.url}/products/{good.handle}?variant=1",
        },
    }
    group = {
        "@context": "http://schema.org/",
        "@id": f"/products/{good.handle}#product",
        "@type": "ProductGroup",
        "brand": {"@type": "Brand", "name": "Atelier"},
        "category": "Mugs",
        "name": good.name,
        "productGroupID": f"G-{good.number}",
        "url": f"{site.url}/products/{good.handle}",
        "hasVariant": [variant, variant | {"name": f"{good.name} - Red", "image": good.images(site)[1]}],
    }
    return page(script(group))


def yoast(good: Good, site: Site) -> str:
    """WooCommerce with Yoast: one graph, parts by reference, prices in specifications, a number as SKU."""
    url = f"{site.url}/product/{good.handle}/"
    graph = [
        {"@type": "WebPage", "@id": url, "breadcrumb": {"@id": f"{url}#breadcrumb"}},
        breadcrumbs(good, site.url) | {"@id": f"{url}#breadcrumb"},
        {"@type": "Brand", "@id": f"{url}#brand", "name": "Atelier"},
        {
            "@type": "Product",
            "@id": f"{url}#product",
            "name": good.name.replace("No.", "N&ordm;"),
            "url": url,
            "sku": good.number,
            "brand": {"@id": f"{url}#brand"},
            "image": {"@type": "ImageObject", "url": good.images(site)[0]},
            "aggregateRating": {"@type": "AggregateRating", "ratingValue": "4.5", "reviewCount": "12"},
            "offers": [
                {
                    "@type": "Offer",
                    "availability": "https://schema.org/InStock",
                    "priceSpecification": [
                        {"@type": "UnitPriceSpecification", "price": good.price, "priceCurrency": "EUR"},
                        {
                            "@type": "UnitPriceSpecification",
                            "price": "5000.00",
                            "priceType": "https://schema.org/ListPrice",
                        },
                    ],
                }
            ],
        },
    ]
    return page(script({"@context": "https://schema.org", "@graph": graph}))


def magento(good: Good, site: Site) -> str:
    """Magento 2: microdata over the whole body, and Open Graph with the picture and the price."""
    url = f"{site.url}/{good.handle}.html"
    head = (
        '<meta property="og:type" content="product"><meta property="og:title" content="Other title">'
        f'<meta property="og:image" content="{good.images(site)[0]}"><meta property="og:url" content="{url}">'
        f'<meta property="product:price:amount" content="{good.price}">'
        '<meta property="product:price:currency" content="EUR">'
    )
    body = (
        f'<h1><span itemprop="name">{good.name}</span></h1>'
        f'<div class="sku"><div itemprop="sku">M-{good.number}</div></div>'
        '<div itemprop="offers" itemscope itemtype="http://schema.org/Offer">'
        f'<meta itemprop="price" content="{good.price}"><meta itemprop="priceCurrency" content="EUR">'
        '<link itemprop="availability" href="http://schema.org/InStock"></div>'
        '<div itemprop="description"><p>Thrown by hand.</p></div>'
    )
    return page(head, body, attributes='itemscope itemtype="http://schema.org/Product"')


def prestashop(good: Good, site: Site) -> str:
    """PrestaShop: the product in microdata, and beside it others as miniatures with addresses."""
    miniature = (
        '<article itemscope itemtype="http://schema.org/Product"><a itemprop="url" '
        f'href="{site.url}/kitchen/9-other.html"><span itemprop="name">Another</span></a></article>'
    )
    body = (
        '<section itemscope itemtype="https://schema.org/Product">'
        f'<meta itemprop="url" content="{site.url}/kitchen/{good.handle}.html">'
        f'<img itemprop="image" src="/img/{good.number}-1.jpg"><h1 itemprop="name">{good.name}</h1>'
        f'<span itemprop="brand">Atelier</span><meta itemprop="sku" content="P-{good.number}">'
        '<div itemprop="offers" itemscope itemtype="https://schema.org/Offer">'
        '<link itemprop="availability" href="https://schema.org/OutOfStock">'
        f'<span itemprop="price" content="{good.price}">€ {good.price}</span>'
        f'<meta itemprop="priceCurrency" content="EUR"></div></section>{miniature}'
    )
    return page("", body)


def squarespace(good: Good, site: Site) -> str:
    """Squarespace: JSON-LD with an empty brand, and Open Graph."""
    product = {
        "name": f"{good.name} — Atelier",
        "image": good.images(site)[0],
        "description": "",
        "brand": "",
        "offers": {"@type": "Offer", "price": good.price, "priceCurrency": "EUR", "availability": "InStock"},
        "@context": "http://schema.org",
        "@type": "Product",
    }
    head = (
        '<meta property="og:type" content="product"><meta property="product:availability" content="instock">'
    )
    return page(head + script(product))


def open_graph(good: Good, site: Site) -> str:
    """A shop that has tags for Facebook and nothing else; the first JSON-LD is damaged."""
    head = (
        '<script type="application/ld+json">{"@type": "Product", "name": "unfinished</script>'
        '<meta property="og:type" content="og:product">'
        f'<meta property="og:title" content="{good.name}">'
        f'<meta property="og:image" content="/img/{good.number}-1.jpg">'
        f'<meta property="product:price:amount" content="{good.price}">'
        '<meta property="product:price:currency" content="EUR">'
        f'<meta property="product:retailer_item_id" content="F-{good.number}">'
        '<meta property="product:availability" content="out of stock">'
        '<meta property="product:brand" content="Atelier">'
    )
    return page(head)


def aggregate(good: Good, site: Site) -> str:
    """An AggregateOffer whose price is written as in Germany, the type twice over, and no number at all."""
    product = {
        "@context": "https://schema.org",
        "@type": ["Product", "https://schema.org/IndividualProduct"],
        "name": {"@value": good.name, "@language": "de"},
        "image": [{"@type": "ImageObject", "contentUrl": good.images(site)[0]}],
        "offers": {
            "@type": "AggregateOffer",
            "lowPrice": "1.299,00",
            "highPrice": "1.500",
            "priceCurrency": "EUR",
        },
    }
    return page(script([product]))


SHAPES: dict[str, Callable[[Good, Site], str]] = {
    each.__name__: each
    for each in (dawn, product_group, yoast, magento, prestashop, squarespace, open_graph, aggregate)
}


def web_shop(site: Site, products: list[Good]) -> list[str]:
    """A shop of pages in all shapes, linked from two categories; returns the products' paths."""
    shapes = list(SHAPES.values())
    paths = []
    for number, good in enumerate(products):
        path = f"/p/{good.handle}"
        paths.append(path)
        head, _, body = shapes[number % len(shapes)](good, site).partition("</head>")
        # The pages of one shop are below one path, whatever the shape would have.
        html = f'{head}<link rel="canonical" href="{site.url}{path}"></head>{body}'
        for mine in (f"/products/{good.handle}", f"/product/{good.handle}/", f"/kitchen/{good.handle}.html"):
            html = html.replace(f"{site.url}{mine}", f"{site.url}{path}")
        site.give(path, html)
    half = len(paths) // 2
    for name, part in (("mugs", paths[:half]), ("lamps", paths[half:])):
        links = "".join(f'<a href="{path}?utm_source=nav">a product</a>' for path in part)
        more = '<a href="/cart">Cart</a><a href="?sort=price">Cheap</a><a href="https://elsewhere.example/">Else</a>'
        site.give(f"/category/{name}", page("", links + more))
    site.give(
        "/",
        page(
            "",
            '<a href="/category/mugs">Mugs</a><a href="/category/lamps">Lamps</a><a href="/secret/x">x</a>',
        ),
    )
    give_pictures(site, products)
    return paths


def sitemap(site: Site, paths: list[str], path: str = "/sitemap.xml") -> None:
    """A sitemap, by way of an index that lists products apart."""
    entries = "".join(f"<url><loc>{site.url}{each}</loc></url>" for each in paths)
    begin = '<?xml version="1.0" encoding="UTF-8"?>'
    space = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'
    site.give("/sitemap_products_1.xml", f"{begin}<urlset {space}>{entries}</urlset>", "application/xml")
    site.give("/sitemap_blogs_1.xml", f"{begin}<urlset {space}></urlset>", "application/xml")
    names = ("sitemap_products_1.xml", "sitemap_blogs_1.xml")
    index = "".join(f"<sitemap><loc>{site.url}/{each}</loc></sitemap>" for each in names)
    site.give(path, f"{begin}<sitemapindex {space}>{index}</sitemapindex>", "application/xml")
