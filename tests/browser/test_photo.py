"""The search by photo in a real browser, where the server compares the photos."""

from __future__ import annotations

import base64
import io
import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from PIL import Image

from bundle import Bundle
from dashapp.answers.look_alikes import look_alikes
from precompute.models.recipe import DEFAULT
from tests.browser.conftest import until, visit, watched
from tests.browser.test_accessibility import axe, findings_everywhere
from tests.live_demo import demo_pictures
from tests.recorder import Recorder, Sent, recording

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
Browser, BrowserContext = playwright.Browser, playwright.BrowserContext
Page, Route = playwright.Page, playwright.Route
expect = playwright.expect

SEARCH = "**/api/v1/similar*"
REFUSED = ("status of 4", "status of 5", "net::ERR_INTERNET_DISCONNECTED")


@pytest.fixture(scope="module")
def recorded(hosted: str) -> Iterator[Recorder]:
    with recording(hosted) as recorder:
        yield recorder


@pytest.fixture
def recorder(recorded: Recorder) -> Recorder:
    """What the test's pages ask for."""
    recorded.requests.clear()
    return recorded


@pytest.fixture
def home(recorder: Recorder) -> str:
    return recorder.address


@pytest.fixture
def borne() -> tuple[str, ...]:
    return REFUSED


@pytest.fixture
def page(context: BrowserContext) -> Page:
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    return context.new_page()


@pytest.fixture(scope="module")
def bundle(live_data: Path) -> Bundle:
    return Bundle.open(live_data)


def open_photo(page: Page, address: str = "/photo") -> None:
    visit(page, address)
    page.locator("#react-entry-point .photo[data-ready]").wait_for()


def choose(page: Page, *files: Path | dict, button: str = "Choose a photo") -> None:
    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name=button).locator("visible=true").click()
    chooser.value.set_files(list(files))


def cards(page: Page) -> list[str]:
    """The titles of what is shown, once there is something and no search is on its way."""
    return until(
        page,
        """() => {
          const found = document.querySelector("#react-entry-point .photo-found[aria-busy=false]");
          return [...(found?.querySelectorAll(".card-name") ?? [])].map((name) => name.innerText);
        }""",
    )


def title_of(bundle: Bundle, picture: Path) -> str:
    return bundle.product(picture.stem).title


def file_of(picture: Image.Image, name: str = "photo.jpg", **options: object) -> dict:
    content = io.BytesIO()
    picture.save(content, "JPEG", **options)
    return {"name": name, "mimeType": "image/jpeg", "buffer": content.getvalue()}


def sent_pictures(sent: Sent) -> list[Image.Image]:
    """The pictures in the form that a request carries."""
    boundary = re.search("boundary=(.+)", sent.content_type)[1].encode()
    parts = [part.partition(b"\r\n\r\n")[2] for part in sent.body.split(b"--" + boundary)]
    return [Image.open(io.BytesIO(part)) for part in parts if part[:2] == b"\xff\xd8"]


def sent_with(recorder: Recorder, place: int = -1) -> list[Image.Image]:
    """The pictures of one of the searches so far."""
    return sent_pictures(recorder.to("/api/v1/similar")[place])


def transfer(page: Page, picture: Path, event: str) -> None:
    """Drop or paste a file, as a browser says it."""
    page.evaluate(
        """([content, event]) => {
          const bytes = Uint8Array.from(atob(content), (letter) => letter.charCodeAt(0));
          const data = new DataTransfer();
          data.items.add(new File([bytes], "photo.webp", { type: "image/webp" }));
          const given = { bubbles: true, cancelable: true };
          if (event === "paste") {
            document.body.dispatchEvent(new ClipboardEvent("paste", { ...given, clipboardData: data }));
            return;
          }
          for (const type of ["dragenter", "dragover", "drop"]) {
            const drag = new DragEvent(type, { ...given, dataTransfer: data });
            document.querySelector("footer").dispatchEvent(drag);
          }
        }""",
        [base64.b64encode(picture.read_bytes()).decode(), event],
    )


def test_the_header_leads_there(page: Page) -> None:
    visit(page, "/")
    page.get_by_role("banner").get_by_role("link", name="Search by photo").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Search by photo")
    expect(page.get_by_text("sent to this shop’s server, compared there and discarded")).to_be_visible()


