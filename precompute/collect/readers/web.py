"""Reads web pages with product data, found by links or by a sitemap."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from lxml import etree
from scrapy.http import Response, TextResponse
from scrapy.utils.gz import gunzip, gzip_magic_number
from scrapy.utils.sitemap import Sitemap

from precompute.collect.addresses import AddressError, checked, host_of, is_within, same_page
from precompute.collect.readers import Found, Target, Unreadable
from precompute.collect.readers.links import base_of, is_worth_asking, links_of, urgency_of
from precompute.collect.readers.markup import parse_page
from precompute.collect.readers.product_page import read_products
from precompute.collect.settings import PAGE_BYTES
from precompute.sources import LeftOut, Record

_START_PAGE = re.compile(r"/?([a-z]{2}([-_][a-z]{2})?/?)?", re.IGNORECASE)
_DEEPEST_SITEMAP = 3
_HEAD = 20_000
"""The most bytes before the end of a sitemap's root tag."""

_BEFORE_ROOT = re.compile(
    rb"<\?[^>]*>|<!--(?:[^-]|-(?!->))*-->|<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?[^>]*>", re.IGNORECASE
)
_ROOT_ELEMENT = re.compile(rb"<(?:[\w.-]+:)?([\w.-]+)")
_SITEMAPS = (b"urlset", b"sitemapindex")
_SITEMAP = ("urlset", "sitemapindex")
_OF_PRODUCTS = re.compile(r"product|produkt|produit|prodott|producto|item", re.IGNORECASE)


class Web:
    """Reads pages on given hosts, and follows their links if there is no sitemap.

    From a site's start page, all links are followed. From any other page, such as a category's, only links on
    that page and on pages below it are followed. So only that category's products are found.
    """

    names_by_address = True

    def __init__(self, start: str, hosts: frozenset[str], *, follow: bool, max_depth: int) -> None:
        self._hosts, self._follow, self._max_depth = hosts, follow, max_depth
        path = urlsplit(start).path
        self._below = "/" if is_start_page(path) else path.rstrip("/")

    def read(self, target: Target, response: Response) -> Found:
        """See `Reader`."""
        if target.role == "sitemap":
            return self._from_sitemap(target, response)
        if not isinstance(response, TextResponse):
            raise Unreadable("it is not an HTML page")
        tree = parse_page(response.text)
        if tree is None:
            raise Unreadable("it is an empty page")
        base = base_of(tree, response.url)
        url = _canonical(tree, response.url, self._hosts)
        entries, elsewhere = read_products(tree, url=url, base=base)
        if not entries and not elsewhere and urgency_of(response.url) == 0:
            entries = [LeftOut(url, "it looks like a product's page, but has no product data")]
        targets = (
            list(self._targets(elsewhere, target))
            if not self._follow or self._leads_further(target.url)
            else []
        )
        if self._follow and self._leads_further(target.url):
            targets += self._targets(links_of(tree, base, self._hosts), target)
        return Found(entries, tuple(dict.fromkeys(targets)))

    def complete(self, record: Record, notes: dict[str, str]) -> Record:
        """See `Reader`. A product without an id gets its address as id."""
        if record.fields.get("id"):
            return record
        parts = urlsplit(record.place)
        name = unquote(parts.path.strip("/")) + (f"?{parts.query}" if parts.query else "")
        return replace(record, fields=record.fields | {"id": name or record.place})

    def _leads_further(self, url: str) -> bool:
        path = urlsplit(url).path.rstrip("/")
        return self._below == "/" or path == self._below or path.startswith(f"{self._below}/")

    def _targets(self, urls: Iterable[str], target: Target) -> Iterable[Target]:
        if target.depth >= self._max_depth:
            return
        for url in urls:
            yield Target(url, "page", url, target.depth + 1, urgency_of(url))

    def _from_sitemap(self, target: Target, response: Response) -> Found:
        kind, addresses = read_sitemap(response)
        if kind == "sitemapindex":
            # If a shop has a separate sitemap of products, its other pages are not needed.
            addresses = [each for each in addresses if _OF_PRODUCTS.search(each)] or addresses
        targets: list[Target] = []
        passed_over: dict[str, list[str]] = {}
        for position, address in enumerate(addresses):
            reason, url = self._judged(address, response.url, kind, target.depth)
            if reason:
                passed_over.setdefault(reason, []).append(url)
            elif kind == "sitemapindex":
                targets.append(Target(url, "sitemap", f"{target.place}/{position:07}", target.depth + 1, -1))
            else:
                targets.append(
                    Target(url, "page", f"{target.place}/{position:07}", target.depth + 1, urgency_of(url))
                )
        return Found([_not_asked(target.url, *each) for each in passed_over.items()], tuple(targets))

    def _judged(self, address: str, base: str, kind: str, depth: int) -> tuple[str, str]:
        """Why an address of a sitemap is not fetched (empty if it is), and the address in full."""
        try:
            url = checked(address, base=base)
        except AddressError:
            return "cannot be fetched", address
        if not is_within(url, self._hosts):
            return "on other hosts", url
        if kind == "sitemapindex" and depth >= _DEEPEST_SITEMAP:
            return "nested too deeply in other sitemaps", url
        if kind == "urlset" and not is_worth_asking(url):
            return "of carts, searches, sorts or filters", url
        return "", url


