"""What one can do on a product's page, in a real browser."""

import re

import pytest

from dashapp.addresses import product_href
from tests.browser.conftest import expect_scrolled, patient, scrolled, visit

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
Browser, Page = playwright.Browser, playwright.Page
expect = playwright.expect

PAGE = product_href("sku-0100")
PHONE = {"width": 390, "height": 844}


def chip(page: Page, name: str) -> playwright.Locator:
    return page.get_by_role("navigation", name="Which look-alikes").get_by_role("link", name=name)


def test_chips_narrow_the_list_in_place(page: Page) -> None:
    visit(page, PAGE)
    chip(page, "In stock").scroll_into_view_if_needed()
    page.evaluate("scrollBy(0, 100)")
    place = scrolled(page)
    chip(page, "In stock").click()
    expect(page).to_have_url(re.compile(r"/sku-0100\?stock=in$"))
    expect(chip(page, "In stock")).to_have_attribute("aria-current", "true")
    expect(chip(page, "In stock")).to_be_focused()
    expect_scrolled(page, place)
    page.keyboard.press("Tab")
    expect(chip(page, "On sale")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(r"\?stock=in&price=near$"))
    expect(chip(page, "Similar price")).to_be_focused()
    expect(page.locator(".narrowed")).to_contain_text("of the 50 closest are in stock and at a similar price")
    chip(page, "In stock").click()
    expect(page).to_have_url(re.compile(r"/sku-0100\?price=near$"))
    page.go_back()
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?stock=in$"))
    expect(chip(page, "Similar price")).not_to_have_attribute("aria-current", "true")


def test_the_slider_keeps_what_was_narrowed(page: Page) -> None:
    visit(page, f"{PAGE}?stock=in&less=sku-0103&less=sku-0107")
    page.get_by_role("slider").focus()
    page.keyboard.press("Home")
    expect(page.locator(".product-card")).to_have_count(5)
    expect(page).to_have_url(re.compile(r"\?stock=in&less=sku-0103&less=sku-0107&n=5$"))


def test_why_opens_by_keyboard_one_at_a_time_and_closes(page: Page) -> None:
    visit(page, PAGE)
    first, second = (page.locator(".why").nth(place) for place in (0, 1))
    first.locator("summary").focus()
    page.keyboard.press("Enter")
    expect(first.locator("p").first).to_have_text("At a similar price. Closer than 99.99% of pairs.")
    second.locator("summary").click()
    expect(second.locator("p").first).to_be_visible()
    expect(first.locator("p").first).to_be_hidden()
    page.keyboard.press("Escape")
    expect(second.locator("p").first).to_be_hidden()
    expect(second.locator("summary")).to_be_focused()
    first.locator("summary").click()
    page.locator("h1").click()
    expect(first.locator("p").first).to_be_hidden()
    expect(page).to_have_url(re.compile(r"/sku-0100/?$"))
    expect(page.get_by_label("Why? Sample cup 101", exact=True)).to_have_count(1)


def test_less_like_one_takes_it_away_and_its_chip_brings_it_back(page: Page) -> None:
    visit(page, PAGE)
    names = page.locator(".card-name")
    expect(names.first).to_have_text("Sample cup 101")
    page.locator(".why summary").first.click()
    page.get_by_role("link", name="Less like this").first.click()
    expect(page).to_have_url(re.compile(r"\?less=sku-0101$"))
    expect(names.first).not_to_have_text("Sample cup 101")
    expect(page.locator(".why[open]")).to_have_count(0)
    page.get_by_role("link", name="Less like Sample cup 101: remove").click()
    expect(page).to_have_url(re.compile(r"/sku-0100$"))
    expect(names.first).to_have_text("Sample cup 101")


