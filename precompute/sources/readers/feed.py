"""Reads XML feeds: Google Merchant's in RSS and Atom, and others with an element for each product.

Nothing outside of the file is read, and no entities that the file declares are expanded.
"""

from __future__ import annotations

import codecs
import re
from collections import defaultdict
from collections.abc import Callable, Generator, Iterator
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING

from bundle.disk import open_file
from precompute.shared.wording import counted
from precompute.sources.columns import has_picture
from precompute.sources.readers import wordpress
from precompute.sources.readers.encoding import encoding_of, encoding_of_head
from precompute.sources.readers.mended_xml import MendedXml, Readable
from precompute.sources.readers.offers import Categories, heureka_item, parameters, yml_offer
from precompute.sources.records import LeftOut
from precompute.sources.rows import Cell, Metered, Row, Rows, TooLongError
from precompute.sources.text import clean, word_set

if TYPE_CHECKING:
    from lxml import etree

_ITEMS = word_set("""
    item entry product shopitem offer o produit producto prodotto produto produkt artikel article articulo
    urun товар row record good
    """)
_GOOGLE = "http://base.google.com/ns/"
_DECLARED = re.compile(rb"""<\?xml[^>]*encoding\s*=\s*["']([\w.-]+)["']""")
_ROOT = re.compile(rb"<[A-Za-z][\w.:-]*(?=[\s/>])")
_HEAD = 1 << 16
_MOST_ATTRIBUTES = 500
_ADDRESSES = ("url", "src", "href", "link")
"""Names of elements and attributes that have a picture's address."""


def open_feed(path: Path) -> Rows:
    """The items of a feed, each with its elements' texts by their names without namespaces."""
    encoding, note = _encoding(path)
    with open_file(path) as opened:
        head = opened.read(_HEAD)
    file = _Feed(path, encoding, head)
    if wordpress.MARK in head:
        return _rows(path, file, "a WordPress export (WXR)", _wordpress(path, file, encoding, head), note)
    form = "Atom" if re.search(rb"<(\w+:)?feed[\s>]", head) else "RSS" if b"<rss" in head else "XML"
    if b"<yml_catalog" in head:
        return _rows(path, file, "a feed (YML)", _yml(file), note)
    if re.search(rb"<SHOPITEM[\s>]", head) and b"<CATEGORYTEXT" in head:
        return _rows(path, file, "a feed (Heureka)", _each(file, heureka_item), note)
    what = (
        f"a Google Merchant feed ({form})"
        if _GOOGLE.encode() in head or b"<g:" in head
        else f"a feed ({form})"
    )
    return _rows(path, file, what, _each(file, dict), note)


def _rows(path: Path, file: _Feed, what: str, entries: Iterator[Row | LeftOut], note: str) -> Rows:
    file.notes += [note] if note else []
    return Rows(
        what=what,
        unit="items",
        entries=entries,
        notes=file.notes,
        position=lambda: file.metered.position // 1000,
        total=path.stat().st_size // 1000,
    )


def _encoding(path: Path) -> tuple[str | None, str]:
    """The encoding to use if the file declares a wrong one, otherwise None, and a note about it."""
    with open_file(path) as file:
        declared = _DECLARED.search(file.read(1024))
    found = encoding_of(path)
    if found.name.startswith("utf") or (declared and declared[1].lower() not in (b"utf-8", b"utf8")):
        # The parser itself handles byte order marks and declarations.
        return None, ""
    return found.name, f"it claims to be UTF-8, but is not: {found.note.partition(': ')[2]}"


