"""What does a click cost? The server's time for a page of look-alikes, and what a browser transfers.

    python benchmarks/serving.py PHOTOS [--cards 20] [--clicks 300] [--bundle FOLDER]

Builds a bundle of PHOTOS (or takes the one in FOLDER), serves it by gunicorn with two workers, and beside it
the least that a Dash app can be: one callback that returns the same number of cards, each a picture, a title,
two facts and a score, from constants. Both are asked in turn over one kept connection, as a browser asks, and
the median milliseconds are printed with their ratio. Then Chromium opens the gallery and clicks: the
kilobytes that come over the wire are printed, thumbnails apart, and whose those of the first visit are.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import defaultdict
from contextlib import ExitStack
from pathlib import Path
from statistics import median, quantiles
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

sys.path.insert(0, str(Path(__file__).parent.parent))

from benchmarks.browsing import DASHBOARD, REPOSITORY, chromium, gunicorn, watch
from bundle import Bundle
from dashapp.addresses import product_href

if TYPE_CHECKING:
    from flask import Flask
    from playwright.sync_api import Page

BARE = "bare Dash callback"
WARM_UP = 30
CALLBACKS = "/_dash-update-component"
HEADERS = {"Content-Type": "application/json", "Accept-Encoding": "gzip"}
PARTS = {
    "dash-bootstrap-components": "/dash_bootstrap_components.",
    "Dash and React": "/_dash-component-suites/",
    "Bootstrap's stylesheet": "bootstrap.min",
    "the typeface": ".woff2",
    "Akin's stylesheets": ".css",
    "Akin's scripts": ".js",
}
"""Whose a file is, by the first of these that is in its address."""


def bare_server() -> Flask:
    """The least that a Dash app can be: an address, and a callback that returns cards from constants."""
    from dash import Dash, Input, Output, dcc, html

    app = Dash(__name__)
    app.layout = html.Div([dcc.Location(id="address"), html.Div(id="page")])
    cards = int(os.environ["BENCHMARK_CARDS"])

    @app.callback(Output("page", "children"), Input("address", "pathname"), Input("address", "search"))
    def show(pathname: str, search: str) -> html.Ul:
        return html.Ul(
            [
                html.Li(
                    [
                        html.Div(html.Img(src="/picture.webp", alt="A product", width=400, height=400)),
                        html.A("A product", href="/product/1"),
                        html.Div([html.Span("Category"), html.Span("€12.00")]),
                        html.Div([html.Meter(value="0.870", min="0", max="1"), html.Span("0.87")]),
                    ]
                )
                for _ in range(cards)
            ]
        )

    return app.server


class Visitor:
    """One kept connection that asks for pages as the browser's Dash does."""

    def __init__(self, port: int, **state: str) -> None:
        """Ask the server at `port`; `state` has the pages' data that its callback takes, by their names."""
        self._connection = http.client.HTTPConnection("127.0.0.1", port)
        self._state = state

    def click(self, pathname: str, search: str = "") -> tuple[float, int]:
        """Ask for the page of an address: the milliseconds that took, and the bytes of the answer."""
        asked = json.dumps(page_question(pathname, search, **self._state))
        started = time.perf_counter()
        self._connection.request("POST", CALLBACKS, asked, HEADERS)
        answer = self._connection.getresponse()
        body = answer.read()
        took = (time.perf_counter() - started) * 1000
        if answer.status != 200:
            raise SystemExit(f"Expected status 200 for {pathname}. Received: {answer.status}.")
        return took, len(body)


def page_question(pathname: str, search: str = "", **state: str) -> dict[str, Any]:
    """What a browser's Dash asks for the page of an address; `state` has the data that its callback takes."""
    values = {"pathname": pathname, "search": search}
    data = [{"id": name, "property": "data", "value": value} for name, value in state.items()]
    return {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [{"id": "address", "property": name, "value": value} for name, value in values.items()],
        "changedPropIds": ["address.pathname"],
        **({"state": data} if data else {}),
    }


def page_request(pathname: str, search: str = "") -> bytes:
    """The whole request for the dashboard's page of an address, as it goes over the wire."""
    body = json.dumps(page_question(pathname, search, language="en")).encode()
    head = {"Host": "127.0.0.1", **HEADERS, "Content-Length": str(len(body))}
    lines = "".join(f"{name}: {value}\r\n" for name, value in head.items())
    return f"POST {CALLBACKS} HTTP/1.1\r\n{lines}\r\n".encode() + body


