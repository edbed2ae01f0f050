"""What visitors see and click, as events of the page and as lines in a file."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from bundle import Bundle
from tests.browser.conftest import MILLISECONDS, until, visit, watched
from tests.browser.shop_pages import Shop
from tests.serving import serving
from tests.waiting import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

pytest.importorskip("playwright.sync_api", reason="pip install playwright")

NOTES = """
window.heard = [];
for (const name of ["akin-view", "akin-click"]) {
  addEventListener(name, ({ type, detail }) => window.heard.push({ type, scrolled: scrollY > 0, ...detail }));
}
"""


class Counting:
    """A shop at `akin` that writes its events to `path`; `shop` has its widget on pages of another origin."""

    def __init__(self, akin: str, path: Path, shop: Shop) -> None:
        self.akin, self.path, self.shop = akin, path, shop
        self.before = 0

    def lines(self, count: int) -> list[dict[str, Any]]:
        """The events of a test, once there are so many."""
        return eventually(self._lines, lambda lines: len(lines) >= count)

    def begin(self) -> None:
        """Leave out the events of the tests before."""
        self.before += len(self._lines())

    def _lines(self) -> list[dict[str, Any]]:
        text = self.path.read_text() if self.path.exists() else ""
        whole = text[: text.rfind("\n") + 1].splitlines()
        return [json.loads(line) for line in whole[self.before :]]


@pytest.fixture(scope="module")
def one_for_all(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Counting]:
    folder = tmp_path_factory.mktemp("counting")
    shop, path = Shop(), folder / "events.jsonl"
    with serving(data, folder / "log", AKIN_EVENTS=str(path), AKIN_CORS=shop.origin) as akin:
        yield Counting(akin, path, shop)
    shop.close()


@pytest.fixture
def counting(one_for_all: Counting) -> Counting:
    one_for_all.begin()
    return one_for_all


def heard(page: Page, count: int) -> list[dict[str, Any]]:
    return until(page, "window.heard", lambda found: len(found) >= count)


def heard_below(page: Page, count: int) -> list[dict[str, Any]]:
    """The same for a list further down on a page that comes, and then begins at its top, sooner or later."""
    scroll = "document.querySelector('[data-list]')?.scrollIntoView()"
    return until(page, f"({scroll}, window.heard)", lambda found: len(found) >= count)


def test_a_list_is_seen_once_on_screen_and_a_click_has_its_place(
    browser: Browser, counting: Counting, data: Path
) -> None:
    stored = [entry.id for entry in Bundle.open(data).neighbours("plain")]
    with watched(browser, counting.akin) as context:
        page = context.new_page()
        page.add_init_script(NOTES)
        page.set_viewport_size({"width": 390, "height": 500})
        visit(page, "/product/plain")
        page.locator("[data-list]").scroll_into_view_if_needed()
        (view,) = heard(page, 1)
        assert (view["type"], view["list"], view["recipe"]) == ("akin-view", "product", "sample")
        assert view["scrolled"] and view["product"] == "plain"
        assert view["shown"] == [each for each in stored if each in view["shown"]]
        third = page.locator(".product-card .card-name").nth(2)
        third.click()
        page.wait_for_url("**/product/*")
        view_of_plain, click = heard(page, 2)[:2]
        assert view_of_plain == view
        assert (click["type"], click["place"], click["chosen"]) == ("akin-click", 3, view["shown"][2])
        assert "shown" not in click and click["product"] == "plain"
        # The next page is another list, and going back is another visit.
        assert heard_below(page, 3)[2]["product"] == click["chosen"]
        page.go_back()
        assert heard_below(page, 4)[3]["shown"] == view["shown"]
        # What a browser sends when it is closed may not arrive.
        lines = counting.lines(4)
    written = [{name: line.get(name) for name in ("akin", "product", "place")} for line in lines]
    views = ("plain", click["chosen"], "plain")
    expected = [{"akin": "view", "product": each, "place": None} for each in views]
    expected.append({"akin": "click", "product": "plain", "place": 3})
    assert sorted(written, key=str) == sorted(expected, key=str)


def test_recommendations_and_both_lists_of_a_comparison_are_lists(
    browser: Browser, counting: Counting
) -> None:
    with watched(browser, counting.akin) as context:
        page = context.new_page()
        page.add_init_script(NOTES)
        visit(page, "/for-you?like=sku-0060")
        (view,) = heard(page, 1)
        assert (view["list"], view["product"]) == ("for-you", None)
        visit(page, "/compare/plain?recipes=sample,far&n=5")
        lists = heard(page, 2)
        assert {each["list"] for each in lists} == {"compare"}
        assert {each["recipe"] for each in lists} == {"sample", "far"}
        assert len(counting.lines(3)) == 3


def test_where_visitors_ask_not_to_be_tracked_nothing_is_sent(browser: Browser, counting: Counting) -> None:
    with watched(browser, counting.akin) as context:
        page = context.new_page()
        page.add_init_script("Object.defineProperty(navigator, 'globalPrivacyControl', { value: true });")
        page.add_init_script(NOTES)
        sent = []
        page.on("request", lambda request: sent.append(request.url) if request.method == "POST" else None)
        visit(page, "/for-you?like=sku-0060")
        heard(page, 1)
        page.wait_for_load_state("networkidle")
        assert not [url for url in sent if url.endswith("/events")]


def test_the_widget_on_another_origin_is_counted_too(browser: Browser, counting: Counting) -> None:
    shop = counting.shop
    shop.policy = f"default-src 'none'; script-src {counting.akin}; connect-src {counting.akin}"
    script = f'<script src="{counting.akin}/widget.js" data-product="plain" data-recipe="far"></script>'
    # A second copy sends nothing twice.
    shop.body = script + f'<script src="{counting.akin}/widget.js"></script>'
    context = browser.new_context()
    context.set_default_timeout(MILLISECONDS)
    page = context.new_page()
    page.goto(shop.origin)
    page.get_by_role("listitem").nth(1).get_by_role("link").click()
    # Two requests may be answered in any order.
    view, click = sorted(counting.lines(2), key=lambda line: line["akin"], reverse=True)
    assert (view["akin"], view["list"], view["recipe"]) == ("view", "widget", "far")
    assert (click["akin"], click["chosen"], click["place"]) == ("click", view["shown"][1], 2)
    assert "host" not in view
    assert context.cookies() == []
    context.close()
    assert len(counting.lines(2)) == 2
