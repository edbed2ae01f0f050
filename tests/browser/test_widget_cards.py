"""What a shop makes of the widget: templates, parts, a threshold, and a switch of lists."""

from __future__ import annotations

import json
import urllib.request
from pathlib import Path

import pytest

from bundle import Bundle
from tests.browser.conftest import Keep, until
from tests.browser.shop_pages import MORE, PLAIN, Opener, Shop, customer, open_page, said, said_by_akin, shop
from tests.browser.test_accessibility import findings
from tests.repetition import thorough
from tests.sample_bundle import HTML_TITLE

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
expect = playwright.expect

__all__ = ["customer", "open_page", "said", "shop"]

TEMPLATE = """
<template id="own"><article part="mine"><a data-slot="link"><img data-slot="picture" part="photo"></a>
<h3 data-slot="title"></h3><p><b data-slot="price"></b><s data-slot="former-price"></s></p>
<i data-slot="brand">Brand</i></article></template>"""


def test_a_template_of_the_page_draws_the_cards(
    open_page: Opener, shop: Shop, said: list[str], data: Path
) -> None:
    page = open_page(
        TEMPLATE + '<main><script src="{script}" data-product="plain" data-template="own"></script></main>',
        css="::part(mine) { border-top: 7px solid } ::part(photo) { width: 90px }",
    )
    row = page.get_by_role("region", name=MORE)
    row.wait_for()
    cards = row.get_by_role("listitem")
    products = Bundle.open(data).products(entry.id for entry in Bundle.open(data).neighbours("plain")[:6])
    assert cards.locator("h3").all_inner_texts() == [product.title for product in products]
    assert HTML_TITLE in cards.locator("h3").all_inner_texts()
    for card, product in zip(cards.all(), products, strict=True):
        href = card.get_by_role("link").get_attribute("href") or ""
        assert href.startswith(("https://shop.example", f"{shop.akin}/product/"))
        assert card.locator("b").count() == (product.price is not None)
        assert card.locator("s").count() == (product.saving > 0)
        assert card.locator("i").all_inner_texts() == ([product.brand] if product.brand else [])
    article = cards.locator("article").first
    assert article.evaluate("(element) => getComputedStyle(element).borderTopWidth") == "7px"
    assert cards.locator("img").first.bounding_box()["width"] == 90
    page.evaluate("addEventListener('akin-click', ({ detail }) => { window.counted = detail; })")
    page.evaluate("addEventListener('click', (event) => event.preventDefault())")
    cards.nth(2).get_by_role("link").click()
    assert until(page, "window.counted")["place"] == 3
    assert said == []


def test_a_template_may_be_inside_of_its_place(open_page: Opener, said: list[str]) -> None:
    inside = TEMPLATE.replace(' id="own"', "")
    page = open_page(f'<script src="{{script}}"></script><div data-akin-product="plain">{inside}</div>')
    page.get_by_role("listitem").first.wait_for()
    assert page.get_by_role("listitem").locator("article").count() == 6
    assert said == []


def test_a_template_that_is_not_there_is_said_and_the_row_is_as_usual(
    open_page: Opener, said: list[str]
) -> None:
    page = open_page('<script src="{script}" data-product="plain" data-template="none"></script>')
    page.get_by_role("region").wait_for()
    assert said == ["Akin: Expected template to be the id of a template element. Received: none."]


def test_the_page_s_css_reaches_the_parts(open_page: Opener) -> None:
    css = "".join(
        f"::part({part}) {{ outline: {place}px solid }}"
        for place, part in enumerate(("row", "heading", "list", "card", "picture", "title", "price"), start=1)
    )
    page = open_page(PLAIN, css=css)
    row = page.get_by_role("region")
    row.wait_for()
    seen = {row.evaluate("(element) => getComputedStyle(element).outlineWidth")}
    for part in ("h2", "ul", "a", ".picture", ".title", ".price"):
        seen.add(row.locator(part).first.evaluate("(element) => getComputedStyle(element).outlineWidth"))
    assert seen == {f"{width}px" for width in range(1, 8)}


@pytest.mark.parametrize(
    ("threshold", "score"), [("very_close", 0.95), ("close", 0.9), ("related", 0.7), (None, 0.0)]
)
def test_what_is_not_close_enough_is_not_shown(
    open_page: Opener, shop: Shop, said: list[str], threshold: str | None, score: float
) -> None:
    with urllib.request.urlopen(f"{shop.akin}/api/v1/similar?id=plain&limit=20") as answer:
        count = sum(each["score"] >= score for each in json.load(answer)["similar"])
    assert 0 < count <= 20
    least = f' data-threshold="{threshold}"' if threshold else ""
    page = open_page(f'<script src="{{script}}" data-product="plain" data-limit="20"{least}></script>')
    row = page.get_by_role("region")
    row.wait_for()
    assert row.get_by_role("listitem").count() == count
    assert said == []


def test_where_nothing_is_alike_there_is_no_row(open_page: Opener, said: list[str]) -> None:
    # Of this recipe, no list has anything that is alike.
    page = open_page(
        '<main><script src="{script}" data-product="plain" data-recipe="far" data-threshold="related">'
        '</script></main><div data-akin-product="sku-0060"></div>'
    )
    page.get_by_role("region").wait_for()
    assert page.get_by_role("region").count() == 1 and page.locator("main > div").count() == 0
    page = open_page('<script src="{script}" data-product="plain" data-threshold="good"></script>')
    assert said_by_akin(page, said) == [
        "Akin: Expected threshold to be one of related, close, very_close. Received: good."
    ]


def test_a_switch_turns_to_the_catalogue_s_other_lists(
    open_page: Opener, said: list[str], data: Path
) -> None:
    notes = "window.seen = []; addEventListener('akin-view', ({ detail }) => window.seen.push(detail.recipe))"
    page = open_page(PLAIN.replace("></script>", " data-switch></script>"), before=notes)
    row = page.get_by_role("region")
    row.wait_for()
    style, colour = row.get_by_role("button", name="Style"), row.get_by_role("button", name="Colour")
    assert style.get_attribute("aria-pressed") == "true"
    until(page, "window.seen.length")
    colour.click()
    expect(colour).to_have_attribute("aria-pressed", "true")
    assert style.get_attribute("aria-pressed") == "false"
    bundle = Bundle.open(data)
    expected = bundle.products(entry.id for entry in bundle.neighbours("plain", recipe="far")[:6])
    assert row.locator(".title").all_inner_texts() == [product.title for product in expected]
    expect(colour).to_be_focused()
    assert until(page, "window.seen", lambda seen: len(seen) == 2) == ["sample", "far"]
    assert findings(page) == [] and said == []


@pytest.mark.parametrize(
    ("width", "dark"), [(1280, False), (390, True), thorough(1280, True), thorough(390, False)]
)
def test_it_looks_as_it_should_with_a_template(open_page: Opener, keep: Keep, width: int, dark: bool) -> None:
    page = open_page(
        TEMPLATE + PLAIN.replace("></script>", ' data-template="own" data-switch></script>'),
        css="::part(mine) { border: 1px solid; padding: 12px } ::part(photo) { width: 100% }",
        width=width,
        dark=dark,
    )
    page.get_by_role("region").wait_for()
    page.wait_for_load_state("networkidle")
    keep(page, f"widget-template-{width}-{'dark' if dark else 'light'}")
    assert page.evaluate("document.documentElement.scrollWidth") == width
