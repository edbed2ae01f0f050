"""A tour of the shop in Firefox: every page works, looks as it should, and complains of nothing."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.browser.firefox import Firefox, firefox
from tests.repetition import thorough
from tests.waiting import eventually

READY = """(document.body.dispatchEvent(new KeyboardEvent("keydown", { key: "Shift", bubbles: true })),
  !document.querySelector("#first-page"))"""
"""Dash has taken over the page that came as HTML, which it does once a visitor does something."""


@pytest.fixture(scope="module")
def driven(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Firefox]:
    with firefox(tmp_path_factory.mktemp("firefox")) as running:
        yield running


def colour_of(firefox: Firefox, css: str, name: str, pseudo: str | None = None) -> str:
    script = "return getComputedStyle(document.querySelector(arguments[0]), arguments[2])[arguments[1]]"
    colour: str = firefox.run(script, css, name, pseudo)
    return colour


# Its window is no narrower than 450.
@pytest.mark.parametrize(
    ("dark", "width"), [(False, 1280), thorough(True, 500), thorough(True, 1280), thorough(False, 500)]
)
def test_a_tour(driven: Firefox, server: str, artefacts: Path, dark: bool, width: int) -> None:
    mode = "dark" if dark else "light"
    driven.dark(dark)
    driven.resize(width, 900)

    def keep(name: str) -> None:
        driven.picture(artefacts / f"firefox-{name}-{mode}-{width}.png")

    driven.visit(f"{server}/")
    driven.until(READY)
    assert driven.run("return document.documentElement.dataset.bsTheme") == mode
    driven.until("document.querySelector('#react-entry-point .product-card img')?.naturalWidth")
    keep("gallery")

    driven.click("#react-entry-point .card-name")
    driven.until("document.querySelector('#react-entry-point .product')")
    driven.until("[...document.querySelectorAll('.product img')].every((each) => each.naturalWidth)")
    keep("product")
    accent = driven.run(
        "const probe = document.body.appendChild(document.createElement('i'));"
        "probe.style.color = 'var(--accent)'; const { color } = getComputedStyle(probe);"
        "probe.remove(); return color"
    )
    assert colour_of(driven, "#shown", "backgroundColor", "::-moz-range-thumb") == accent

    driven.click("#react-entry-point [data-pick]")
    driven.visit(f"{server}/for-you")
    driven.until(READY)
    driven.until("document.querySelectorAll('#react-entry-point .product-card').length > 2")
    keep("for-you")

    driven.visit(f"{server}/map")
    driven.until(READY)
    driven.until("document.querySelector('#react-entry-point .map[data-ready] canvas')")
    driven.until("document.querySelector('#react-entry-point .map-panel ul a')")
    keep("map")

    driven.visit(f"{server}/")
    driven.until(READY)
    driven.type("input[type=search]", "mug")
    driven.until("location.search === '?q=mug'")
    driven.until("!!document.querySelector('#react-entry-point .gallery-head')")  # it may be rendered anew
    keep("search")
    assert driven.complaints(server) == []


def test_the_browser_says_what_is_wrong(driven: Firefox, server: str) -> None:
    driven.visit(f"{server}/about")
    driven.until(READY)
    assert driven.complaints(server) == []
    # A script that the page's policy forbids.
    driven.run(
        "const script = document.createElement('script');"
        "script.textContent = 'document.body.dataset.bad = 1'; document.body.append(script);"
    )
    found = eventually(lambda: driven.complaints(server))
    assert len(found) == 1 and "Content-Security-Policy" in found[0]
    assert driven.run("return document.body.dataset.bad") is None
