"""Pages that are made to take time or memory: each is read or named, and so is the next."""

from __future__ import annotations

import json
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from scrapy.http import HtmlResponse

from precompute.collect import reader_process
from precompute.collect.reader_process import ApartReader
from precompute.collect.readers import Target, Unreadable
from precompute.collect.readers.kinds import Scope
from precompute.collect.settings import PAGE_BYTES, READING_SECONDS, CollectSettings
from precompute.sources import LeftOut, Record
from tests.attack.collecting.conftest import GOOD
from tests.shop.pages import page

SHOP = "https://shop.example"
SCOPE = Scope(SHOP, frozenset({"shop.example"}))


def ld(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


def product(number: int = 0, **fields: object) -> dict[str, object]:
    return {"@type": "Product", "name": f"P{number}", "image": f"/{number}.jpg"} | fields


def crumbs(count: int) -> str:
    items = [{"@type": "ListItem", "position": n, "name": f"x{n}", "item": f"/a/{n}"} for n in range(count)]
    return json.dumps({"@type": "BreadcrumbList", "itemListElement": items})


def scopes_that_refer() -> str:
    ids = " ".join(f"r{number}" for number in range(50))
    item = f'<div itemscope itemtype="http://schema.org/Product" itemref="{ids}"></div>'
    return item * 3000 + "".join(f"<p id=r{number} itemprop=name>x</p>" for number in range(50))


MANY = [product(number) for number in range(300)]

PAGES = {
    "80 KB of brackets": lambda: ld("[" * 80_000),
    "9 MB of brackets": lambda: ld("[" * 9_000_000),
    "objects in objects": lambda: ld('{"a":' * 1_800_000),
    "900 lists in each other": lambda: ld("[" * 900 + "]" * 900),
    "comments that begin": lambda: ld("/*" * 4_500_000),
    "strings that begin": lambda: ld('"@type":"Product"' * 500_000),
    "escapes": lambda: ld('"' + "\\x" * 4_500_000),
    "half a million links": lambda: '<a href="/p/%d">x</a>' * 450_000,
    "2,000 products": lambda: ld(json.dumps([product(n) for n in range(2000)])) + ld(crumbs(10)),
    "50,000 breadcrumbs": lambda: ld(json.dumps([product(n) for n in range(3000)])) + ld(crumbs(50_000)),
    "one product 30,000 times": lambda: ld(
        json.dumps([product(1, image=f"/{n}.jpg") for n in range(30_000)])
    ),
    "things that refer to each other": lambda: ld(
        json.dumps(
            {
                "@graph": [
                    product(n, isRelatedTo=[{"@id": f"#{k}"} for k in range(n % 50)]) | {"@id": f"#{n}"}
                    for n in range(6000)
                ]
            }
        )
    ),
    "items that refer": scopes_that_refer,
    "items in items": lambda: "<div itemscope itemprop=a>" * 380_000,
    "a million headings": lambda: "<h1>x</h1>" * 1_000_000,
    "tags that begin": lambda: "<" * 9_000_000,
    "comments of HTML": lambda: "<!--" * 2_500_000,
    "programs": lambda: f"<script>{'ecommerce:{a:[1,2,3,' * 480_000}</script>",
    "a million attributes": lambda: f"<div {' '.join(f'a{n}=1' for n in range(1_000_000))}>",
    "variants of variants": lambda: ld(
        json.dumps(product(hasVariant=[product(n, hasVariant=MANY) for n in range(300)]))
    ),
    "a picture of every width": lambda: (
        '<div itemscope itemtype="http://schema.org/Product"><b itemprop=name>x</b>'
        '<img itemprop=image srcset="' + ", ".join(f"/{n}.jpg {n}w" for n in range(400_000)) + '"></div>'
    ),
    "a picture in an address": lambda: ld(
        json.dumps(product(image="data:image/png;base64," + "A" * 6_000_000))
    ),
    "a hundred thousand pictures": lambda: (
        '<meta property="og:type" content="product"><meta property="og:title" content="x">'
        + '<meta property="og:image" content="/a.jpg">' * 100_000
    ),
    "titles of HTML": lambda: ld(
        json.dumps([product(n, name=f"<p>x{n}" + "<b>&amp;" * 700) for n in range(1500)])
    ),
}
BEYOND = {"a million attributes"}
"""What takes its parser a time that grows with the square of the length."""

QUICK = ("80 KB of brackets", "900 lists in each other", "objects in objects", "programs")
EACH = [pytest.param(name, marks=[] if name in QUICK else pytest.mark.slow) for name in PAGES]
"""As large as a page may be, most of them take seconds."""


@pytest.fixture(scope="module")
def reader() -> Iterator[ApartReader]:
    settings = CollectSettings(SHOP, Path("/nowhere"))
    yield ApartReader("pages", SCOPE, settings)
    reader_process._PROCESS.end()


def entries(reader: ApartReader, html: str) -> list[Record | LeftOut]:
    response = HtmlResponse(f"{SHOP}/p/x", body=html.encode()[:PAGE_BYTES], encoding="utf-8")
    return list(reader.read(Target(response.url, "page", response.url), response).entries)


@pytest.mark.parametrize("name", EACH)
def test_a_page_costs_a_bounded_time_and_no_other_page(name, reader, monkeypatch):
    # What is quadratic takes minutes: that it is stopped is seen as well after a second.
    monkeypatch.setattr(reader_process, "READING_SECONDS", 1.0 if name in BEYOND else READING_SECONDS)
    html = page("", PAGES[name]())
    before = time.process_time()
    try:
        found = entries(reader, html)
        assert all(isinstance(each, Record) or each.reason for each in found)
        is_read = True
    except Unreadable as error:
        assert "reading it takes longer than" in str(error)
        is_read = False
    # The command's own process only waited, and so was free for Ctrl-C and for its clock.
    assert time.process_time() - before < 2
    assert is_read or name not in ("2,000 products", "80 KB of brackets", "9 MB of brackets")
    assert not is_read or name not in BEYOND
    (good,) = entries(reader, page(GOOD))
    assert good.fields["id"] == "good"


@pytest.mark.parametrize(
    "name",
    [
        "80 KB of brackets",
        "objects in objects",
        pytest.param("strings that begin", marks=pytest.mark.slow),
    ],
)
def test_a_page_that_speaks_of_a_product_in_such_json_is_named(name, reader):
    inner = PAGES[name]()[len(ld("")) - len("</script>") : -len("</script>")]
    (left_out,) = entries(reader, page(ld('{"@type": "Product", "name": ' + inner)))
    assert isinstance(left_out, LeftOut) and "its JSON-LD has a product" in left_out.reason


@pytest.mark.slow
def test_a_page_that_takes_too_much_memory_is_named(reader, monkeypatch):
    reader_process._PROCESS.end()
    monkeypatch.setattr(reader_process._Process, "_started", _with_little_memory)
    with pytest.raises(Unreadable, match="memory"):
        entries(reader, page("", "<p>x" * 2_000_000 + GOOD))
    monkeypatch.undo()
    reader_process._PROCESS.end()
    (good,) = entries(reader, page(GOOD))
    assert isinstance(good, Record)


def _with_little_memory(self):
    """Start the process with 60 MB beside what it has; see `_Process._started`."""
    import subprocess
    import sys

    if self._process is None:
        program = "from precompute.collect import reader_process as r; r.READING_BYTES = 60_000_000; r.main()"
        self._process = subprocess.Popen(
            [sys.executable, "-c", program],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            cwd=reader_process._ROOT,
        )
    return self._process
