"""A shop on another origin, whose pages hold the widget."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import patient, until
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

POLICY = (
    "default-src 'none'; script-src {akin}; connect-src {akin}; img-src {akin}; font-src {akin}; "
    "style-src 'self'; base-uri 'none'; require-trusted-types-for 'script'"
)
PAGE = """<!doctype html>
<html lang="de">
  <head>
    <title>Shop</title>
    <meta name="viewport" content="width=device-width">
    <link rel="stylesheet" href="/shop.css">
  </head>
  <body>{body}</body>
</html>"""
CSS = """
:root { color-scheme: light dark; }
body { margin: 24px; color: rgb(30, 60, 30); font: 17px/1.5 Georgia, serif; background: #fffdf5; }
@media (prefers-color-scheme: dark) { body { color: rgb(220, 230, 220); background: #101510; } }
"""
HOSTILE = """
div, section, ul, li { display: none !important; opacity: .1 !important; transform: rotate(9deg) !important; }
a { color: red !important; font-size: 60px !important; }
img { width: 3px !important; filter: invert(1) !important; }
h2 { text-transform: uppercase !important; }
* { letter-spacing: 9px !important; text-indent: 99px !important; }
"""


class Shop:
    """A shop's page on a port of its own; `akin` is the address of the look-alikes that it shows."""

    def __init__(self) -> None:
        self.akin = self.policy = self.styles = self.body = ""
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.split("?")[0]
                text = {"/shop.css": shop.styles, "/favicon.ico": ""}.get(path)
                if text is None:
                    text = PAGE.format(body=shop.body)
                body = text.encode()
                self.send_response(200)
                kind = "css" if path.endswith(".css") else "html"
                self.send_header("Content-Type", f"text/{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", shop.policy)
                # Such a page loads from elsewhere only what says that it may be loaded.
                self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def shop(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop, and beside it Akin, which lets that shop's pages read its API."""
    shop = Shop()
    log = tmp_path_factory.mktemp("log") / "gunicorn.log"
    with serving(data, log, AKIN_CORS=f"https://shop.example {shop.origin}") as akin:
        shop.akin = akin
        yield shop
    shop.close()


@pytest.fixture
def said() -> list[str]:
    """What the console has said, errors and warnings alone."""
    return []


Opener = Callable[..., "Page"]


@pytest.fixture(scope="module")
def customer(browser: Browser) -> Iterator[BrowserContext]:
    """The profile of one who looks at pages of the shop."""
    context = patient(browser.new_context())
    context.new_page()  # While a page is open, its process stays.
    yield context
    context.close()


@pytest.fixture
def open_page(shop: Shop, customer: BrowserContext, said: list[str]) -> Iterator[Opener]:
    """Opens a page of the shop that holds `body`, in which {script} is the widget's address.

    The script `before` runs before those of the page.
    """

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    def opened(
        body: str,
        *,
        akin: str = shop.akin,
        css: str = "",
        width: int = 1280,
        dark: bool = False,
        before: str = "",
    ) -> Page:
        shop.policy = POLICY.format(akin=akin)
        shop.styles = CSS + css
        shop.body = body.replace("{script}", f"{akin}/widget.js")
        page = customer.new_page()
        page.set_viewport_size({"width": width, "height": 900})
        page.emulate_media(color_scheme="dark" if dark else "light")
        page.add_init_script(before)
        page.on("console", note)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(shop.origin)
        return page

    yield opened
    for page in customer.pages[1:]:
        page.close()


def said_by_akin(page: Page, said: list[str]) -> list[str]:
    """What the widget has put into the console once there is something and nothing more is on its way."""

    def ours() -> list[str]:
        return [text for text in said if text.startswith("Akin")]

    until(page, ours)
    page.wait_for_load_state("networkidle")
    return ours()


ONE = (
    '<main><h1>Mug</h1><script src="{script}" data-product="{id}"></script><p class="after">After</p></main>'
)
MORE = "Ähnliche Produkte"
"""The heading of a row on these pages, whose language is German."""

PLAIN = ONE.replace("{id}", "plain")