def test_less_like_one_far_down_keeps_the_place_and_the_focus(page: Page) -> None:
    visit(page, PAGE)
    opener = page.locator(".why summary").nth(9)
    name = opener.get_attribute("aria-label")
    opener.click()
    place = scrolled(page)
    page.locator(".why[open] .less").click()
    expect(page).to_have_url(re.compile(r"\?less="))
    expect(opener).not_to_have_attribute("aria-label", name)
    expect(opener).to_be_focused()
    assert place > 0
    expect_scrolled(page, place)


def test_a_phone_shows_look_alikes_first_and_unfolds_the_details(page: Page) -> None:
    page.set_viewport_size(PHONE)
    visit(page, PAGE)
    details, button = page.locator("#details"), page.get_by_role("button", name="Details")
    expect(details).to_be_hidden()
    assert page.locator(".product-card").first.bounding_box()["y"] < PHONE["height"]
    button.click()
    expect(details).to_be_visible()
    expect(button).to_have_attribute("aria-expanded", "true")
    page.locator(".card-name").first.click()
    expect(page).not_to_have_url(re.compile("sku-0100"))
    expect(page.locator("h1")).not_to_have_text("Sample bowl 100")
    expect(details).to_be_hidden()


def test_variants_open_and_lead_on(page: Page) -> None:
    visit(page, product_href("sku-0029"))
    opener = page.locator(".variants summary").first
    expect(opener).to_have_text("+2 variants")
    opener.focus()
    page.keyboard.press("Space")
    page.get_by_role("link", name="Sample bowl 31").click()
    expect(page.locator("h1")).to_have_text("Sample bowl 31")
    beside = page.get_by_role("navigation", name="Also available as")
    beside.get_by_role("link", name="Sample cup 32").click()
    expect(page.locator("h1")).to_have_text("Sample cup 32")


def test_long_words_of_a_language_stay_within_their_cards_on_a_phone(browser: Browser, server: str) -> None:
    context = patient(browser.new_context(base_url=server, locale="fr", viewport=PHONE))
    page = context.new_page()
    visit(page, product_href("sku-0029"))
    expect(page.locator(".card-row", has_text="Très proche").filter(has_text="+2").first).to_be_attached()
    rows = "[...document.querySelectorAll('.card-row')]"
    assert page.evaluate(f"{rows}.filter((row) => row.scrollWidth > row.clientWidth).length") == 0
    context.close()


# --- previous and next --------------------------------------------------------------------------


def test_arrows_go_through_the_category_where_one_came_from_nowhere(page: Page) -> None:
    visit(page, PAGE)
    expect(page.locator(".beside-where")).to_have_text("In Mugs")
    page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).to_have_text("Sample mug 108")
    page.keyboard.press("ArrowLeft")
    expect(page.locator("h1")).to_have_text("Sample bowl 100")
    page.get_by_role("link", name="Previous: Sample cup 92").click()
    expect(page.locator("h1")).to_have_text("Sample cup 92")


def test_arrows_go_through_the_gallery_one_came_from(page: Page) -> None:
    visit(page, "/?q=cup")
    titles = page.locator(".card-name").all_inner_texts()
    page.locator(".card-name").nth(3).click()
    expect(page.locator("h1")).to_have_text(titles[3])
    expect(page.locator(".beside-where")).to_have_text("4 of 39 in “cup”")
    for place in (4, 5):
        page.keyboard.press("ArrowRight")
        expect(page.locator("h1")).to_have_text(titles[place])
        # A page's script writes this: from then on, it hears keys.
        expect(page.locator(".beside-where")).to_have_text(f"{place + 1} of 39 in “cup”")
    page.get_by_role("link", name=f"Previous: {titles[4]}").click()
    expect(page.locator("h1")).to_have_text(titles[4])
    expect(page.locator(".beside-where")).to_have_text("5 of 39 in “cup”")


