"""Filters, orders, search and keys of the gallery, in a real browser against a real server."""

import re

import pytest

from tests.browser.conftest import expect_scrolled, scrolled, until, visit
from tests.repetition import thorough

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
Page = playwright.Page
Locator = playwright.Locator
expect = playwright.expect

PHONE = {"width": 390, "height": 844}


def menu(page: Page, name: str) -> Locator:
    return page.locator(f'.menu[data-switch="{name}"]')


def option(page: Page, kind: str, name: str) -> Locator:
    return menu(page, kind).locator(f'[data-option="{name}"]')


def unfold(page: Page) -> None:
    """Press the button that the filters are behind."""
    page.locator(".filters-fold > summary").click()


def focused(page: Page) -> str:
    return page.evaluate("document.activeElement.textContent")


def test_several_choices_of_one_menu_are_each_one_step_back(page: Page) -> None:
    visit(page, "/")
    unfold(page)
    menu(page, "brand").locator("summary").click()
    option(page, "brand", "Nord").click()
    expect(page).to_have_url(re.compile(r"/\?brand=Nord$"))
    expect(page.locator(".count")).to_have_text("24 products")
    # The menu stays open, and so does the focus: the next choice is one key away.
    expect(option(page, "brand", "Nord")).to_be_visible()
    expect(option(page, "brand", "Nord")).to_be_focused()
    expect(option(page, "brand", "Nord")).to_have_attribute("aria-current", "true")
    option(page, "brand", "Älva").click()
    expect(page.locator(".count")).to_have_text("48 products")
    expect(page.get_by_role("status")).to_have_text("48 products")
    page.go_back()
    expect(page.locator(".count")).to_have_text("24 products")
    page.go_back()
    expect(page.locator(".count")).to_have_text("48 of 120 products")
    expect(menu(page, "brand")).not_to_have_attribute("open", "")
    expect(page.locator(".filters-fold")).not_to_have_attribute("open", "")


def test_back_from_a_product_restores_filters_and_place(page: Page) -> None:
    visit(page, "/?colour=red&colour=blue&colour=green&sort=name")
    link = page.locator(".card-name").nth(30)
    link.scroll_into_view_if_needed()
    title, place = link.inner_text(), scrolled(page)
    assert place > 500
    link.click()
    expect(page.locator(".product h1")).to_have_text(title)
    page.go_back()
    expect(page.locator(".card-name").nth(30)).to_be_focused()
    expect_scrolled(page, place)
    expect(page.get_by_role("link", name="Remove filter blue")).to_be_attached()
    page.reload()
    expect(page.get_by_role("link", name="Remove filter blue")).to_be_attached()
    expect_scrolled(page, place)


def test_chips_remove_one_filter_or_all(page: Page) -> None:
    visit(page, "/?category=Mugs&brand=Nord&colour=black&stock=in")
    page.get_by_role("link", name="Remove filter Nord").click()
    expect(page).to_have_url(re.compile(r"\?category=Mugs&colour=black&stock=in$"))
    expect(page.get_by_role("link", name="Remove filter black")).to_be_focused()
    page.get_by_role("link", name="Clear all").click()
    expect(page).to_have_url(re.compile(r"\?category=Mugs$|/mugs~~1/$"))
    expect(page.locator(".count")).to_have_text("30 products")


def test_a_price_counts_as_soon_as_it_is_given(page: Page) -> None:
    visit(page, "/?brand=Nord&brand=Älva")
    menu(page, "price").locator("summary").click()
    page.get_by_label("From").fill("50")
    page.get_by_label("From").press("Enter")
    expect(page).to_have_url(re.compile(r"\?brand=Nord&brand=%C3%84lva&min=50$"))
    # What is typed before the page is drawn anew is lost.
    expect(page.get_by_role("link", name="Remove filter Price from €50.00")).to_be_attached()
    expect(page.get_by_label("From")).to_be_focused()
    expect(page.get_by_label("From")).to_have_value("50")
    page.get_by_label("To").fill("40")
    page.get_by_label("To").press("Tab")
    expect(page.get_by_role("link", name="Remove filter Price from €40.00")).to_have_count(0)
    expect(page.get_by_role("link", name="Remove filter Price €40.00 to €50.00")).to_be_attached()
    expect(page.get_by_label("From")).to_have_value("40")
    page.go_back()
    expect(page).to_have_url(re.compile(r"&min=50$"))


