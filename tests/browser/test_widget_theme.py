"""The row of look-alikes in a shop that has a theme, on a page that wears something else."""

from __future__ import annotations

from pathlib import Path

import pytest

from precompute.building.theme import prepare_theme
from tests.browser.conftest import until
from tests.browser.shop_pages import PLAIN, Opener, customer, open_page, said, shop
from tests.browser.test_accessibility import findings
from tests.sample_bundle import write_sample_bundle

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")

__all__ = ["customer", "open_page", "said", "shop"]

PLING = Path(__file__).resolve().parents[2] / "demo" / "themes" / "pling" / "theme.toml"
STYLE = "(element, name) => getComputedStyle(element)[name]"
LOADED = "[...document.fonts].filter(({ status }) => status === 'loaded').length"


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the sample bundle in a theme; the shop is a module's own."""
    folder = tmp_path_factory.mktemp("themed")
    write_sample_bundle(folder, products=60, files=prepare_theme(PLING).files)
    return folder


@pytest.mark.parametrize(("dark", "accent"), [(False, "rgb(209, 0, 95)"), (True, "rgb(255, 73, 132)")])
def test_the_row_wears_the_theme_in_the_mode_of_the_page(
    open_page: Opener, said: list[str], dark: bool, accent: str
) -> None:
    page = open_page(PLAIN, dark=dark)
    row = page.get_by_role("region")
    row.wait_for()
    card = row.get_by_role("link").first
    assert card.evaluate(STYLE, "borderRadius") == "20px"
    card.focus()
    page.keyboard.press("Shift")  # What is focused by script shows it only to those who use a keyboard.
    assert card.evaluate(STYLE, "outlineColor") == accent
    # Text is the page's, as its ground is.
    assert card.evaluate(STYLE, "color") == ("rgb(220, 230, 220)" if dark else "rgb(30, 60, 30)")
    families = [card.evaluate(STYLE, "fontFamily"), row.locator("h2").evaluate(STYLE, "fontFamily")]
    assert families == ['"Theme text", Georgia, serif', '"Theme heading", Georgia, serif']
    assert until(page, LOADED, lambda number: number == 2)
    assert findings(page) == [] and said == []


def test_the_page_may_set_each_property_to_something_else(open_page: Opener, said: list[str]) -> None:
    own = "--akin-radius: 3px; --akin-accent: rgb(1, 2, 3); --akin-tile: rgb(4, 5, 6); --akin-font: serif"
    page = open_page(PLAIN, css=f":root {{ {own} }}")
    row = page.get_by_role("region")
    row.wait_for()
    card = row.get_by_role("link").first
    assert card.evaluate(STYLE, "borderRadius") == "3px" and card.evaluate(STYLE, "fontFamily") == "serif"
    assert card.locator(".picture").evaluate(STYLE, "backgroundColor") == "rgb(4, 5, 6)"
    assert (
        row.evaluate("(element) => getComputedStyle(element).getPropertyValue('--akin-accent')")
        == "rgb(1, 2, 3)"
    )
    assert said == []