class _Feed:
    """Reads an XML file item by item."""

    def __init__(self, path: Path, encoding: str | None, head: bytes) -> None:
        self.path, self._encoding = path, encoding
        self._declared = _missing_declarations(head) if encoding is None else b""
        self._is_wide = encoding_of_head(head) is not None and not head.startswith(codecs.BOM_UTF8)
        self.metered = Metered(open_file(path))
        self.notes: list[str] = []

    def items(self, other: str = "") -> Iterator[tuple[str, etree._Element] | LeftOut]:
        """The items with their places, the elements `other` outside of items, without a place, and damage.

        A file with mistakes that can be mended is read again from the beginning.
        """
        damage = yield from self._read(other, self.metered, after=0)
        if damage is None:
            return
        number, reason = damage
        if not self._is_wide and "amplification" not in reason:
            self.metered = Metered(open_file(self.path))
            mended = MendedXml(self.metered)
            again = yield from self._read(other, mended, after=number)
            if mended.count:
                self.notes.append(
                    f"its XML is not well-formed ({reason}): {counted(mended.count, 'mistake')} mended"
                )
                damage = again
        if damage is not None:
            number, reason = damage
            if "amplification" in reason:
                reason = "it declares entities that expand without limit"
            yield LeftOut(f"{self.path.name}, after item {number}", f"{reason}: the rest is not read")

    def _read(
        self, other: str, file: Readable, *, after: int
    ) -> Generator[tuple[str, etree._Element], None, tuple[int, str] | None]:
        """The items after a number of them. Returns how many there are before damage, and its reason."""
        from lxml import etree

        number, depth, inside = 0, 0, 0
        safe = {"resolve_entities": False, "no_network": True, "load_dtd": False, "huge_tree": False}
        if self._declared:
            file = _WithDeclarations(file, self._declared)
        try:
            for event, element in etree.iterparse(
                file, events=("start", "end"), encoding=self._encoding, **safe
            ):
                depth += 1 if event == "start" else -1
                if not isinstance(element.tag, str) or _local(element).lower() not in _ITEMS:
                    if event == "end" and not inside:
                        if other and _local(element) == other:
                            yield "", element
                        _forget(element)
                    continue
                if event == "start":
                    inside = inside or depth
                elif inside == depth + 1:
                    number += 1
                    if number > after:
                        yield f"{self.path.name}, item {number}", element
                    inside = 0
                    self.metered.begin()
                    _forget(element)
        except (etree.XMLSyntaxError, TooLongError) as error:
            return number, str(error.msg if isinstance(error, etree.XMLSyntaxError) else error)
        finally:
            self.metered.close()
        return None


class _WithDeclarations:
    """An XML file with namespace declarations added to its first element."""

    def __init__(self, file: Readable, declarations: bytes) -> None:
        self._file, self._declarations = file, declarations

    def read(self, size: int = -1) -> bytes:
        """See `io.RawIOBase`. The first piece is longer than requested."""
        data = self._file.read(size)
        if self._declarations and (root := _ROOT.search(data)):
            data = data[: root.end()] + self._declarations + data[root.end() :]
            self._declarations = b""
        return data


def _missing_declarations(head: bytes) -> bytes:
    """Declarations for namespaces that the file uses but does not declare: without them, parsing fails."""
    used = set(re.findall(rb"</?([A-Za-z][\w.-]*):[A-Za-z]", head))
    declared = set(re.findall(rb"xmlns:([A-Za-z][\w.-]*)\s*=", head))
    spaces = {b"g": f"{_GOOGLE}1.0".encode()}
    missing = sorted(used - declared - {b"xml"})
    return b"".join(
        b' xmlns:%s="%s"' % (name, spaces.get(name, b"urn:undeclared:" + name)) for name in missing
    )


def _each(file: _Feed, change: Callable[[dict[str, Cell]], dict[str, Cell]]) -> Iterator[Row | LeftOut]:
    for found in file.items():
        if isinstance(found, LeftOut):
            yield found
        else:
            place, element = found
            yield Row(place, change(_cells(element)) | parameters(element, _local))


def _yml(file: _Feed) -> Iterator[Row | LeftOut]:
    categories = Categories()
    for found in file.items("category"):
        if isinstance(found, LeftOut):
            yield found
            continue
        place, element = found
        if not place:
            categories.add(element)
        else:
            yield Row(place, yml_offer(_cells(element), categories) | parameters(element, _local))