def test_a_shuffle_can_be_shuffled_again_and_come_back_to(page: Page) -> None:
    visit(page, "/")
    names = page.locator(".card-name").all_inner_texts
    in_order = names()
    menu(page, "sort").locator("summary").click()
    option(page, "sort", "shuffle").click()
    expect(page).to_have_url(re.compile(r"/\?sort=shuffle&seed=\d+$"))
    first, address = until(page, names, lambda seen: seen != in_order), page.url
    page.get_by_role("link", name="Shuffle again").click()
    expect(page).not_to_have_url(address)
    until(page, names, lambda seen: seen != first)
    expect(page.get_by_role("link", name="Shuffle again")).to_be_focused()
    page.go_back()
    expect(page.locator(".card-name")).to_have_text(first)


def test_typing_keeps_filters_and_is_one_step_back(page: Page) -> None:
    visit(page, "/?brand=Nord&page=1")
    page.locator("#search").press_sequentially("mug")
    expect(page).to_have_url(re.compile(r"\?q=mug&brand=Nord$"))
    # A page that is drawn anew has its menus closed.
    expect(page.locator("h1")).to_have_text("“mug”")
    menu(page, "colour").locator("summary").click()
    option(page, "colour", "black").click()
    expect(page).to_have_url(re.compile(r"\?q=mug&brand=Nord&colour=black$"))
    expect(page.get_by_role("link", name="Remove filter black")).to_be_attached()
    # What is typed after a choice is a step of its own, so that the choice is not lost.
    page.locator("#search").focus()
    page.keyboard.press("End")
    page.keyboard.type(" 0")
    expect(page).to_have_url(re.compile(r"\?q=mug\+0&brand=Nord&colour=black$"))
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?q=mug&brand=Nord&colour=black$"))
    page.go_back()
    page.go_back()
    expect(page).to_have_url(re.compile(r"\?brand=Nord&page=1$"))


def test_a_slash_goes_to_the_search_and_escape_empties_it(page: Page) -> None:
    visit(page, "/?q=mug")
    page.keyboard.press("/")
    expect(page.locator("#search")).to_be_focused()
    expect(page.locator("#search")).to_have_value("mug")
    page.keyboard.press("Escape")
    expect(page.locator("#search")).to_have_value("")
    expect(page.locator("h1")).to_have_text("All products")
    page.keyboard.type("cup/")
    expect(page.locator("#search")).to_have_value("cup/")


def test_a_mistyped_search_shows_what_was_meant(page: Page) -> None:
    visit(page, "/")
    page.locator("#search").fill("smaple")
    expect(page.locator(".correction")).to_have_text(
        "Showing “sample” for “smaple”. Search for “smaple” instead"
    )
    expect(page.locator("#search")).to_have_value("smaple")
    page.get_by_text("Search for “smaple” instead").click()
    expect(page.locator("h1")).to_have_text("Nothing found")
    expect(page).to_have_url(re.compile(r"/\?q=smaple&exact=yes$"))
    page.locator("#search").fill("smapl")
    expect(page).to_have_url(re.compile(r"/\?q=smapl$"))


