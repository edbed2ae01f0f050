"""Runs one pass of Scrapy over the open addresses of a journal."""

from __future__ import annotations

import asyncio
import logging
from collections import deque
from collections.abc import AsyncIterator, Callable
from typing import Any, Protocol

from scrapy import Request, Spider
from scrapy.core.scheduler import BaseScheduler
from scrapy.crawler import AsyncCrawlerRunner, Crawler
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.http import Response
from scrapy.http.request import NO_CALLBACK
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy.utils.httpobj import urlparse_cached
from twisted.python.failure import Failure

from precompute.collect.addresses import AddressError, checked, without_credentials
from precompute.collect.fetching.guard import GuardedResolver, networks
from precompute.collect.fetching.politeness import Manners
from precompute.collect.fetching.reactor import guard, run_in_reactor
from precompute.collect.fetching.reasons import Unanswered, reason_of
from precompute.collect.readers import Target
from precompute.collect.settings import PAGE_BYTES, PAGE_SECONDS, RETRIES, ROBOT, USER_AGENT, CollectSettings

OUT_OF_TIME = "the time that --max-minutes allows has run out"
_SECONDS_TO_END = 2.0
"""How long running requests may take once the time has run out."""

_HERE = "precompute.collect.fetching"


class Fetch(Protocol):
    """Fetches one address at a time, before the pass itself."""

    async def __call__(self, url: str, **meta: Any) -> Response:
        """Fetch an address. Returns the answer, whatever its status. Raises `Unanswered` if there is none."""

    def sitemaps(self, url: str) -> list[str]:
        """The sitemaps in the robots.txt of a fetched address's host."""


class Phase(Protocol):
    """What a pass fetches and does with the answers. All methods are called in the reactor's thread."""

    async def prepare(self, fetch: Fetch) -> None:
        """Called before everything else."""

    def next(self) -> tuple[Target, dict[str, Any]] | None:
        """The next target, with further arguments for `scrapy.Request`; None if there is none now."""

    def has_next(self) -> bool:
        """Whether `next` would return a target."""

    def seconds_left(self) -> float:
        """How long the pass may continue."""

    def end_in_time(self) -> None:
        """Called once that time has run out. Targets that were not fetched by then stay open."""

    def permits(self, target: Target, url: str) -> str:
        """Why a redirect may not be followed to this address; empty if it may."""

    def answered(self, target: Target, response: Response) -> None:
        """Called with each answer, including 304 (Not Modified)."""

    def failed(self, target: Target, reason: str, status: int | None) -> None:
        """Called without an answer, or with an error `status`. 0 means not requested, or refused by us."""


def crawl(settings: CollectSettings, phase: Phase, manners: Manners) -> None:
    """Fetch all targets of a phase. Raises what the phase raises, and `KeyboardInterrupt` if stopped."""
    judge = guard(networks(settings.allow_private))
    for name in ("scrapy", "twisted", "asyncio"):
        # The report has all errors, with addresses and reasons.
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    crawlers: list[Crawler] = []

    async def work() -> None:
        runner = AsyncCrawlerRunner(_scrapy_settings(settings))
        crawler = runner.create_crawler(CollectSpider)
        crawlers.append(crawler)
        crawling = asyncio.ensure_future(runner.crawl(crawler, phase=phase, judge=judge, manners=manners))
        # This retrieves the exception if nobody waits any more, so that asyncio does not log it.
        crawling.add_done_callback(lambda done: done.cancelled() or done.exception())
        done, _ = await asyncio.wait([crawling], timeout=max(0.0, phase.seconds_left()))
        if not done:
            phase.end_in_time()
            _end(crawler)
            done, _ = await asyncio.wait([crawling], timeout=_SECONDS_TO_END)
        spider = _spider_of(crawler)
        if done:
            await crawling
        elif spider is not None:
            spider.is_over = True
        if spider is not None and spider.error is not None:
            raise spider.error

    def stop() -> None:
        for crawler in crawlers:
            if (spider := _spider_of(crawler)) is not None:
                spider.stopped = True

    run_in_reactor(work, stop=stop)


def _end(crawler: Crawler) -> None:
    """Let a crawl end: requests that wait for a host's pace are no longer sent."""
    spider = _spider_of(crawler)
    if spider is None or crawler.engine is None:
        return
    spider.stopped = True
    for slot in crawler.engine.downloader.slots.values():
        slot.close()
        while slot.queue:
            _, waiting = slot.queue.popleft()
            waiting.errback(Failure(IgnoreRequest(OUT_OF_TIME)))


