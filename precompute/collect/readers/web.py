"""Web pages that say which product they show, found by links or by a sitemap."""

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
from precompute.collect.readers import Ask, Found, Unreadable
from precompute.collect.readers.links import base_of, is_worth_asking, links_of, urgency_of
from precompute.collect.readers.markup import parse_page
from precompute.collect.readers.product_page import read_products
from precompute.collect.settings import PAGE_BYTES
from precompute.sources import LeftOut, Record

_START_PAGE = re.compile(r"/?([a-z]{2}([-_][a-z]{2})?/?)?", re.IGNORECASE)
_DEEPEST_SITEMAP = 3
_HEAD = 20_000
"""Bytes in which a sitemap's root element stands, behind what may come before it."""

_BEFORE_ROOT = re.compile(
    rb"<\?[^>]*>|<!--(?:[^-]|-(?!->))*-->|<!DOCTYPE[^>\[]*(?:\[[^\]]*\])?[^>]*>", re.IGNORECASE
)
_ROOT_ELEMENT = re.compile(rb"<(?:[\w.-]+:)?([\w.-]+)")
_SITEMAPS = (b"urlset", b"sitemapindex")
_SITEMAP = ("urlset", "sitemapindex")
_OF_PRODUCTS = re.compile(r"product|produkt|produit|prodott|producto|item", re.IGNORECASE)


class Web:
    """Reads pages within some hosts, and follows their links where it does not have a sitemap.

    From the start page of a site all links lead further. From any other page, such as a category's, those of
    that page and of the pages below it do, so that what is found is what that category leads to.
    """

    names_by_address = True

    def __init__(self, start: str, hosts: frozenset[str], *, follow: bool, max_depth: int) -> None:
        self._hosts, self._follow, self._max_depth = hosts, follow, max_depth
        path = urlsplit(start).path
        self._below = "/" if is_start_page(path) else path.rstrip("/")

    def read(self, ask: Ask, response: Response) -> Found:
        """See `Reader`."""
        if ask.role == "sitemap":
            return self._from_sitemap(ask, response)
        if not isinstance(response, TextResponse):
            raise Unreadable("it is not an HTML page")
        tree = parse_page(response.text)
        if tree is None:
            raise Unreadable("it is an empty page")
        base = base_of(tree, response.url)
        url = _canonical(tree, response.url, self._hosts)
        entries, elsewhere = read_products(tree, url=url, base=base)
        if not entries and not elsewhere and urgency_of(response.url) == 0:
            entries = [LeftOut(url, "it looks like a product's page and holds no product data")]
        asks = list(self._asks(elsewhere, ask)) if not self._follow or self._leads_further(ask.url) else []
        if self._follow and self._leads_further(ask.url):
            asks += self._asks(links_of(tree, base, self._hosts), ask)
        return Found(entries, tuple(dict.fromkeys(asks)))

    def complete(self, record: Record, notes: dict[str, str]) -> Record:
        """See `Reader`: a product that has no number of its own is called by its address."""
        if record.fields.get("id"):
            return record
        parts = urlsplit(record.place)
        name = unquote(parts.path.strip("/")) + (f"?{parts.query}" if parts.query else "")
        return replace(record, fields=record.fields | {"id": name or record.place})

    def _leads_further(self, url: str) -> bool:
        path = urlsplit(url).path.rstrip("/")
        return self._below == "/" or path == self._below or path.startswith(f"{self._below}/")

    def _asks(self, urls: Iterable[str], ask: Ask) -> Iterable[Ask]:
        if ask.depth >= self._max_depth:
            return
        for url in urls:
            yield Ask(url, "page", url, ask.depth + 1, urgency_of(url))

    def _from_sitemap(self, ask: Ask, response: Response) -> Found:
        kind, addresses = read_sitemap(response)
        if kind == "sitemapindex":
            # Where a shop lists its products apart, its other pages need not be asked.
            addresses = [each for each in addresses if _OF_PRODUCTS.search(each)] or addresses
        asks: list[Ask] = []
        passed_over: dict[str, list[str]] = {}
        for position, address in enumerate(addresses):
            reason, url = self._judged(address, response.url, kind, ask.depth)
            if reason:
                passed_over.setdefault(reason, []).append(url)
            elif kind == "sitemapindex":
                asks.append(Ask(url, "sitemap", f"{ask.place}/{position:07}", ask.depth + 1, -1))
            else:
                asks.append(Ask(url, "page", f"{ask.place}/{position:07}", ask.depth + 1, urgency_of(url)))
        return Found([_not_asked(ask.url, *each) for each in passed_over.items()], tuple(asks))

    def _judged(self, address: str, base: str, kind: str, depth: int) -> tuple[str, str]:
        """Why an address of a sitemap is not asked, or nothing, and the address as it is asked."""
        try:
            url = checked(address, base=base)
        except AddressError:
            return "cannot be asked", address
        if not is_within(url, self._hosts):
            return "on other hosts", url
        if kind == "sitemapindex" and depth >= _DEEPEST_SITEMAP:
            return "sitemaps too deep inside of others", url
        if kind == "urlset" and not is_worth_asking(url):
            return "of carts, searches, sorts or filters", url
        return "", url


def is_start_page(path: str) -> bool:
    """Whether a path is that of a site's start page, or of one in some language: `/`, `/de/`, `/en-gb`."""
    return _START_PAGE.fullmatch(path) is not None


def is_sitemap(response: Response) -> bool:
    """Whether an answer begins as a sitemap does."""
    head = response.body[:_HEAD]
    if gzip_magic_number(response):
        try:
            # As much as there is of what is perhaps cut in the middle.
            head = zlib.decompressobj(wbits=31).decompress(response.body[:_HEAD], _HEAD)
        except zlib.error:
            return False
    found = _ROOT_ELEMENT.search(_BEFORE_ROOT.sub(b"", head.replace(b"\0", b"")))
    return found is not None and found[1].lower() in _SITEMAPS


def read_sitemap(response: Response) -> tuple[str, list[str]]:
    """What a sitemap is, urlset or sitemapindex, and the addresses in it.

    Raises `Unreadable` where it is none.
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
    # lxml and gzip have an error of their own for each kind of damage.
    except Exception:
        raise Unreadable("it is not a sitemap") from None


def _not_asked(sitemap: str, reason: str, urls: list[str]) -> LeftOut:
    """A word on the addresses of a sitemap that are not asked for one reason."""
    verb = "" if reason.startswith("cannot") else "is " if len(urls) == 1 else "are "
    first = host_of(urls[0]) if reason == "on other hosts" else urls[0][:200]
    where = f", the first {'on ' if reason == 'on other hosts' else ''}{first}"
    return LeftOut(sitemap, f"{len(urls):,} of its addresses {verb}{reason}{where}")


def _canonical(tree: etree._Element, url: str, hosts: frozenset[str]) -> str:
    """The address that a page is to be known by: the one that it names itself, where that is on its host."""
    named = next((each.get("href") for each in tree.iter("link") if _is_canonical(each)), None)
    try:
        own = checked(named, base=url) if named else ""
    except AddressError:
        own = ""
    is_own = own and is_within(own, hosts) and (urlsplit(own).path != "/" or urlsplit(url).path == "/")
    return same_page(own if is_own else url)


def _is_canonical(link: etree._Element) -> bool:
    return "canonical" in (link.get("rel") or "").lower().split()
