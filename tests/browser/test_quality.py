"""The quality page and the one about Akin in a real browser."""

import re

import pytest

from tests.browser.conftest import until, until_ready, visit
from tests.sample_bundle import RECIPES

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
Page = playwright.Page
expect = playwright.expect


def test_figures_lead_to_products_and_back(page: Page) -> None:
    visit(page, "/quality")
    page.get_by_role("link", name="See all 55").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Products in no list")
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".count")).to_have_text("49–55 of 55, the first of 77")
    expect(page.locator(".product-card")).to_have_count(7)
    title = page.locator(".card-name").first.inner_text()
    page.locator(".card-name").first.click()
    expect(page.locator("h1")).to_have_text(title)
    page.go_back()
    expect(page.locator(".count")).to_have_text("49–55 of 55, the first of 77")


def test_bars_are_as_tall_as_their_counts(tab: Page) -> None:
    visit(tab, "/quality")
    heights = tab.locator("#page .histogram").first.evaluate(
        "figure => [...figure.children].map(bar => bar.offsetHeight / figure.clientHeight)"
    )
    assert heights[:30] == [0] * 30
    assert all(height > 0.95 for height in heights[30:])


def test_a_recipe_is_switched_in_place(page: Page) -> None:
    visit(page, "/quality")
    switch = page.get_by_role("navigation", name="Kinds of look-alikes")
    switch.get_by_role("link", name=RECIPES[1].name).click()
    expect(page).to_have_url(re.compile(r"/quality\?recipe=far$"))
    expect(page.locator("[aria-current=true]")).to_have_text("far")
    expect(page.get_by_role("heading", name="Products in the most lists")).to_have_count(0)


def test_what_the_browser_keeps_can_be_forgotten(page: Page) -> None:
    visit(page, "/product/plain")
    page.get_by_role("link", name="About", exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text("About")
    page.locator("#theme").click()
    page.evaluate("localStorage.setItem('other', 'stays')")
    kept = "Object.keys(localStorage).filter(name => name.startsWith('akin-'))"
    until(page, kept, lambda names: {"akin-theme", "akin-visits"} <= set(names))
    until_ready(page)
    page.get_by_role("button", name="Forget all of it").click()
    expect(page.get_by_text("Forgotten.")).to_be_visible()
    assert page.evaluate(kept) == []
    assert page.evaluate("localStorage.getItem('other')") == "stays"
    page.locator(".brand").click()
    page.locator(".card-name", has_text="Sample mug 3").first.click()
    until(page, "localStorage.getItem('akin-visits')", lambda text: text == '["a//b/"]')
