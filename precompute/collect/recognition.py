"""Recognises the kind of source at an address, with as few requests as possible."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from scrapy.http import Response
from scrapy.utils.gz import gzip_magic_number

from precompute.collect.addresses import AddressError, checked, host_of, origin_of, without_credentials
from precompute.collect.fetching.crawl import Fetch
from precompute.collect.fetching.politeness import FORBIDDEN
from precompute.collect.fetching.reasons import Unanswered, answered
from precompute.collect.platforms import PLATFORMS, Platform, platform_named
from precompute.collect.platforms.platform import json_of
from precompute.collect.readers import Target, Unreadable
from precompute.collect.readers.kinds import Scope
from precompute.collect.readers.web import is_sitemap, is_start_page
from precompute.collect.settings import KINDS, PAGE_BYTES, TABLE, TABLE_BYTES, TABLE_SECONDS, CollectSettings
from precompute.shared.errors import UserError

_SITEMAPS = ("/sitemap.xml", "/sitemap_index.xml", "/wp-sitemap.xml")
_TABLES = (".csv", ".tsv", ".xlsx", ".xls", ".json", ".jsonl", ".ndjson", ".parquet", ".xml", ".rss", ".gz")
_LOGIN = frozenset({401, 403, 407})


@dataclass(frozen=True)
class Recognised:
    """A source's kind, a sentence about it, the answers fetched so far, and further targets."""

    kind: str
    said: str
    scope: Scope
    answers: tuple[tuple[Target, Response], ...] = ()
    targets: tuple[Target, ...] = ()


async def recognise(fetch: Fetch, settings: CollectSettings) -> Recognised:
    """Fetch the address, then the usual lists of shops, until one is found.

    The address itself may be a feed, a table, a sitemap or a page of a platform's list. From a shop's start
    page, the lists of all platforms are tried, and from a collection's page that collection's list. The
    sitemap is next. If there is none, links are followed from the address.

    Raises `UserError` if the address cannot be fetched or is none of these.
    """
    start = _start(settings.source)
    response = await _first(fetch, start)
    hosts = {host_of(start), host_of(response.url), *(each.lower() for each in settings.allow_domains)}
    probe = _Probe(fetch, Scope(response.url, frozenset(hosts)), response)
    if settings.kind is None:
        return await _found(probe)
    return await _forced(probe, settings.kind if settings.kind in KINDS else TABLE)


async def _found(probe: _Probe) -> Recognised:
    kind = _kind_of(probe.response)
    if platform_named(kind):
        # The address is that of a platform's list.
        return await _forced(probe, kind)
    if kind in ("sitemap", "table"):
        return probe.directly(kind)
    if not kind:
        raise UserError(
            f"Expected a shop, a web page, a sitemap, a product feed or a table at {probe.start}. "
            f"Received: {_content_type(probe.response) or 'something'}, which is none of them."
        )
    if urlsplit(probe.start).path.lower().endswith(_TABLES):
        raise UserError(
            f"Expected a feed or a table at {probe.start}. Received: an HTML page, probably a login form. "
            "Download the file with your browser and give its path instead."
        )
    is_root = is_start_page(urlsplit(probe.start).path)
    found = None
    for platform in PLATFORMS:
        if not found and (is_root or platform.part.search(probe.start)):
            found = await probe.shop(platform)
    if not found and is_root:
        found = await probe.sitemap()
    return found or probe.pages()


async def _forced(probe: _Probe, kind: str) -> Recognised:
    """The source as the kind that --source names."""
    if kind == TABLE:
        return probe.directly(kind)
    if kind == "pages":
        return probe.pages()
    if kind == "sitemap":
        if _kind_of(probe.response) == "sitemap":
            return probe.directly(kind)
        found = await probe.sitemap()
        wanted = "a sitemap at this address, in the robots.txt, or at /sitemap.xml"
    else:
        platform = next(each for each in PLATFORMS if each.name == kind)
        found = await probe.shop(platform)
        wanted = f"the {platform.list} of {platform.shop}"
    if found is None:
        why = probe.closed.get(kind, "none")
        raise UserError(f"Expected {wanted} at {origin_of(probe.start)}. Received: {why}.")
    return found


