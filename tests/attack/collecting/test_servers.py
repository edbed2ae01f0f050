"""Servers that lie, stall, or send without end: a collection ends, names them, and has what is good."""

from __future__ import annotations

import gzip
import itertools
import json
import resource
import threading
import time
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path

import brotli
import pytest
from scrapy.http import Response

from precompute.collect.fetching import reactor
from precompute.collect.fetching.politeness import retry_after
from tests.attack.collecting.conftest import GOOD, Raw, raw_server
from tests.shop import pages, platforms
from tests.shop.goods import goods, photo
from tests.shop.pages import page
from tests.shop.server import Reply, serving
from tests.waiting import PATIENCE

try:
    from compression import zstd
except ImportError:
    from backports import zstd

MEGABYTE = 1_000_000
BOMB = bytes(60 * MEGABYTE)


@pytest.fixture
def raw() -> Iterator[Raw]:
    with raw_server() as server:
        yield server


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """What a test would have to wait for is waited for shortly."""
    monkeypatch.setattr("precompute.collect.fetching.crawl.RETRIES", 0)
    monkeypatch.setattr("precompute.collect.fetching.politeness.RETRIES", 0)
    monkeypatch.setattr("precompute.collect.fetching.crawl.PAGE_SECONDS", 3.0)


@cache
def packed(encoding: str) -> bytes:
    """The bomb as an answer with this Content-Encoding has it."""
    return {
        "gzip": lambda: gzip.compress(BOMB, 1),
        "deflate": lambda: zlib.compress(BOMB, 1),
        "br": lambda: brotli.compress(BOMB, quality=3),
        "zstd": lambda: zstd.compress(BOMB),
        "gzip, gzip": lambda: gzip.compress(packed("gzip")),
    }[encoding]()


@pytest.mark.slow
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "br", "zstd", "gzip, gzip"])
@pytest.mark.parametrize("kind", ["text/html", "image/jpeg"])
def test_a_bomb_is_not_unpacked(encoding, kind, shop, site, collect, monkeypatch):
    monkeypatch.setattr("precompute.collect.picture_fetching.PICTURE_BYTES", 10 * MEGABYTE)
    headers = {"Content-Encoding": encoding}
    bomb = packed(encoding)
    shop("/p/bad")
    if kind == "image/jpeg":
        site.give("/p/bad", page(GOOD.replace("good", "other").replace("1000-1", "bomb")))
        site.give("/img/bomb.jpg", bomb, kind, headers=headers)
    else:
        site.give("/p/bad", bomb, kind, headers=headers)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = collect(site.url, "--source", "pages")
    assert done.code == 0 and "Products    1" in done.out
    assert "larger than the limit once unpacked" in done.out
    # In kB: what is unpacked is given up as soon as it is over the limit.
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000


@pytest.mark.slow
def test_not_modified_where_nothing_was_known_is_left_out(shop, site, collect):
    shop("/p/bad")
    site.give("/p/bad", "", status=304)
    done = collect(site.url, "--source", "pages")
    assert done.code == 0 and "Products    1" in done.out
    assert "/p/bad" in done.out


def chunks(head: str, piece: bytes) -> Callable[[], Iterator[bytes]]:
    def answer() -> Iterator[bytes]:
        yield f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n{head}".encode()
        while True:
            yield piece

    return answer


def once(answer: bytes, *, then_silent: bool = False) -> Callable[[], Iterator[bytes]]:
    def give() -> Iterator[bytes]:
        yield answer
        if then_silent:
            time.sleep(30)

    return give


HTML = page(GOOD.replace('"good"', '"other"')).encode()


def sized(length: str) -> bytes:
    return f"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: {length}\r\n\r\n".encode() + HTML