def measure_clicks(shop: int, bare: int, pages: list[tuple[str, str, str]], clicks: int) -> None:
    """Ask both servers in turn and print the medians."""
    visitors = {"bare": Visitor(bare), "shop": Visitor(shop, language="en")}
    print("| a click | ms, median | ms, 95th percentile | of the bare callback | KB |")
    print("|---|---|---|---|---|")
    took: dict[str, list[float]] = defaultdict(list)
    size: dict[str, int] = {}
    for number in range(WARM_UP + clicks):
        for name, pathname, search in pages:
            visitor = visitors["bare" if name == BARE else "shop"]
            each, size[name] = visitor.click(pathname, search)
            if number >= WARM_UP:
                took[name].append(each)
    floor = median(took[BARE])
    for name, times in took.items():
        middle, slow = median(times), quantiles(times, n=20)[-1]
        print(f"| {name} | {middle:.1f} | {slow:.1f} | {middle / floor:.2f} | {size[name] / 1000:.0f} |")


def measure_transfers(port: int) -> None:
    """Open the gallery and two products in Chromium and print what came over the wire."""
    with chromium() as browser:
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        transfers = watch(page)
        print("\n| in Chromium | requests | KB without thumbnails | KB of thumbnails |")
        print("|---|---|---|---|")
        page.goto(f"http://127.0.0.1:{port}/")
        page.wait_for_load_state("networkidle")
        first = list(transfers)
        _report("first visit, the gallery", page, transfers)
        page.keyboard.press("Shift")
        page.locator("#first-page").wait_for(state="detached")
        _report("Dash, once the visitor does something", page, transfers)
        for name in ("click on a product", "click on a look-alike"):
            title = page.locator(".card-name").nth(3).text_content()
            page.locator(".card-name").nth(3).click()
            page.locator(".product h1", has_text=title).wait_for()
            _report(name, page, transfers)
        page.go_back()
        page.go_back()
        page.locator("h1", has_text="All products").wait_for()
        _report("back to the gallery", page, transfers)
    _report_parts(first)


def _report(name: str, page: Page, transfers: list[dict[str, Any]]) -> None:
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(500)
    pictures = sum(each["bytes"] for each in transfers if "/thumbnails/" in each["address"])
    rest = sum(each["bytes"] for each in transfers) - pictures
    print(f"| {name} | {len(transfers)} | {rest / 1000:.1f} | {pictures / 1000:.0f} |", flush=True)
    transfers.clear()


def _report_parts(transfers: list[dict[str, Any]]) -> None:
    """Print what a visit transfers, by whose it is."""
    sizes = dict.fromkeys((*PARTS, "the page, its data and icons"), 0)
    for each in transfers:
        address = each["address"]
        part = next((name for name, mark in PARTS.items() if mark in address), "the page, its data and icons")
        sizes[part] += 0 if "/thumbnails/" in address else each["bytes"]
    print("\n| first visit | KB |\n|---|---|")
    for name, size in sizes.items():
        print(f"| {name} | {size / 1000:.0f} |")


def pages_of(folder: Path, cards: int) -> list[tuple[str, str, str]]:
    """What is clicked: a name, and the path and query of an address."""
    bundle = Bundle.open(folder)
    product, *others = bundle.page(limit=4).products
    other = bundle.neighbours(product.id)[1].id
    likes = urlencode({"like": [each.id for each in others]}, doseq=True)
    path, count = product_href(product.id), f"?n={cards}"
    return [
        (BARE, "/", ""),
        (f"product, {cards} look-alikes", path, count),
        ("product, filtered", path, f"{count}&price=near&category=same&stock=in"),
        ("product, less of another", path, f"{count}&{urlencode({'less': other})}"),
        ("gallery, first page", "/", ""),
        ("for you, three picks", "/for-you", f"?{likes}"),
    ]


def main() -> None:
    """Serve, measure and print the tables."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("photos", type=Path, nargs="?", default=REPOSITORY / "demo", metavar="PHOTOS")
    parser.add_argument("--bundle", type=Path, help="a bundle that is there already")
    parser.add_argument("--cards", type=int, default=20)
    parser.add_argument("--clicks", type=int, default=300)
    arguments = parser.parse_args()
    with ExitStack() as stack:
        folder = arguments.bundle
        if folder is None:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
            build = [sys.executable, "-m", "precompute", "build", str(arguments.photos.resolve())]
            subprocess.run([*build, "--out", str(folder)], cwd=REPOSITORY, check=True)
        shop = stack.enter_context(gunicorn(DASHBOARD, AKIN_DATA=str(folder.resolve())))
        cards = {"BENCHMARK_CARDS": str(arguments.cards)}
        bare = stack.enter_context(gunicorn("benchmarks.serving:bare_server()", **cards))
        print(f"{Bundle.open(folder).count:,} products\n")
        measure_clicks(shop, bare, pages_of(folder, arguments.cards), arguments.clicks)
        measure_transfers(shop)


if __name__ == "__main__":
    main()
