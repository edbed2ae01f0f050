"""Keeps to every host's wishes: its robots.txt, Crawl-delay and Retry-After, and never exceeds `--rate`.

Scrapy's AutoThrottle adapts the delay to a host's speed. This module sets the least delay.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import Any

from scrapy import Request, Spider, signals
from scrapy.crawler import Crawler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Response
from scrapy.robotstxt import RobotParser
from scrapy.utils.httpobj import urlparse_cached

from precompute.collect.addresses import host_of
from precompute.collect.settings import LONGEST_PAUSE, RETRIES, ROBOT
from precompute.shared.progress import duration, say

FORBIDDEN = "robots.txt forbids it"

_YEAR = 365 * 24 * 3600.0
_ROBOTS_BYTES = 500 * 1024
"""How much of a robots.txt is read: RFC 9309 allows this limit, and more would cost time for each address."""

_SECONDS_SAID = 10.0
"""Longer pauses are announced, so that users know what the command waits for."""


@dataclass
class Manners:
    """What is known about hosts. Both passes share it.

    `parsers` and `sitemaps` come from a robots.txt, by host and port. By host, `delays` are the seconds
    between requests that it asks for, and `last` is when the last request was sent, or the next may be.
    `answered` are the hosts that ever answered.
    """

    parsers: dict[str, Any] = field(default_factory=dict)
    delays: dict[str, float] = field(default_factory=dict)
    sitemaps: dict[str, list[str]] = field(default_factory=dict)
    last: dict[str, float] = field(default_factory=dict)
    answered: set[str] = field(default_factory=set)


def _manners_of(crawler: Crawler) -> Manners:
    spider: Any = crawler.spider
    manners: Manners = spider.manners
    return manners


class HostPace:
    """Keeps the delay of each host's download slot at or above the one that the host asks for."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler
        self._manners = _manners_of(crawler)
        crawler.signals.connect(self._robots_parsed, signal=signals.robots_parsed)
        crawler.signals.connect(self._hold, signal=signals.request_reached_downloader)
        # This runs after AutoThrottle, which comes earlier among the extensions and sets its own delay.
        crawler.signals.connect(self._answered, signal=signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> HostPace:
        """See Scrapy's extensions."""
        return cls(crawler)

    def pause(self, request: Request, seconds: float) -> None:
        """Send a host no requests for some seconds."""
        slot = self._crawler.engine.downloader.slots.get(request.meta.get("download_slot", ""))
        if slot is not None:
            # The next request is sent one delay after the last, so the last is dated into the future.
            slot.lastseen = max(slot.lastseen, monotonic() + seconds - slot.delay)
        if seconds >= _SECONDS_SAID:
            say(f"{host_of(request.url)} asks for a pause: no requests for {duration(seconds)}.")

    def _robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        # Scrapy's own interface to robots.txt has no sitemaps.
        parser: Any = getattr(robotparser, "rp", robotparser)
        self._manners.sitemaps[urlparse_cached(request).netloc] = list(parser.sitemaps)
        delay = robotparser.crawl_delay(ROBOT)
        if delay:
            host = urlparse_cached(request).hostname or ""
            self._manners.delays[host] = min(delay, _YEAR)
            if 1 < delay <= LONGEST_PAUSE:
                say(f"The robots.txt of {host_of(request.url)} asks for {delay:g} s between requests.")

    def _answered(self, request: Request, **_: Any) -> None:
        self._manners.answered.add(_host(request))
        self._hold(request)

    def _hold(self, request: Request, **_: Any) -> None:
        key = _host(request)
        slot = self._crawler.engine.downloader.slots.get(key)
        if slot is not None:
            slot.delay = max(slot.delay, self._manners.delays.get(key, 0.0))
            slot.lastseen = max(slot.lastseen, self._manners.last.get(key, 0.0))
            self._manners.last[key] = slot.lastseen


class PatientRetry(RetryMiddleware):
    """Retries after a pause: the server's Retry-After, or else twice as long each time."""

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """See Scrapy's downloader middlewares."""
        if response.status in self.retry_http_codes and self._is_left(request):
            asked = retry_after(response)
            if asked is not None and asked > LONGEST_PAUSE:
                raise IgnoreRequest(
                    f"the server answered {response.status} and asks to come back in {duration(asked)}"
                )
            self._pause(request, asked)
        return super().process_response(request, response)

    def process_exception(
        self, request: Request, exception: Exception, spider: Spider | None = None
    ) -> Request | Response | None:
        """See Scrapy's downloader middlewares."""
        if isinstance(exception, CannotResolveHostError) or is_about_trust(exception):
            # Neither a name nor a certificate changes within seconds.
            return None
        if request.meta.get("retry_times") and _host(request) not in _manners_of(self.crawler).answered:
            # The host has never answered, so the address is probably wrong.
            return None
        again = super().process_exception(request, exception)
        if again is not None:
            self._pause(request, None)
        return again

    def _is_left(self, request: Request) -> bool:
        return bool(request.meta.get("retry_times", 0) < RETRIES)

    def _pause(self, request: Request, seconds: float | None) -> None:
        if seconds is None:
            seconds = 0.5 * 2 ** request.meta.get("retry_times", 0)
        pace = self.crawler.get_extension(HostPace)
        if pace is not None:
            pace.pause(request, seconds)


class Robots(RobotsTxtMiddleware):
    """Obeys robots.txt as in RFC 9309: if the server fails to provide it, nothing may be fetched."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._parsers = _manners_of(crawler).parsers

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 500 or response.status == 429:
            response = response.replace(body=b"User-agent: *\nDisallow: /")
        elif response.status != 200:
            response = response.replace(body=b"")
        elif len(response.body) > _ROBOTS_BYTES:
            response = response.replace(body=response.body[:_ROBOTS_BYTES].rpartition(b"\n")[0])
        await super()._parse_robots(response, netloc, request)

    def process_request_2(self, rp: RobotParser | None, request: Request) -> None:
        """See Scrapy's middleware. The reason is worded for reports."""
        try:
            super().process_request_2(rp, request)
        except IgnoreRequest:
            raise IgnoreRequest(FORBIDDEN) from None
        delay = _manners_of(self.crawler).delays.get(urlparse_cached(request).hostname or "", 0.0)
        if delay > LONGEST_PAUSE:
            raise IgnoreRequest(f"robots.txt asks for {duration(delay)} between requests")


def is_about_trust(exception: BaseException) -> bool:
    """Whether a connection failed because the server's certificate is not trusted."""
    return "certificate verify failed" in str(exception) or is_of_another_name(exception)


def is_of_another_name(exception: BaseException) -> bool:
    """Whether a connection failed because the server's certificate is for other names."""
    return "VerificationError(" in str(exception)


def _host(request: Request) -> str:
    """The host, as the downloader names its slot."""
    return request.meta.get("download_slot") or urlparse_cached(request).hostname or ""


def retry_after(response: Response) -> float | None:
    """The seconds that a server asks to wait, at most a year; None if it does not say."""
    text = (response.headers.get("Retry-After") or b"").decode("latin-1").strip()[:1000]
    if text.isascii() and text.isdecimal():
        return min(float(text), _YEAR)
    try:
        moment = parsedate_to_datetime(text)
        moment = moment if moment.tzinfo else moment.replace(tzinfo=UTC)
        return min(max(0.0, (moment - datetime.now(UTC)).total_seconds()), _YEAR)
    except (ValueError, TypeError, OverflowError):
        return None
