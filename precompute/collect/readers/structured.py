"""What a web page says to programs: JSON-LD, microdata, RDFa and meta tags, as plain dictionaries."""

from __future__ import annotations

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
"""A thing in schema.org's words: its properties by their names in lower case, `@type` and `@id`."""

_DEEPEST = 16
MOST_NODES = 5000
_LISTS = ("@graph", "mainentity", "mainentityofpage", "haspart", "itemoffered")
"""Where JSON-LD puts what a page is about inside of what the page is."""

_SAYS_PRODUCT = re.compile(r"@?type\W{1,40}(?:https?:\W{1,4}schema\.org/)?product(?:group)?\b", re.IGNORECASE)
_OLDER_NAMES = {
    "offerdetails": "offers",
    "hascurrencyvalue": "price",
    "hascurrency": "pricecurrency",
    "haspricespecification": "pricespecification",
}
"""What data-vocabulary.org and GoodRelations call the same."""


@dataclass(frozen=True)
class Structured:
    """A page's data: what it is about, by syntax, and what its head and its headings say.

    `nodes` has the things of each syntax, the best one first; `meta` the properties of the meta tags, and
    `loose` microdata's properties that belong to no thing, both in order. `faults` says what is wrong with
    JSON-LD that speaks of a product and cannot be read. Where there are more than `MOST_NODES` things the
    rest is not read, and `is_cut` says so.
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
    """Those of the nodes that are of one of the types."""
    wanted = {each.lower() for each in types}
    return [node for node in nodes if types_of(node) & wanted]


def types_of(node: object) -> set[str]:
    """The names of a node's types in lower case, whatever vocabulary they are written with."""
    given = as_list(node.get("@type")) if isinstance(node, dict) else []
    return {name_of(each) for each in given if isinstance(each, str)}


def read_structured(tree: etree._Element, base: str) -> Structured:
    """The structured data of a page; addresses in its tags stand on `base`."""
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
    """The things in a page's scripts: one that is damaged does not cost the others."""
    nodes: list[Node] = []
    faults: list[str] = []
    for script in tree.iter("script"):
        if not (script.get("type") or "").strip().lower().startswith("application/ld+json"):
            continue
        text = script.text or ""
        values, fault = read_values(text)
        nodes += islice(_expanded([_thing(each) for each in values]), MOST_NODES + 1 - len(nodes))
        if fault and _SAYS_PRODUCT.search(text):
            faults.append(fault)
    known = {node["@id"]: node for node in nodes if isinstance(node.get("@id"), str)}
    return [_resolved(node, known) for node in nodes], tuple(faults)


def _thing(value: Any, depth: int = 0) -> Any:
    """A value with all names in lower case and without their vocabulary, as deep as people write."""
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
    """The item, or where it is the offer of a product, that product with its offer."""
    product = item.get("itemoffered")
    if isinstance(product, dict) and "offers" not in product and types_of(item) & {"offer"}:
        # In place: the product comes by itself in a moment.
        product["offers"] = {name: value for name, value in item.items() if name != "itemoffered"}
    yield item


def _resolved(node: Any, known: dict[str, Node], depth: int = 0) -> Any:
    """The node with what it only refers to (`{"@id": …}`) in place."""
    if isinstance(node, list):
        return [_resolved(each, known, depth + 1) for each in node]
    if not isinstance(node, dict):
        return node
    if depth and set(node) == {"@id"} and isinstance(node["@id"], str):
        # One level alone: who refers to each other does so without end.
        return known.get(node["@id"], node)
    return {name: _resolved(value, known, depth + 1) for name, value in node.items() if name != "@graph"}