def test_a_photo_finds_what_it_shows(page: Page, bundle: Bundle) -> None:
    picture = demo_pictures(shown=True)[7]
    open_photo(page)
    choose(page, picture)
    assert cards(page)[0] == title_of(bundle, picture)
    expect(page.get_by_role("img", name="Your photo")).to_be_visible()
    expect(page.locator("#news")).to_have_text("20 products")


@pytest.mark.parametrize("event", ["drop", "paste"])
def test_a_photo_is_taken_wherever_it_is_dropped_and_where_it_is_pasted(
    page: Page, bundle: Bundle, event: str
) -> None:
    picture = demo_pictures(shown=True)[11]
    open_photo(page)
    transfer(page, picture, event)
    assert cards(page)[0] == title_of(bundle, picture)


def test_a_photo_is_made_small_and_loses_what_the_camera_wrote_before_it_is_sent(
    page: Page, recorder: Recorder
) -> None:
    exif = Image.Exif()
    exif[0x0112], exif[0x010F] = 6, "A camera"  # To be turned by 90°; the maker.
    large = Image.open(demo_pictures(shown=True)[3]).convert("RGB").resize((3000, 2000))
    open_photo(page)
    with page.expect_response(SEARCH):
        choose(page, file_of(large, exif=exif, quality=95))
    (picture,) = sent_with(recorder)
    assert picture.size == (853, 1280)
    assert not picture.getexif() and "exif" not in picture.info
    assert len(recorder.to("/api/v1/similar")[0].body) < 200_000


def test_a_part_is_drawn_with_the_mouse_and_only_that_is_sent(page: Page, recorder: Recorder) -> None:
    open_photo(page)
    wide = Image.new("RGB", (800, 400), "white")
    wide.paste("red", (0, 0, 400, 400))
    choose(page, file_of(wide))
    cards(page)
    frame = page.locator(".photo-frame").bounding_box()
    with page.expect_response(SEARCH):
        page.mouse.move(frame["x"] + frame["width"] * 0.55, frame["y"] + frame["height"] * 0.2)
        page.mouse.down()
        page.mouse.move(frame["x"] + frame["width"] * 0.95, frame["y"] + frame["height"] * 0.8, steps=4)
        page.mouse.up()
    (part,) = sent_with(recorder)
    # 320 × 240 pixels, widened to a square of the longer side, all of them from the right half.
    assert part.size == (320, 320)
    assert min(part.convert("RGB").getextrema()[1]) > 200


def test_keys_mark_a_part_move_it_and_let_it_go(page: Page, bundle: Bundle) -> None:
    open_photo(page)
    choose(page, demo_pictures(shown=True)[7])
    cards(page)
    page.get_by_role("button", name="Mark a part").press("Enter")
    handle = page.get_by_role("button", name="Move the marked part")
    expect(handle).to_be_focused()

    def expect_box(left: int, top: int, width: int) -> None:
        sides = {"left": left, "top": top, "width": width}
        style = re.compile("".join(rf"(?=.*\b{side}: {number}%)" for side, number in sides.items()))
        expect(page.locator(".photo-box")).to_have_attribute("style", style)

    expect_box(20, 20, 60)
    handle.press("ArrowRight")
    handle.press("Shift+ArrowUp")
    expect_box(22, 10, 60)
    page.get_by_role("button", name="Bottom right corner").press("Shift+ArrowLeft")
    expect_box(22, 10, 50)
    for _ in range(9):
        handle.press("Shift+ArrowRight")
    expect_box(50, 10, 50)
    handle.press("Delete")
    expect(page.locator(".photo-box")).to_be_hidden()
    assert cards(page)[0] == title_of(bundle, demo_pictures(shown=True)[7])


