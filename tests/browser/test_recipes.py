"""Going between recipes, and seeing two side by side, in a real browser."""

import re

import pytest

from dashapp.addresses import compare_href, product_href
from tests.browser.conftest import expect_scrolled, scrolled, visit
from tests.repetition import thorough
from tests.sample_bundle import NASTY_IDS, RECIPES

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
Page = playwright.Page
expect = playwright.expect

PHONE = {"width": 390, "height": 844}
BACK, BOTH = RECIPES[2].name, RECIPES[2].label


def documents(page: Page) -> list[str]:
    """The addresses of the documents that the page loads from now on."""
    found: list[str] = []
    page.on(
        "request", lambda request: found.append(request.url) if request.resource_type == "document" else 0
    )
    return found


@pytest.mark.parametrize("size", [{"width": 1280, "height": 900}, thorough(PHONE)])
def test_switching_keeps_the_place_and_goes_on_and_back(page: Page, size: dict[str, int]) -> None:
    page.set_viewport_size(size)
    visit(page, product_href("plain"))
    loaded = documents(page)
    recipes = page.get_by_role("navigation", name="Kinds of look-alikes")
    recipes.scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 120)")
    place = scrolled(page)

    recipes.get_by_role("link", name="Colour").click()
    expect(page).to_have_url(re.compile(r"/plain\?recipe=far$"))
    expect(page.locator(".segment[aria-current]")).to_have_text("Colour")
    expect(page.locator(".segment[aria-current]")).to_be_focused()
    expect(page).to_have_title("Sample mug 0, Colour · Sample Shop")
    expect(page.locator(".product-card")).to_have_count(10)
    expect_scrolled(page, place)

    first = page.locator(".card-name").first
    title = first.inner_text()
    first.click()
    expect(page.locator("h1")).to_have_text(title)
    expect(page).to_have_url(re.compile(r"\?recipe=far$"))
    expect(page.locator(".segment[aria-current]")).to_have_text("Colour")
    expect_scrolled(page, 0)

    page.go_back()
    expect(page).to_have_url(re.compile(r"/plain\?recipe=far$"))
    expect(page.locator(".product-card")).to_have_count(10)
    page.go_back()
    expect(page).to_have_url(re.compile(r"/plain$"))
    expect(page.locator(".product-card")).to_have_count(20)
    expect_scrolled(page, place)
    assert loaded == []


def test_a_recipe_is_chosen_by_keyboard(page: Page) -> None:
    visit(page, product_href("plain"))
    page.get_by_role("navigation", name="Kinds of look-alikes").get_by_role("link", name="Style").focus()
    page.keyboard.press("Tab")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator(".segment[aria-current]")).to_have_text(BOTH)
    expect(page.locator(".segment[aria-current]")).to_be_focused()
    # The arrow keys move along the control, and turn to no other product.
    page.keyboard.press("ArrowLeft")
    page.keyboard.press("Enter")
    expect(page.locator(".segment[aria-current]")).to_have_text("Colour")


def test_the_smallest_phones_are_wide_enough_for_a_comparison(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    visit(page, "/compare/plain")
    before = page.locator(".product-card").first.bounding_box()
    for chooser in page.locator("summary").all():
        chooser.click()
    assert page.evaluate("document.documentElement.scrollWidth") <= 320
    # What can be chosen lies over the lists and moves nothing.
    assert page.locator(".product-card").first.bounding_box() == before


def test_a_switch_that_is_wider_than_the_phone_scrolls_to_its_current_recipe(page: Page) -> None:
    page.set_viewport_size({"width": 320, "height": 700})
    visit(page, product_href("plain", recipe=BACK))
    chip = page.locator(".segment[aria-current]").bounding_box()
    assert chip["x"] >= 0 and chip["x"] + chip["width"] <= 320
    assert page.locator(".recipes .segments").evaluate("list => list.scrollLeft") > 0
    assert page.evaluate("document.documentElement.scrollWidth") <= 320


@pytest.mark.parametrize("size", [thorough({"width": 1280, "height": 900}), PHONE])
def test_comparing_two_recipes(page: Page, size: dict[str, int]) -> None:
    page.set_viewport_size(size)
    visit(page, product_href("plain"))
    loaded = documents(page)
    page.get_by_role("link", name="Side by side").click()
    expect(page.locator(".shared")).to_have_text("5 of 10 are in both.")
    expect(page).to_have_url(re.compile(r"/compare/plain$"))
    left, right = page.locator(".compare section").all()
    expect(left.locator(".product-card").nth(1)).to_contain_text("in both · no. 1 there")
    expect(right.locator(".product-card").first).to_contain_text("in both · no. 2 there")
    # Equal places stand side by side, whether or not one of them is marked.
    for number in (0, 1, 4, 9):
        tops = [side.locator(".product-card").nth(number).bounding_box()["y"] for side in (left, right)]
        assert tops[0] == pytest.approx(tops[1], abs=1)
    assert left.bounding_box()["x"] + left.bounding_box()["width"] < right.bounding_box()["x"]

    right.get_by_text("Change").click()
    right.get_by_role("link", name=BOTH).click()
    expect(page.locator("h2")).to_have_text(["Style", BOTH])
    expect(page.locator("details[open]")).to_have_count(0)
    expect(page.locator("summary").nth(1)).to_be_focused()
    expect(page.locator(".shared")).to_have_text("None of the 7 is in both.")

    page.locator(".compare .card-name").first.click()
    expect(page.locator("h1")).to_contain_text("alert('x')")
    expect(page.locator("h2")).to_have_text(["Style", BOTH])
    page.get_by_role("link", name="Back to the product").click()
    expect(page).to_have_url(re.compile(re.escape(product_href(NASTY_IDS[1])) + "$"))
    for _ in range(3):
        page.go_back()
    expect(page).to_have_url(re.compile(r"/compare/plain$"))
    expect(page.locator(".shared")).to_have_text("5 of 10 are in both.")
    assert loaded == []


def test_the_slider_shows_more_of_both(page: Page) -> None:
    address = compare_href("plain", recipes="far,sample")
    visit(page, address)
    slider = page.get_by_role("slider")
    slider.focus()
    page.keyboard.press("End")
    expect(page.locator(".shared")).to_have_text("15 of 30 are in both.")
    expect(page.locator(".product-card")).to_have_count(60)
    expect(slider).to_be_focused()
    expect(page).to_have_url(re.compile(re.escape(f"{address}&n=30") + "$"))
    page.locator("summary").first.click()
    page.locator("details[open]").get_by_role("link", name="Style").click()
    expect(page.locator("h2")).to_have_text(["Style", "Colour"])
    expect(page).to_have_url(re.compile(r"/compare/plain\?n=30$"))


def test_without_scripts_recipes_can_be_chosen_and_compared(scriptless: playwright.BrowserContext) -> None:
    page = scriptless.new_page()
    page.goto(product_href("plain"))
    page.get_by_role("link", name="Colour").click()
    expect(page.locator(".product-card")).to_have_count(10)
    page.get_by_role("link", name="Side by side").click()
    expect(page.locator(".shared")).to_have_text("5 of 10 are in both.")