ANSWERS: dict[str, tuple[Callable[[], Iterator[bytes]], str]] = {
    "headers without end": (chunks("", b"X-More: " + b"y" * 8000 + b"\r\n"), "its headers have more than"),
    "interim answers without end": (
        chunks("\r\n", b"HTTP/1.1 103 Early Hints\r\nX: " + b"y" * 8000 + b"\r\n\r\n"),
        "",
    ),
    "one header without end": (chunks("X-More: ", b"y" * 65_536), ""),
    "a body without end": (chunks("\r\n", b"<p>" * 20_000), "larger than the limit"),
    "chunks without end": (chunks("Transfer-Encoding: chunked\r\n\r\n", b"3\r\n<p>\r\n" * 5000), ""),
    "a chunk that is no number": (once(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\nx"), ""),
    "a length that is too long": (once(sized("99999")), "broke before the answer was complete"),
    "a length of 400 digits": (once(sized("9" * 400)), ""),
    "a length below nothing": (once(sized("-5")), ""),
    "a length that is no number": (once(sized("many")), ""),
    "no answer": (once(b"", then_silent=True), "took too long"),
    "half an answer": (once(sized("99999"), then_silent=True), "took too long"),
    "no HTTP": (once(b"SSH-2.0-OpenSSH_9.2\r\n"), ""),
    "nothing at all": (once(b""), ""),
}


LATE = ("no answer", "half an answer", "chunks without end", "interim answers without end")


@pytest.mark.parametrize(
    "name", [pytest.param(name, marks=[pytest.mark.slow] if name in LATE else []) for name in ANSWERS]
)
def test_an_answer_that_is_none_is_named(name, shop, site, raw, collect):
    answer, reason = ANSWERS[name]
    raw.answers["/p/bad"] = answer
    shop(f"{raw.url}/p/bad")
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    done = collect(site.url, "--source", "pages")
    assert done.code == 0 and "Products    1" in done.out
    (line,) = [each for each in done.out.splitlines() if f"{raw.url}/p/bad: " in each]
    assert reason in line and "Traceback" not in done.out + done.err
    assert resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before < 150_000


def test_a_length_that_is_too_short_gives_what_it_says(shop, site, raw, collect):
    raw.answers["/p/bad"] = once(sized("20"))
    shop(f"{raw.url}/p/bad")
    done = collect(site.url, "--source", "pages")
    assert done.code == 0 and "Products    1" in done.out
    assert f"{raw.url}/p/bad: it is an empty page" in done.out


@pytest.mark.parametrize(
    ("location", "reason"),
    [
        ("/p/bad", "max redirections reached"),
        ("file:///etc/passwd", "a redirect that cannot be followed"),
        ("data:text/html,x", "a redirect that cannot be followed"),
        ("javascript:alert(1)", "does not redirect to an http or https address"),
        ("http://me:hush@127.0.0.1/", "a name or a password"),
        ("http://[::1", ""),
        ("//", ""),
    ],
)
def test_a_redirect_that_leads_nowhere_is_named(location, reason, shop, site, collect):
    shop("/p/bad")
    count = itertools.count()

    def redirect(query: dict[str, str]) -> Reply:
        where = f"{location}?{next(count)}" if location == "/p/bad" else location
        return Reply(status=302, headers={"Location": where})

    site.routes["/p/bad"] = redirect
    done = collect(site.url, "--source", "pages")
    assert done.code == 0 and "Products    1" in done.out and "hush" not in done.out + done.err
    (line,) = [each for each in done.out.splitlines() if "/p/bad: " in each]
    assert reason in line
    assert len(site.paths("/p/bad")) < 12


def test_no_cookie_is_kept_however_large(shop, site, collect):
    shop("/p/bad")
    start = site.routes["/"]({}).body
    site.give("/", start, headers={"Set-Cookie": "a=" + "b" * 15_000})
    assert collect(site.url, "--source", "pages").code == 0
    assert not any("cookie" in each.headers for each in site.asked)


@pytest.mark.parametrize("digits", [1, 9, 400, 100_000])
def test_a_pause_of_any_length_is_a_number(digits):
    asked = retry_after(Response("https://shop.example", headers={"Retry-After": "9" * digits}))
    assert asked is not None and 9 <= asked <= 366 * 24 * 3600


@pytest.mark.parametrize("text", ["Wed, 21 Oct 99999 07:28:00 GMT", "٣", "1e9", "0x10", "Wed, 99 Foo", ","])
def test_a_pause_that_is_none_is_none(text):
    headers = {"Retry-After": text.encode("utf-8")}
    assert retry_after(Response("https://shop.example", headers=headers)) is None


def test_a_pause_of_400_digits_is_not_waited_for(shop, site, collect, monkeypatch):
    monkeypatch.setattr("precompute.collect.fetching.politeness.RETRIES", 4)
    shop("/p/bad")
    site.routes["/p/bad"] = lambda query: Reply(status=429, headers={"Retry-After": "9" * 400})
    done = collect(site.url, "--source", "pages")
    assert done.code == 0 and "asks to come back in" in done.out


@pytest.mark.parametrize("delay", ["1e9", "inf", "nan", "-1", "86400"])
def test_a_crawl_delay_beyond_all_bounds_is_not_waited_for(delay, shop, site, collect):
    shop("/p/bad")
    site.give("/robots.txt", f"User-agent: *\nCrawl-delay: {delay}\n", "text/plain")
    done = collect(site.url, "--source", "pages")
    if delay in ("1e9", "86400"):
        assert done.code == 2 and "between requests" in done.err
    else:
        assert done.code == 0 and "Products    1" in done.out


@pytest.mark.slow
def test_a_robots_txt_of_any_length_is_read_to_a_bound(shop, site, collect):
    shop("/secret/x")
    rules = "".join(f"Disallow: /x{number}*y*z*$\n" for number in range(400_000))
    site.give("/robots.txt", f"User-agent: *\nDisallow: /secret/\n{rules}", "text/plain")
    before = time.process_time()
    done = collect(site.url, "--source", "pages")
    assert done.code == 0 and not site.paths("/secret")
    assert time.process_time() - before < 10


def index(*addresses: str) -> str:
    entries = "".join(f"<sitemap><loc>{each}</loc></sitemap>" for each in addresses)
    return f'<?xml version="1.0"?><sitemapindex>{entries}</sitemapindex>'


def test_sitemaps_without_end_come_to_one(site, collect, monkeypatch):
    monkeypatch.setattr("precompute.collect.reading.MOST_SITEMAPS", 20)
    paths = pages.web_shop(site, goods(3))
    entries = "".join(f"<url><loc>{site.url}{each}</loc></url>" for each in paths)
    site.give("/products.xml", f"<urlset>{entries}</urlset>", "application/xml")
    numbers = itertools.count()

    def more(query: dict[str, str]) -> Reply:
        others = (f"{site.url}/more.xml?product={next(numbers)}" for _ in range(50))
        text = index(f"{site.url}/products.xml?product", f"{site.url}/sitemap.xml?product", *others)
        return Reply(text.encode(), kind="application/xml")

    site.routes["/sitemap.xml"] = site.routes["/more.xml"] = more
    done = collect(site.url)
    assert done.code == 0 and "Products    3" in done.out
    assert len(site.paths("/more.xml")) + len(site.paths("/sitemap.xml")) <= 22
    assert "beyond the limit of 20: not read" in done.out


@pytest.mark.slow
def test_a_sitemap_that_unpacks_without_end_is_named(site, collect):
    paths = pages.web_shop(site, goods(3))
    pages.sitemap(site, paths)
    bomb = gzip.compress(b"<urlset>" + b" " * (80 * MEGABYTE))
    site.give("/sitemap_products_1.xml", bomb, "application/gzip")
    done = collect(site.url)
    assert done.code == 0 and "following links instead" in done.err
    assert "Products    3" in done.out


def test_addresses_without_end_are_bounded(site, collect, monkeypatch):
    monkeypatch.setattr("precompute.collect.reading.MOST_ADDRESSES", 30)
    pages.web_shop(site, goods(3))
    numbers = itertools.count()

    def trap(query: dict[str, str]) -> Reply:
        links = "".join(f'<a href="/trap?n={next(numbers)}">x</a>' for _ in range(20))
        return Reply(page("", links).encode())

    site.routes["/trap"] = trap
    start = site.routes["/"]({}).body.replace(b"</body>", b'<a href="/trap">x</a></body>')
    site.give("/", start)
    done = collect(site.url, "--source", "pages")
    assert done.code == 0 and "Products    3" in done.out
    assert "addresses beyond the limit of" in done.out + done.err
    assert len(site.paths("/trap")) <= 40


class _Changing:
    """A resolver whose answer for a name changes after the first: see the test."""

    def __init__(self, inner: object, answers: list[str]) -> None:
        self._inner, self._answers, self.given = inner, answers, []

    def resolveHostName(self, receiver, name, *further):
        if name != "shop.test":
            return self._inner.resolveHostName(receiver, name, *further)
        address = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        self.given.append(address)
        return self._inner.resolveHostName(receiver, address, *further)


def test_a_name_that_means_something_else_the_second_time_is_refused(site, collect, monkeypatch):
    """The name is at an address that is allowed when it is judged first, and not after that."""
    _, judge = reactor._running()
    changing = _Changing(judge.resolver, ["127.0.0.1", "127.0.0.1", "127.0.0.2"])
    monkeypatch.setattr(judge, "resolver", changing)
    port = site.url.rpartition(":")[2]
    platforms.give_pictures(site, goods(1))
    links = "".join(f'<a href="/p/{number}">x</a>' for number in range(6))
    good = GOOD.replace("/img/", f"{site.url}/img/")
    site.before = lambda path: (
        Reply(page("").encode(), headers={"Connection": "close"}) if "/p/" in path else None
    )
    site.give("/", page(good, links), headers={"Connection": "close"})
    with serving("127.0.0.2") as inside:
        done = collect(f"http://shop.test:{port}/", "--source", "pages")
        assert not inside.asked
    assert "127.0.0.2" in changing.given
    assert "shop.test is at 127.0.0.2, which is not a public address" in done.out + done.err
    assert len(site.paths("/p/")) < 6


@pytest.mark.slow
@pytest.mark.parametrize("what", ["Crawl-delay", "Retry-After", "silence"])
def test_the_time_that_is_allowed_holds_while_something_is_waited_for(
    what, site, collect, tmp_path, monkeypatch
):
    """A minute is two seconds here: half of it for reading."""
    monkeypatch.setattr("precompute.collect.fetching.limits._MINUTE", 6.0)
    monkeypatch.setattr("precompute.collect.fetching.politeness.RETRIES", 4)
    monkeypatch.setattr("precompute.collect.fetching.crawl.RETRIES", 4)
    monkeypatch.setattr("precompute.collect.fetching.crawl.PAGE_SECONDS", 30.0)
    platforms.shopify(site, goods(3))
    if what == "Crawl-delay":
        site.give("/robots.txt", "User-agent: *\nCrawl-delay: 200\n", "text/plain")
    elif what == "Retry-After":
        site.before = lambda path: (
            Reply(status=503, headers={"Retry-After": "200"}) if path.startswith("/meta") else None
        )
    else:
        site.before = lambda path: time.sleep(60) if path.startswith("/meta") else None
    began = time.monotonic()
    done = collect(site.url, "--max-minutes", "1")
    assert time.monotonic() - began < 45
    assert "--max-minutes" in done.out + done.err
    if what == "silence":
        # What was gathered by then is a catalogue: its pictures had their part of the time.
        assert done.code == 0, done.err
        report = json.loads(Path(tmp_path, "catalogue/collected.json").read_text())
        assert report["counts"]["products"] == 3 and "half of --max-minutes 1" in report["unfinished"]


@pytest.mark.slow
def test_where_time_ends_before_the_pictures_they_are_not_to_blame(site, collect, monkeypatch):
    monkeypatch.setattr("precompute.collect.fetching.limits._MINUTE", 6.0)
    platforms.shopify(site, goods(3))
    monkeypatch.setattr("precompute.collect.picture_fetching.PICTURE_SECONDS", 30.0)
    site.before = lambda path: time.sleep(60) if path.startswith("/img") else None
    done = collect(site.url, "--max-minutes", "1")
    assert done.code == 2 and "--max-minutes 1" in done.err and "run the same command again" in done.err
    assert "can be used" not in done.err


def test_first_pictures_come_first(site, collect):
    platforms.shopify(site, goods(6))
    site.give("/img/1000-1.jpg", photo(3), "image/jpeg")
    first: set[str] = set()
    all_asked = threading.Event()
    too_long: list[str] = []

    def hold(path: str) -> None:
        if path.startswith("/img"):
            first.update({path} if path.endswith("-1.jpg") else ())
            if len(first) == 6:
                all_asked.set()
            too_long.extend([] if all_asked.wait(PATIENCE) else [path])

    # No picture is answered before all first ones are asked for, and eight requests are under way at most.
    site.before = hold
    assert collect(site.url).code == 0
    assert too_long == [] and len(site.paths("/img/")) == 12
