"""What a shop sees of a collection: what is asked, how often, how fast, and what is not."""

from __future__ import annotations

import csv
from pathlib import Path

import pytest
from scrapy.http import Response

from precompute.collect.fetching.politeness import retry_after
from precompute.collect.settings import USER_AGENT
from tests.shop import pages, platforms
from tests.shop.goods import goods, photo
from tests.shop.server import Asked, Reply, Site

LATE = 0.25
"""The share of the time that all requests took by which a busy machine may note the first one late."""


def pace(asked: list[Asked]) -> float:
    """Seconds from one request to the next, in the mean of at least ten."""
    assert len(asked) > 10
    return (asked[-1].at - asked[0].at) / (len(asked) - 1)


def robots(site: Site, text: str) -> None:
    site.give("/robots.txt", text, "text/plain")


def test_what_robots_txt_forbids_is_not_asked_and_its_delay_is_kept(site, collect):
    pages.web_shop(site, goods(4))
    robots(site, "User-agent: *\nDisallow: /secret/\nDisallow: /img/1001-1.jpg\nCrawl-delay: 0.1")
    done = collect(site.url)
    assert done.code == 0
    assert not site.paths("/secret") and not site.paths("/img/1001-1.jpg")
    assert "robots.txt forbids it" in done.out
    assert pace(site.asked) > 0.1 * (1 - LATE)
    assert site.paths("/robots.txt") == ["/robots.txt"]


def test_a_host_that_forbids_many_pages_has_not_stopped_to_answer(site, collect):
    pages.web_shop(site, goods(12))
    robots(site, "User-agent: *\nDisallow: /p/good-100")
    done = collect(site.url)
    assert done.code == 0 and "Products    2" in done.out
    assert not site.paths("/p/good-100")


def test_the_rate_is_kept(site, collect):
    platforms.shopify(site, goods(5))
    assert collect(site.url, polite=("--rate", "10", "--allow-private", "127.0.0.1")).code == 0
    assert pace(site.asked) > 0.1 * (1 - LATE)


def test_every_request_says_who_asks(site, collect):
    platforms.merchant_feed(site, goods(2))
    assert collect(f"{site.url}/feed.xml").code == 0
    assert {each.headers["user-agent"] for each in site.asked} == {USER_AGENT}
    assert not any("cookie" in each.headers for each in site.asked)


@pytest.mark.parametrize(
    ("text", "status"),
    [("User-agent: *\nDisallow: /", 200), ("User-agent: akin\nDisallow: /", 200), ("", 503)],
)
def test_where_robots_txt_forbids_all_nothing_is_asked(site, collect, monkeypatch, text, status):
    monkeypatch.setattr("precompute.collect.fetching.crawl.RETRIES", 0)
    platforms.shopify(site, goods(2))
    site.routes["/robots.txt"] = lambda query: Reply(text.encode(), status=status, kind="text/plain")
    done = collect(site.url)
    assert done.code == 2
    assert "forbids programs" in done.err and "product feed or an export" in done.err
    assert set(site.paths()) == {"/robots.txt"}


class Failing:
    """Answers a path badly, a few times."""

    def __init__(self, site: Site, path: str, reply: Reply, times: int) -> None:
        self.path, self._reply, self._left = path, reply, times
        site.before = self

    def __call__(self, target: str) -> Reply | None:
        if target.partition("?")[0] != self.path or not self._left:
            return None
        self._left -= 1
        return self._reply


def test_a_host_that_asks_for_a_pause_gets_one(site, collect):
    platforms.merchant_feed(site, goods(6))
    Failing(site, "/img/1001-1.jpg", Reply(b"", status=429, headers={"Retry-After": "2"}), times=1)
    assert collect(f"{site.url}/feed.xml").code == 0
    refused = next(number for number, each in enumerate(site.asked) if each.status == 429)
    # Nothing at all is asked of it meanwhile, but for what was under way.
    later = [each.at - site.asked[refused].at for each in site.asked[refused + 1 :]]
    assert not [wait for wait in later if 1 < wait < 2]
    assert max(later) > 2
    assert len(site.paths("/img/1001-1.jpg")) == 2


def test_a_pause_that_is_too_long_is_not_waited_for(site, collect, tmp_path):
    platforms.merchant_feed(site, goods(2))
    Failing(site, "/img/1001-1.jpg", Reply(b"", status=503, headers={"Retry-After": "86400"}), times=9)
    done = collect(f"{site.url}/feed.xml")
    assert done.code == 0
    assert "the server answered 503 and asks to come back in 24 h" in done.out
    assert len(site.paths("/img/1001-1.jpg")) == 1


