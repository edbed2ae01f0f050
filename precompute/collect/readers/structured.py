"""What a web page says of itself to programs: JSON-LD, microdata and Open Graph, as plain dictionaries."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from extruct.jsonld import JsonLdExtractor
from extruct.opengraph import OpenGraphExtractor
from extruct.utils import parse_html
from extruct.w3cmicrodata import MicrodataExtractor

from precompute.collect.readers.text import as_list

Node = dict[str, Any]

_DEEPEST = 12
_LISTS = ("@graph", "mainEntity", "mainEntityOfPage", "hasPart")
"""Where JSON-LD puts what a page is about inside of what the page is."""


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
    tree = parse_html(page.encode("utf-8", "replace"), encoding="utf-8")
    nodes: list[Node] = []
    for script in tree.xpath("//script[starts-with(@type, 'application/ld+json')]"):
        # One by one, as one that is damaged must not cost the others.
        script.set("type", "application/ld+json")
        try:
            nodes += _expanded(JsonLdExtractor().extract_items(script))
        except (ValueError, RecursionError):
            continue
    known = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    nodes = [_resolved(node, known) for node in nodes]
    try:
        microdata = MicrodataExtractor().extract_items(tree, url)
        nodes += _expanded([_flat(item) for item in microdata])
    except (ValueError, RecursionError):
        pass
    open_graph = [
        (name.strip().lower(), value.strip())
        for item in OpenGraphExtractor().extract_items(tree, url)
        for name, value in item["properties"]
    ]
    return Structured(nodes, open_graph)


def types_of(node: object) -> set[str]:
    """The names of a node's types, whatever vocabulary they are written with."""
    given = as_list(node.get("@type")) if isinstance(node, dict) else []
    return {each.rpartition("/")[2].rpartition(":")[2] for each in given if isinstance(each, str)}


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


def _flat(item: Any, depth: int = 0) -> Any:
    """A microdata item in the form of JSON-LD."""
    if isinstance(item, list):
        return [_flat(each, depth + 1) for each in item]
    if not isinstance(item, dict) or depth >= _DEEPEST:
        return item if not isinstance(item, dict) else {}
    properties = item.get("properties")
    flat = {"@type": item.get("type"), "@id": item.get("id")}
    for name, value in properties.items() if isinstance(properties, dict) else ():
        flat[name] = _flat(value, depth + 1)
    return flat