def test_arrows_go_through_the_look_alikes_and_back_finds_the_list_before(page: Page) -> None:
    visit(page, "/?q=cup")
    page.locator(".card-name").nth(0).click()
    expect(page.locator(".beside-where")).to_have_text("1 of 39 in “cup”")
    expect(page.locator('.beside [rel="prev"]')).to_be_hidden()
    page.keyboard.press("ArrowLeft")
    title = page.locator("h1").inner_text()
    look_alikes = page.locator(".card-name").all_inner_texts()
    page.locator(".card-name").nth(6).click()
    expect(page.locator(".beside-where")).to_have_text(f"7 of 20 more like {title}")
    page.keyboard.press("ArrowRight")
    expect(page.locator("h1")).to_have_text(look_alikes[7])
    page.go_back()
    page.go_back()
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator(".beside-where")).to_have_text("1 of 39 in “cup”")


def test_arrows_stay_with_what_has_the_focus(page: Page) -> None:
    visit(page, product_href("sku-0099"))
    title = page.locator("h1").inner_text()
    page.get_by_role("slider").focus()
    page.keyboard.press("ArrowRight")
    # The page is drawn anew, and what had the focus might lose it.
    expect(page.locator(".product-card")).to_have_count(25)
    expect(page.get_by_role("slider")).to_be_focused()
    page.locator("#search").focus()
    page.keyboard.press("ArrowLeft")
    page.get_by_role("group", name="2 pictures").focus()
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Alt+ArrowDown")
    page.wait_for_timeout(600)  # In which another product would appear, were the keys to lead there.
    expect(page.locator("h1")).to_have_text(title)


def test_pictures_by_key_by_link_and_by_hand(page: Page) -> None:
    visit(page, "/product/plain")
    strip = page.get_by_role("group", name="2 pictures")
    first, second = (page.get_by_role("link", name=f"Picture {number} of 2") for number in (1, 2))
    expect(first).to_have_attribute("aria-current", "true")
    strip.focus()
    page.keyboard.press("ArrowRight")
    expect(second).to_have_attribute("aria-current", "true")
    expect(page.locator("#picture-2 img")).to_be_in_viewport(ratio=0.9)
    page.keyboard.press("ArrowLeft")
    expect(first).to_have_attribute("aria-current", "true")
    second.click()
    expect(page.locator("#picture-2 img")).to_be_in_viewport(ratio=0.9)
    strip.evaluate("strip => strip.scrollTo({ left: 0, behavior: 'instant' })")
    expect(first).to_have_attribute("aria-current", "true")
    expect(page).to_have_url(re.compile(r"/plain/?(?:#picture-2)?$"))


# --- without scripts, by touch ------------------------------------------------------------------


def test_without_scripts_it_all_works_by_links(scriptless: playwright.BrowserContext) -> None:
    page = scriptless.new_page()
    page.goto(product_href("sku-0029"))
    page.locator(".variants summary").first.click()
    expect(page.get_by_role("link", name="Sample bowl 31")).to_be_visible()
    page.locator(".why summary").nth(1).click()
    expect(page.get_by_role("link", name="Less like this")).to_be_visible()
    chip(page, "In stock").click()
    expect(page).to_have_url(re.compile(r"\?stock=in$"))
    page.locator('.beside [rel="next"]').click()
    expect(page.locator("h1")).to_have_text("Sample mug 33")
    expect(page.locator(".pick").first).to_be_hidden()


@pytest.mark.parametrize("address", [PAGE, product_href("sku-0045"), "/for-you?like=plain&less=sku-0045"])
def test_targets_are_large_enough_for_a_finger(page: Page, address: str) -> None:
    page.set_viewport_size(PHONE)
    visit(page, address)
    page.locator(".pick").first.click()
    small = page.evaluate(
        """[...document.querySelectorAll("main :is(a, button, summary), .tray :is(a, button)")]
            .filter(one => one.checkVisibility() && !one.matches(".card-name"))
            .map(one => [one.className || one.tagName, one.getBoundingClientRect()])
            .filter(([, box]) => box.width < 43.9 || box.height < 43.9)
            .map(([name, box]) => `${name} ${box.width} × ${box.height}`)"""
    )
    assert small == []
