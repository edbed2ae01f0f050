"""A shop that serves the site below a path of its own, by a real nginx that strips the path or does not."""

from __future__ import annotations

import json
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import quote

import pytest

from tests.browser.conftest import until, visit, watched
from tests.browser.test_photo import cards, choose
from tests.live_demo import demo_pictures
from tests.nginx import free_port, nginx
from tests.parsed_html import one
from tests.repetition import thorough
from tests.sample_bundle import NASTY_IDS
from tests.serving import serving
from tests.waiting import PATIENCE

if TYPE_CHECKING:
    from playwright.sync_api import Browser

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
expect = playwright.expect

SERVER = """
server {{
  listen 127.0.0.1:{port};
  location / {{ return 404 "the shop"; }}
  {location}
}}
"""


def documented(name: str) -> str:
    """The lines for nginx that `docs/deploying.md` has under a heading."""
    text = (Path(__file__).parents[2] / "docs" / "deploying.md").read_text(encoding="utf-8")
    return text.partition(f"<!-- {name} -->")[2].partition("```nginx\n")[2].partition("```")[0]


@contextmanager
def shop_of(folder: Path, upstream: str, location: str) -> Iterator[str]:
    """The address of an nginx with those lines, in front of a server."""
    port = free_port()
    location = location.replace("http://127.0.0.1:8000", upstream)
    assert upstream in location
    with nginx(folder, SERVER.format(port=port, location=location), port):
        yield f"http://127.0.0.1:{port}"


WIDGET = """(id) => {
  const script = document.createElement("script");
  script.src = "/look/widget.js";
  script.dataset.product = id;
  document.querySelector("#main").append(script);
}"""

NOT_FOR_NGINX = ("../", "nul\x00")
"""It takes `..%2F` for the way to the folder above before it looks for a location, and refuses `%00`."""

WAYS = {
    "kept": {"AKIN_ADDRESS": "https://shop.example/look"},
    "stripped": {"FORWARDED_ALLOW_IPS": "127.0.0.1"},
}


@pytest.mark.parametrize("way", WAYS)
def test_nginx_passes_every_id_on(way: str, data: Path, tmp_path: Path) -> None:
    with (
        serving(data, tmp_path / "log", **WAYS[way]) as upstream,
        shop_of(tmp_path, upstream, documented(way)) as shop,
    ):
        for product_id in (each for each in NASTY_IDS if not each.startswith(NOT_FOR_NGINX)):
            path = f"?id={product_id}" if product_id in (".", "..") else quote(product_id, safe="")
            with urllib.request.urlopen(f"{shop}/look/product/{path}", timeout=PATIENCE) as answer:
                data_of_it = one(answer.read().decode(), "script[type='application/ld+json']")
            assert json.loads(data_of_it.text)["sku"] == product_id
        with urllib.request.urlopen(f"{shop}/look?q=mug", timeout=PATIENCE) as answer:
            assert answer.url == f"{shop}/look/?q=mug"


@pytest.mark.parametrize(("way", "live"), [("stripped", "browser"), thorough("kept", "litert")])
def test_a_visit_below_a_path(way: str, live: str, browser: Browser, live_data: Path, tmp_path: Path) -> None:
    picture = demo_pictures(shown=True)[30]
    with (
        serving(live_data, tmp_path / "log", AKIN_LIVE=live, **WAYS[way]) as upstream,
        shop_of(tmp_path, upstream, documented(way)) as shop,
        # Whatever is asked for elsewhere on the shop's host, the shop's own pages included, is a mistake.
        watched(browser, f"{shop}/look/") as context,
    ):
        page = context.new_page()
        visit(page, f"{shop}/look/")
        page.locator("#react-entry-point .card-name").nth(3).click()
        expect(page.locator("#react-entry-point .product")).to_be_visible()
        assert page.url.startswith(f"{shop}/look/product/")
        until(page, "[...document.images].every((image) => image.complete && image.naturalWidth)")

        page.locator("#react-entry-point [data-pick]").first.click()
        page.get_by_role("link", name="More like these").click()
        expect(page.get_by_role("heading", level=1, name="More like these")).to_be_visible()
        assert page.url.startswith(f"{shop}/look/for-you?like=")

        kept = page.evaluate("[...Object.keys(localStorage), ...Object.keys(sessionStorage)]")
        assert "akin/look-picks" in kept and all(name.startswith("akin/look-") for name in kept)

        page.get_by_role("link", name="Map", exact=True).click()
        page.locator("#react-entry-point .map[data-ready]").wait_for()
        page.locator("#react-entry-point .map-panel ul a").first.click()
        expect(page.locator("#react-entry-point .product")).to_be_visible()

        page.get_by_role("searchbox").fill("mug")
        expect(page.locator("#react-entry-point .gallery-head")).to_be_visible()
        until(page, "location.pathname + location.search", lambda seen: seen == "/look/?q=mug")
        page.reload()
        page.locator("#first-page").wait_for(state="detached")
        expect(page.get_by_role("searchbox")).to_have_value("mug")

        page.get_by_role("banner").get_by_role("link", name="Search by photo").click()
        page.locator("#react-entry-point .photo[data-ready]").wait_for()
        choose(page, picture)
        if live == "browser":
            page.get_by_role("button", name="Download and search").click()
        assert len(cards(page)) > 5
        page.evaluate(WIDGET, picture.stem)
        expect(page.locator("#main ul[role=list] .title")).to_have_count(6)

        page.locator("#react-entry-point .photo-found .card-name").first.click()
        expect(page.locator("#react-entry-point .product")).to_be_visible()
