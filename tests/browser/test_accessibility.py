"""What axe-core finds on every page, on a light wide screen and a dark narrow one, and whether each fits."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import patient, visit
from tests.repetition import thorough
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

axe = pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")

ADDRESSES = (
    "/",
    "/?q=mug&category=Mugs",
    thorough("/?colour=red&stock=in&sort=price"),
    thorough("/?sale=on"),
    "/?q=nothing+of+the+kind",
    "/product/plain",
    thorough("/product/with%20space?recipe=far"),
    thorough("/product/sku-0045?category=same&stock=in"),
    "/compare/plain",
    "/for-you",
    "/map",
    "/quality",
    thorough("/quality?list=twins"),
    "/about",
    "/product/unknown",
    thorough("/nowhere"),
)
WIDTHS = (1280, 390)


def findings(page: Page) -> list[str]:
    """What axe finds, a line for each element: how bad, which rule, where, why."""
    answer = axe.Axe().run(page).response
    assert len(answer["passes"]) > 10, "axe has hardly looked at anything"
    return [
        f"{violation['impact']} {violation['id']} at {node['target']}: {node['failureSummary']}"
        for violation in answer["violations"]
        for node in violation["nodes"]
    ]


def findings_everywhere(page: Page) -> list[str]:
    """The findings, and too much width, on a wide screen in one colour mode and a narrow one in the other."""
    found = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 900})
        mode = page.locator("html").get_attribute("data-bs-theme")
        found += [f"{width} {mode} {finding}" for finding in findings(page)]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{width} {mode} the page is wider than its screen")
        # Playwright's own click waits for frames to be drawn, which never happened once on a busy machine.
        page.locator("#theme").dispatch_event("click")
    return found


@pytest.mark.parametrize("address", ADDRESSES)
def test_axe_finds_nothing(tab: Page, address: str) -> None:
    visit(tab, address)
    assert findings_everywhere(tab) == []


@pytest.fixture(scope="module")
def abroad(browser: Browser, server: str, request: pytest.FixtureRequest) -> Iterator[tuple[str, Page]]:
    """The code of a language, and a page of a visitor who prefers it."""
    context = patient(browser.new_context(base_url=server, locale=request.param, reduced_motion="reduce"))
    yield request.param, context.new_page()
    context.close()


@pytest.mark.parametrize("abroad", ["ar", thorough("de")], indirect=True)
@pytest.mark.parametrize(
    "address", ["/", "/product/plain", *map(thorough, ("/compare/plain", "/map", "/about"))]
)
def test_axe_finds_nothing_in_another_language(abroad: tuple[str, Page], address: str) -> None:
    code, page = abroad
    visit(page, address)
    assert page.locator("html").get_attribute("lang") == code
    assert findings_everywhere(page) == []


def test_axe_finds_nothing_where_there_is_no_bundle(browser: Browser, tmp_path: Path) -> None:
    with serving(tmp_path / "none", tmp_path / "gunicorn.log") as address:
        context = patient(browser.new_context(base_url=address, reduced_motion="reduce"))
        page = context.new_page()
        visit(page, "/")
        assert page.locator("h1").inner_text() == "The catalogue is not here yet"
        assert findings_everywhere(page) == []
        context.close()
