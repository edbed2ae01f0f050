"""What a browser remembers, and what becomes of it, in a real browser."""

import json
import re
from urllib.parse import unquote

import pytest

from dashapp.addresses import product_href
from tests.browser.conftest import Keep, scrolled, until, visit
from tests.repetition import thorough

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
Page = playwright.Page
expect = playwright.expect


def look_at(page: Page, *ids: str) -> None:
    for each in ids:
        visit(page, product_href(each))


def expect_kept(page: Page, name: str, expected: list[str]) -> None:
    """Wait until the browser remembers exactly that."""
    script = f"localStorage.getItem('akin-{name}')"
    until(page, script, lambda text: json.loads(text or "[]") == expected)


def test_what_was_looked_at_makes_the_page_and_stays_out_of_every_address(page: Page) -> None:
    addresses: list[str] = []
    page.on("request", lambda request: addresses.append(unquote(request.url)))
    look_at(page, "sku-0060", "sku-0063")
    expect_kept(page, "visits", ["sku-0063", "sku-0060"])
    addresses.clear()
    page.get_by_role("link", name="For you").click()
    expect(page.locator("h2")).to_have_text("Recommended")
    expect(page).to_have_url(re.compile(r"/for-you$"))
    expect(page).to_have_title("For you · Sample Shop")
    expect(page.locator(".card-name").first).to_have_text("Sample bowl 64")
    expect(page.get_by_role("button", name="Forget Sample mug 60")).to_be_visible()
    assert not [address for address in addresses if "sku-" in address]
    assert "sku-" not in page.evaluate("JSON.stringify(history.state)")


def test_the_page_opens_from_its_address_and_keeps_its_place_on_the_way_back(page: Page) -> None:
    look_at(page, "sku-0060")
    visit(page, "/for-you")
    expect(page.locator(".product-card")).to_have_count(24)
    link = page.locator(".card-name").nth(15)
    link.scroll_into_view_if_needed()
    title, place = link.inner_text(), scrolled(page)
    assert place > 200
    link.click()
    expect(page.locator("h1")).to_have_text(title)
    until(page, "JSON.parse(localStorage.getItem('akin-visits')).length", lambda visits: visits == 2)
    page.go_back()
    expect(page.locator(".product-card")).to_have_count(24)
    expect(page.get_by_role("button", name=f"Forget {title}")).to_be_visible()
    until(page, "scrollY", lambda place: place > 200)


def test_one_thing_is_forgotten_then_everything(page: Page) -> None:
    look_at(page, "sku-0060", "sku-0063", "plain")
    visit(page, "/for-you")
    page.get_by_role("button", name="Forget Sample mug 63").click()
    expect(page.get_by_role("button", name="Forget Sample mug 63")).to_have_count(0)
    expect_kept(page, "visits", ["plain", "sku-0060"])
    expect(page.get_by_role("button", name="Forget Sample mug 60")).to_be_focused()
    page.get_by_role("button", name="Forget everything").click()
    expect(page.get_by_text("Nothing so far.")).to_be_visible()
    expect(page.locator(".product-card")).to_have_count(0)
    expect_kept(page, "visits", [])
    page.reload()
    expect(page.get_by_text("Nothing so far.")).to_be_visible()


def test_products_of_another_catalogue_are_forgotten(page: Page) -> None:
    visit(page, "/")
    page.evaluate(
        """localStorage.setItem("akin-visits", JSON.stringify(["gone", "sku-0060", 7, "also gone"]));
        localStorage.setItem("akin-picks", JSON.stringify([{ id: "gone", title: "Gone" }, null]));"""
    )
    page.get_by_role("link", name="For you").click()
    expect(page.locator(".product-card")).to_have_count(24)
    expect_kept(page, "visits", ["sku-0060"])
    expect_kept(page, "picks", [])
    expect(page.locator(".tray")).to_be_hidden()


@pytest.mark.parametrize("stored", ["{}", "nonsense", *map(thorough, ("7", '{"akin": []}'))])
def test_what_is_stored_may_be_nonsense(page: Page, stored: str) -> None:
    visit(page, "/")
    page.evaluate("stored => localStorage.setItem('akin-visits', stored)", stored)
    page.get_by_role("link", name="For you").click()
    expect(page.get_by_text("Nothing so far.")).to_be_visible()


def test_with_storage_switched_off_the_page_has_what_it_has(page: Page) -> None:
    page.add_init_script(
        """for (const name of ["localStorage", "sessionStorage"]) {
            const get = () => { throw new DOMException("", "SecurityError"); };
            Object.defineProperty(window, name, { get });
        }"""
    )
    visit(page, product_href("sku-0060"))
    page.locator(".card-name").first.click()
    expect(page.locator("h1")).to_have_text("Sample bowl 61")
    page.get_by_role("link", name="For you").click()
    expect(page.get_by_role("button", name=re.compile("^Forget Sample"))).to_have_count(2)
    page.reload()
    expect(page.get_by_text("Nothing so far.")).to_be_visible()


