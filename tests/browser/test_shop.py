"""What a visitor does, in a real browser against a real server."""

import re

import pytest

from dashapp.addresses import compare_href, product_href
from tests.browser.conftest import MILLISECONDS, Keep, expect_scrolled, scrolled, visit
from tests.parsed_html import text_of
from tests.repetition import thorough
from tests.sample_bundle import HTML_TITLE, NASTY_IDS, RECIPES

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
Page = playwright.Page
expect = playwright.expect


def test_from_the_gallery_through_two_products_and_back_to_the_same_place(page: Page) -> None:
    visit(page, "/?page=2")
    documents = []
    page.on(
        "request", lambda request: documents.append(request.url) if request.resource_type == "document" else 0
    )
    link = page.locator(".card-name").nth(30)
    link.scroll_into_view_if_needed()
    title, place = link.inner_text(), scrolled(page)
    assert place > 500
    link.click()

    expect(page.locator("h1")).to_have_text(title)
    expect(page).to_have_title(f"{title} · Sample Shop")
    expect_scrolled(page, 0)
    look_alike = page.locator(".card-name").nth(12)
    look_alike.scroll_into_view_if_needed()
    second, second_place = look_alike.inner_text(), scrolled(page)
    look_alike.click()
    expect(page.locator("h1")).to_have_text(second)

    page.go_back()
    expect(page.locator("h1")).to_have_text(title)
    expect_scrolled(page, second_place)
    page.go_back()
    expect(page).to_have_title("All products, page 2 · Sample Shop")
    expect(page).to_have_url(re.compile(r"/\?page=2$"))
    expect_scrolled(page, place)
    expect(page.locator(".card-name").nth(30)).to_be_focused()
    page.go_forward()
    expect(page.locator("h1")).to_have_text(title)
    assert documents == []


@pytest.mark.parametrize("address", ["/", product_href("plain")])
def test_every_picture_arrives(tab: Page, address: str) -> None:
    visit(tab, address)
    # Those further down would wait until someone gets there.
    pictures = tab.evaluate(
        """Promise.all([...document.querySelectorAll("main img")].map(async image => {
            image.loading = "eager";
            await image.decode();
            return image.currentSrc.includes("/thumbnails/") && image.naturalWidth > 0;
        }))"""
    )
    assert len(pictures) > 20
    assert all(pictures)


def test_a_reload_keeps_the_place(page: Page) -> None:
    visit(page, "/")
    page.locator(".card-name").nth(40).scroll_into_view_if_needed()
    place = scrolled(page)
    page.reload()
    expect(page.locator("#first-page")).to_have_count(0)
    assert place > 500
    expect_scrolled(page, place)


def test_nothing_jumps_while_dash_takes_the_page_over(page: Page) -> None:
    page.add_init_script(
        """window.shifts = 0;
        new PerformanceObserver(list => {
            for (const entry of list.getEntries()) window.shifts += entry.value;
        }).observe({ type: "layout-shift", buffered: true });"""
    )
    visit(page, "/")
    page.wait_for_load_state("networkidle")
    assert page.evaluate("window.shifts") < 0.01


def test_a_page_of_many_components_takes_few_turns_of_dash(page: Page) -> None:
    """Dash asks every component in each turn: as many turns as components would take seconds on a phone."""
    visit(page, "/about")
    page.evaluate("window.turns = 0; dash_stores.forEach((store) => store.subscribe(() => window.turns++))")
    page.locator(".brand").click()
    expect(page.locator("#react-entry-point .card-name")).to_have_count(48)
    page.wait_for_load_state("networkidle")
    components = page.locator("#react-entry-point *").count()
    assert components > 500
    assert 0 < page.evaluate("turns") < components / 10


def test_searching_while_typing(page: Page) -> None:
    visit(page, "/?page=3")
    page.locator("#search").press_sequentially("cup")
    expect(page.locator("h1")).to_have_text("“cup”")
    expect(page).to_have_url(re.compile(r"/\?q=cup$"))
    expect(page.locator(".count")).to_have_text("39 products")
    expect(page.locator("#search")).to_be_focused()
    page.locator("#search").press_sequentially(" 5")
    expect(page).to_have_url(re.compile(r"/\?q=cup\+5$"))
    expect(page.locator(".card-name").first).to_contain_text("cup 5")
    # The whole search is one step back.
    page.go_back()
    expect(page).to_have_url(re.compile(r"/\?page=3$"))
    expect(page.locator("#search")).to_have_value("")


