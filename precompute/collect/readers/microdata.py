"""Microdata in a page: the attributes itemscope and itemprop, read into the form that JSON-LD has."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urljoin

import html_text
from lxml.html import HtmlElement

Node = dict[str, Any]

_DEEPEST = 12
"""How many items may stand inside one another. One that stands deeper is read as an item of its own."""

_ADDRESSES = {
    **dict.fromkeys(("audio", "embed", "iframe", "img", "source", "track", "video"), "src"),
    **dict.fromkeys(("a", "area", "link"), "href"),
    "object": "data",
}
"""The attribute that holds the value of an element which points to something."""

_VALUES = {"meta": "content", "data": "value", "meter": "value", "time": "datetime"}
"""The attribute that holds the value of an element which shows it in other words, or not at all."""


def read_microdata(tree: HtmlElement, url: str) -> list[Node]:
    """The items of a page at `url` in the order of the document, each with its properties and `@type`, `@id`.

    A property of several values has a list of them, and an item inside another is a value of it.
    """
    return _Page(tree, url).items()


class _Page:
    """A page whose items are being read: each once, even where items refer to each other."""

    def __init__(self, tree: HtmlElement, url: str) -> None:
        self._scopes: list[HtmlElement] = tree.xpath("//*[@itemscope]")
        self._url = url
        self._read: set[HtmlElement] = set()
        self._by_id: dict[str, HtmlElement] = {}
        if any(scope.get("itemref") for scope in self._scopes):
            for element in tree.xpath("//*[@id]"):
                self._by_id.setdefault(element.get("id"), element)

    def items(self) -> list[Node]:
        return [self._item(scope, depth=0) for scope in self._scopes if scope not in self._read]

    def _item(self, scope: HtmlElement, *, depth: int) -> Node:
        self._read.add(scope)
        values: dict[str, list[Any]] = {}
        for element in self._properties(scope):
            value = self._value(element, depth=depth)
            if value is not None:
                for name in element.get("itemprop").split():
                    values.setdefault(name, []).append(value)
        types = scope.get("itemtype", "").split()
        node: Node = {"@type": types[0] if len(types) == 1 else types, "@id": scope.get("itemid", "").strip()}
        return node | {name: found[0] if len(found) == 1 else found for name, found in values.items()}

    def _properties(self, scope: HtmlElement) -> Iterator[HtmlElement]:
        """The elements that describe this item: below it, or below those that its itemref names."""
        named = [self._by_id[name] for name in scope.get("itemref", "").split() if name in self._by_id]
        waiting = [*reversed(named), *reversed(scope)]
        met = {scope}
        while waiting:
            element = waiting.pop()
            if element in met:
                continue
            met.add(element)
            if element.get("itemprop"):
                yield element
            if element.get("itemscope") is None:
                waiting += reversed(element)

    def _value(self, element: HtmlElement, *, depth: int) -> Any:
        """What an element says; None for an item that is told of already or stands too deep."""
        if element.get("itemscope") is not None:
            if element in self._read or depth >= _DEEPEST:
                return None
            return self._item(element, depth=depth + 1)
        if element.tag in _ADDRESSES:
            return self._address(element.get(_ADDRESSES[element.tag], ""))
        # Pages put `content` on any element, and an empty one says nothing.
        said = element.get(_VALUES.get(element.tag, "content"))
        return said or html_text.extract_text(element)

    def _address(self, written: str) -> str:
        try:
            return urljoin(self._url, written.strip()) if written.strip() else ""
        except ValueError:
            return ""
