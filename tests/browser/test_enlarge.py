"""A picture over the page, to look at closely, by mouse, by touch and by the keyboard."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import Keep, patient, until, visit, watched
from tests.repetition import thorough
from tests.sample_bundle import write_sample_bundle
from tests.serving import serving

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
expect = playwright.expect

LARGE = 900
PIXELS = "document.querySelector('.enlarged-stage img')?.naturalWidth"
WIDTH = "document.querySelector('.enlarged-stage img').getBoundingClientRect().width"


@pytest.fixture(scope="module")
def shop(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("enlarge")
    write_sample_bundle(folder / "data", products=30, large=LARGE)
    with serving(folder / "data", folder / "log") as address:
        yield address


def opened(page: Page, address: str) -> list[str]:
    """Open a product's page; the addresses of large pictures that are asked for from then on."""
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url) if ".large." in request.url else None)
    visit(page, f"{address}/product/plain")
    return asked


def test_a_mouse_enlarges_moves_and_closes(browser: Browser, shop: str) -> None:
    with watched(browser, shop) as context:
        page = context.new_page()
        asked = opened(page, shop)
        assert asked == []
        page.locator("#react-entry-point .enlarge").first.click()
        dialog = page.get_by_role("dialog")
        expect(dialog).to_be_visible()
        until(page, PIXELS, lambda width: width == LARGE)
        assert len(set(asked)) == 1
        whole = page.evaluate(WIDTH)
        image = dialog.locator("img")
        box = image.bounding_box()
        point = (box["x"] + 0.45 * box["width"], box["y"] + 0.45 * box["height"])
        page.mouse.click(*point)
        until(page, WIDTH, lambda width: width >= 2.4 * whole)
        # What was clicked stays under the mouse.
        box = image.bounding_box()
        assert abs(box["x"] + 0.45 * box["width"] - point[0]) < 5
        assert abs(box["y"] + 0.45 * box["height"] - point[1]) < 5
        page.mouse.down()
        page.mouse.move(point[0] - 150, point[1] - 100, steps=5)
        page.mouse.up()
        moved = image.bounding_box()
        assert moved["x"] < box["x"] - 100 and moved["y"] < box["y"] - 60
        assert page.evaluate(WIDTH) >= 2.4 * whole, "a drag is no click"
        page.mouse.click(600, 400)
        until(page, WIDTH, lambda width: width == whole)
        page.get_by_role("button", name="Close the picture").click()
        expect(dialog).to_have_count(0)


def test_the_keyboard_does_all_of_it(browser: Browser, shop: str) -> None:
    with watched(browser, shop) as context:
        page = context.new_page()
        opened(page, shop)
        link = page.locator("#react-entry-point .enlarge").first
        link.focus()
        page.keyboard.press("Enter")
        until(page, "document.activeElement.className", lambda name: name == "enlarged-stage")
        until(page, PIXELS, lambda width: width == LARGE)
        whole = page.evaluate(WIDTH)
        page.keyboard.press("+")
        until(page, WIDTH, lambda width: width > 2 * whole)
        before = page.evaluate("document.querySelector('.enlarged-stage').scrollTop")
        page.keyboard.press("ArrowDown")
        until(page, "document.querySelector('.enlarged-stage').scrollTop", lambda top: top > before)
        page.keyboard.press("-")
        until(page, WIDTH, lambda width: width == whole)
        page.keyboard.press("Enter")
        until(page, WIDTH, lambda width: width > 2 * whole)
        page.keyboard.press("Escape")
        expect(page.get_by_role("dialog")).to_have_count(0)
        until(page, "document.activeElement.className", lambda name: name == "enlarge")
        # The arrows are those of the page again.
        assert "/product/plain" in page.url


@pytest.mark.parametrize("dark", [False, thorough(True)])
def test_a_finger_enlarges_on_a_phone(browser: Browser, shop: str, keep: Keep, dark: bool) -> None:
    context = patient(
        browser.new_context(
            viewport={"width": 390, "height": 844},
            has_touch=True,
            is_mobile=True,
            device_scale_factor=2,
            color_scheme="dark" if dark else "light",
        )
    )
    page = context.new_page()
    opened(page, shop)
    page.locator("#react-entry-point .enlarge").first.tap()
    until(page, PIXELS, lambda width: width == LARGE)
    until(page, WIDTH, lambda width: width == 390)
    keep(page, f"enlarged-{'dark' if dark else 'light'}-390")
    page.touchscreen.tap(200, 420)
    until(page, WIDTH, lambda width: width >= 2.4 * 390)
    page.go_back()
    expect(page.get_by_role("dialog")).to_have_count(0)
    context.close()


def test_a_picture_that_does_not_come_stays_as_it_is(browser: Browser, shop: str) -> None:
    context = patient(browser.new_context())
    page = context.new_page()
    opened(page, shop)
    page.route("**/*.large.webp", lambda route: route.fulfill(status=404))
    page.locator("#react-entry-point .enlarge").first.click()
    page.wait_for_load_state("networkidle")
    until(page, PIXELS, lambda width: 0 < (width or 0) < LARGE)
    context.close()


def test_without_scripts_the_link_leads_to_the_picture(browser: Browser, shop: str) -> None:
    context = patient(browser.new_context(java_script_enabled=False))
    page = context.new_page()
    page.goto(f"{shop}/product/plain")
    page.locator(".enlarge").first.click()
    page.wait_for_url("**/*.large.webp")
    context.close()