def test_a_search_stays_in_its_category(page: Page) -> None:
    visit(page, "/?category=Mugs&page=1")
    page.locator("#search").fill("cup 8")
    page.locator("#search").press("Enter")
    expect(page.locator("h1")).to_have_text("“cup 8” in Mugs")
    expect(page).to_have_url(re.compile(r"/\?q=cup\+8&category=Mugs$"))


def test_an_empty_search_has_a_way_out(page: Page) -> None:
    visit(page, "/?q=zeppelin")
    expect(page.locator("h1")).to_have_text("Nothing found")
    page.get_by_role("link", name="Show all products").click()
    expect(page.locator("h1")).to_have_text("All products")
    expect(page.locator("#search")).to_have_value("")


def test_filter_and_page_links(page: Page) -> None:
    visit(page, "/?page=2")
    page.get_by_role("link", name="Next").click()
    expect(page.locator(".count")).to_have_text("Showing 97–120 of 120")
    page.get_by_role("navigation", name="Categories").get_by_role("link", name="Größen/Maße").click()
    expect(page.locator("h1")).to_have_text("Größen/Maße")
    expect(page.locator(".count")).to_have_text("30 products")


def test_slider_changes_how_many_and_holds_on_to_the_next_product(page: Page) -> None:
    visit(page, product_href("plain"))
    expect(page.locator(".product-card")).to_have_count(20)
    slider = page.get_by_role("slider")
    slider.focus()
    place = scrolled(page)
    page.keyboard.press("End")
    expect(page.locator(".product-card")).to_have_count(32)
    expect(page).to_have_url(re.compile(r"\?n=32$"))
    expect(slider).to_be_focused()
    expect_scrolled(page, place)
    expect(page.locator(".how-many")).to_contain_text("Show 32")
    page.locator(".card-name").nth(30).click()
    expect(page).to_have_url(re.compile(r"sku-\d+\?n=32$"))
    expect(page.locator(".product-card")).to_have_count(32)
    page.go_back()
    expect(page).to_have_url(re.compile(r"/plain\?n=32$"))


@pytest.mark.parametrize("each", [7, thorough(1)])
def test_every_id_opens_from_its_address_and_each_so_many_th_from_a_link(page: Page, each: int) -> None:
    visit(page, "/")
    for number, product_id in enumerate(NASTY_IDS):
        link = page.locator(".card-name").nth(number)
        title, address = link.inner_text(), link.evaluate("link => link.href")
        response = page.request.get(address)
        assert response.status == 200
        assert text_of(response.text(), "h1") == title
        if number % each == 0:
            link.click()
            expect(page.locator(".product h1")).to_have_text(title)
            expect(page).to_have_url(re.compile(re.escape(product_href(product_id)) + "$"))
            page.go_back()
            expect(page.locator("h1")).to_have_text("All products")


def test_html_in_a_title_is_shown_as_text(page: Page) -> None:
    page.on("dialog", lambda dialog: pytest.fail("a title was run as a script"))
    visit(page, product_href(NASTY_IDS[1]))
    expect(page.locator("h1")).to_have_text(HTML_TITLE)
    expect(page).to_have_title(f"{HTML_TITLE} · Sample Shop")


def test_theme_is_chosen_kept_and_there_before_the_first_paint(page: Page) -> None:
    visit(page, "/")
    root = page.locator("html")
    expect(root).to_have_attribute("data-bs-theme", "light")
    page.get_by_role("button", name="Dark mode").click()
    expect(root).to_have_attribute("data-bs-theme", "dark")
    dark = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert dark != "rgb(255, 255, 255)"
    page.goto("/product/plain", wait_until="commit")
    expect(page.locator("body")).to_have_css("background-color", dark)
    expect(page.get_by_role("button", name="Dark mode")).to_have_attribute("aria-pressed", "true")


