"""What cannot be collected: one sentence, exit code 2, and nothing lost."""

from __future__ import annotations

import pytest

from tests.shop import pages, platforms
from tests.shop.goods import goods
from tests.shop.server import Reply

LOGIN = "<html><title>Log in</title><form><input type=password></form></html>"


@pytest.mark.parametrize("status", [401, 403])
def test_a_feed_behind_a_login(status, site, collect):
    site.routes["/feed.xml"] = lambda query: Reply(LOGIN.encode(), status=status)
    done = collect(f"{site.url}/feed.xml")
    assert done.code == 2
    assert f"the server answered {status}" in done.err and "give its path instead" in done.err
    assert "Traceback" not in done.err


def test_a_feed_that_is_a_page_to_log_in(site, collect):
    site.give("/feed.xml", LOGIN)
    done = collect(f"{site.url}/feed.xml")
    assert done.code == 2 and "an HTML page, probably a login form" in done.err


def test_an_address_that_does_not_answer(site, collect, monkeypatch):
    monkeypatch.setattr("precompute.collect.fetching.crawl.RETRIES", 0)
    address = site.url
    site.server.server_close()
    done = collect(address)
    assert done.code == 2 and "none, because the connection was refused" in done.err


def test_a_name_that_is_not_known(collect):
    done = collect("https://shop.invalid")
    assert done.code == 2 and "none, because the name shop.invalid cannot be resolved" in done.err


def test_pages_without_products(site, collect):
    site.give("/", pages.page("<title>A blog</title>", '<a href="/about">About</a>'))
    site.give("/about", pages.page())
    done = collect(site.url)
    assert done.code == 2
    assert "none in 2 pages" in done.err and "JSON-LD, microdata or Open Graph" in done.err
    assert "Try the address of a category's page" in done.err


def test_what_is_no_catalogue_at_all(site, collect):
    site.give("/thing", b"\x00\x01\x02\x03" * 100, "application/octet-stream")
    done = collect(f"{site.url}/thing")
    assert done.code == 2 and "application/octet-stream, which is none of them" in done.err


def test_a_feed_without_pictures(site, collect):
    site.give("/feed.csv", "id,title\n1,One\n", "text/csv")
    done = collect(f"{site.url}/feed.csv")
    assert done.code == 2 and "names pictures" in done.err and "Traceback" not in done.err


def test_pictures_none_of_which_can_be_used(site, collect):
    platforms.shopify(site, goods(2))
    site.before = lambda path: Reply(status=404) if path.startswith("/img/") else None
    done = collect(site.url)
    assert done.code == 2 and "Received: 2 products without any" in done.err and "404" in done.err


def test_a_shop_that_stops_to_answer_keeps_what_was_read(site, collect, monkeypatch):
    monkeypatch.setattr("precompute.collect.fetching.crawl.RETRIES", 0)
    pages.web_shop(site, goods(40))
    broken = Reply(b"x" * 100, broken=True)
    site.before = lambda path: broken if path.startswith("/p/") and len(site.asked) > 12 else None
    done = collect(site.url, "--source", "pages")
    assert done.code == 2
    assert "no longer answers" in done.err and "run the same command again to continue" in done.err
    site.before = lambda path: None
    done = collect(site.url, "--source", "pages")
    assert done.code == 0 and "Products    40" in done.out


def test_nothing_local_of_the_name(collect, tmp_path):
    done = collect(str(tmp_path / "none.csv"))
    assert done.code == 2 and "does not exist" in done.err


def test_one_collection_at_a_time(site, collect, tmp_path):
    from precompute.shared.lock import locked

    with locked(tmp_path / "catalogue"):
        assert collect(site.url).code == 2