def _wordpress(path: Path, file: _Feed, encoding: str | None, head: bytes) -> Iterator[Row | LeftOut]:
    damage: list[LeftOut] = []

    def items(of: _Feed) -> Iterator[wordpress.Item]:
        for found in of.items():
            if isinstance(found, LeftOut):
                damage.append(found)
            else:
                yield wordpress.item_of(*found)

    again = _Feed(path, encoding, head)
    yield from wordpress.products(items(file), items(again))
    yield from damage[-1:]


def _forget(element: etree._Element) -> None:
    """Free a parsed element and those before it: a feed may be larger than the memory."""
    element.clear(keep_tail=False)
    parent = element.getparent()
    while parent is not None and element.getprevious() is not None:
        del parent[0]


def _cells(item: etree._Element) -> dict[str, Cell]:
    """An item's texts by element name. A repeated element gives all its texts."""
    texts: dict[str, list[str]] = defaultdict(list)
    # Each is found by a search from the first one.
    for name in islice(item.attrib, _MOST_ATTRIBUTES):
        texts[name].append(clean(item.attrib[name]))
    # Atom and RSS have an id, title and link of their own. Google's take precedence.
    google = _namespace_of_google(item)
    googles = {_local(each) for each in item if isinstance(each.tag, str) and google in each.tag}
    for element in item:
        if not isinstance(element.tag, str):
            continue
        name = _local(element)
        if name in googles and google not in element.tag:
            continue
        if name.lower() == "param":
            continue
        children = [child for child in element if isinstance(child.tag, str)]
        if _is_medium(element):
            texts["images"].append(element.get("url", ""))
            continue
        if has_picture([name]) and (pictures := list(_pictures(element))):
            texts[name] += pictures
            continue
        for child in children:
            texts[f"{name}.{_local(child)}"].append(_text(child))
        texts[name].append(_link(element) if name == "link" else "" if children else _text(element))
    found = {name: tuple(text for text in several if text) for name, several in texts.items()}
    return {name: several[0] if len(several) == 1 else several for name, several in found.items() if several}


def _namespace_of_google(item: etree._Element) -> str:
    """The namespace of Google's elements in an item. Some feeds declare another one for them."""
    for element in item:
        if isinstance(element.tag, str) and _local(element) == "image_link" and "}" in element.tag:
            return str(element.tag.rpartition("}")[0] + "}")
    return _GOOGLE


def _link(element: etree._Element) -> str:
    """A page's address, which Atom has in an attribute; empty for links that are not the product's page."""
    if element.get("rel", "alternate") != "alternate":
        return ""
    return element.get("href", "") or _text(element)


def _is_medium(element: etree._Element) -> bool:
    """Whether an element is a picture as RSS attaches it: an enclosure, or one of Media RSS."""
    if _local(element) not in ("enclosure", "content") or not element.get("url"):
        return False
    kind: str = element.get("type", "")
    return element.get("medium", "") == "image" or kind.startswith("image/")


def _pictures(element: etree._Element) -> Iterator[str]:
    """The pictures that an element names in its text, in an attribute, or in child elements.

    Examples are <image url="a.jpg"/> and <images><image>a.jpg</image><image>b.jpg</image></images>.
    """
    children = [child for child in element if isinstance(child.tag, str)]
    if not children:
        yield _text(element) or clean(next(filter(None, map(element.get, _ADDRESSES)), ""))
    named = [
        child
        for child in children
        if has_picture([_local(child)]) or _local(child) in _ADDRESSES or any(map(child.get, _ADDRESSES))
    ]
    is_list = len({child.tag for child in children}) == 1
    for child in named or (children if is_list else ()):
        yield from _pictures(child)


def _text(element: etree._Element) -> str:
    return clean("".join(element.itertext()))


def _local(element: etree._Element) -> str:
    name: str = element.tag.rpartition("}")[2]
    return name
