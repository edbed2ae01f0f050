"""Judging by eye in a real browser: by keys and by clicks, on a desk and on a phone."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from werkzeug.serving import make_server

from dashapp.pages.judge.server import create_judge
from dashapp.pages.judge.session import Session
from dashapp.settings import Settings
from tests.browser.conftest import watched

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")
Page = playwright.Page
expect = playwright.expect


@pytest.fixture
def judged(browser: object, data: Path, tmp_path: Path) -> Iterator[tuple[Page, Session]]:
    """The first question, and the session that keeps the answers."""
    app, session = create_judge(Settings(data=data), "sample,far", answers=tmp_path / "kept.jsonl")
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        with watched(browser, f"http://127.0.0.1:{server.server_port}") as context:
            page = context.new_page()
            page.goto("/")
            yield page, session
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def expect_question(page: Page, number: int) -> None:
    """Wait until a question is there whose script hears keys."""
    expect(page.get_by_role("status")).to_have_text(f"{number} of 100")
    page.wait_for_load_state("domcontentloaded")


def test_keys_answer_and_take_back(judged: tuple[Page, Session]) -> None:
    page, session = judged
    first, second, third = session.coming(3)
    for number, key in enumerate(["ArrowLeft", "ArrowRight", "ArrowDown", " "], start=2):
        page.keyboard.press(key)
        expect_question(page, number)
    found = session.preference()
    assert found.decided == 2 and found.same == 2 and found.left == 1
    for number, key in ((4, "u"), (3, "Backspace"), (2, "u")):
        page.keyboard.press(key)
        expect_question(page, number)
    assert session.answered == 1 and session.coming(2)[0].product == second.product
    assert (first.sides[0] == found.recipes[0]) == (session.preference().chosen == (1, 0))
    expect(page.locator(".judge-product p")).to_have_text(second.product.title)
    assert third.product != second.product


def test_clicks_do_the_same_on_a_phone(judged: tuple[Page, Session]) -> None:
    page, session = judged
    page.set_viewport_size({"width": 390, "height": 844})
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("button", name="The right ones look more like it").click()
    expect(page.get_by_role("status")).to_have_text("2 of 100")
    page.get_by_role("button", name="No difference").click()
    expect(page.get_by_role("status")).to_have_text("3 of 100")
    page.get_by_role("button", name="Undo").click()
    expect(page.get_by_role("status")).to_have_text("2 of 100")
    page.get_by_role("link", name="Stop and see the result").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("No preference so far")
    assert session.answered == 1 and page.evaluate("document.documentElement.scrollWidth") == 390
    page.get_by_role("link", name="Go on judging").click()
    expect(page.get_by_role("status")).to_have_text("2 of 100")
