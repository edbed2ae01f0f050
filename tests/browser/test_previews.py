"""The head of a page in a browser: data for search engines is let be, the shared address is the right one."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING

from tests.browser.conftest import until, visit

if TYPE_CHECKING:
    from playwright.sync_api import Page


def test_data_for_search_engines_meets_the_policy(page: Page) -> None:
    # What the policy forbids, Chromium puts into the console, and then this test fails.
    visit(page, "/product/with%20space")
    data = json.loads(page.locator("script[type='application/ld+json']").text_content())
    assert data["name"] == page.locator("h1").inner_text()
    assert page.evaluate("document.querySelector('link[rel=canonical]').href") == page.url


def test_the_address_that_is_shared_is_never_that_of_a_page_before(page: Page) -> None:
    visit(page, "/product/plain")
    page.get_by_role("main").get_by_role("link", name="Sample mug 3", exact=True).click()
    page.wait_for_url("**/product/a%2F%2Fb%2F")
    page.locator("h1", has_text="Sample mug 3").wait_for()
    until(page, page.locator("link[rel=canonical]").count, lambda count: count == 0)
    page.reload()
    assert page.evaluate("document.querySelector('link[rel=canonical]').href") == page.url