def test_the_system_decides_the_theme_until_someone_does(page: Page) -> None:
    page.emulate_media(color_scheme="dark")
    visit(page, "/")
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")


def test_by_keyboard_alone(page: Page) -> None:
    visit(page, "/?category=Mugs")
    page.keyboard.press("Tab")
    expect(page.locator(".skip-link")).to_be_focused()
    expect(page.locator(".skip-link")).to_be_in_viewport()
    page.keyboard.press("Enter")
    expect(page.locator("main")).to_be_focused()
    first = page.locator(".card-name").first
    for _ in range(14):
        page.keyboard.press("Tab")
        if first.evaluate("link => link === document.activeElement"):
            break
    expect(first).to_be_focused()
    ring = first.evaluate("link => getComputedStyle(link, '::after').outlineStyle")
    assert ring == "solid"
    title = first.inner_text()
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(title)
    expect(page.locator("main")).to_be_focused()
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text("All products")


def test_a_link_opens_in_a_new_tab_like_any_other(page: Page) -> None:
    visit(page, "/")
    with page.context.expect_page() as opened:
        page.locator(".card-name").first.click(modifiers=["ControlOrMeta"])
    expect(opened.value.locator(".product h1")).to_be_visible()
    expect(page.locator("h1")).to_have_text("All products")


def test_an_unknown_product_says_so(page: Page) -> None:
    visit(page, "/product/unknown")
    expect(page.locator("h1")).to_have_text("This product does not exist")
    page.get_by_role("link", name="See all products").click()
    expect(page.locator(".product-card")).to_have_count(48)


def test_a_picture_that_is_missing_has_a_stand_in(page: Page) -> None:
    page.route("**/thumbnails/**", lambda route: route.fulfill(status=404))
    visit(page, "/")
    expect(page.locator(".tile img").first).to_have_attribute("src", "/assets/missing.svg")


def test_without_scripts_everything_is_there(scriptless: playwright.BrowserContext) -> None:
    page = scriptless.new_page()
    page.goto("/")
    page.locator("#search").fill("bowl")
    page.locator("#search").press("Enter")
    expect(page.locator("h1")).to_have_text("“bowl”")
    page.locator(".card-name").first.click()
    expect(page.locator(".product-card")).to_have_count(20)


def test_the_look_alikes_begin_on_the_first_screen(tab: Page) -> None:
    visit(tab, product_href("plain"))
    for width, height, first in ((1280, 900, ".product-grid .tile"), (390, 844, "section h2")):
        tab.set_viewport_size({"width": width, "height": height})
        box = tab.locator(first).first.bounding_box()
        assert box["y"] + box["height"] < height


PAGES = {
    "gallery": "/",
    "category": "/?category=Mugs",
    "filtered": "/?q=smaple&colour=red&colour=blue&stock=in&min=10&sort=shuffle&seed=3",
    "nothing": "/?q=zeppelin&brand=Nord",
    "product": product_href("plain"),
    "recipe": product_href("plain", recipe=RECIPES[2].name),
    "compare": "/compare/plain",
    "compare-long-title": compare_href(NASTY_IDS[2], recipes=f"{RECIPES[2].name},far"),
    "long-title": product_href(NASTY_IDS[2]),
    "not-found": "/product/unknown",
    "unknown-recipe": product_href("plain", recipe="x" * 200),
}
COLUMNS = {"/": (6, 2), "/product/": (4, 2), "/product/unknown": (6, 2), "/compare/": (3, 1)}
"""How many cards stand side by side in each list of a page, on a desk and on a phone."""


@pytest.mark.parametrize("name", PAGES)
def test_no_page_is_wider_than_its_screen(tab: Page, keep: Keep, name: str) -> None:
    visit(tab, PAGES[name])
    expected = max((start for start in COLUMNS if PAGES[name].startswith(start)), key=len)
    for (width, height), columns in zip(((1280, 900), (390, 844)), COLUMNS[expected], strict=True):
        tab.set_viewport_size({"width": width, "height": height})
        assert tab.evaluate("document.documentElement.scrollWidth") <= width
        for grid in tab.locator(".product-grid").all():
            tracks = grid.evaluate("grid => getComputedStyle(grid).gridTemplateColumns")
            assert len(tracks.split()) == columns
        for theme in ("light", "dark"):
            tab.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
            keep(tab, f"{name}-{width}-{theme}")


