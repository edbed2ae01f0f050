"""The map in a real browser: what it draws, and what pointers, keys and the way back do."""

import io
import re
from collections.abc import Iterator
from typing import Any

import pytest
from PIL import Image

from tests.browser.conftest import patient, until, visit
from tests.sample_bundle import HTML_TITLE
from tests.sample_report import COLUMNS, EDGE, STEP
from tests.waiting import eventually

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
Page = playwright.Page
expect = playwright.expect

BOUNDS = (EDGE, EDGE, EDGE + 11 * STEP, EDGE + 9 * STEP)


def open_map(page: Page, address: str = "/map") -> None:
    visit(page, address)
    # It knows the size of its place only after it is ready, and then says what is in view.
    expect(
        page.locator("#react-entry-point .map[data-ready] .map-panel").get_by_role("status")
    ).not_to_be_empty()


def place(page: Page, number: int) -> tuple[float, float]:
    """Where the product of that number lies in the window while the whole map is shown."""
    stage = page.locator(".map-stage").bounding_box()
    left, top, right, bottom = BOUNDS
    # Forty pixels are free on each side.
    scale = min((stage["width"] - 80) / (right - left), (stage["height"] - 80) / (bottom - top))
    x, y = EDGE + STEP * (number % COLUMNS), EDGE + STEP * (number // COLUMNS)
    return (
        stage["x"] + stage["width"] / 2 + (x - (left + right) / 2) * scale,
        stage["y"] + stage["height"] / 2 + (y - (top + bottom) / 2) * scale,
    )


def pixel(page: Page, at: tuple[float, float]) -> tuple[int, int, int]:
    """The colour of the dot at a place, pictures put out of the way."""
    page.add_style_tag(content=".map-pictures, .map-names { display: none }")
    clip = {"x": at[0] - 1, "y": at[1] - 1, "width": 3, "height": 3}
    return Image.open(io.BytesIO(page.screenshot(clip=clip))).convert("RGB").getpixel((1, 1))


def colour_of(page: Page, name: str) -> tuple[int, int, int]:
    value = page.locator(".map").last.evaluate(
        "(map, name) => getComputedStyle(map).getPropertyValue(name).trim()", name
    )
    return tuple(int(value[at : at + 2], 16) for at in (1, 3, 5))


def expect_dot(page: Page, number: int) -> None:
    """Wait until the dot of the product of that number has the colour of its category."""
    expected = colour_of(page, f"--map-{group_of(page, number)}")
    eventually(lambda: pixel(page, place(page, number)), lambda found: near(found, expected))


def near(one: tuple[int, ...], other: tuple[int, ...], *, within: int = 60) -> bool:
    return max(abs(a - b) for a, b in zip(one, other, strict=True)) <= within


def group_of(page: Page, number: int) -> str:
    return (
        page.locator(".map-group")
        .filter(has_text=("Mugs", "Plates", "Größen", "")[number % 4])
        .first.get_attribute("data-group")
    )


def listed(page: Page) -> list[str]:
    return page.locator(".map-panel li").all_inner_texts()


def drag(page: Page, start: tuple[float, float], end: tuple[float, float]) -> None:
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move((start[0] + end[0]) / 2, (start[1] + end[1]) / 2)
    page.mouse.move(*end)
    page.mouse.up()


def test_each_dot_has_the_colour_of_its_category(page: Page) -> None:
    open_map(page)
    paper = pixel(page, tuple(a + 20 for a in place(page, 0)))
    for number in (0, 1, 2, 57, 108):
        expect_dot(page, number)
        assert not near(paper, colour_of(page, f"--map-{group_of(page, number)}"))


def test_hover_names_the_product_and_a_click_opens_it(page: Page) -> None:
    open_map(page)
    page.mouse.move(*place(page, 64))
    expect(page.locator(".map-card")).to_contain_text("Sample bowl 64")
    expect(page.locator(".map-card img")).to_have_js_property("complete", True)
    page.mouse.click(*place(page, 64))
    expect(page.locator("h1")).to_have_text("Sample bowl 64")


def test_a_title_of_html_is_text(page: Page) -> None:
    open_map(page)
    page.mouse.move(*place(page, 1))
    expect(page.locator(".map-card span")).to_have_text(HTML_TITLE)
    expect(page.locator(".map-panel li").nth(1)).to_contain_text("<script>alert('x')</script>")


def test_a_box_lists_exactly_what_is_inside_a_page_at_a_time(page: Page) -> None:
    open_map(page)
    page.get_by_role("button", name="Select").click()
    drag(
        page, tuple(a - 12 for a in place(page, 14)), tuple(a + 12 for a in place(page, 14 + 4 * COLUMNS + 3))
    )
    panel = page.locator(".map-panel")
    expect(panel.get_by_role("heading")).to_have_text("Selected")
    expect(panel.get_by_role("status")).to_have_text("20 products")
    inside = [14 + row * COLUMNS + column for row in range(5) for column in range(4)]
    # The list of what was in view before is as long.
    expect(panel.locator("li").first).to_contain_text(f"{inside[0]}")
    expect(panel.locator("li")).to_have_count(12)
    found = listed(page)
    panel.get_by_role("button", name="Next").click()
    expect(panel.locator("li")).to_have_count(8)
    found += listed(page)
    assert [int(re.search(r"\d+$", title).group()) for title in found] == inside
    expect(page.get_by_role("button", name="Select")).to_have_attribute("aria-pressed", "false")
    panel.get_by_role("button", name="Clear").click()
    expect(panel.get_by_role("heading")).to_have_text("In view")
    expect(panel.get_by_role("status")).to_have_text("120 products")


def test_shift_and_drag_selects_too(page: Page) -> None:
    open_map(page)
    page.keyboard.down("Shift")
    drag(page, tuple(a - 12 for a in place(page, 40)), tuple(a + 12 for a in place(page, 41)))
    page.keyboard.up("Shift")
    expect(page.locator(".map-panel li")).to_have_text(["Sample bowl 40", "Sample cup 41"])


def test_the_way_back_leads_to_the_same_view(page: Page) -> None:
    open_map(page)
    page.mouse.move(*place(page, 64))
    page.mouse.wheel(0, -400)
    expect(page).to_have_url(re.compile(r"/map#at=[\d,.]+$"))
    drag(page, place(page, 64), tuple(a + 30 for a in place(page, 64)))
    page.locator(".map-group").filter(has_text="Mugs").first.click()
    status = page.locator(".map-panel").get_by_role("status")
    expect(status).not_to_have_text("120 products")
    expect(page).to_have_url(re.compile(r"/map#at=[\d,.]+&category=Mugs$"))
    address, count = page.url, status.inner_text()
    page.locator(".map-panel li a").first.click()
    expect(page.locator("h1")).to_contain_text("Sample")
    page.go_back()
    expect(page.locator(".map-group[aria-pressed=true]")).to_contain_text("Mugs")
    expect(page.locator(".map-panel").get_by_role("status")).to_have_text(count)
    expect(page).to_have_url(address)
    page.reload()
    expect(page.locator("#react-entry-point .map-panel").get_by_role("status")).to_have_text(count)


def test_a_category_alone_is_in_colour_and_in_the_list(page: Page) -> None:
    open_map(page)
    page.locator(".map-group").filter(has_text="Größen/Maße").first.click()
    expect(page.locator(".map-panel").get_by_role("status")).not_to_have_text("120 products")
    expect(page.locator(".map-panel li").first).to_contain_text("A very long title")
    page.mouse.move(5, 5)
    expect_dot(page, 2)
    grey = colour_of(page, f"--map-{group_of(page, 1)}")
    eventually(lambda: pixel(page, place(page, 1)), lambda found: not near(found, grey))
    page.locator(".map-group").filter(has_text="Größen/Maße").first.click()
    expect(page.locator(".map-panel").get_by_role("status")).to_have_text("120 products")


def test_a_search_dims_the_rest_and_filters_keep_the_place(page: Page) -> None:
    open_map(page)
    status = page.locator(".map-panel").get_by_role("status")
    page.locator("#search").press_sequentially("mug")
    expect(page).to_have_url(re.compile(r"/map\?q=mug$"))
    expect(page.locator(".map-filters .count")).to_contain_text("60 products for “mug”")
    expect(status).to_have_text("60 products")
    expect(page.locator("#search")).to_be_focused()
    expect(page.locator(".map-name").first).to_be_visible()
    page.get_by_role("button", name="Zoom in").click()
    page.wait_for_url(re.compile("#at="))
    place = page.url.split("#")[1]
    page.locator(".filters-fold > summary").click()
    page.locator(".menu[data-switch=brand] summary").click()
    page.locator("[data-option=Nord]").click()
    expect(page).to_have_url(re.compile(r"/map\?q=mug&brand=Nord#" + re.escape(place) + "$"))
    as_list = page.get_by_role("link", name="See them as a list")
    expect(as_list).to_have_attribute("href", re.compile("brand=Nord"))
    as_list.click()
    expect(page).to_have_url(re.compile(r"/\?q=mug&brand=Nord$"))


def test_pictures_stand_for_dots_where_there_is_room(page: Page) -> None:
    open_map(page)
    for _ in range(4):
        page.get_by_role("button", name="Zoom in").click()
    until(page, "Number(location.hash.split(',')[2])", lambda zoom: zoom > 6)
    pictures = page.locator(".map-picture")
    status = page.locator(".map-panel").get_by_role("status")
    expect(status).to_have_text(re.compile(r"^\d products|^1\d products"))
    # All of a few products that stand apart; some more reach in from beyond the edges.
    until(page, pictures.count, lambda count: count >= int(status.inner_text().split()[0]))
    expect(page.locator(".map-picture:not([href])")).to_have_count(0)
    until(page, "[...document.querySelectorAll('.map-picture img')].every(image => image.naturalWidth)")
    first = pictures.first
    href = first.get_attribute("href")
    first.dispatch_event("click")
    expect(page).to_have_url(re.compile(re.escape(href) + "$"))


def test_the_keyboard_moves_zooms_and_leads_to_the_products(page: Page) -> None:
    open_map(page)
    stage = page.get_by_role("application")
    stage.focus()
    status = page.locator(".map-panel").get_by_role("status")
    expect(status).to_have_text("120 products")
    for _ in range(4):
        page.keyboard.press("+")
    expect(status).not_to_have_text("120 products")
    page.wait_for_url(re.compile("#at="))
    before = page.url
    page.keyboard.press("ArrowRight")
    expect(page).not_to_have_url(before)
    page.keyboard.press("0")
    expect(status).to_have_text("120 products")
    expect(page).to_have_url(re.compile("/map$"))
    expect(page.locator(".map-panel li").first).to_contain_text("Sample mug 0")
    for _ in range(60):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('.map-panel li') !== null"):
            break
    expect(page.locator(".map-mark")).to_be_visible()
    title = page.evaluate("document.activeElement.textContent")
    page.keyboard.press("Enter")
    expect(page.locator("h1")).to_have_text(title)


def test_a_catalogue_that_has_changed_is_said(page: Page) -> None:
    page.route(
        "**/map/*/products?*", lambda route: route.fulfill(status=404, body="The catalogue has changed.\n")
    )
    open_map(page)
    expect(page.locator(".map-panel").get_by_role("status")).to_have_text("The catalogue has changed.")


def test_the_view_gets_into_no_other_page_s_address(page: Page) -> None:
    open_map(page)
    # The next page comes only after the time in which the map notes its view.
    slow = re.compile("_dash-update-component")
    page.route(slow, lambda route: (page.wait_for_timeout(600), route.continue_()))
    page.get_by_role("button", name="Zoom in").click()
    page.locator(".brand").click()
    expect(page.locator("h1")).to_have_text("All products")
    expect(page).to_have_url(re.compile("/$"))


def test_leaving_gives_the_graphics_back(page: Page) -> None:
    page.add_init_script(
        """window.contexts = [];
        const get = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (...asked) {
            const context = get.apply(this, asked);
            if (asked[0] === "webgl2") window.contexts.push(context);
            return context;
        };"""
    )
    open_map(page)
    page.locator(".brand").click()
    expect(page.locator("h1")).to_have_text("All products")
    until(page, "contexts.length > 0 && contexts.every(context => context.isContextLost())")


def test_lost_graphics_are_drawn_anew(page: Page) -> None:
    open_map(page)
    page.locator(".map-canvas canvas").evaluate(
        "canvas => canvas.getContext('webgl2').getExtension('WEBGL_lose_context').loseContext()"
    )
    until(page, "!document.querySelector('.map-canvas canvas').getContext('webgl2').isContextLost()")
    expect_dot(page, 0)


IS_ROUND = """([x, y]) => {
  const canvas = document.querySelector(".map-canvas canvas");
  const box = canvas.getBoundingClientRect(), density = canvas.width / box.width;
  const context = canvas.getContext("2d");
  const { data } = context.getImageData((x - box.x) * density, (y - box.y) * density, 40, 40);
  const alpha = (across, down) => data[4 * (40 * Math.round(down) + Math.round(across)) + 3];
  let radius = 0;
  while (alpha(radius, 0) > 0) radius++;
  return radius > 1 && alpha(0, 0.6 * radius) > 0 && alpha(0.9 * radius, 0.9 * radius) === 0;
}"""
"""Whether a dot of the map reaches less far towards a corner than to its side."""


def test_without_webgl_the_same_map_is_drawn(page: Page) -> None:
    page.add_init_script(
        """const get = HTMLCanvasElement.prototype.getContext;
        HTMLCanvasElement.prototype.getContext = function (kind, ...rest) {
            return kind === "webgl2" ? null : get.call(this, kind, ...rest);
        };"""
    )
    open_map(page)
    for number in (0, 1, 108):
        expect_dot(page, number)
    assert page.evaluate(IS_ROUND, place(page, 1))
    page.mouse.move(*place(page, 64))
    expect(page.locator(".map-card")).to_contain_text("Sample bowl 64")


@pytest.fixture
def phone(browser: Any, server: str) -> Iterator[Page]:
    context = browser.new_context(
        base_url=server, viewport={"width": 390, "height": 844}, has_touch=True, is_mobile=True
    )
    yield patient(context).new_page()
    context.close()


def test_a_tap_shows_the_product_and_a_tap_on_that_opens_it(phone: Page) -> None:
    open_map(phone)
    assert phone.evaluate("document.documentElement.scrollWidth") == 390
    covered = "at => document.elementFromPoint(...at).closest('.map-picture') !== null"
    number = next(each for each in range(40, 90) if not phone.evaluate(covered, place(phone, each)))
    phone.touchscreen.tap(*place(phone, number))
    card = phone.locator(".map-card")
    title = re.compile(rf"^Sample \w+ {number}$")
    expect(card).to_have_text(title)
    card.tap()
    expect(phone.locator("h1")).to_have_text(title)


def test_two_fingers_zoom(phone: Page) -> None:
    open_map(phone)
    x, y = place(phone, 64)
    session = phone.context.new_cdp_session(phone)

    def touch(kind: str, apart: float) -> None:
        points = (
            []
            if kind == "touchEnd"
            else [{"x": x - apart, "y": y, "id": 0}, {"x": x + apart, "y": y, "id": 1}]
        )
        session.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": points})

    touch("touchStart", 20)
    for apart in (30, 45, 60, 80):
        touch("touchMove", apart)
    touch("touchEnd", 0)
    until(phone, "Number(location.hash.split(',')[2])", lambda zoom: zoom is not None and 3 < zoom < 5)
    expect(phone.locator(".map-panel").get_by_role("status")).not_to_have_text("120 products")


def test_calm_movement_is_respected(page: Page) -> None:
    page.emulate_media(reduced_motion="reduce")
    open_map(page)
    frames = page.evaluate(
        """async () => {
            const picture = document.querySelector(".map-picture");
            const places = new Set([picture.style.transform]);
            document.querySelector("[data-do=in]").click();
            for (let frame = 0; frame < 6; frame++) {
                await new Promise(requestAnimationFrame);
                if (picture.isConnected) places.add(picture.style.transform);
            }
            return places.size;
        }"""
    )
    assert frames <= 2
