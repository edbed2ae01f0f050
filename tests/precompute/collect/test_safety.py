"""Nothing private is asked, nothing endless is waited for, and nothing in a document reaches this machine."""

from __future__ import annotations

import gzip
import ipaddress
import json
import time
from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
from twisted.internet.address import IPv4Address
from zope.interface.verify import verifyObject

from bundle.parcel.public import is_public
from precompute.collect.addresses import AddressError, checked, without_credentials
from precompute.collect.fetching.guard import GuardedResolver, networks
from precompute.shared.errors import UserError
from tests.shop import pages, platforms
from tests.shop.goods import goods, photo
from tests.shop.server import Reply, serving

PRIVATE = (
    *("127.0.0.1", "127.9.9.9", "10.0.0.1", "172.16.0.1", "192.168.1.1", "169.254.169.254", "0.0.0.0"),
    *("100.64.0.1", "100.100.100.200", "224.0.0.1", "239.1.1.1", "240.0.0.1", "255.255.255.255", "192.0.2.1"),
    *("198.18.0.1", "192.0.0.192", "168.63.129.16", "::1", "::", "fe80::1", "fc00::1", "fd00:ec2::254"),
    *(
        "ff02::1",
        "::ffff:127.0.0.1",
        "::ffff:10.0.0.1",
        "64:ff9b::7f00:1",
        "64:ff9b::a9fe:a9fe",
        "2001:db8::1",
    ),
    *("2002:7f00:1::", "2001:0:1::1"),
    # What IANA lists besides, and what is not given out at all.
    *("fec0::1", "feff::1", "3fff::1", "3fff:fff::1", "5f00::1", "100::1", "100:0:0:1::1", "64:ff9b:1::1"),
    *("2001:2::1", "2001:10::1", "2001:20::1", "2001:30::1", "::7f00:1", "4000::1", "8000::1", "e000::1"),
    *("192.88.99.1", "192.31.196.1", "192.52.193.1", "192.175.48.1", "198.51.100.1", "203.0.113.1"),
    *("0.1.2.3", "198.19.255.255", "100.127.255.255", "172.31.255.255", "::ffff:169.254.169.254"),
)
PUBLIC = ("93.184.215.14", "1.1.1.1", "2606:4700::1111", "::ffff:1.1.1.1", "64:ff9b::101:101")


@pytest.mark.parametrize("text", PRIVATE)
def test_what_is_not_public_is_known(text):
    assert not is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", PUBLIC)
def test_what_is_public_is_known(text):
    assert is_public(ipaddress.ip_address(text))


class Names:
    """A resolver whose names mean something else every time."""

    def __init__(self, *answers: str) -> None:
        self._answers = iter(answers)

    def resolveHostName(self, receiver, name, port=0, *further):
        receiver.resolutionBegan(self)
        receiver.addressResolved(IPv4Address("TCP", next(self._answers), port))
        receiver.resolutionComplete()
        return self


class Heard:
    """Notes the addresses that are passed on."""

    def __init__(self) -> None:
        self.hosts: list[str] = []

    def resolutionBegan(self, resolution):
        pass

    def addressResolved(self, address):
        self.hosts.append(address.host)

    def resolutionComplete(self):
        pass


def test_every_resolution_is_judged_anew():
    from twisted.internet.interfaces import IHostnameResolver

    guard = GuardedResolver(Names("93.184.215.14", "127.0.0.1", "10.1.2.3"), networks(["10.0.0.0/8"]))
    verifyObject(IHostnameResolver, guard)
    heard = Heard()
    for _ in range(3):
        guard.resolveHostName(heard, "shop.example")
    assert heard.hosts == ["93.184.215.14", "10.1.2.3"]
    assert guard.refused == {"shop.example": "127.0.0.1"}


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "localhost", "0x7f.1", "2130706433", "0177.0.0.1", "127.1", "[::ffff:127.0.0.1]"]
)
def test_private_addresses_are_refused_in_any_notation(host, site, collect):
    platforms.shopify(site, goods(1))
    done = collect(f"http://{host}:{urlsplit(site.url).port}", polite=("--rate", "100"))
    assert done.code == 2 and not site.asked
    assert "which is not a public address (--allow-private" in done.err


def test_a_redirect_does_not_lead_to_a_private_address(site, collect):
    with serving("127.0.0.2") as other:
        other.give("/p/one", pages.page())
        other.give("/x.jpg", photo(1), "image/jpeg")
        platforms.shopify(site, goods(2))
        for path in ("/img/1000-1.jpg", "/img/1000-2.jpg"):
            site.routes[path] = lambda query: Reply(status=302, headers={"Location": f"{other.url}/x.jpg"})
        done = collect(site.url)
        assert done.code == 0 and "Products    1" in done.out
        assert "127.0.0.2 is at 127.0.0.2, which is not a public address" in done.out
        site.routes["/"] = lambda query: Reply(status=301, headers={"Location": f"{other.url}/p/one"})
        done = collect(f"{site.url}/", "--source", "pages")
        assert done.code == 2 and "127.0.0.2, which is not a public address" in done.err
        assert not other.asked


