"""Web pages that say which product they show, found by links or by a sitemap."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace
from urllib.parse import unquote, urlsplit

from scrapy.http import HtmlResponse, Response, TextResponse
from scrapy.utils.gz import gunzip, gzip_magic_number
from scrapy.utils.sitemap import Sitemap

from precompute.collect.addresses import AddressError, checked, host_of, is_within, same_page
from precompute.collect.readers import Ask, Found, Unreadable
from precompute.collect.readers.links import is_worth_asking, links_of, urgency_of
from precompute.collect.readers.schema_org import (
    PRODUCTS,
    category_from_breadcrumbs,
    open_graph_product,
    product_fields,
    product_images,
    product_url,
)
from precompute.collect.readers.structured import Node, Structured, read_structured
from precompute.collect.settings import PAGE_BYTES
from precompute.sources import Record

_START_PAGE = re.compile(r"/?([a-z]{2}([-_][a-z]{2})?/?)?", re.IGNORECASE)
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
            return Found(asks=tuple(self._from_sitemap(ask, response)))
        if not isinstance(response, TextResponse):
            raise Unreadable("it is no page of HTML")
        page = read_structured(response.text, response.url)
        records, elsewhere = _records(page, _canonical(response, self._hosts), response)
        asks = list(self._asks(elsewhere, ask)) if not self._follow or self._leads_further(ask.url) else []
        if self._follow and self._leads_further(ask.url) and isinstance(response, HtmlResponse):
            asks += self._asks(links_of(response, self._hosts), ask)
        return Found(records, tuple(dict.fromkeys(asks)))

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

    def _from_sitemap(self, ask: Ask, response: Response) -> Iterable[Ask]:
        kind, addresses = read_sitemap(response)
        if kind == "sitemapindex":
            # Where a shop lists its products apart, its other pages need not be asked.
            addresses = [each for each in addresses if _OF_PRODUCTS.search(each)] or addresses
        for position, address in enumerate(addresses):
            try:
                url = checked(address, base=response.url)
            except AddressError:
                continue
            place = f"{ask.place}/{position:07}"
            if not is_within(url, self._hosts):
                continue
            if kind == "sitemapindex" and ask.depth < 3:
                yield Ask(url, "sitemap", place, ask.depth + 1, -1)
            elif kind == "urlset" and is_worth_asking(url):
                yield Ask(url, "page", place, ask.depth + 1, urgency_of(url))


def is_start_page(path: str) -> bool:
    """Whether a path is that of a site's start page, or of one in some language: `/`, `/de/`, `/en-gb`."""
    return _START_PAGE.fullmatch(path) is not None


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
            raise Unreadable("it is no sitemap")
        return sitemap.type, [entry["loc"] for entry in sitemap if entry.get("loc")]
    except Unreadable:
        raise
    # lxml and gzip have an error of their own for each kind of damage.
    except Exception:
        raise Unreadable("it is no sitemap") from None


def _canonical(response: TextResponse, hosts: frozenset[str]) -> str:
    """The address that a page is to be known by: the one that it names itself, where that is on its host."""
    named = response.css("link[rel=canonical]::attr(href)").get()
    try:
        url = checked(named, base=response.url) if named else ""
    except AddressError:
        url = ""
    is_own = (
        url and is_within(url, hosts) and (urlsplit(url).path != "/" or urlsplit(response.url).path == "/")
    )
    return same_page(url if is_own else response.url)


def _records(page: Structured, url: str, response: TextResponse) -> tuple[list[Record], list[str]]:
    """The products that a page shows, and the addresses of those that it only leads to."""
    here: list[Node] = []
    elsewhere: list[str] = []
    for node in page.of_type(*PRODUCTS):
        own = product_url(node, response.url)
        if not own or _last(own) in (_last(url), _last(response.url)):
            here.append(node)
        else:
            elsewhere.append(own)
    for node in page.of_type("ItemList", "CollectionPage", "OfferCatalog"):
        elsewhere += _listed(node, response.url)
    tagged = open_graph_product(page, response.url)
    groups = _as_products(here, response.url)
    if not groups and tagged is not None and not elsewhere:
        fields, images = tagged
        groups = [(fields, images)] if images else []
    elif len(groups) == 1 and tagged is not None:
        fields, images = groups[0]
        groups = [(tagged[0] | fields, images or tagged[1])]
    records = []
    for position, (fields, images) in enumerate(groups):
        place = url if len(groups) == 1 else f"{url}#{position + 1}"
        path = category_from_breadcrumbs(page, url=url, title=fields.get("title", ""))
        category = {"category": path} if path and len(groups) == 1 else {}
        records.append(Record(place, fields | {"url": url} | category, images))
    hosts = frozenset({host_of(response.url)})
    return records, [same_page(each) for each in elsewhere if is_within(each, hosts)]


def _as_products(nodes: list[Node], base: str) -> list[tuple[dict[str, str], tuple[str, ...]]]:
    """Fields and pictures of each product of a page.

    A page of one product may say so in several syntaxes, and may list the product's variants one by one: then
    they have one name, or one group. What the first leaves open, the others tell.
    """
    products: dict[str, tuple[dict[str, str], tuple[str, ...]]] = {}
    for node in nodes:
        fields, images = product_fields(node), product_images(node, base)
        key = fields.get("variants") or fields.get("title", "").casefold()
        if not key and not images:
            continue
        before = products.get(key, ({}, ()))
        products[key] = (fields | before[0], tuple(dict.fromkeys([*before[1], *images])))
    return list(products.values())


def _listed(node: Node, base: str) -> list[str]:
    """The addresses of a list's items."""
    found = []
    for element in node.get("itemListElement") or []:
        item = element.get("item", element) if isinstance(element, dict) else element
        url = item if isinstance(item, str) else product_url(item, base) if isinstance(item, dict) else ""
        if url.startswith(("http:", "https:")):
            found.append(url)
    return found


def _last(url: str) -> str:
    """The last part of an address' path, by which one product's addresses agree."""
    return unquote(urlsplit(url).path).rstrip("/").rpartition("/")[2].casefold()