@pytest.mark.parametrize(
    "reply",
    [Reply(b"", status=500), Reply(b"x" * 4000, kind="image/jpeg", broken=True)],
    ids=["500", "broken"],
)
def test_what_fails_is_tried_again(site, collect, tmp_path, reply):
    platforms.merchant_feed(site, goods(2))
    Failing(site, "/img/1001-1.jpg", reply, times=1)
    done = collect(f"{site.url}/feed.xml")
    assert done.code == 0 and "Left out    0" in done.out
    assert len(site.paths("/img/1001-1.jpg")) == 2


def rows(folder: Path) -> dict[str, dict[str, str]]:
    with (folder / "catalogue/products.csv").open(encoding="utf-8", newline="") as file:
        return {row["id"]: row for row in csv.DictReader(file)}


def test_a_second_run_asks_only_for_what_has_changed(site, collect, tmp_path):
    platforms.shopify(site, goods(6), page_size=3)
    site.give("/img/1000-2.jpg", photo(1), "image/jpeg", headers={"Cache-Control": "max-age=600"})
    assert collect(site.url).code == 0
    before, table = len(site.asked), (tmp_path / "catalogue/products.csv").read_bytes()
    assert collect(site.url).code == 0
    again = [each for each in site.asked[before:] if each.path != "/robots.txt"]
    assert {each.status for each in again} == {304}
    # A picture that its server calls fresh is not even asked for.
    assert "/img/1000-2.jpg" not in {each.path for each in again}
    assert (tmp_path / "catalogue/products.csv").read_bytes() == table

    # A product leaves, another changes its picture, and one of the others cannot be had for a moment.
    platforms.shopify(site, goods(5), page_size=3)
    site.give("/img/1001-1.jpg", photo(99), "image/jpeg")
    Failing(site, "/img/1002-1.jpg", Reply(b"", status=404), times=1)
    assert collect(site.url).code == 0
    now = rows(tmp_path)
    then = {line.partition(",")[0]: line for line in table.decode().splitlines()}
    assert set(now) == set(map(str, range(7_000_000_001_000, 7_000_000_001_005)))
    assert now["7000000001001"]["image"] not in then["7000000001001"]
    assert now["7000000001002"]["images"] == "" and now["7000000001003"]["image"] in then["7000000001003"]
    named = {file for row in now.values() for file in [row["image"], *filter(None, row["images"].split("|"))]}
    there = {
        path.relative_to(tmp_path / "catalogue").as_posix()
        for path in (tmp_path / "catalogue/images").glob("*/*")
    }
    assert there == named


def test_what_a_server_fails_to_give_stays_as_it_was(site, collect, tmp_path, monkeypatch):
    monkeypatch.setattr("precompute.collect.fetching.crawl.RETRIES", 0)
    platforms.shopify(site, goods(3))
    assert collect(site.url).code == 0
    table = (tmp_path / "catalogue/products.csv").read_bytes()
    site.before = lambda path: Reply(b"", status=500) if path.startswith(("/products", "/img/1001")) else None
    done = collect(site.url)
    assert done.code == 0 and "the earlier version is kept" in done.out
    assert (tmp_path / "catalogue/products.csv").read_bytes() == table


def test_limits_end_a_collection_and_are_said(site, collect):
    pages.web_shop(site, goods(8))
    done = collect(site.url, "--source", "pages", "--max-pages", "5")
    assert done.code == 0 and "further pages were not read because of --max-pages 5" in done.out
    # The first page is asked to see what it is.
    assert len(site.paths()) - len(site.paths("/img/")) == 1 + 1 + 5
    done = collect(site.url, "--source", "pages")
    assert "Resuming the last collection" in done.err and "Products    8" in done.out
    assert len(set(site.paths())) == len(site.paths()) - site.paths().count("/robots.txt") + 1


def test_as_many_products_are_collected_as_are_asked_for(site, collect):
    platforms.shopify(site, goods(20), page_size=5)
    done = collect(site.url, "--max-products", "7", "--max-images", "1")
    assert "Products    7 with 7 different pictures" in done.out
    assert len(site.paths("/img/")) == 7 and len(site.paths("/products.json")) == 2


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("7", 7.0), ("", None), ("soon", None), ("-1", None), ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0)],
)
def test_what_a_server_asks_to_wait_is_understood(text, seconds):
    assert retry_after(Response("https://shop.example", headers={"Retry-After": text})) == seconds