@pytest.mark.parametrize(("width", "columns"), [(1280, 6), thorough(390, 2)])
def test_arrows_move_among_the_cards(page: Page, width: int, columns: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    visit(page, "/")
    assert page.locator(".product-grid .tile").first.bounding_box()["y"] <= 200
    cards = page.locator(".product-grid .card-name")
    cards.first.focus()
    for key, place in (
        ("ArrowRight", 1),
        ("ArrowDown", 1 + columns),
        ("ArrowDown", 1 + 2 * columns),
        ("ArrowLeft", 2 * columns),
        ("ArrowUp", columns),
        ("End", 47),
        ("ArrowRight", 47),
        ("ArrowDown", 47),
        ("Home", 0),
        ("ArrowUp", 0),
        ("ArrowLeft", 0),
    ):
        page.keyboard.press(key)
        expect(cards.nth(place)).to_be_focused()
        expect(cards.nth(place)).to_be_in_viewport()
    page.keyboard.press("Tab")
    expect(page.locator(".product-grid [data-pick]").first).to_be_focused()
    page.keyboard.press("Tab")
    expect(cards.nth(1)).to_be_focused()
    title = focused(page)
    page.keyboard.press("Enter")
    expect(page.locator(".product h1")).to_have_text(title)


def test_menus_close_by_escape_by_a_click_elsewhere_and_by_going_on(page: Page) -> None:
    visit(page, "/")
    unfold(page)
    summary = menu(page, "brand").locator("summary")
    for leave in (
        lambda: page.keyboard.press("Escape"),
        lambda: page.locator("h1").click(),
        lambda: menu(page, "colour").locator("summary").click(),
        lambda: page.locator(".card-name").first.focus(),
    ):
        summary.click()
        expect(option(page, "brand", "Nord")).to_be_visible()
        leave()
        expect(option(page, "brand", "Nord")).not_to_be_visible()
    summary.click()
    page.keyboard.press("Tab")
    until(page, lambda: focused(page), lambda text: "Nord" in text)
    page.keyboard.press("Escape")
    expect(summary).to_be_focused()


def test_on_a_phone_products_begin_on_the_first_screen_and_menus_are_sheets(page: Page) -> None:
    page.set_viewport_size(PHONE)
    visit(page, "/")
    box = page.locator(".product-grid .tile").first.bounding_box()
    assert box["y"] + box["height"] < PHONE["height"] and box["y"] <= 200
    unfold(page)
    for kind in ("brand", "colour", "price", "sort"):
        menu(page, kind).locator("summary").click()
        panel = menu(page, kind).locator(".menu-panel")
        expect(panel).to_be_visible()
        box = panel.bounding_box()
        assert (box["x"], box["width"]) == (0, PHONE["width"])
        assert box["y"] + box["height"] == PHONE["height"]
        targets = panel.locator("a, input:not([type=hidden]), .menu-done").all()
        assert all(target.bounding_box()["height"] >= 44 for target in targets)
        panel.get_by_role("button", name="Done").click()
        expect(panel).not_to_be_visible()
    summary = menu(page, "brand").locator("summary")
    summary.click()
    option(page, "brand", "Nord").click()
    expect(page.locator(".count")).to_have_text("24 products")
    expect(option(page, "brand", "Nord")).to_be_visible()
    page.mouse.click(200, 60)  # What lies behind the sheet, even the search, closes it.
    expect(option(page, "brand", "Nord")).not_to_be_visible()
    expect(page).to_have_url(re.compile(r"/\?brand=Nord$"))


def test_no_menu_is_wider_than_the_screen(page: Page) -> None:
    visit(page, "/?brand=Nord&brand=Älva&min=1&sort=shuffle&seed=1")
    for width in (320, 390, 800, 1024, 1280):
        page.set_viewport_size({"width": width, "height": 800})
        for kind in ("brand", "colour", "tag", "price", "sort"):
            menu(page, kind).locator("summary").click()
            panel = menu(page, kind).locator(".menu-panel")
            expect(panel).to_be_visible()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            box = panel.bounding_box()
            assert box["x"] >= 0 and box["x"] + box["width"] <= width
            page.keyboard.press("Escape")
            expect(panel).to_be_hidden()


def test_without_scripts_filters_menus_and_prices_work(scriptless: playwright.BrowserContext) -> None:
    page = scriptless.new_page()
    page.set_viewport_size(PHONE)
    page.goto("/?q=sample")
    unfold(page)
    menu(page, "brand").locator("summary").click()
    option(page, "brand", "Nord").click()
    expect(page.locator(".count")).to_have_text("24 products")
    menu(page, "price").locator("summary").click()
    page.get_by_label("To").fill("40")
    page.get_by_role("button", name="Show").click()
    expect(page).to_have_url(re.compile(r"\?q=sample&brand=Nord&min=&max=40$"))
    expect(page.get_by_role("link", name="Remove filter Price up to €40.00")).to_be_attached()
    menu(page, "sort").locator("summary").click()
    page.mouse.click(200, 60)  # The sheet closes without a script too.
    expect(option(page, "sort", "name")).not_to_be_visible()
    menu(page, "sort").locator("summary").click()
    option(page, "sort", "name").click()
    expect(page).to_have_url(re.compile(r"\?q=sample&brand=Nord&max=40&sort=name$"))


def test_later_pictures_are_fetched_when_they_are_about_to_be_seen(page: Page) -> None:
    fetched = []
    page.on("request", lambda request: fetched.append(request.url) if "/thumbnails/" in request.url else None)
    page.set_viewport_size({"width": 1280, "height": 300})
    visit(page, "/")
    page.wait_for_load_state("networkidle")
    early = len(set(fetched))
    page.locator(".card-name").last.scroll_into_view_if_needed()
    page.locator(".tile img").last.evaluate("image => image.decode()")
    assert early >= 6
    until(page, lambda: len(set(fetched)), lambda late: late > early)


def test_a_word_that_the_catalogue_lacks_shows_what_it_has_and_leads_to_the_very_word_and_back(
    page: Page,
) -> None:
    visit(page, "/")
    field = page.locator("#search")
    field.fill("beaker")
    field.press("Enter")
    expect(page.locator(".correction")).to_contain_text("Showing mugs for “beaker”.")
    expect(page.get_by_role("heading", level=1)).to_have_text("“beaker”")
    expect(page.locator(".count")).to_have_text("30 products")
    page.get_by_role("link", name="Search for “beaker” instead").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Nothing found")
    expect(field).to_have_value("beaker")
    page.get_by_role("link", name="“mugs”").click()
    expect(page.locator(".count")).to_have_text("30 products")
    expect(field).to_have_value("beaker")
