"""A static site, behind a plain server of files, in a real browser."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.browser.conftest import until_ready, visit, watched
from tests.browser.test_accessibility import findings_everywhere
from tests.browser.test_gallery import menu, option, unfold
from tests.browser.test_photo import choose
from tests.live_demo import demo_pictures
from tests.repetition import thorough
from tests.sharing import made_once
from tests.static_site import serving_files, write_static_site

if TYPE_CHECKING:
    from playwright.sync_api import Browser, BrowserContext

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
Page = playwright.Page
expect = playwright.expect


@pytest.fixture
def home(static_site: str) -> str:
    """All tests here are of the static site."""
    return static_site


def test_from_the_gallery_to_a_product_and_its_kin(page: Page) -> None:
    visit(page, "/")
    page.get_by_role("link", name="Next").click()
    expect(page).to_have_url(re.compile(r"/page/2/$"))
    page.get_by_role("navigation", name="Categories").get_by_role("link", name="Mugs").click()
    expect(page.locator(".count")).to_have_text("30 products")
    page.wait_for_load_state()  # The script, which notes the list that a click comes from, has begun.
    title = page.locator(".card-name").nth(2).inner_text()
    page.locator(".card-name").nth(2).click()
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator(".beside-where")).to_have_text("3 of 30 in Mugs")
    other = page.locator(".card-name").first.inner_text()
    page.locator(".card-name").first.click()
    expect(page.locator("h1")).to_have_text(other)
    page.go_back()
    page.go_back()
    expect(page.locator(".count")).to_have_text("30 products")


def test_recipes_are_pages_and_two_of_them_lie_side_by_side(page: Page) -> None:
    visit(page, "/product/plain")
    first = page.locator(".card-name").all_inner_texts()
    page.locator(".segment").nth(1).click()
    expect(page).to_have_url(re.compile(r"/product/plain/[^/]+/$"))
    assert page.locator(".card-name").all_inner_texts() != first
    page.get_by_role("link", name="Side by side").click()
    expect(page.locator(".compare .product-grid")).to_have_count(2)


def test_a_search_from_any_page_filters_and_comes_back(page: Page) -> None:
    visit(page, "/about")
    page.locator("#search").fill("smaple mug")
    page.locator("#search").press("Enter")
    expect(page.locator(".correction")).to_contain_text("Showing “sample mug” for “smaple mug”.")
    expect(page.locator("h1").first).to_have_text("“sample mug”")
    unfold(page)
    menu(page, "brand").locator("summary").click()
    option(page, "brand", "Nord").click()
    expect(page).to_have_url(re.compile(r"/search/\?q=smaple\+mug&brand=Nord$"))
    expect(option(page, "brand", "Nord")).to_be_focused()
    page.keyboard.press("Escape")
    page.get_by_role("link", name="Remove filter Nord").click()
    expect(page.locator(".chip-active")).to_have_count(0)
    page.go_back()
    expect(page.get_by_role("link", name="Remove filter Nord")).to_be_attached()


def test_a_search_says_what_it_took_a_word_for(page: Page) -> None:
    visit(page, "/search/?q=beaker")
    expect(page.locator(".correction")).to_have_text("Showing mugs for “beaker”. Search for “beaker” instead")
    expect(page.locator(".count")).to_have_text("30 products")
    page.get_by_role("link", name="Search for “beaker” instead").click()
    expect(page.locator("h1")).to_have_text("Nothing found")
    expect(page.locator(".correction")).to_be_empty()


def test_typing_on_any_page_searches_without_losing_a_letter_and_goes_back(page: Page) -> None:
    visit(page, "/product/plain")
    title = page.locator("h1").inner_text()
    page.locator("#search").focus()
    page.keyboard.type("sample")
    # The page that searches is on its way, and what is typed meanwhile counts.
    expect(page.locator("html[data-loading], .static-search")).not_to_have_count(0)
    page.keyboard.type(" mug")
    expect(page).to_have_url(re.compile(r"/search/\?q=sample\+mug$"))
    expect(page.locator("h1")).to_have_text("“sample mug”")
    until_ready(page)
    expect(page.locator("#search")).to_be_focused()
    expect(page.locator("#search")).to_have_value("sample mug")
    page.locator(".card-name").first.click()
    expect(page.locator(".product h1")).to_be_visible()
    page.go_back()
    expect(page.locator("h1")).to_have_text("“sample mug”")
    # All letters of a search are one step back, which leads to the page that it began on.
    page.go_back()
    expect(page.locator(".product h1")).to_have_text(title)
    page.go_forward()
    expect(page.locator("h1")).to_have_text("“sample mug”")


def test_a_search_loads_no_more_of_the_index_than_it_needs(page: Page) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url.partition("/index/")[2]))
    visit(page, "/search/?q=mug")
    expect(page.locator(".count")).to_have_text("48 of 60 products")
    assert sorted(filter(None, asked)) == ["about.json", "columns.json", "words/mu.json"]


def test_for_you_is_made_in_the_browser(page: Page) -> None:
    visit(page, "/for-you")
    expect(page.locator("main")).to_contain_text("Nothing so far.")
    for each in ("sku-0060", "sku-0063"):
        visit(page, f"/product/{each}")
    page.locator("main .product-text [data-pick]").click()
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    visit(page, "/for-you")
    expect(page.locator(".product-card")).to_have_count(24)
    assert not [each for each in asked if "?" in each and "?v=" not in each]
    page.get_by_role("button", name=re.compile("^Forget Sample")).first.click()
    expect(page.locator("[aria-label^='Forget Sample']")).to_have_count(1)
    page.get_by_role("link", name="More like these").click()
    expect(page.locator("h1")).to_have_text("More like these")
    expect(page.locator(".product-card")).to_have_count(24)


def test_the_map_names_its_products(page: Page) -> None:
    visit(page, "/map")
    page.locator(".map[data-ready]").wait_for()
    link = page.locator(".map-panel li a").first
    title = link.inner_text().strip()
    assert title
    link.click()
    expect(page.locator("h1")).to_have_text(title)


def test_what_is_not_there_has_the_sites_own_page(page: Page) -> None:
    page.goto("/nothing/here/")
    expect(page.locator("h1")).to_have_text("This page does not exist")
    page.get_by_role("link", name="See all products").click()
    expect(page.locator(".count")).to_have_text("48 of 120 products")


@pytest.mark.parametrize(
    "address",
    # What the browser itself makes, and then what comes rendered as a server renders it.
    ["/search/?q=mug&colour=red", "/for-you?like=plain", *map(thorough, ("/search/?q=zzzz", "/map"))],
)
def test_axe_finds_nothing(page: Page, address: str) -> None:
    visit(page, address)
    assert findings_everywhere(page) == []


@pytest.fixture(scope="module")
def photos_below(live_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """The address of a static site below a path, whose visitors can search with photos."""
    folder = made_once(
        tmp_path_factory, "static-live", lambda out: write_static_site(live_data, out, below="/look")
    )
    with serving_files(folder, below="/look") as address:
        yield address


def test_below_a_path_photos_are_searched_in_the_browser(browser: Browser, photos_below: str) -> None:
    context: BrowserContext
    with watched(browser, photos_below) as context:
        page = context.new_page()
        page.goto(f"{photos_below}/")
        page.get_by_role("banner").get_by_role("link", name="Search by photo").click()
        page.locator(".photo[data-ready]").wait_for()
        choose(page, demo_pictures(shown=False)[0])
        page.get_by_role("button", name=re.compile("on this device|Download")).click()
        expect(page.locator(".photo-found .product-card").first).to_be_visible()
        page.locator(".photo-found .card-name").first.click()
        expect(page.locator(".product h1")).to_be_visible()
