"""Reading pages as a browser does, by CSS selectors instead of by how their text happens to be written."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import lxml.html
from lxml.html import HtmlElement

Page = str | HtmlElement
"""A document, a piece of one, or an element of it."""


def parse(page: Page) -> HtmlElement:
    """The root element of a document, or an element that holds a piece of one."""
    if isinstance(page, HtmlElement):
        return page
    document = "<html" in page[:500].lower()
    # A text that begins with an XML declaration would be refused; none of ours does.
    return lxml.html.document_fromstring(page) if document else lxml.html.fragment_fromstring(page, "div")


def select(page: Page, css: str) -> list[HtmlElement]:
    """The elements that a selector finds, in the document's order."""
    return parse(page).cssselect(css)


def one(page: Page, css: str) -> HtmlElement:
    """The only element that a selector finds."""
    found = select(page, css)
    assert len(found) == 1, f"{len(found)} elements match {css}"
    return found[0]


def first(page: Page, css: str) -> HtmlElement:
    """The first element that a selector finds."""
    found = select(page, css)
    assert found, f"no element matches {css}"
    return found[0]


def words(element: HtmlElement) -> str:
    """What an element says, each run of white space as one space."""
    return " ".join(element.text_content().split())


def text_of(page: Page, css: str) -> str:
    """What the only element says that a selector finds."""
    return words(one(page, css))


def texts(page: Page, css: str) -> list[str]:
    """What each element says that a selector finds."""
    return [words(element) for element in select(page, css)]


def attributes(page: Page, css: str, name: str) -> list[str | None]:
    """An attribute of each element that a selector finds; None where one lacks it."""
    return [element.get(name) for element in select(page, css)]


def links_of(page: Page) -> dict[str, str | None]:
    """Where each link leads, by its text; of links with the same text the last."""
    return {words(link): link.get("href") for link in select(page, "a")}


def components(answer: str) -> Iterator[dict[str, Any]]:
    """The properties of every Dash component in the JSON of a callback's answer, in the document's order."""
    waiting = [json.loads(answer)]
    while waiting:
        each = waiting.pop()
        if isinstance(each, list):
            waiting += reversed(each)
        elif isinstance(each, dict):
            if "props" in each and "type" in each:
                yield each["props"]
                waiting.append(each["props"].get("children"))
            else:
                waiting += reversed(list(each.values()))