class CollectSpider(Spider):
    """Passes answers to its phase. `PhaseScheduler` gets the targets from there."""

    name = "akin"

    def __init__(
        self, *args: Any, phase: Phase, judge: GuardedResolver, manners: Manners, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.phase, self.judge, self.manners = phase, judge, manners
        self.error: BaseException | None = None
        self.stopped = False
        """Whether no further requests are sent."""
        self.is_over = False
        """Whether nobody waits for answers any more."""

    async def start(self) -> AsyncIterator[Request]:
        """See `Spider`. This only prepares the phase; the scheduler provides the requests."""
        try:
            await self.phase.prepare(_Fetch(self))
        except BaseException as error:
            self._stop(error)
        return
        yield

    def request(self, target: Target, **options: Any) -> Request:
        """The request for a target."""
        return Request(
            target.url,
            callback=self._answered,
            errback=self._failed,
            cb_kwargs={"target": target},
            dont_filter=True,
            meta={"handle_httpstatus_list": [304], **options.pop("meta", {})},
            **options,
        )

    def _answered(self, response: Response, target: Target) -> None:
        self._guarded(self.phase.answered, target, response)

    def _failed(self, failure: Any) -> None:
        # This is a `Failure`, to which Scrapy adds the request.
        error, target = failure.value, failure.request.cb_kwargs["target"]
        if str(error) == OUT_OF_TIME:
            # It stays open for the next time.
            return
        reason = reason_of(error, failure.request.url, self.judge)
        self._guarded(self.phase.failed, target, reason, _status_of(error))

    def _guarded(self, act: Callable[..., None], *arguments: Any) -> None:
        """Call and stop at any exception. Scrapy would log it and continue, even if the disk is full."""
        if self.is_over:
            return
        try:
            act(*arguments)
        except BaseException as error:
            self._stop(error)

    def _stop(self, error: BaseException) -> None:
        self.error = self.error or error
        self.stopped = True


def _spider_of(crawler: Crawler) -> CollectSpider | None:
    """The spider of a crawler; None before it is created."""
    return crawler.spider if isinstance(crawler.spider, CollectSpider) else None


def _status_of(error: BaseException) -> int | None:
    """The status for `Phase.failed`. An address that robots.txt forbids does not mean its host is gone."""
    if isinstance(error, HttpError):
        return error.response.status
    return 0 if isinstance(error, IgnoreRequest | DownloadCancelledError) else None


class _Fetch:
    """See `Fetch`."""

    def __init__(self, spider: CollectSpider) -> None:
        self._spider = spider

    async def __call__(self, url: str, **meta: Any) -> Response:
        request = Request(url, dont_filter=True, callback=NO_CALLBACK, meta=meta)
        try:
            return await self._spider.crawler.engine.download_async(request)
        except Exception as error:
            raise Unanswered(reason_of(error, url, self._spider.judge)) from error

    def sitemaps(self, url: str) -> list[str]:
        return self._spider.manners.sitemaps.get(urlparse_cached(Request(url)).netloc, [])


class PhaseScheduler(BaseScheduler):
    """Returns the phase's next target. Requests to repeat, after a redirect or a pause, come first."""

    def __init__(self, spider: CollectSpider) -> None:
        self._spider = spider
        self._again: deque[Request] = deque()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PhaseScheduler:
        """See `BaseScheduler`."""
        spider = _spider_of(crawler)
        assert spider is not None
        return cls(spider)

    def has_pending_requests(self) -> bool:
        """See `BaseScheduler`."""
        return not self._spider.stopped and (bool(self._again) or self._spider.phase.has_next())

    def enqueue_request(self, request: Request) -> bool:
        """See `BaseScheduler`."""
        self._again.append(request)
        return True

    def next_request(self) -> Request | None:
        """See `BaseScheduler`."""
        if self._spider.stopped:
            return None
        if self._again:
            return self._again.popleft()
        following = self._spider.phase.next()
        return self._spider.request(following[0], **following[1]) if following else None


class Within:
    """Passes on only http and https addresses that may be fetched, also after redirects."""

    def __init__(self, crawler: Crawler) -> None:
        self._crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Within:
        """See Scrapy's downloader middlewares."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """See Scrapy's downloader middlewares."""
        redirected = "redirect_urls" in request.meta
        try:
            checked(request.url)
        except AddressError as error:
            whereto = f"it redirects to {without_credentials(request.url)}, and " if redirected else ""
            raise IgnoreRequest(f"{whereto}{error}") from None
        target = request.cb_kwargs.get("target")
        if redirected and target is not None:
            spider = _spider_of(self._crawler)
            assert spider is not None
            reason = spider.phase.permits(target, request.url)
            if reason:
                raise IgnoreRequest(reason)


def _scrapy_settings(settings: CollectSettings) -> dict[str, Any]:
    delay = 1 / settings.rate
    return {
        "USER_AGENT": USER_AGENT,
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": ROBOT,
        "DOWNLOAD_HANDLERS": dict.fromkeys(("data", "file", "ftp", "s3")),
        "DOWNLOAD_DELAY": delay,
        "DOWNLOAD_DELAY_JITTER": 0,
        "AUTOTHROTTLE_ENABLED": True,
        "AUTOTHROTTLE_START_DELAY": delay,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": 4.0,
        "CONCURRENT_REQUESTS": 16,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 8,
        "RETRY_TIMES": RETRIES,
        "DOWNLOAD_MAXSIZE": PAGE_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "DOWNLOAD_TIMEOUT": PAGE_SECONDS,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "REDIRECT_MAX_TIMES": 8,
        "METAREFRESH_ENABLED": False,
        # A proxy would open connections that we cannot check.
        "HTTPPROXY_ENABLED": False,
        "COOKIES_ENABLED": False,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "MEMUSAGE_ENABLED": False,
        "LOG_ENABLED": False,
        "SCHEDULER": f"{_HERE}.crawl.PhaseScheduler",
        "EXTENSIONS": {f"{_HERE}.politeness.HostPace": 500},
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "scrapy.downloadermiddlewares.retry.RetryMiddleware": None,
            "scrapy.downloadermiddlewares.cookies.CookiesMiddleware": None,
            f"{_HERE}.crawl.Within": 50,
            f"{_HERE}.politeness.Robots": 100,
            f"{_HERE}.politeness.PatientRetry": 550,
        },
    }