class _Probe:
    """Tries the lists that a site may have."""

    def __init__(self, fetch: Fetch, scope: Scope, response: Response) -> None:
        self._fetch, self._scope, self.response = fetch, scope, response
        self.start = scope.start
        self.closed: dict[str, str] = {}
        """Why a list could not be fetched, by kind."""

    def directly(self, kind: str) -> Recognised:
        """The address itself is the source."""
        what = {"table": "a product feed or table", "sitemap": "a sitemap"}[kind]
        target = Target(self.start, kind, urgency=-1)
        return Recognised(kind, f"{self.start} is {what}.", self._scope, ((target, self.response),))

    async def shop(self, platform: Platform) -> Recognised | None:
        """The list of a shop, if it exists and is open; otherwise None."""
        kind, reader = platform.name, platform.reader(self.start)
        target = reader.first()
        response = await self._try(target.url, kind)
        if response is None:
            return None
        try:
            is_list = platform.has_made(json_of(response))
        except Unreadable as error:
            self.closed[kind] = str(error)
            return None
        if not is_list:
            self.closed[kind] = "it lists no product"
            return None
        said = f"{origin_of(self.start)} is {platform.shop}: reading its {urlsplit(target.url).path}."
        about = reader.about()
        return Recognised(kind, said, self._scope, ((target, response),), (about,) if about else ())

    async def sitemap(self) -> Recognised | None:
        """The sitemaps that the robots.txt names, or one at a usual address; None if there is none."""
        named = [url for text in self._fetch.sitemaps(self.start) if (url := _checked(text, self.start))]
        for url in named or [f"{origin_of(self.start)}{path}" for path in _SITEMAPS]:
            response = await self._try(url, "sitemap")
            if response is None:
                continue
            if not is_sitemap(response):
                self.closed["sitemap"] = "it is not a sitemap"
                continue
            targets = [
                Target(each, "sitemap", f"{position:03}", urgency=-1) for position, each in enumerate(named)
            ]
            first = Target(url, "sitemap", f"{named.index(url) if named else 0:03}", urgency=-1)
            said = f"{self._looks()}: reading the pages that {urlsplit(url).path} lists."
            rest = tuple(target for target in targets if target.url != url)
            return Recognised("sitemap", said, self._scope, ((first, response),), rest)
        return None

    def pages(self) -> Recognised:
        """The pages that links lead to."""
        target = Target(self.start, "page", self.start)
        said = f"{self._looks()}: following its links to find product pages."
        return Recognised("pages", said, self._scope, ((target, self.response),))

    def _looks(self) -> str:
        """A description of the site. If it looks like a known shop system, it says why its list is closed."""
        start, body = self.start.rstrip("/"), self.response.body.lower()
        for platform in PLATFORMS:
            if platform.mark in body and platform.name in self.closed:
                why = self.closed[platform.name]
                return f"{start} looks like {platform.shop} whose {platform.list} is closed ({why})"
        return f"{start} is a web site"

    async def _try(self, url: str, kind: str) -> Response | None:
        try:
            response = await self._fetch(url)
        except Unanswered as error:
            self.closed[kind] = str(error)
            return None
        if response.status != 200:
            self.closed[kind] = answered(response.status)
            return None
        return response


def _start(source: str) -> str:
    try:
        return checked(source)
    except AddressError as error:
        raise UserError(
            "Expected an address such as https://shop.example. "
            f"Received: {without_credentials(source)}: {error}."
        ) from None


async def _first(fetch: Fetch, start: str) -> Response:
    """The answer of the source itself. Raises `UserError` if it cannot be used."""
    try:
        response = await fetch(start, download_maxsize=TABLE_BYTES, download_timeout=TABLE_SECONDS)
    except Unanswered as error:
        if str(error) == FORBIDDEN:
            raise UserError(
                f"The robots.txt of {host_of(start)} forbids programs to read {start}. "
                "Ask the shop for a product feed or an export, and give that file."
            ) from None
        raise UserError(f"Expected an answer from {start}. Received: none, because {error}.") from None
    if response.status in _LOGIN:
        raise UserError(
            f"Expected {start} to be open to everyone. Received: {answered(response.status)}. "
            "Log in with your browser, download the file or an export, and give its path instead."
        )
    if response.status != 200:
        raise UserError(f"Expected a page or a file at {start}. Received: {answered(response.status)}.")
    if not response.body:
        raise UserError(f"Expected a page or a file at {start}. Received: nothing (0 bytes).")
    return response


def _kind_of(response: Response) -> str:
    """The kind of an answer by its content: "pages" for HTML, empty if unknown."""
    head = response.body.lstrip(b"\xef\xbb\xbf \t\r\n")[:4000].lower()
    if gzip_magic_number(response) or head.startswith(
        (b"<?xml", b"<rss", b"<feed", b"<urlset", b"<sitemapindex")
    ):
        return "sitemap" if is_sitemap(response) else "pages" if b"<html" in head else "table"
    if head.startswith((b"{", b"[")):
        return _kind_of_json(response)
    if b"<html" in head or b"<!doctype html" in head or "html" in _content_type(response):
        return "pages"
    path = urlsplit(response.url).path.lower()
    is_text = _content_type(response).startswith("text/") and any(each in head for each in b",;\t|")
    is_binary_table = response.body.startswith((b"PK\x03\x04", b"PAR1"))
    return "table" if is_text or is_binary_table or path.endswith(_TABLES) else ""


def _kind_of_json(response: Response) -> str:
    if len(response.body) > PAGE_BYTES:
        # No shop's list has pages of this size.
        return "table"
    try:
        content: Any = json_of(response)
    except Unreadable:
        return "table"  # JSON Lines cannot be parsed as JSON.
    return next((platform.name for platform in PLATFORMS if platform.has_made(content)), "table")


def _content_type(response: Response) -> str:
    return (response.headers.get("Content-Type") or b"").decode("latin-1").partition(";")[0].strip().lower()


def _checked(text: str, base: str) -> str:
    try:
        return checked(text, base=base)
    except AddressError:
        return ""
