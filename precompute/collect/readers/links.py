"""Decides which links of a page to follow: products first, never carts, accounts, sorts or filters."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import islice
from urllib.parse import parse_qsl, urlsplit

from lxml import etree
from w3lib.url import url_query_cleaner

from precompute.collect.addresses import AddressError, checked, is_within, same_page

_PRODUCT = re.compile(
    r"/(products?|produkte?|produits?|prodott[oi]|productos?|produtos?|items?|artikel|article|dp|p)/"
    r"|route=product/product|product_info|[?&]products?_id=",
    re.IGNORECASE,
)
_LISTING = re.compile(
    r"/(collections?|categor\w+|kategorie\w*|shop|catalog\w*|c|store)(/|$)|[?&](page|p|paged)=|/page/\d",
    re.IGNORECASE,
)
_NOTHING_TO_SEE = re.compile(
    r"/(cart|basket|warenkorb|panier|checkout|kasse|account|customer|login|logout|signin|register|wishlist"
    r"|compare|search|suche|recherche|admin|wp-admin|wp-login\.php|wp-json|cdn-cgi|policies|tag|feed)(/|$|\.)",
    re.IGNORECASE,
)
_ORDER_OF_THE_SAME = re.compile(
    r"sort\w*|order\w*|dir|direction|limit|view|mode|display|filter.*|f|facet\w*|pf_.*|min_price|max_price|price"
    r"|colou?r|size|add-to-cart|add_to_.*|remove_.*|quantity|action|replytocom|share|q|query|s|search|currency"
    r"|setcurrency|returnurl|redirect\w*|sid|sessionid|phpsessid|print",
    re.IGNORECASE,
)
_MOST_LINKS = 5000
"""The most links of one page that are examined."""

_VARIANT = ["variant", "variation_id", "selected"]


def urgency_of(url: str) -> int:
    """0 for an address that looks like a product's page, 1 for a list of products, 2 for others."""
    return 0 if _PRODUCT.search(url) else 1 if _LISTING.search(url) else 2


def is_worth_asking(url: str) -> bool:
    """Whether a page may show or link to products that no other page does."""
    parts = urlsplit(url)
    if _NOTHING_TO_SEE.search(parts.path):
        return False
    names = [name for name, _ in parse_qsl(parts.query, keep_blank_values=True)]
    return not any(_ORDER_OF_THE_SAME.fullmatch(name.partition("[")[0]) for name in names)


def base_of(tree: etree._Element, url: str) -> str:
    """The base of a page's relative addresses: its own address, or its base element's."""
    named = next((each.get("href") for each in tree.iter("base") if each.get("href")), None)
    try:
        return checked(named, base=url) if named else url
    except AddressError:
        return url


def links_of(tree: etree._Element, base: str, hosts: frozenset[str]) -> Iterator[str]:
    """The addresses that a page links to within the hosts, each once."""
    robots = " ".join(each.get("content") or "" for each in tree.iter("meta") if _is_robots(each)).lower()
    if "nofollow" in robots or "none" in robots.replace(",", " ").split():
        return
    seen: set[str] = set()
    links = (each for each in tree.iter("a", "area") if each.get("href") is not None)
    for link in islice(links, _MOST_LINKS):
        if "nofollow" in (link.get("rel") or "").lower().split():
            continue
        try:
            url = url_query_cleaner(same_page(checked(link.get("href"), base=base)), _VARIANT, remove=True)
        except AddressError:
            continue
        if url not in seen and is_within(url, hosts) and is_worth_asking(url):
            seen.add(url)
            yield url


def _is_robots(meta: etree._Element) -> bool:
    return (meta.get("name") or "").strip().lower() == "robots"
