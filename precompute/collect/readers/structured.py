"""Reads a page's structured data: JSON-LD, microdata, RDFa and meta tags, as plain dictionaries."""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any

from lxml import etree

from precompute.collect.readers.json_text import read_values
from precompute.collect.readers.markup import MICRODATA, RDFA, name_of, read_items, read_meta, text_in
from precompute.collect.readers.text import as_list

Node = dict[str, Any]
"""An item in schema.org's vocabulary: its properties by name, in lower case, with `@type` and `@id`."""

_DEEPEST = 16
MOST_NODES = 5000
_LISTS = ("@graph", "mainentity", "mainentityofpage", "haspart", "itemoffered")
"""Properties in which JSON-LD nests the items that a page is about."""

_SAYS_PRODUCT = re.compile(r"@?type\W{1,40}(?:https?:\W{1,4}schema\.org/)?product(?:group)?\b", re.IGNORECASE)
_JSON_LD = re.compile(r"(?:application|text)/(?:ld[+-]json|json[+-]ld)\b")
_OLDER_NAMES = {
    "offerdetails": "offers",
    "hascurrencyvalue": "price",
    "hascurrency": "pricecurrency",
    "haspricespecification": "pricespecification",
}
"""Names of data-vocabulary.org and GoodRelations, with schema.org's."""


@dataclass(frozen=True)
class Structured:
    """A page's structured data.

    `nodes` has the items of each syntax, best syntax first. `meta` has the properties of the meta tags, and
    `loose` microdata's properties outside of any item, both in order. `faults` are errors in JSON-LD that has
    a product but cannot be parsed. `is_cut` is true if there are more than `MOST_NODES` items; the rest is
    ignored.
    """

    nodes: tuple[list[Node], ...] = ()
    meta: list[tuple[str, str]] = field(default_factory=list)
    loose: list[tuple[str, str]] = field(default_factory=list)
    headings: frozenset[str] = frozenset()
    faults: tuple[str, ...] = ()
    is_cut: bool = False

    def of_type(self, *types: str) -> list[Node]:
        """The nodes of one of these types, in whatever syntax and case."""
        return [node for nodes in self.nodes for node in of_types(nodes, *types)]


def of_types(nodes: list[Node], *types: str) -> list[Node]:
    """The nodes that have one of these types."""
    wanted = {each.lower() for each in types}
    return [node for node in nodes if types_of(node) & wanted]


def types_of(node: object) -> set[str]:
    """The names of a node's types, in lower case and without their vocabulary."""
    given = as_list(node.get("@type")) if isinstance(node, dict) else []
    return {name_of(each) for each in given if isinstance(each, str)}


def read_structured(tree: etree._Element, base: str) -> Structured:
    """The structured data of a page. Addresses in its tags are resolved against `base`."""
    json_ld, faults = _json_ld(tree)
    is_cut = len(json_ld) > MOST_NODES
    del json_ld[MOST_NODES:]
    microdata, rdfa = read_items(tree, base, MICRODATA), read_items(tree, base, RDFA)
    headings = (text_in(each).casefold() for each in islice(tree.iter("h1"), 10))
    return Structured(
        (
            json_ld,
            list(_expanded([_thing(each) for each in microdata.top[:MOST_NODES]])),
            list(_expanded([_thing(each) for each in rdfa.top[:MOST_NODES]])),
        ),
        read_meta(tree),
        microdata.loose,
        frozenset(text for text in headings if text),
        faults,
        is_cut,
    )


def _json_ld(tree: etree._Element) -> tuple[list[Node], tuple[str, ...]]:
    """The items in a page's scripts, and errors. A damaged script does not affect the others."""
    nodes: list[Node] = []
    faults: list[str] = []
    for script in tree.iter("script"):
        if not _JSON_LD.match((script.get("type") or "").strip().lower()):
            continue
        text = script.text or ""
        values, fault = read_values(text)
        nodes += islice(_expanded([_thing(each) for each in values]), MOST_NODES + 1 - len(nodes))
        if fault and _SAYS_PRODUCT.search(html.unescape(text)):
            faults.append(fault)
    known = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    return [_resolved(node, known) for node in nodes], tuple(faults)


def _thing(value: Any, depth: int = 0) -> Any:
    """A value with all names in lower case and without their vocabulary, down to a depth of `_DEEPEST`."""
    if isinstance(value, list):
        return [_thing(each, depth + 1) for each in value] if depth < _DEEPEST else []
    if not isinstance(value, dict):
        return value
    if depth >= _DEEPEST:
        return {}
    thing: Node = {}
    for given, content in value.items():
        name = given.lower() if given.startswith("@") else name_of(given)
        thing.setdefault(_OLDER_NAMES.get(name, name), _thing(content, depth + 1))
    if "@type" not in thing and isinstance(thing.get("type"), str):
        thing["@type"] = thing["type"]
    return thing


def _expanded(items: list[Any], depth: int = 0) -> Iterator[Node]:
    for item in items:
        if isinstance(item, list) and depth < _DEEPEST:
            yield from _expanded(item, depth + 1)
        elif isinstance(item, dict):
            yield from _offered(item)
            for name in _LISTS:
                if depth < _DEEPEST:
                    yield from _expanded(as_list(item.get(name)), depth + 1)


def _offered(item: Node) -> Iterator[Node]:
    """The item. If it is the offer of a product, the offer is moved into that product."""
    product = item.get("itemoffered")
    if isinstance(product, dict) and "offers" not in product and types_of(item) & {"offer"}:
        # The product is changed in place, because `_expanded` yields it next.
        product["offers"] = {name: value for name, value in item.items() if name != "itemoffered"}
    yield item


def _resolved(node: Any, known: dict[str, Node], depth: int = 0) -> Any:
    """The node with its references (`{"@id": …}`) replaced by their targets."""
    if isinstance(node, list):
        return [_resolved(each, known, depth + 1) for each in node]
    if not isinstance(node, dict):
        return node
    if depth and set(node) == {"@id"} and isinstance(node["@id"], str):
        # References are followed one level deep, because they may form circles.
        return known.get(node["@id"], node)
    return {name: _resolved(value, known, depth + 1) for name, value in node.items() if name != "@graph"}