def test_photos_are_combined_up_to_four_and_can_be_removed(page: Page, bundle: Bundle) -> None:
    one, other, *more = demo_pictures(shown=True)[7:60:8]
    open_photo(page)
    choose(page, one)
    cards(page)
    with page.expect_response(SEARCH):
        choose(page, other, button="Add a photo")
    assert {title_of(bundle, one), title_of(bundle, other)} <= set(cards(page)[:4])
    choose(page, *more[:3], button="Add a photo")
    expect(page.locator(".photo-tiles li")).to_have_count(4)
    expect(page.get_by_role("alert")).to_contain_text("Up to 4 photos")
    expect(page.get_by_role("button", name="Add a photo")).to_have_count(0)
    for left in (3, 2, 1):
        page.get_by_role("button", name=re.compile("^Remove Your photo")).last.click()
        expect(page.locator(".photo-tiles li")).to_have_count(left)
    assert cards(page)[0] == title_of(bundle, one)
    page.get_by_role("button", name="Remove Your photo").click()
    expect(page.get_by_role("button", name="Choose a photo")).to_be_focused()
    expect(page.locator(".photo-found .product-card")).to_have_count(0)


def test_filters_keep_the_photo_and_the_focus(page: Page, bundle: Bundle) -> None:
    open_photo(page)
    choose(page, demo_pictures(shown=True)[7])
    cards(page)
    asked = []
    page.on("request", lambda request: asked.append(request.url))
    stock = page.locator(".photo-found [data-switch=stock]")
    stock.press("Enter")
    expect(page.locator(".narrowed")).to_have_text(re.compile(r"^\d+ of the \d+ closest are in stock\.$"))
    expect(stock).to_be_focused()
    expect(stock).to_have_attribute("aria-current", "true")
    menu = page.locator(".photo-found [data-switch=category]")
    menu.locator("summary").click()
    option = menu.locator("[data-option]").nth(1)
    kind = option.get_attribute("data-option")
    option.click()
    expect(page.locator(".narrowed")).to_contain_text("and in stock")
    expect(menu).to_have_attribute("open", "")
    expect(page).to_have_url(re.compile(rf"/photo\?category={kind.replace(' ', '%20')}&stock=in$"))
    assert not [url for url in asked if "/api/" in url or "_dash-update" in url]
    assert {product.category for product in bundle.page().products if product.title in cards(page)} == {kind}


def test_the_slider_shows_more(page: Page) -> None:
    open_photo(page)
    choose(page, demo_pictures(shown=True)[7])
    assert len(cards(page)) == 20
    slider = page.locator("#shown")
    slider.focus()
    slider.press("ArrowRight")
    expect(page.locator(".photo-found .product-card")).to_have_count(21)
    expect(slider).to_be_focused()
    expect(page).to_have_url(re.compile(r"/photo\?n=21$"))


def test_the_way_back_from_a_product_finds_the_photo_again(page: Page) -> None:
    open_photo(page)
    choose(page, demo_pictures(shown=True)[7])
    before = cards(page)
    page.locator(".photo-found [data-switch=stock]").click()
    expect(page.locator(".narrowed")).to_be_visible()
    narrowed = cards(page)
    page.locator(".photo-found .card-name").nth(2).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(narrowed[2])
    with page.expect_request("**/photo/results*"):
        page.go_back()
    page.locator("#react-entry-point .photo[data-ready]").wait_for()
    assert cards(page) == narrowed != before
    expect(page.get_by_role("img", name="Your photo")).to_be_visible()


def test_a_products_picture_is_searched_with_and_its_address_is_shared(page: Page, bundle: Bundle) -> None:
    product = bundle.page().products[5]
    visit(page, f"/product/{product.id}")
    page.get_by_role("link", name="Search with a part of this picture").click()
    page.locator("#react-entry-point .photo[data-ready]").wait_for()
    stored = look_alikes(bundle, product, recipe=DEFAULT, count=20)
    assert cards(page) == [each.product.title for each in stored.shown]
    page.get_by_role("button", name="Mark a part").click()
    expect(page).to_have_url(re.compile(r"/photo\?product=[^&]+&box=0\.2,0\.2,0\.6,0\.6$"))
    cards(page)  # A control among results that are about to be replaced may miss a click.
    page.locator(".photo-found [data-switch=stock]").click()
    expect(page.locator(".narrowed")).to_be_visible()
    found = cards(page)
    assert product.title not in found
    page.get_by_role("button", name="Share these results").click()
    expect(page.get_by_text("The address is copied.")).to_be_visible()
    shared = page.evaluate("navigator.clipboard.readText()")
    assert "stock=in" in shared
    expect(page).to_have_url(shared)
    other = page.context.new_page()
    open_photo(other, shared)
    assert cards(other) == found
    assert other.locator(".photo-box").evaluate("(box) => box.style.left") == "20%"


