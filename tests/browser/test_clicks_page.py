"""The page of `clicks` in a browser: its plots are drawn under its own policy, and names in it are text."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from precompute.cli.main import main
from tests.click_logs import Visitors, write_log

if TYPE_CHECKING:
    from playwright.sync_api import Browser

playwright = pytest.importorskip("playwright.sync_api", reason="pip install playwright")

HOSTILE = '</script><img src=x onerror="alert(1)"><a href="javascript:alert(2)">x</a>'


def test_plots_are_drawn_and_names_are_text(browser: Browser, tmp_path: Path) -> None:
    log = write_log(tmp_path / "events", Visitors(lists=500), Visitors(HOSTILE, lists=500))
    path = tmp_path / "clicks.html"
    assert main(["clicks", str(log), "--page", str(path), "--quiet"]) == 0
    page = browser.new_page()
    errors, asked = [], []
    page.on("pageerror", lambda error: errors.append(str(error)))
    page.on("dialog", lambda dialog: errors.append(dialog.message))
    page.on("request", lambda request: asked.append(request.url))
    page.goto(path.as_uri())
    playwright.expect(page.locator(".plot .point")).to_have_count(10 + 2)
    assert page.locator("img, main a, svg a").count() == 0
    assert page.get_by_text(HOSTILE).count() == 1
    assert errors == [] and asked == [path.as_uri()]
    page.close()
