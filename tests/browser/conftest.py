"""A real server and a real browser: gunicorn on a free port, and Chromium driven by Playwright."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.error import URLError

import pytest

from tests.sample_bundle import write_sample_bundle

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page

REPOSITORY = Path(__file__).resolve().parents[2]
ARTEFACTS = REPOSITORY / "test-artefacts"
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of gunicorn serving the sample bundle, with the repository's own configuration."""
    data = tmp_path_factory.mktemp("data")
    write_sample_bundle(data)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    log = tmp_path_factory.mktemp("log") / "gunicorn.log"
    command = [sys.executable, "-m", "gunicorn", "dashapp.wsgi:server", "--bind", f"127.0.0.1:{port}"]
    # A relative path, as `make demo` gives it.
    environment = {**os.environ, "AKIN_DATA": os.path.relpath(data, REPOSITORY), "AKIN_TITLE": "Sample Shop"}
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=REPOSITORY, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        address = f"http://127.0.0.1:{port}"
        _wait_for(f"{address}/healthz", process, log)
        yield address
    finally:
        process.terminate()
        process.wait(timeout=30)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """Chromium, as the system has it."""
    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if chromium is None:
        pytest.skip("no Chromium on this machine: apt-get install chromium")
    sync_api = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
    sync_api.expect.set_options(timeout=20_000)  # A busy machine is no mistake of a page.
    with sync_api.sync_playwright() as driver:
        running = driver.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def context(browser: Browser, server: str) -> Iterator[BrowserContext]:
    """A fresh profile at 1280 × 900. The test fails on any error in the console and any foreign request."""
    fresh = browser.new_context(base_url=server, viewport={"width": 1280, "height": 900})
    complaints: list[str] = []
    fresh.on("console", lambda message: _note(message, complaints))
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


@pytest.fixture(scope="session")
def artefacts() -> Path:
    """The folder that screenshots are kept in."""
    ARTEFACTS.mkdir(exist_ok=True)
    return ARTEFACTS


def visit(page: Page, address: str) -> None:
    """Open an address and wait until Dash has taken the page over."""
    page.goto(address)
    page.locator("#first-page").wait_for(state="detached")


def scrolled(page: Page) -> int:
    """How far a page is scrolled, in pixels."""
    return page.evaluate("Math.round(scrollY)")


def _note(message: ConsoleMessage, complaints: list[str]) -> None:
    # A page that is not there has status 404, which Chromium puts into the console as an error.
    if message.type in ("error", "warning") and "status of 404" not in message.text:
        complaints.append(message.text)


def _wait_for(address: str, process: subprocess.Popen, log: Path) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline and process.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=5):
                return
        except (URLError, ConnectionError):
            time.sleep(0.05)
    pytest.fail(f"gunicorn did not answer at {address}:\n{log.read_text()}")