def test_no_more_than_twenty_are_kept(page: Page) -> None:
    before = [f"sku-{number:04d}" for number in range(70, 89)]
    visit(page, "/")
    page.evaluate("visits => localStorage.setItem('akin-visits', JSON.stringify(visits))", before)
    look_at(page, "sku-0093")
    expect_kept(page, "visits", ["sku-0093", *before])
    look_at(page, "sku-0094")
    expect_kept(page, "visits", ["sku-0094", "sku-0093", *before[:-1]])


# --- picks --------------------------------------------------------------------------------------


def test_picks_gather_in_the_tray_and_make_an_address(page: Page) -> None:
    visit(page, product_href("sku-0060"))
    tray = page.get_by_role("complementary", name="Picked products")
    expect(tray).to_be_hidden()
    page.locator(".product-known .pick").click()
    page.locator(".product-card").nth(2).hover()
    page.get_by_role("button", name="Pick Sample mug 63").click()
    expect(page.get_by_role("button", name="Pick Sample mug 63")).to_have_attribute("aria-pressed", "true")
    expect(tray.get_by_role("status")).to_have_text("2 picked")
    expect(tray.get_by_role("button", name="Remove Sample mug 60 from the picks")).to_be_visible()
    tray.get_by_role("link", name="More like these").click()
    expect(page).to_have_url(re.compile(r"/for-you\?like=sku-0060&like=sku-0063$"))
    expect(page.locator("h1")).to_have_text("More like these")
    expect(page.locator(".card-name").first).to_have_text("Sample bowl 64")
    # The next page and the next visit know them too.
    visit(page, product_href("sku-0063"))
    expect(page.locator(".product-known .pick")).to_have_attribute("aria-pressed", "true")
    page.locator(".product-known .pick").click()
    expect(tray.get_by_role("listitem")).to_have_count(1)
    tray.get_by_role("button", name="Remove Sample mug 60 from the picks").press("Enter")
    expect(tray).to_be_hidden()
    expect(page.locator("main")).to_be_focused()


def test_picks_by_keyboard_alone_and_cleared_at_once(page: Page) -> None:
    visit(page, product_href("sku-0060"))
    for number in (61, 62):
        pick = page.get_by_role("button", name=re.compile(f"^Pick .* {number}$"))
        pick.focus()
        expect(pick).to_have_css("opacity", "1")
        page.keyboard.press("Space")
        expect(pick).to_have_attribute("aria-pressed", "true")
    page.get_by_role("button", name="Clear").press("Enter")
    expect(page.locator(".tray")).to_be_hidden()
    expect(page.locator('.pick[aria-pressed="true"]')).to_have_count(0)


def test_a_shared_address_shows_the_same_without_a_past(page: Page) -> None:
    visit(page, "/for-you?like=sku-0060&like=sku-0063&less=sku-0080")
    expect(page.locator(".card-name").first).to_have_text("Sample bowl 64")
    page.get_by_role("link", name="Like Sample mug 60: remove").click()
    expect(page).to_have_url(re.compile(r"/for-you\?like=sku-0063&less=sku-0080$"))
    # A page that is drawn anew has its panels closed.
    expect(page.get_by_role("link", name="Like Sample mug 60: remove")).to_have_count(0)
    page.locator(".why summary").first.click()
    expect(page.locator(".why p").first).to_have_text("Close to Sample mug 63.")
    page.get_by_role("link", name="Less like this").click()
    expect(page).to_have_url(re.compile(r"\?like=sku-0063&less=sku-0080&less=sku-0064$"))
    expect_kept(page, "visits", [])
    expect_kept(page, "picks", [])


def test_less_of_one_where_the_page_is_made_of_what_is_remembered(page: Page) -> None:
    look_at(page, "sku-0060")
    visit(page, "/for-you")
    page.locator(".why summary").nth(4).click()
    page.get_by_role("link", name="Less like this").click()
    expect(page).to_have_url(re.compile(r"/for-you\?less=sku-0065$"))
    expect(page.get_by_role("link", name="Less like Sample cup 65: remove")).to_be_visible()
    expect(page.locator(".product-card")).to_have_count(24)
    expect(page.get_by_role("link", name="Sample cup 65", exact=True)).to_have_count(0)


def test_without_scripts_a_shared_address_works_and_the_private_page_says_why_not(
    scriptless: playwright.BrowserContext,
) -> None:
    page = scriptless.new_page()
    page.goto("/for-you?like=sku-0060")
    expect(page.locator(".product-card")).to_have_count(24)
    page.goto("/for-you")
    expect(page.get_by_text("This page needs JavaScript")).to_be_visible()


def test_a_new_screen_has_no_width_of_its_own(page: Page, keep: Keep) -> None:
    look_at(page, "sku-0060", "sku-0045", "with space")
    page.locator(".product-known .pick").click()
    visit(page, "/for-you")
    expect(page.locator(".product-card")).to_have_count(24)
    for width, height in ((1280, 900), (390, 844)):
        page.set_viewport_size({"width": width, "height": height})
        assert page.evaluate("document.documentElement.scrollWidth") <= width
        for theme in ("light", "dark"):
            page.emulate_media(color_scheme=theme)
            keep(page, f"for-you-{width}-{theme}")
