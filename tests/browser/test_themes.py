"""The demo's three themes, and what a first visit is told, in a real browser."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from precompute.building.theme import prepare_theme
from tests.browser.conftest import patient, until, visit
from tests.repetition import thorough
from tests.sample_bundle import write_sample_bundle
from tests.serving import serving

pytest.importorskip("axe_playwright_python.sync_playwright", reason="pip install axe-playwright-python")

from tests.browser.test_accessibility import findings_everywhere

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext, Page

THEMES = sorted((Path(__file__).resolve().parents[2] / "demo" / "themes").glob("*/theme.toml"))
# All pages take their colours from the same names.
ADDRESSES = ("/", *map(thorough, ("/product/plain", "/compare/plain", "/map", "/about")))
NEAR = 200  # pixels from the top, in which the first picture begins
FONTS = "[...document.fonts].filter((font) => font.status === 'loaded').map((font) => font.family)"


@pytest.fixture(scope="module", params=THEMES, ids=lambda path: path.parent.name)
def themed(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of the sample shop in one of the themes."""
    folder = tmp_path_factory.mktemp("themed")
    write_sample_bundle(folder, products=60, files=prepare_theme(request.param).files)
    with serving(folder, folder / "gunicorn.log") as address:
        yield address


@pytest.fixture(scope="module")
def dressed(browser: Browser, themed: str) -> Iterator[Page]:
    """A page of that shop, in which nothing goes wrong."""
    context = patient(browser.new_context(base_url=themed, reduced_motion="reduce"))
    wrong: list[str] = []
    context.on("weberror", lambda error: wrong.append(str(error.error)))
    context.on("console", lambda message: wrong.append(message.text) if message.type == "error" else None)
    yield context.new_page()
    context.close()
    assert wrong == []


@pytest.mark.parametrize("address", ADDRESSES)
def test_axe_finds_nothing(dressed: Page, address: str) -> None:
    visit(dressed, address)
    assert findings_everywhere(dressed) == []


def test_it_looks_as_the_theme_says(dressed: Page) -> None:
    page = dressed
    visit(page, "/")
    assert until(page, f"{FONTS}.filter((name) => /Theme text/.test(name)).length") >= 1
    logo = page.locator(".brand-logo").locator("visible=true")
    drawn = "[...document.querySelectorAll('.brand-logo')].filter((each) => each.naturalWidth).length"
    assert until(page, drawn)
    assert logo.count() == 1
    for width, height in ((1280, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.locator(".product-grid .tile").first.bounding_box()["y"] <= NEAR
        assert page.evaluate("document.documentElement.scrollWidth") == width


def start(page: Page) -> bool:
    return page.locator(".start").is_visible()


def test_a_first_visit_is_told_what_is_special_until_it_is_over(page: Page) -> None:
    visit(page, "/")
    first = page.locator(".product-grid .tile").first.bounding_box()
    told = page.locator(".start").bounding_box()
    assert first["y"] <= NEAR and told["y"] > first["y"] + first["height"]
    page.locator(".start-close").click()
    assert not start(page)
    assert page.evaluate("document.activeElement.className") == "card-name"
    page.reload()
    assert page.locator(".product-card").first.is_visible() and not start(page)


def test_who_has_looked_at_a_product_is_not_told_again(page: Page) -> None:
    visit(page, "/product/plain")
    until(page, "localStorage.getItem('akin-visits')")
    visit(page, "/")
    assert not start(page)
    # Nothing of it was fetched: its pictures wait for being shown.
    assert not page.evaluate("[...document.querySelectorAll('.start img')].some((image) => image.complete)")


def test_it_needs_no_scripts_but_to_go_away(scriptless: BrowserContext) -> None:
    page = scriptless.new_page()
    page.goto("/")
    assert start(page) and not page.locator(".start-close").is_visible()
