"""A shop behind a door, and one in a frame of another site whose browser keeps storage from it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from dashapp.http.door.users import hashed, write_users
from tests.browser.conftest import patient, until, visit, watched
from tests.serving import serving
from tests.waiting import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Browser

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
expect = playwright.expect

ANNA = ("anna", "correct horse")
FRAME = """<!doctype html><title>Shop</title><iframe src="{address}" width="1100" height="800"></iframe>"""

NO_STORAGE = """
for (const name of ["localStorage", "sessionStorage", "caches", "indexedDB"])
  Object.defineProperty(globalThis, name, { get() { throw new DOMException("blocked", "SecurityError"); } });
Object.defineProperty(Document.prototype, "cookie", {
  get() { throw new DOMException("blocked", "SecurityError"); },
  set() { throw new DOMException("blocked", "SecurityError"); },
});
"""


class Framing(BaseHTTPRequestHandler):
    """A page of another site, with the dashboard in a frame."""

    def do_GET(self) -> None:
        body = FRAME.format(address=self.path.partition("?")[2]).encode()
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[int]:
    """The port of a server whose pages show the dashboard in a frame."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), Framing)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_port
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def framed(data: Path, site: int, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a shop that pages of `localhost` may frame."""
    log = tmp_path_factory.mktemp("framed") / "log"
    with serving(data, log, AKIN_FRAME=f"http://localhost:{site}") as address:
        yield address


@pytest.fixture(scope="module")
def closed(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a shop that is closed to all but Anna."""
    folder = tmp_path_factory.mktemp("closed")
    write_users(folder / "users.txt", {ANNA[0]: hashed(ANNA[1])})
    with serving(data, folder / "log", AKIN_USERS=str(folder / "users.txt")) as address:
        yield address


def test_a_visit_with_a_name(browser: Browser, closed: str) -> None:
    with watched(browser, closed, signed_in=ANNA) as context:
        page = context.new_page()
        visit(page, closed)
        page.locator("#react-entry-point .card-name").first.click()
        expect(page.locator("#react-entry-point .product")).to_be_visible()
        until(page, "[...document.images].every((image) => image.complete && image.naturalWidth)")
        page.get_by_role("link", name="Map", exact=True).click()
        page.locator("#react-entry-point .map[data-ready]").wait_for()
        assert context.cookies() == []


def test_without_a_name_there_is_nothing_to_see(browser: Browser, closed: str) -> None:
    context = patient(browser.new_context(base_url=closed))
    for address in ("/", "/assets/akin.css", "/api/v1/products"):
        assert context.request.get(address).status == 401
    context.close()


def test_a_frame_of_the_named_site_needs_no_storage(browser: Browser, framed: str, site: int) -> None:
    context = patient(browser.new_context())
    context.add_init_script(NO_STORAGE)
    errors: list[str] = []
    context.on("weberror", lambda error: errors.append(str(error.error)))
    page = context.new_page()
    page.goto(f"http://localhost:{site}/?{framed}")
    frame = page.frame_locator("iframe")
    frame.locator("#react-entry-point .card-name").first.click()
    expect(frame.locator("#react-entry-point .product")).to_be_visible()
    frame.get_by_role("link", name="For you").click()
    expect(frame.locator("#react-entry-point h1")).to_be_visible()
    assert errors == []
    context.close()


def test_no_other_site_shows_it(browser: Browser, framed: str, site: int) -> None:
    context = patient(browser.new_context())
    said: list[str] = []
    context.on("console", lambda message: said.append(message.text))
    page = context.new_page()
    page.goto(f"http://127.0.0.1:{site}/?{framed}")
    eventually(
        lambda: any("frame-ancestors" in text for text in said),
        pause=lambda seconds: page.wait_for_timeout(1000 * seconds),
    )
    context.close()
