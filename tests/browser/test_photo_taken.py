"""What the search by photo says of the photos that it is given, and which part of them it marks."""

from __future__ import annotations

import pytest
from PIL import Image

from bundle import Bundle
from tests.browser.test_photo import (
    SEARCH,
    borne,
    bundle,
    cards,
    choose,
    file_of,
    home,
    open_photo,
    page,
    recorded,
    recorder,
    sent_with,
    title_of,
)
from tests.live_demo import demo_pictures
from tests.recorder import Recorder

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
Page = playwright.Page
expect = playwright.expect

__all__ = ["borne", "bundle", "home", "page", "recorded", "recorder"]


def test_a_file_that_is_no_picture_gets_a_sentence(page: Page) -> None:
    open_photo(page)
    choose(page, {"name": "list.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"})
    expect(page.get_by_role("alert")).to_have_text("Expected a picture. Received: list.pdf.")
    choose(page, {"name": "drawing.svg", "mimeType": "image/svg+xml", "buffer": b"<svg><script/></svg>"})
    expect(page.get_by_role("alert")).to_contain_text("The photo cannot be used")
    expect(page.locator(".photo-found .product-card")).to_have_count(0)


def test_what_was_wrong_with_a_file_stays_beside_the_results_of_the_others(
    page: Page, bundle: Bundle
) -> None:
    picture = demo_pictures(shown=True)[7]
    open_photo(page)
    with page.expect_response(SEARCH):
        choose(
            page,
            {"name": "list.pdf", "mimeType": "application/pdf", "buffer": b"%PDF-1.4"},
            file_of(Image.open(picture).convert("RGB")),
        )
    assert cards(page)[0] == title_of(bundle, picture)
    expect(page.get_by_role("alert")).to_have_text("Expected a picture. Received: list.pdf.")
    page.get_by_role("button", name="Mark a part").click()
    expect(page.locator(".photo-problem")).to_be_hidden()


def test_what_stands_out_is_marked_at_once_and_the_whole_picture_is_a_press_away(
    page: Page, recorder: Recorder, bundle: Bundle
) -> None:
    picture = demo_pictures(shown=True)[7]
    shown = Image.open(picture).convert("RGB")
    small = shown.resize((shown.width // 2, shown.height // 2))
    photo = Image.new("RGB", shown.size, shown.getpixel((0, 0)))
    photo.paste(small, (0, shown.height // 2))
    open_photo(page)
    with page.expect_response(SEARCH):
        choose(page, file_of(photo, quality=95))
    assert cards(page)[0] == title_of(bundle, picture)
    expect(page.get_by_text("What stands out is marked.")).to_be_visible()
    box = page.locator(".photo-box")
    left, top = (box.evaluate(f"(box) => parseFloat(box.style.{side})") for side in ("left", "top"))
    assert left < 25 and top > 30, "it is at the bottom on the left"
    (part,) = sent_with(recorder)
    assert part.width < photo.width * 0.8
    with page.expect_response(SEARCH):
        page.get_by_role("button", name="Whole picture").click()
    expect(box).to_be_hidden()
    assert sent_with(recorder)[0].size == photo.size
