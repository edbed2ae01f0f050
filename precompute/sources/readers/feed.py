"""Feeds in XML: Google Merchant's in RSS and Atom, and others with an element for each product.

Nothing outside of the file is read and no entity of its own is expanded: what a document type declares
does not reach the text.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from precompute.sources.readers.encoding import encoding_of
from precompute.sources.records import LeftOut
from precompute.sources.rows import Cell, Metered, Row, Rows, TooLongError
from precompute.sources.text import clean

if TYPE_CHECKING:
    from lxml import etree

_ITEMS = frozenset({"item", "entry", "product", "shopitem", "offer"})
_GOOGLE = "http://base.google.com/ns/"
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["']""")
_HEAD = 1 << 16


def open_feed(path: Path) -> Rows:
    """The items of a feed, each with the texts of its elements by their names without namespaces."""
    encoding, note = _encoding(path)
    file = Metered(path.open("rb"))
    with path.open("rb") as opened:
        head = opened.read(_HEAD)
    form = "Atom" if re.search(rb"<(\w+:)?feed[\s>]", head) else "RSS" if b"<rss" in head else "XML"
    is_google = _GOOGLE.encode() in head
    return Rows(
        what=f"a Google Merchant feed ({form})" if is_google else f"a feed ({form})",
        unit="items",
        entries=_items(path, file, encoding),
        notes=[note] if note else [],
        position=lambda: file.position // 1000,
        total=path.stat().st_size // 1000,
    )


def _encoding(path: Path) -> tuple[str | None, str]:
    """The encoding to read the file in where it is not the one that it declares, and what to say of that."""
    with path.open("rb") as file:
        declared = _DECLARED.search(file.read(1024))
    found = encoding_of(path)
    if found.name.startswith("utf") or (declared and declared[1].lower() not in (b"utf-8", b"utf8")):
        # Marks and declarations are the parser's own business.
        return None, ""
    return found.name, f"it says UTF-8 and is not: {found.note.partition(': ')[2]}"


def _items(path: Path, file: Metered, encoding: str | None) -> Iterator[Row | LeftOut]:
    from lxml import etree

    number, depth, inside = 0, 0, 0
    safe = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
    try:
        for event, element in etree.iterparse(file, events=("start", "end"), encoding=encoding, **safe):
            depth += 1 if event == "start" else -1
            if not isinstance(element.tag, str) or _local(element).lower() not in _ITEMS:
                if event == "end" and not inside:
                    _forget(element)
                continue
            if event == "start":
                inside = inside or depth
            elif inside == depth + 1:
                number += 1
                yield Row(f"{path.name}, item {number}", _cells(element))
                inside = 0
                file.begin()
                _forget(element)
    except (etree.XMLSyntaxError, TooLongError) as error:
        reason = str(error.msg if isinstance(error, etree.XMLSyntaxError) else error)
        if "amplification" in reason:
            reason = "it declares entities that grow beyond all measure"
        yield LeftOut(f"{path.name}, after item {number}", f"{reason}: what follows is not read")
    finally:
        file.close()


def _forget(element: etree._Element) -> None:
    """Free an element that was read, and those before it: a feed may be larger than the memory."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _cells(item: etree._Element) -> dict[str, Cell]:
    """An item's texts by name; of an element that comes several times, all of them."""
    texts: dict[str, list[str]] = defaultdict(list)
    for name, value in item.attrib.items():
        texts[name].append(clean(value))
    # Atom and RSS have an id, a title and a link of their own, which Google's go before.
    googles = {_local(each) for each in item if isinstance(each.tag, str) and _GOOGLE in each.tag}
    for element in item:
        if not isinstance(element.tag, str):
            continue
        name = _local(element)
        if name in googles and _GOOGLE not in element.tag:
            continue
        children = [child for child in element if isinstance(child.tag, str)]
        for child in children:
            texts[f"{name}.{_local(child)}"].append(_text(child))
        texts[name].append(_link(element) if name == "link" else "" if children else _text(element))
    found = {name: tuple(text for text in several if text) for name, several in texts.items()}
    return {name: several[0] if len(several) == 1 else several for name, several in found.items() if several}


def _link(element: etree._Element) -> str:
    """A page's address, which Atom has in an attribute; other relations are no page of the product."""
    if element.get("rel", "alternate") != "alternate":
        return ""
    return element.get("href", "") or _text(element)


def _text(element: etree._Element) -> str:
    return clean("".join(element.itertext()))


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2]
