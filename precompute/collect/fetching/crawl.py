"""One pass of Scrapy over the addresses that a journal has open."""

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
from precompute.collect.readers import Ask
from precompute.collect.settings import PAGE_BYTES, PAGE_SECONDS, RETRIES, ROBOT, USER_AGENT, CollectSettings

OUT_OF_TIME = "the time that --max-minutes allows was over"
_SECONDS_TO_END = 2.0
"""How long requests that are under way may take once the time is over."""

_HERE = "precompute.collect.fetching"


class Fetch(Protocol):
    """Asks for one address at a time, before the pass proper."""

    async def __call__(self, url: str, **meta: Any) -> Response:
        """The answer, whatever its status. Raises `Unanswered`."""

    def sitemaps(self, url: str) -> list[str]:
        """The sitemaps that the robots.txt of an address that was asked names."""


class Phase(Protocol):
    """What a pass asks for and does with the answers. All of it is called in the reactor's thread."""

    async def prepare(self, fetch: Fetch) -> None:
        """Called before all else."""

    def next(self) -> tuple[Ask, dict[str, Any]] | None:
        """The next address to be asked and what `scrapy.Request` takes besides, or None for now."""

    def has_next(self) -> bool:
        """Whether `next` would give one."""

    def seconds_left(self) -> float:
        """How long the pass may go on."""

    def end_in_time(self) -> None:
        """Called where that time is over: what was not asked by then stays to be asked."""

    def permits(self, ask: Ask, url: str) -> str:
        """Why an address that a redirect leads to may not be asked; nothing where it may."""

    def answered(self, ask: Ask, response: Response) -> None:
        """An answer has come, 304 (Not Modified) included."""

    def failed(self, ask: Ask, reason: str, status: int | None) -> None:
        """None has come, or one that says no, by its status; 0 is what was not asked, or not taken."""


def crawl(settings: CollectSettings, phase: Phase, manners: Manners) -> None:
    """Ask for all that the phase gives. Raises what the phase raises, `KeyboardInterrupt` where stopped."""
    judge = guard(networks(settings.allow_private))
    for name in ("scrapy", "twisted", "asyncio"):
        # What went wrong is in the report, by address and reason.
        logging.getLogger(name).setLevel(logging.CRITICAL + 1)
    crawlers: list[Crawler] = []

    async def work() -> None:
        runner = AsyncCrawlerRunner(_scrapy_settings(settings))
        crawler = runner.create_crawler(CollectSpider)
        crawlers.append(crawler)
        crawling = asyncio.ensure_future(runner.crawl(crawler, phase=phase, judge=judge, manners=manners))
        # What comes of it once nobody waits for it any more is nobody's concern.
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
    """Let a crawl come to its end: requests that wait for a host's pace are not sent any more."""
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
    """Hands answers to its phase; what to ask comes from there too, by way of `PhaseScheduler`."""

    name = "akin"

    def __init__(
        self, *args: Any, phase: Phase, judge: GuardedResolver, manners: Manners, **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.phase, self.judge, self.manners = phase, judge, manners
        self.error: BaseException | None = None
        self.stopped = False
        """Nothing further is asked."""
        self.is_over = False
        """Nobody waits for answers any more."""

    async def start(self) -> AsyncIterator[Request]:
        """See `Spider`: the phase is made ready, and the scheduler has the rest."""
        try:
            await self.phase.prepare(_Fetch(self))
        except BaseException as error:
            self._stop(error)
        return
        yield

    def request(self, ask: Ask, **options: Any) -> Request:
        """The request of an address."""
        return Request(
            ask.url,
            callback=self._answered,
            errback=self._failed,
            cb_kwargs={"ask": ask},
            dont_filter=True,
            meta={"handle_httpstatus_list": [304], **options.pop("meta", {})},
            **options,
        )

    def _answered(self, response: Response, ask: Ask) -> None:
        self._guarded(self.phase.answered, ask, response)

    def _failed(self, failure: Any) -> None:
        # A `Failure`, to which Scrapy adds the request.
        error, ask = failure.value, failure.request.cb_kwargs["ask"]
        if str(error) == OUT_OF_TIME:
            # It was not asked, and is the next time.
            return
        reason = reason_of(error, failure.request.url, self.judge)
        self._guarded(self.phase.failed, ask, reason, _status_of(error))

    def _guarded(self, act: Callable[..., None], *arguments: Any) -> None:
        """Scrapy would log an error and go on, as if a full disk were a page's fault."""
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
    """The spider of a crawler; None before it is made."""
    return crawler.spider if isinstance(crawler.spider, CollectSpider) else None


def _status_of(error: BaseException) -> int | None:
    """See `Phase.failed`: what robots.txt forbids says nothing of whether the host answers."""
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
    """Gives out what the phase has next, and before it what is asked again: after a redirect, or a pause."""

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
    """Lets through only addresses of http and https that may be asked: redirects come by here as well."""

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
            whereto = f"it leads to {without_credentials(request.url)}, and " if redirected else ""
            raise IgnoreRequest(f"{whereto}{error}") from None
        ask = request.cb_kwargs.get("ask")
        if redirected and ask is not None:
            spider = _spider_of(self._crawler)
            assert spider is not None
            reason = spider.phase.permits(ask, request.url)
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
        # A proxy would connect in our place, to wherever it likes.
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