def test_a_private_photo_says_why_it_has_no_address(page: Page) -> None:
    open_photo(page)
    choose(page, demo_pictures(shown=True)[7])
    cards(page)
    page.get_by_role("button", name="Share these results").click()
    expect(page.get_by_text("These results cannot be shared")).to_be_visible()
    expect(page).to_have_url(re.compile(r"/photo$"))


@pytest.fixture
def timed(browser: Browser, recorder: Recorder) -> Iterator[Page]:
    """A page of a profile of its own, all of which has the same clock."""
    with watched(browser, recorder.address, borne=REFUSED) as context:
        context.clock.install()
        yield context.new_page()


def test_a_busy_server_says_when_to_try_again(timed: Page, bundle: Bundle) -> None:
    answer = {"status": 503, "headers": {"Retry-After": "60"}, "content_type": "application/problem+json"}
    page = timed
    page.route(SEARCH, lambda route: route.fulfill(**answer, body=json.dumps({"detail": "All are busy."})))
    open_photo(page)
    choose(page, demo_pictures(shown=True)[7])
    alert = page.get_by_role("alert")
    expect(alert).to_contain_text("All are busy.")
    expect(alert.get_by_role("button")).to_have_text(re.compile(r"^Try again in \d+ s$"))
    page.unroute(SEARCH)
    page.clock.fast_forward("01:01")
    expect(alert.get_by_role("button", name="Try again", exact=True)).to_be_enabled()
    alert.get_by_role("button").click()
    assert cards(page)[0] == title_of(bundle, demo_pictures(shown=True)[7])
    expect(alert).to_be_hidden()


def test_offline_it_says_so_and_goes_on_once_it_can(browser: Browser, home: str) -> None:
    # Its own profile: where pages share a process, all hear that they are online as soon as one of them is.
    with watched(browser, home, borne=REFUSED) as context:
        page = context.new_page()
        open_photo(page)
        context.set_offline(True)
        choose(page, demo_pictures(shown=True)[7])
        expect(page.get_by_role("alert")).to_contain_text("The shop cannot be reached. Are you online?")
        context.set_offline(False)
        assert cards(page)
        expect(page.get_by_role("alert")).to_be_hidden()


def test_one_search_runs_at_a_time_and_older_answers_are_dropped(
    page: Page, bundle: Bundle, recorder: Recorder
) -> None:
    waiting: list[Route] = []
    open_photo(page)
    page.route(SEARCH, lambda route: waiting.append(route))
    first, second, third = demo_pictures(shown=True)[7:31:8]
    with page.expect_request(SEARCH):
        choose(page, first)
    for picture in (second, third):
        choose(page, picture, button="Add a photo")
    expect(page.locator(".photo-tiles li")).to_have_count(3)
    page.wait_for_timeout(800)  # In which a second search would begin, were it not to wait.
    assert len(waiting) == 1
    with page.expect_request(SEARCH):
        waiting.pop().continue_()
    expect(page.locator(".photo-found .product-card")).to_have_count(0)
    until(page, lambda: waiting).pop().continue_()
    assert title_of(bundle, third) in cards(page)[:6] and not waiting
    assert [len(sent_with(recorder, place)) for place in (0, 1)] == [1, 3]


@pytest.mark.parametrize("address", ["/photo", "/photo?product={id}&box=0.1,0.2,0.5,0.5&stock=in"])
def test_axe_finds_nothing(page: Page, bundle: Bundle, address: str) -> None:
    assert axe
    page.emulate_media(reduced_motion="reduce")
    open_photo(page, address.format(id=bundle.page().products[5].id))
    if "?" in address:
        cards(page)
    assert findings_everywhere(page) == []


def test_a_narrow_screen_shows_results_without_scrolling_sideways(page: Page) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    open_photo(page)
    choose(page, demo_pictures(shown=True)[7])
    cards(page)
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert page.locator(".photo-found h2").bounding_box()["y"] < 844
