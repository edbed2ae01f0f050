"""Reads structured data in the tags of a page: microdata, RDFa, and meta tags.

Items are dictionaries in the form of JSON-LD: `@type`, `@id`, and lists of values by property name, in lower
case. Values are texts or items.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urljoin

from lxml import etree, html

Item = dict[str, Any]

_LONGEST = 20_000
"""The most characters of a property's text."""

_MOST_MARKED = 50_000
"""The most elements read from one page. Elements that items refer to count each time."""

_ADDRESSES = {
    "a": "href",
    "area": "href",
    "link": "href",
    "img": "src",
    "audio": "src",
    "embed": "src",
    "iframe": "src",
    "source": "src",
    "track": "src",
    "video": "src",
    "object": "data",
}
_LAZY = ("data-src", "data-original", "data-lazy-src", "data-lazy")
"""Attributes with the address of a picture that a script loads later."""


@dataclass(frozen=True)
class Syntax:
    """The attributes with which a syntax marks an item, its type, its id and its properties."""

    scope: str
    type: str
    id: str
    property: str


MICRODATA = Syntax("itemscope", "itemtype", "itemid", "itemprop")
RDFA = Syntax("typeof", "typeof", "resource", "property")


@dataclass
class Items:
    """A page's items that are not properties of others. `loose` are properties outside of any item."""

    top: list[Item] = field(default_factory=list)
    loose: list[tuple[str, str]] = field(default_factory=list)


def parse_page(text: str) -> etree._Element | None:
    """The tree of a page, or None if it is empty. Raises `MemoryError` if memory runs out."""
    # It is passed as bytes, because lxml refuses text that declares an encoding, as XHTML does.
    parser = html.HTMLParser(encoding="utf-8", huge_tree=False)
    data = text.replace("\x00", "").encode("utf-8", "replace")
    try:
        return html.document_fromstring(data, parser=parser) if data.strip() else None
    except (etree.ParserError, etree.XMLSyntaxError, ValueError):
        return None
    finally:
        if parser.error_log.filter_from_fatals().filter_types(etree.ErrorTypes.ERR_NO_MEMORY):
            # Without memory, the parser returns a part of the page, or nothing, without an error.
            raise MemoryError


def read_items(tree: etree._Element, base: str, syntax: Syntax) -> Items:
    """The items that a page marks by one syntax. Addresses are resolved against `base`."""
    found = Items()
    marked = _Marked(tree, base, syntax, found)
    marked.read(tree)
    return found


class _Marked:
    """Reads the elements that a syntax marks, each once, in the order of the page."""

    def __init__(self, tree: etree._Element, base: str, syntax: Syntax, found: Items) -> None:
        self._tree, self._base, self._syntax, self._found = tree, base, syntax, found
        self._marked = etree.XPath(f"descendant-or-self::*[@{syntax.scope} or @{syntax.property}]")
        self._around = etree.XPath(f"ancestor::*[@{syntax.scope}][1]")
        self._left = _MOST_MARKED

    @cached_property
    def _by_id(self) -> dict[str, etree._Element]:
        return {each.get("id"): each for each in reversed(self._tree.xpath("//*[@id]"))}

    def read(self, root: etree._Element, item: Item | None = None) -> None:
        """Read the properties in `root` and below into their items.

        A property outside of any item belongs to `item`, which refers to `root`. Without `item`, it is loose.
        """
        items: dict[etree._Element, Item] = {}
        referring: list[tuple[etree._Element, Item]] = []
        for element in self._marked(root)[: self._left]:
            self._left -= 1
            scope = next(iter(self._around(element)), None)
            around = item if scope is None else items.get(scope, item)
            made = self._element(element, around)
            if made is not None:
                items[element] = made
                if item is None and self._syntax is MICRODATA and element.get("itemref"):
                    referring.append((element, made))
        for element, made in referring:
            self._refer(element, made)

    def _element(self, element: etree._Element, around: Item | None) -> Item | None:
        """Read one element. Returns its item, or None if it is not an item."""
        syntax, names = self._syntax, self._names(element)
        if element.get(syntax.scope) is None:
            self._note(names, _value(element, self._base), around)
            return None
        made: Item = {"@type": (element.get(syntax.type) or "").split()}
        if identity := element.get(syntax.id):
            made["@id"] = identity
        if names and around is not None:
            self._note(names, made, around)
        else:
            self._found.top.append(made)
        return made

    def _names(self, element: etree._Element) -> list[str]:
        names = element.get(self._syntax.property)
        if names is None and self._syntax is RDFA:
            # This is RDFa's older way to name the property.
            names = element.get("rel")
        return (names or "").split()[:10]

    def _refer(self, element: etree._Element, item: Item) -> None:
        """Read the parts of an item that are elsewhere on the page."""
        for name in dict.fromkeys((element.get("itemref") or "").split()[:50]):
            other = self._by_id.get(name) if self._left > 0 else None
            if other is not None and other is not element and other not in element.iterancestors():
                self.read(other, item)

    def _note(self, names: list[str], value: str | Item, around: Item | None) -> None:
        for name in names:
            if around is not None:
                around.setdefault(name_of(name), []).append(value)
            elif isinstance(value, str) and value:
                self._found.loose.append((name_of(name), value))


def name_of(name: str) -> str:
    """A property's name without its vocabulary and its case: `schema:priceCurrency` is `pricecurrency`."""
    return name.strip().rpartition("/")[2].rpartition("#")[2].rpartition(":")[2].lower()


def _value(element: etree._Element, base: str) -> str:
    content: str | None = element.get("content")
    if content is not None and (content.strip() or element.tag == "meta"):
        return content.strip()[:_LONGEST]
    attribute = _ADDRESSES.get(element.tag)
    if attribute is not None:
        lazy = next((text for name in _LAZY if (text := element.get(name))), None)
        address = element.get(attribute) if lazy is None or element.tag != "img" else lazy
        if address is not None and address.strip():
            return _joined(base, address)
    for name in ("datetime", "value"):
        value: str | None = element.get(name)
        if value is not None and element.tag in ("time", "data", "meter", "input"):
            return value.strip()[:_LONGEST]
    return text_in(element)


def _joined(base: str, address: str) -> str:
    try:
        return urljoin(base, address.strip())
    except ValueError:
        return address.strip()


def text_in(element: etree._Element) -> str:
    """The text of an element, without scripts and with white space collapsed."""
    parts: list[str] = []
    length = 0
    for part in _texts(element):
        parts.append(part)
        length += len(part)
        if length > _LONGEST:
            break
    return " ".join("".join(parts).split())[:_LONGEST]


def _texts(element: etree._Element) -> Iterator[str]:
    waiting: list[etree._Element | str] = [element]
    while waiting:
        each = waiting.pop()
        if isinstance(each, str):
            yield each
            continue
        if isinstance(each.tag, str) and each.tag not in ("script", "style", "noscript", "template"):
            if each.text:
                yield each.text
            for child in reversed(each):
                if child.tail:
                    waiting.append(child.tail)
                waiting.append(child)


def read_meta(tree: etree._Element) -> list[tuple[str, str]]:
    """The properties of a page's meta tags, in order, with names in lower case."""
    found = []
    for element in tree.iter("meta"):
        content = (element.get("content") or element.get("value") or "").strip()
        if not content:
            continue
        for attribute in ("property", "name"):
            for name in (element.get(attribute) or "").lower().split():
                found.append((name, content[:_LONGEST]))
    return found
