"""The row of look-alikes on a shop's own page: another origin, a strict policy, CSS that means no good."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from bundle import Bundle
from tests.browser.conftest import patient, until
from tests.browser.test_accessibility import findings
from tests.sample_bundle import HTML_TITLE
from tests.serving import serving
from tests.waiting import eventually

if TYPE_CHECKING:
    from playwright.sync_api import Browser, ConsoleMessage, Page

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
expect = playwright.expect

POLICY = (
    "default-src 'none'; script-src {akin}; connect-src {akin}; img-src {akin}; style-src 'self'; "
    "base-uri 'none'; require-trusted-types-for 'script'"
)
PAGE = """<!doctype html>
<html lang="de">
  <head>
    <title>Shop</title>
    <meta name="viewport" content="width=device-width">
    <link rel="stylesheet" href="/shop.css">
  </head>
  <body>{body}</body>
</html>"""
CSS = """
:root { color-scheme: light dark; }
body { margin: 24px; color: rgb(30, 60, 30); font: 17px/1.5 Georgia, serif; background: #fffdf5; }
@media (prefers-color-scheme: dark) { body { color: rgb(220, 230, 220); background: #101510; } }
"""
HOSTILE = """
div, section, ul, li { display: none !important; opacity: .1 !important; transform: rotate(9deg) !important; }
a { color: red !important; font-size: 60px !important; }
img { width: 3px !important; filter: invert(1) !important; }
h2 { text-transform: uppercase !important; }
* { letter-spacing: 9px !important; text-indent: 99px !important; }
"""


class Shop:
    """A shop's page on a port of its own; `akin` is the address of the look-alikes that it shows."""

    def __init__(self) -> None:
        self.akin = self.policy = self.styles = self.body = ""
        shop = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = self.path.split("?")[0]
                text = {"/shop.css": shop.styles, "/favicon.ico": ""}.get(path)
                if text is None:
                    text = PAGE.format(body=shop.body)
                body = text.encode()
                self.send_response(200)
                kind = "css" if path.endswith(".css") else "html"
                self.send_header("Content-Type", f"text/{kind}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                self.send_header("Content-Security-Policy", shop.policy)
                # Such a page loads from elsewhere only what says that it may be loaded.
                self.send_header("Cross-Origin-Embedder-Policy", "require-corp")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.origin = f"http://localhost:{self._server.server_port}"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()


@pytest.fixture(scope="module")
def shop(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Shop]:
    """A shop, and beside it Akin, which lets that shop's pages read its API."""
    shop = Shop()
    log = tmp_path_factory.mktemp("log") / "gunicorn.log"
    with serving(data, log, AKIN_CORS=f"https://shop.example {shop.origin}") as akin:
        shop.akin = akin
        yield shop
    shop.close()


@pytest.fixture
def said() -> list[str]:
    """What the console has said, errors and warnings alone."""
    return []


Opener = Callable[..., "Page"]


@pytest.fixture
def open_page(shop: Shop, browser: Browser, said: list[str]) -> Iterator[Opener]:
    """Opens a page of the shop that holds `body`, in which {script} is the widget's address."""
    contexts = []

    def note(message: ConsoleMessage) -> None:
        if message.type in ("error", "warning"):
            said.append(message.text)

    def opened(
        body: str, *, akin: str = shop.akin, css: str = "", width: int = 1280, dark: bool = False
    ) -> Page:
        shop.policy = POLICY.format(akin=akin)
        shop.styles = CSS + css
        shop.body = body.replace("{script}", f"{akin}/widget.js")
        colours = "dark" if dark else "light"
        context = browser.new_context(viewport={"width": width, "height": 900}, color_scheme=colours)
        contexts.append(patient(context))
        page = context.new_page()
        page.on("console", note)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.goto(shop.origin)
        return page

    yield opened
    for context in contexts:
        context.close()


def said_by_akin(page: Page, said: list[str]) -> list[str]:
    """What the widget has put into the console once there is something and nothing more is on its way."""

    def ours() -> list[str]:
        return [text for text in said if text.startswith("Akin")]

    until(page, ours)
    page.wait_for_load_state("networkidle")
    return ours()


ONE = (
    '<main><h1>Mug</h1><script src="{script}" data-product="{id}"></script><p class="after">After</p></main>'
)
PLAIN = ONE.replace("{id}", "plain")


def test_one_script_puts_a_row_where_it_stands(open_page: Opener, said: list[str], data: Path) -> None:
    page = open_page(PLAIN)
    row = page.get_by_role("region", name="More like this")
    row.wait_for()
    expected = [entry.id for entry in Bundle.open(data).neighbours("plain")[:6]]
    links = row.get_by_role("listitem").get_by_role("link")
    assert links.count() == len(expected) == 6
    assert (
        page.evaluate("document.querySelector('script').nextElementSibling.nextElementSibling.className")
        == "after"
    )
    assert row.get_by_role("heading", level=2).inner_text() == "More like this"
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
    row = page.get_by_role("region", name="More like this")
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
    for heading, count in (("Ähnlich", 3), ("Two dots", 4), ("More like this", 6)):
        row = page.get_by_role("region", name=heading)
        row.wait_for()
        assert row.get_by_role("listitem").count() == count, heading
        assert page.get_by_role("region", name=heading).count() == 1
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
    page.get_by_role("region", name="More like this").wait_for()
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
    row = page.get_by_role("region", name="More like this")
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
@pytest.mark.parametrize("width", [1280, 390])
def test_it_looks_as_it_should(open_page: Opener, artefacts: Path, width: int, dark: bool) -> None:
    page = open_page(PLAIN, width=width, dark=dark)
    page.get_by_role("region").wait_for()
    page.wait_for_load_state("networkidle")
    page.screenshot(path=artefacts / f"widget-{width}-{'dark' if dark else 'light'}.png")
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
    row = page.get_by_role("region", name="More like this")
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
    open_page: Opener, said: list[str], data: Path, threshold: str | None, score: float
) -> None:
    stored = Bundle.open(data).neighbours("plain")[:20]
    count = sum(entry.score >= score for entry in stored)
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
    page = open_page(PLAIN.replace("></script>", " data-switch></script>"))
    page.evaluate(
        "window.seen = []; addEventListener('akin-view', ({ detail }) => window.seen.push(detail.recipe))"
    )
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


def test_it_looks_as_it_should_with_a_template(open_page: Opener, artefacts: Path) -> None:
    for width in (1280, 390):
        for dark in (False, True):
            page = open_page(
                TEMPLATE + PLAIN.replace("></script>", ' data-template="own" data-switch></script>'),
                css="::part(mine) { border: 1px solid; padding: 12px } ::part(photo) { width: 100% }",
                width=width,
                dark=dark,
            )
            page.get_by_role("region").wait_for()
            page.wait_for_load_state("networkidle")
            page.screenshot(path=artefacts / f"widget-template-{width}-{'dark' if dark else 'light'}.png")
            assert page.evaluate("document.documentElement.scrollWidth") == width
