"""What a web page says of itself to programs: JSON-LD, microdata and Open Graph, as plain dictionaries."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from lxml import html

from precompute.collect.readers.microdata import Node, read_microdata
from precompute.collect.readers.text import as_list

_DEEPEST = 12
_LISTS = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart")
"""Where JSON-LD puts what a page is about inside of what the page is."""

_STRING_OR_COMMENT = re.compile(
    r"""("(?:\\.|[^"\\])*+"?)|//[^\n]*|/\*.*?(?:\*/|\Z)|<!--.*?(?:-->|\Z)|<!\[CDATA\[|\]\]>""", re.DOTALL
)
_STRING_OR_LAST_COMMA = re.compile(r"""("(?:\\.|[^"\\])*+"?)|,(?=\s*[}\]])""", re.DOTALL)
"""What stands inside a string is matched as part of that string, and so is no comment and no comma."""


@dataclass(frozen=True)
class Structured:
    """A page's data: what it is about, in schema.org's words, and its Open Graph properties in order."""

    nodes: list[Node]
    open_graph: list[tuple[str, str]]

    def of_type(self, *types: str) -> list[Node]:
        """The nodes of one of these types."""
        return [node for node in self.nodes if types_of(node) & set(types)]

    def first(self, *names: str) -> str:
        """The first value of the first of these Open Graph properties that the page has."""
        return next((value for name in names for key, value in self.open_graph if key == name), "")


def read_structured(page: str, url: str) -> Structured:
    """The structured data of a page. A part that is damaged is taken for absent."""
    # As bytes: lxml refuses text that declares an encoding of its own, as XHTML does.
    tree = html.fromstring(page.encode("utf-8", "replace"), parser=html.HTMLParser(encoding="utf-8"))
    nodes: list[Node] = []
    for script in tree.xpath("//script[starts-with(@type, 'application/ld+json')]"):
        # One by one, as one that is damaged must not cost the others.
        try:
            nodes += _expanded(as_list(_parsed(script.text or "")))
        except (ValueError, RecursionError):
            continue
    known = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    nodes = [_resolved(node, known) for node in nodes]
    nodes += _expanded(read_microdata(tree, url))
    # Anywhere: an element that may not stand in the head ends it for the parser.
    open_graph = [
        (meta.get("property").strip().lower(), meta.get("content").strip())
        for meta in tree.xpath("//meta[@property and @content]")
    ]
    return Structured(nodes, open_graph)


def types_of(node: object) -> set[str]:
    """The names of a node's types, whatever vocabulary they are written with."""
    given = as_list(node.get("@type")) if isinstance(node, dict) else []
    return {each.rpartition("/")[2].rpartition(":")[2] for each in given if isinstance(each, str)}


def _parsed(written: str) -> Any:
    """JSON as pages write it: with comments, a comma too many at the end, line breaks in strings."""
    try:
        return json.loads(written, strict=False)
    except ValueError:
        plain = _STRING_OR_COMMENT.sub(_string, written)
        return json.loads(_STRING_OR_LAST_COMMA.sub(_string, plain), strict=False)


def _string(match: re.Match[str]) -> str:
    return match[1] or ""


def _expanded(items: list[Any], depth: int = 0) -> Iterator[Node]:
    for item in items:
        if isinstance(item, list) and depth < _DEEPEST:
            yield from _expanded(item, depth + 1)
        elif isinstance(item, dict):
            yield item
            for name in _LISTS:
                if depth < _DEEPEST:
                    yield from _expanded(as_list(item.get(name)), depth + 1)


def _resolved(node: Node, known: dict[str, Node], depth: int = 0) -> Any:
    """The node with what it only refers to (`{"@id": …}`) in place."""
    if isinstance(node, list):
        return [_resolved(each, known, depth + 1) for each in node] if depth < _DEEPEST else []
    if not isinstance(node, dict):
        return node
    if depth >= _DEEPEST:
        return {}
    if depth and set(node) == {"@id"} and isinstance(node["@id"], str):
        # One level alone: who refers to each other does so without end.
        return known.get(node["@id"], node)
    return {name: _resolved(value, known, depth + 1) for name, value in node.items() if name != "@graph"}