def is_start_page(path: str) -> bool:
    """Whether a path is a site's start page, perhaps of a language: `/`, `/de/`, `/en-gb`."""
    return _START_PAGE.fullmatch(path) is not None


def is_sitemap(response: Response) -> bool:
    """Whether an answer begins like a sitemap."""
    head = response.body[:_HEAD]
    if gzip_magic_number(response):
        try:
            # The data may be cut off, so only its beginning is decompressed.
            head = zlib.decompressobj(wbits=31).decompress(response.body[:_HEAD], _HEAD)
        except zlib.error:
            return False
    found = _ROOT_ELEMENT.search(_BEFORE_ROOT.sub(b"", head.replace(b"\0", b"")))
    return found is not None and found[1].lower() in _SITEMAPS


def read_sitemap(response: Response) -> tuple[str, list[str]]:
    """The type of a sitemap, urlset or sitemapindex, and its addresses.

    Raises `Unreadable` if it is not a sitemap.
    """
    body = response.body
    try:
        if gzip_magic_number(response):
            body = gunzip(body, max_size=5 * PAGE_BYTES)
        sitemap = Sitemap(body.lstrip())
        if sitemap.type not in _SITEMAP:
            raise Unreadable("it is not a sitemap")
        return sitemap.type, [entry["loc"] for entry in sitemap if entry.get("loc")]
    except Unreadable:
        raise
    # lxml and gzip raise many kinds of errors for damaged data.
    except Exception:
        raise Unreadable("it is not a sitemap") from None


def _not_asked(sitemap: str, reason: str, urls: list[str]) -> LeftOut:
    """A report about addresses of a sitemap that are not fetched for the same reason."""
    verb = "" if reason.startswith("cannot") else "is " if len(urls) == 1 else "are "
    first = host_of(urls[0]) if reason == "on other hosts" else urls[0][:200]
    where = f", the first {'on ' if reason == 'on other hosts' else ''}{first}"
    return LeftOut(sitemap, f"{len(urls):,} of its addresses {verb}{reason}{where}")


def _canonical(tree: etree._Element, url: str, hosts: frozenset[str]) -> str:
    """The canonical address of a page: the one that it names, if that is on its host, or else its own."""
    named = next((each.get("href") for each in tree.iter("link") if _is_canonical(each)), None)
    try:
        own = checked(named, base=url) if named else ""
    except AddressError:
        own = ""
    is_own = own and is_within(own, hosts) and (urlsplit(own).path != "/" or urlsplit(url).path == "/")
    return same_page(own if is_own else url)


def _is_canonical(link: etree._Element) -> bool:
    return "canonical" in (link.get("rel") or "").lower().split()
