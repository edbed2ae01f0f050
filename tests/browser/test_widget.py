"""The row of look-alikes on a shop's own page: another origin, a strict policy, CSS that means no good."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bundle import Bundle
from tests.browser.conftest import Keep, until
from tests.browser.shop_pages import (
    HOSTILE,
    MORE,
    PLAIN,
    Opener,
    Shop,
    customer,
    open_page,
    said,
    said_by_akin,
    shop,
)
from tests.browser.test_accessibility import findings
from tests.repetition import thorough
from tests.sample_bundle import HTML_TITLE
from tests.waiting import eventually

if TYPE_CHECKING:
    pass

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
expect = playwright.expect

__all__ = ["customer", "open_page", "said", "shop"]


def test_one_script_puts_a_row_where_it_stands(open_page: Opener, said: list[str], data: Path) -> None:
    page = open_page(PLAIN)
    row = page.get_by_role("region", name=MORE)
    row.wait_for()
    expected = [entry.id for entry in Bundle.open(data).neighbours("plain")[:6]]
    links = row.get_by_role("listitem").get_by_role("link")
    assert links.count() == len(expected) == 6
    assert (
        page.evaluate("document.querySelector('script').nextElementSibling.nextElementSibling.className")
        == "after"
    )
    assert row.get_by_role("heading", level=2).inner_text() == MORE
    for picture in row.locator("img").all():
        picture.evaluate("(img) => img.decode()")
    assert said == []


def test_links_lead_to_the_shop_where_it_has_a_page_and_else_to_akin(
    open_page: Opener, shop: Shop, data: Path
) -> None:
    page = open_page(PLAIN)
    page.get_by_role("region").wait_for()
    hrefs = [link.get_attribute("href") for link in page.get_by_role("listitem").get_by_role("link").all()]
    bundle = Bundle.open(data)
    for href, entry in zip(hrefs, bundle.neighbours("plain"), strict=False):
        url = bundle.product(entry.id).url
        assert href == url if url.startswith("https://") else href.startswith(f"{shop.akin}/product/")
    assert not any("javascript" in href for href in hrefs)
    assert any(href.startswith("https://shop.example") for href in hrefs)


def test_what_a_product_says_is_text(open_page: Opener, said: list[str]) -> None:
    page = open_page(PLAIN)
    dialogs = []
    page.on("dialog", lambda dialog: dialogs.append(dialog))
    page.get_by_text(HTML_TITLE).wait_for()
    assert page.get_by_text(HTML_TITLE).evaluate("(element) => element.childElementCount") == 0
    assert dialogs == [] and said == []


def test_prices_are_written_as_the_page_s_language_does(open_page: Opener) -> None:
    page = open_page(PLAIN)
    page.get_by_text("13,50\N{NO-BREAK SPACE}€").wait_for()


def test_a_sale_has_its_former_price_struck_through(open_page: Opener, said: list[str], data: Path) -> None:
    bundle = Bundle.open(data)
    product = next(
        each for each in bundle.page(limit=120).products if each.saving and bundle.neighbours(each.id)
    )
    page = open_page(
        '<script src="{script}" data-product="'
        + product.id
        + '" data-limit="20" data-on-sale data-was="vorher">'
        "</script>"
    )
    row = page.get_by_role("region")
    row.wait_for()
    shown = row.get_by_role("listitem")
    listed = bundle.products(entry.id for entry in bundle.neighbours(product.id))
    assert 0 < shown.count() <= sum(other.saving > 0 for other in listed)
    assert row.locator("s").count() == shown.count()
    first = row.locator("s").first
    assert first.evaluate("(element) => getComputedStyle(element).textDecorationLine") == "line-through"
    assert (first.text_content() or "").startswith("vorher ")
    assert (row.locator(".price").first.text_content() or "").endswith("-20\N{NO-BREAK SPACE}%")
    assert row.locator("s i").first.bounding_box()["width"] <= 1
    assert said == []


def test_the_shop_s_css_does_not_reach_in_and_the_row_s_not_out(open_page: Opener) -> None:
    page = open_page(PLAIN, css=HOSTILE + "main { display: block }")
    row = page.get_by_role("region", name=MORE)
    row.wait_for(state="visible")
    style = "(element, name) => getComputedStyle(element)[name]"
    link = row.get_by_role("link").first
    assert link.evaluate(style, "color") == "rgb(30, 60, 30)"
    assert link.evaluate(style, "fontFamily").startswith("Georgia")
    assert float(link.evaluate(style, "fontSize").removesuffix("px")) < 20
    assert link.evaluate(style, "letterSpacing") == "normal"
    assert link.evaluate(style, "textIndent") == "0px"
    assert row.locator("h2").evaluate(style, "textTransform") == "none"
    host = page.locator("main > div")
    assert (host.evaluate(style, "opacity"), host.evaluate(style, "transform")) == ("1", "none")
    assert row.locator("img").first.bounding_box()["width"] > 100
    assert page.evaluate("document.adoptedStyleSheets.length + document.styleSheets.length") == 1
    assert page.locator("h1").evaluate(style, "fontFamily").startswith("Georgia")


def test_a_page_may_hold_several_with_options_of_their_own(open_page: Opener, said: list[str]) -> None:
    page = open_page(
        '<script src="{script}" async></script>'
        '<div class="own" data-akin-product="a/b" data-akin-limit="3" data-akin-heading="Ähnlich"></div>'
        '<script src="{script}" data-product=".." data-limit="4" data-heading="Two dots" defer></script>'
        '<div class="own" data-akin-product="sku-0060" data-akin-same-category data-akin-recipe="far"></div>'
    )
    for heading, count in (("Ähnlich", 3), ("Two dots", 4), (MORE, 6)):
        row = page.get_by_role("region", name=heading, exact=True)
        row.wait_for()
        assert row.get_by_role("listitem").count() == count, heading
        assert page.get_by_role("region", name=heading, exact=True).count() == 1
    assert said == []


def test_a_script_that_is_added_later_works_too(open_page: Opener, shop: Shop, said: list[str]) -> None:
    page = open_page("<main></main>")
    page.evaluate(
        """(address) => {
          const script = document.createElement("script");
          const policy = trustedTypes.createPolicy("shop", { createScriptURL: (text) => text });
          script.src = policy.createScriptURL(address);
          script.dataset.product = "plain";
          document.querySelector("main").append(script);
        }""",
        f"{shop.akin}/widget.js",
    )
    page.get_by_role("region", name=MORE).wait_for()
    assert said == []


@pytest.mark.parametrize(
    ("attributes", "reason"),
    [
        ('data-product="no such"', "Akin: There is no product 'no such'."),
        ('data-product="plain" data-limit="many"', "Akin: Expected limit to be a whole number from 1 to 50"),
    ],
)
def test_what_cannot_be_shown_says_so_once(
    open_page: Opener, said: list[str], attributes: str, reason: str
) -> None:
    page = open_page(f'<main><script src="{{script}}" {attributes}></script></main>')
    (ours,) = said_by_akin(page, said)
    assert ours.startswith(reason)
    assert page.locator("main > div").count() == 0


def test_an_origin_that_may_not_read_is_told_which_setting_decides(
    open_page: Opener, shop: Shop, said: list[str], server: str
) -> None:
    page = open_page(PLAIN, akin=server)
    assert said_by_akin(page, said) == [
        f"Akin: {server} cannot be read: is {shop.origin} in its setting AKIN_CORS?"
    ]
    assert page.locator("main > div").count() == 0


def test_a_click_is_an_event_that_a_shop_can_count(open_page: Opener, shop: Shop) -> None:
    page = open_page(PLAIN)
    page.get_by_role("region").wait_for()
    page.evaluate(
        """() => {
          addEventListener("click", (event) => event.preventDefault());
          addEventListener("akin-click", ({ detail }) => { window.counted = detail; });
        }"""
    )
    page.get_by_role("listitem").nth(1).get_by_role("link").click()
    counted = until(page, "window.counted")
    assert counted == {
        "list": "widget",
        "product": "plain",
        "recipe": "sample",
        "chosen": "a/b",
        "place": 2,
        "host": f"{shop.akin}/",
    }


def test_on_a_phone_the_row_scrolls_and_the_page_does_not(open_page: Opener) -> None:
    page = open_page(PLAIN, width=390)
    row = page.get_by_role("region", name=MORE)
    row.wait_for()
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    last = row.get_by_role("link").last
    assert last.bounding_box()["x"] > 390
    for _ in range(6):
        page.keyboard.press("Tab")
    expect(last).to_be_focused()
    box = eventually(last.bounding_box, lambda box: box["x"] >= 0 and box["x"] + box["width"] <= 390)
    assert last.evaluate("(link) => getComputedStyle(link).outlineStyle") == "solid"
    assert box["height"] > 44


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
@pytest.mark.parametrize("width", [1280, thorough(390)])
def test_it_looks_as_it_should(open_page: Opener, keep: Keep, width: int, dark: bool) -> None:
    page = open_page(PLAIN, width=width, dark=dark)
    page.get_by_role("region").wait_for()
    page.wait_for_load_state("networkidle")
    keep(page, f"widget-{width}-{'dark' if dark else 'light'}")
    colour = page.get_by_role("link").first.evaluate("(link) => getComputedStyle(link).color")
    assert colour == ("rgb(220, 230, 220)" if dark else "rgb(30, 60, 30)")


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_axe_finds_nothing(open_page: Opener, dark: bool) -> None:
    page = open_page(PLAIN, dark=dark)
    page.get_by_role("region").wait_for()
    assert findings(page) == []


def test_it_is_small() -> None:
    size = (Path(__file__).resolve().parents[2] / "assets" / "widget.js").stat().st_size
    assert size < 18 * 1024
