"""Serves what search engines ask for: which pages they may visit, and which pages exist."""

from __future__ import annotations

from collections.abc import Iterable
from html import escape

from flask import Flask, Response

from dashapp.addresses import GALLERY, href_of, product_href
from dashapp.http.previews import origin_of
from dashapp.site import Sites

LISTED = 10_000
"""How many products one sitemap holds; sitemaps.org allows 50,000 addresses and 50 MB."""

_ROBOTS = """User-agent: *
Disallow: {site}/_dash
Disallow: {site}/api/
Disallow: {site}/compare/
Sitemap: {origin}{site}/sitemap.xml
"""


def register_crawlers(server: Flask, sites: Sites) -> None:
    """Serve `/robots.txt`, and `/sitemap.xml`, an index of sitemaps with every product's page."""

    @server.get("/robots.txt")
    def robots() -> Response:
        text = _ROBOTS.format(origin=origin_of(sites.current()), site=href_of(""))
        return Response(text, mimetype="text/plain")

    @server.get("/sitemap.xml")
    def sitemap() -> Response:
        site = sites.current()
        if site.bundle is None:
            return Response(site.problem + "\n", status=503, mimetype="text/plain")
        lists = range(1, max(1, -(-site.bundle.count // LISTED)) + 1)
        addresses = (origin_of(site) + href_of(f"/sitemap-{number}.xml") for number in lists)
        return _xml("sitemapindex", "sitemap", addresses, changed=site.bundle.manifest["created"])

    @server.get("/sitemap-<int:number>.xml")
    def pages(number: int) -> Response:
        site = sites.current()
        if site.bundle is None:
            return Response(site.problem + "\n", status=503, mimetype="text/plain")
        ids = site.bundle.product_ids(offset=(number - 1) * LISTED, limit=LISTED) if number else []
        if number != 1 and not ids:
            return Response("There is no such list of pages.\n", status=404, mimetype="text/plain")
        hrefs = [*([href_of(GALLERY)] if number == 1 else []), *map(product_href, ids)]
        addresses = (origin_of(site) + href for href in hrefs)
        return _xml("urlset", "url", addresses, changed=site.bundle.manifest["created"])


def _xml(root: str, element: str, addresses: Iterable[str], *, changed: str) -> Response:
    """Addresses in the format of sitemaps.org, each with the time of its last change."""
    lines = [
        f"<{element}><loc>{escape(address)}</loc><lastmod>{escape(changed)}</lastmod></{element}>"
        for address in addresses
    ]
    namespace = "http://www.sitemaps.org/schemas/sitemap/0.9"
    text = "\n".join(['<?xml version="1.0" encoding="UTF-8"?>', f'<{root} xmlns="{namespace}">', *lines])
    return Response(f"{text}\n</{root}>\n", mimetype="application/xml")
