"""A real server and a real browser: gunicorn on a free port, and Chromium driven by Playwright."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.live_demo import write_live_demo
from tests.sample_bundle import write_sample_bundle
from tests.serving import serving
from tests.sharing import made_once
from tests.waiting import PATIENCE, eventually

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

HERE = Path(__file__).resolve().parent
ARTEFACTS = HERE.parents[1] / "test-artefacts"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]
MILLISECONDS = 1000 * PATIENCE


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark every test in this folder."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.browser)


@pytest.fixture(scope="session")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sample bundle."""
    return made_once(tmp_path_factory, "sample", write_sample_bundle)


@pytest.fixture(scope="session")
def server(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the sample bundle's shop."""
    log = tmp_path_factory.mktemp("log") / "gunicorn.log"
    with serving(data, log, AKIN_TITLE="Sample Shop") as address:
        yield address


@pytest.fixture(scope="session")
def live_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a bundle of the demo's first products that photos can be searched with."""
    return made_once(tmp_path_factory, "live-demo", write_live_demo) / "data"


@pytest.fixture(scope="session")
def hosted(live_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a shop whose server searches with photos."""
    log = tmp_path_factory.mktemp("log") / "gunicorn.log"
    with serving(live_data, log, AKIN_LIVE="litert", AKIN_LIVE_RATE="10000") as address:
        yield address


@pytest.fixture(scope="session")
def device(live_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a shop whose visitors' browsers search with photos; its server can too."""
    log = tmp_path_factory.mktemp("log") / "gunicorn.log"
    with serving(live_data, log, AKIN_LIVE="browser", AKIN_LIVE_RATE="10000") as address:
        yield address


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as the system has it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    sync_api.expect.set_options(timeout=MILLISECONDS)  # A busy machine is no mistake of a page.
    with sync_api.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser, server: str) -> Iterator[BrowserContext]:
    """A fresh profile at 1280 × 900. The test fails on any error in the console and any foreign request."""
    with watched(browser, server) as fresh:
        yield fresh


@contextmanager
def watched(
    browser: Browser,
    server: str,
    *,
    borne: tuple[str, ...] = (),
    signed_in: tuple[str, str] | None = None,
) -> Iterator[BrowserContext]:
    """A fresh profile at 1280 × 900 that must see no error in the console, but `borne`, nor another host.

    `signed_in` is the name and password that it gives where they are asked for.
    """
    credentials = {"username": signed_in[0], "password": signed_in[1]} if signed_in else None
    # Motion between pages holds what is drawn for a moment, which no test but its own has to wait for.
    fresh = patient(
        browser.new_context(
            base_url=server,
            viewport={"width": 1280, "height": 900},
            reduced_motion="reduce",
            http_credentials=credentials,
        )
    )
    complaints: list[str] = []
    fresh.on("console", lambda message: _note(message, complaints, borne))
    fresh.on("weberror", lambda error: complaints.append(str(error.error)))
    fresh.on(
        "request",
        lambda request: None if request.url.startswith((server, "data:")) else complaints.append(request.url),
    )
    yield fresh
    fresh.close()
    assert complaints == []


@pytest.fixture
def page(context: BrowserContext) -> Page:
    return context.new_page()


@pytest.fixture
def scriptless(browser: Browser, server: str) -> Iterator[BrowserContext]:
    """A fresh profile that runs no scripts."""
    fresh = patient(browser.new_context(base_url=server, java_script_enabled=False))
    yield fresh
    fresh.close()


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """The folder that screenshots are kept in."""
    ARTEFACTS.mkdir(exist_ok=True)
    return ARTEFACTS


def visit(page: Page, address: str) -> None:
    """Open an address and wait until Dash has taken the page over."""
    page.goto(address)
    page.locator("#first-page").wait_for(state="detached")


def patient(context: BrowserContext) -> BrowserContext:
    """The same profile, whose pages give a busy machine time."""
    context.set_default_timeout(MILLISECONDS)
    return context


def scrolled(page: Page) -> int:
    """How far a page is scrolled, in pixels."""
    return page.evaluate("Math.round(scrollY)")


def expect_scrolled(page: Page, place: int) -> None:
    """Wait until a page is scrolled exactly so far."""
    until(page, "Math.round(scrollY)", lambda seen: seen == place)


def until(page: Page, look: str | Callable[[], Any], holds: Callable[[Any], object] = bool) -> Any:
    """What a script in the page, or a function of the test, gives as soon as that `holds`.

    Playwright's own `wait_for_function` looks a second time from inside the page, with `eval`, which the
    page's policy forbids: it would wait for ever unless the first look is enough.
    """
    see = look if callable(look) else lambda: page.evaluate(look)
    return eventually(see, holds, pause=lambda _: page.wait_for_timeout(50))


def _note(message: ConsoleMessage, complaints: list[str], more: tuple[str, ...]) -> None:
    # A page that is not there has status 404, which Chromium puts into the console as an error.
    # Without a graphics card, Chromium draws the map in memory and says that this is slow.
    borne = ("status of 404", "GPU stall due to ReadPixels", *more)
    if message.type in ("error", "warning") and not any(text in message.text for text in borne):
        complaints.append(message.text)