PARTS = {
    "/?q=smaple&brand=Nord&tag=new": [
        ".count",
        ".correction",
        ".menu summary",
        ".menu-count",
        ".menu-toggle",
        ".option-count",
        ".option-more, .option-name",
        ".chip-active",
        ".card-stock, .card-facts",
        ".site-ways a",
        ".site-footer .site-ways a",
    ],
    product_href("a//b/"): ["body", ".breadcrumbs", ".button-main", ".facts dt", ".card-facts", ".brand"],
    "/compare/plain": [".shared", ".more", ".card-mark", ".compare section > p", ".card-closeness"],
    product_href("plain", recipe="far"): [
        ".chip",
        ".segment",
        ".segment[aria-current]",
        ".recipes .more",
        "section > p",
    ],
}


@pytest.mark.parametrize("address", PARTS)
def test_text_stands_out_from_its_background(tab: Page, address: str) -> None:
    visit(tab, address)
    for theme in ("light", "dark"):
        tab.evaluate("theme => { document.documentElement.dataset.bsTheme = theme }", theme)
        colours = tab.evaluate(
            """names => names.map(name => {
                const style = getComputedStyle(document.querySelector(name));
                const page = getComputedStyle(document.body).backgroundColor;
                const own = style.backgroundColor;
                return [name, style.color, own === "rgba(0, 0, 0, 0)" ? page : own];
            })""",
            PARTS[address],
        )
        low = {name: contrast(text, back) for name, text, back in colours if contrast(text, back) < 4.5}
        assert low == {}, theme


def contrast(one: str, other: str) -> float:
    """The contrast ratio of two CSS colours, by WCAG 2.2."""
    bright, dim = sorted((luminance(one), luminance(other)), reverse=True)
    return (bright + 0.05) / (dim + 0.05)


def luminance(colour: str) -> float:
    channels = [int(part) / 255 for part in re.findall(r"\d+", colour)[:3]]
    linear = [each / 12.92 if each <= 0.04045 else ((each + 0.055) / 1.055) ** 2.4 for each in channels]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_a_first_visit_loads_little_script_until_the_visitor_does_something(
    browser: playwright.Browser, server: str
) -> None:
    context = browser.new_context(base_url=server)
    context.set_default_timeout(MILLISECONDS)
    page = context.new_page()
    session = context.new_cdp_session(page)
    session.send("Network.enable")
    scripts: dict[str, str] = {}
    sizes: dict[str, float] = {}
    session.on(
        "Network.responseReceived",
        lambda event: (
            scripts.update({event["requestId"]: event["response"]["url"]})
            if event["type"] == "Script"
            else None
        ),
    )
    session.on(
        "Network.loadingFinished",
        lambda event: sizes.update({event["requestId"]: event["encodedDataLength"]}),
    )
    page.goto("/")
    page.wait_for_load_state("networkidle")
    assert 10_000 < sum(sizes[each] for each in scripts) < 150_000
    assert not [address for address in scripts.values() if "_dash-component-suites" in address]
    page.mouse.move(10, 10)
    page.locator(".card-name").first.hover()
    page.locator("#first-page").wait_for(state="detached")
    page.locator("#react-entry-point .card-name").first.click()
    expect(page.locator("#react-entry-point .product h1")).to_be_visible()
    context.close()


def test_what_is_typed_before_dash_is_there_is_searched_when_it_is(page: Page) -> None:
    page.route("**/dash_renderer*", lambda route: (page.wait_for_timeout(1500), route.continue_()))
    page.goto("/")
    page.locator("#search").press_sequentially("mug", delay=300)
    expect(page.locator("#react-entry-point h1")).to_have_text("“mug”")
    expect(page.locator("#search")).to_have_value("mug")
    expect(page.locator("#search")).to_be_focused()