def test_pages_of_other_hosts_are_not_read_by_way_of_redirects(site, collect):
    with serving("127.0.0.2") as other:
        pages.web_shop(site, goods(3))
        site.routes["/p/good-1000"] = lambda query: Reply(status=302, headers={"Location": f"{other.url}/"})
        done = collect(site.url, "--allow-private", "127.0.0.2")
        assert "it redirects to 127.0.0.2 (--allow-domain 127.0.0.2 would follow it)" in done.out
        assert not [each for each in other.asked if each.path != "/robots.txt"]


def test_exceptions_are_addresses_and_networks(collect):
    done = collect("http://127.0.0.1:1", polite=("--allow-private", "my-shop"))
    assert done.code == 2 and "Expected --allow-private to be an address or a network" in done.err


@pytest.mark.parametrize(
    "address", ["file:///etc/passwd", "ftp://shop.example/", "data:text/html,x", "https://"]
)
def test_only_the_web_is_asked(address, collect):
    with pytest.raises(AddressError):
        checked(address)
    if "://" in address:
        assert collect(address).code == 2


def test_a_password_in_an_address_is_refused_and_not_shown(collect):
    done = collect("https://someone:hush@shop.example/feed.xml")
    assert done.code == 2 and "a name or a password" in done.err
    assert "hush" not in done.err + done.out
    assert without_credentials("https://a:b@c.example/d?e@f") == "https://c.example/d?e@f"


def sitemap(doctype: str, *addresses: str) -> str:
    entries = "".join(f"<url><loc>{each}</loc></url>" for each in addresses)
    return f'<?xml version="1.0"?><!DOCTYPE urlset [{doctype}]><urlset>{entries}</urlset>'


def test_xml_reads_no_files(site, collect, tmp_path):
    pages.web_shop(site, goods(2))
    (tmp_path / "secret").write_text(f"{site.url}/secret-page")
    outside = f'<!ENTITY file SYSTEM "file://{tmp_path}/secret"><!ENTITY far SYSTEM "{site.url}/far">'
    text = sitemap(outside, "&file;", "&far;", f"{site.url}/p/good-1000")
    site.give("/sitemap.xml", text, "application/xml")
    done = collect(site.url)
    assert done.code == 0 and "Products    1" in done.out
    assert not site.paths("/secret-page") and not site.paths("/far")


def test_xml_expands_no_entities(site, collect):
    pages.web_shop(site, goods(2))
    bomb = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "/p/x" * 100}">' for n in range(9))
    site.give("/sitemap.xml", sitemap(bomb, f"{site.url}/&e8;"), "application/xml")
    done = collect(site.url)
    assert done.code == 0 and "following links instead" in done.err
    assert not site.paths("/p/x")


def endless() -> Iterator[bytes]:
    while True:
        yield b"\xff" * 65536


def trickling() -> Iterator[bytes]:
    while True:
        yield b"\xff"
        time.sleep(0.05)


def test_what_is_endless_slow_or_a_bomb_ends(site, collect, monkeypatch):
    monkeypatch.setattr("precompute.collect.picture_fetching.PICTURE_BYTES", 300_000)
    monkeypatch.setattr("precompute.collect.picture_fetching.PICTURE_SECONDS", 3)
    monkeypatch.setattr("precompute.collect.fetching.crawl.RETRIES", 0)
    platforms.shopify(site, goods(4))
    bomb = gzip.compress(bytes(30_000_000))
    for number, reply in enumerate(
        (
            lambda: Reply(endless(), kind="image/jpeg"),
            lambda: Reply(trickling(), kind="image/jpeg"),
            lambda: Reply(bomb, kind="image/jpeg", headers={"Content-Encoding": "gzip"}),
        )
    ):
        for each in (1, 2):
            site.routes[f"/img/{1000 + number}-{each}.jpg"] = lambda query, reply=reply: reply()
    done = collect(site.url)
    assert done.code == 0 and "Products    1" in done.out
    assert done.out.count(": it is larger than the limit") >= 2
    assert "it is larger than the limit once unpacked" in done.out
    assert "the answer took too long" in done.out


def test_a_report_names_no_password(site, collect, tmp_path):
    platforms.merchant_feed(site, goods(1))
    body = site.routes["/feed.xml"]({}).body.decode()
    secret = site.url.replace("http://", "http://me:hush@") + "/img/1.jpg"
    site.give(
        "/feed.xml",
        body.replace("</item>", f"<g:additional_image_link>{secret}</g:additional_image_link></item>"),
    )
    assert collect(f"{site.url}/feed.xml", "--source", "feed").code == 0
    report = (tmp_path / "catalogue/collected.json").read_text()
    assert "hush" not in report and "it contains a name or a password" in report
    assert json.loads(report)["counts"]["products"] == 1


@pytest.mark.parametrize("wrong", [["--rate", "0"], ["--max-pages", "0"], ["--max-products", "-1"]])
def test_limits_that_are_none_are_refused(wrong, collect):
    done = collect("https://shop.example", *wrong)
    assert done.code == 2 and f"Expected {wrong[0]}" in done.err


def test_networks_are_checked_before_anything_else():
    with pytest.raises(UserError):
        networks(["10.0.0.1/8"])
