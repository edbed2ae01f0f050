"""Reads pictures, and links to pictures, from the cells of a workbook.

The library that reads values ignores both, so their parts of the file are read here.
"""

from __future__ import annotations

import posixpath
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import unquote

from bundle.disk import open_file

if TYPE_CHECKING:
    from lxml import etree

Place = tuple[int, int]
"""A cell's row and column, both from 0."""

_FORMULA = re.compile(r"""(?:HYPERLINK|IMAGE)\s*\(\s*"((?:[^"]|"")*)\"""", re.IGNORECASE)
_REFERENCE = re.compile(r"([A-Z]{1,3})(\d{1,7})")
_LARGEST_PART = 500_000_000
"""The most bytes of a part to read. Sheets with links are far smaller."""


@dataclass
class CellContents:
    """The links in a sheet's cells, and the parts of the file that hold the cells' pictures."""

    links: dict[Place, str] = field(default_factory=dict)
    pictures: dict[Place, str] = field(default_factory=dict)


def contents_of(path: Path, sheet: str) -> CellContents:
    """The links and pictures in a sheet's cells; empty if the file is damaged or has another format."""
    found = CellContents()
    from lxml import etree

    with open_file(path) as file:
        if not zipfile.is_zipfile(file):
            return found
        try:
            archive = zipfile.ZipFile(file)
            part = _part_of(archive, sheet)
            if part:
                _add_sheet(archive, part, found)
        except (KeyError, ValueError, etree.XMLSyntaxError, zipfile.BadZipFile, RuntimeError):
            # The library that reads the values reports damage.
            return found
    return found


def picture_in(path: Path, part: str) -> bytes:
    """The bytes of one part of the file."""
    with open_file(path) as file, zipfile.ZipFile(file) as archive:
        return archive.read(part)


def _add_sheet(archive: zipfile.ZipFile, part: str, found: CellContents) -> None:
    relations = _relations(archive, part)
    data = _read(archive, part)
    if any(mark in data for mark in (b"HYPERLINK(", b"IMAGE(", b"<hyperlink", b" vm=")):
        _add_links(_parse(data), relations, found)
        _add_placed_in_cells(archive, data, found)
    for target in relations.values():
        if "/drawings/" in target and target.endswith(".xml"):
            _add_drawing(archive, target, found)


def _add_links(sheet: etree._Element, relations: Mapping[str, str], found: CellContents) -> None:
    for element in sheet.iter():
        name = _local(element)
        if name == "f" and element.text and (formula := _FORMULA.search(element.text)):
            place = _place(element.getparent().get("r", ""))
            if place:
                found.links[place] = formula[1].replace('""', '"')
        elif name == "hyperlink":
            target = relations.get(_attribute(element, "id"), "")
            place = _place(element.get("ref", "").partition(":")[0])
            if target and place:
                found.links.setdefault(place, target)


def _add_drawing(archive: zipfile.ZipFile, part: str, found: CellContents) -> None:
    relations = _relations(archive, part)
    for anchor in _parse(_read(archive, part)):
        start = next((each for each in anchor if _local(each) == "from"), None)
        blip = next((each for each in anchor.iter() if _local(each) == "blip"), None)
        if start is None or blip is None:
            continue
        numbers = {_local(each): int(each.text or 0) for each in start}
        if (target := relations.get(_attribute(blip, "embed"), "")) in archive.namelist():
            found.pictures.setdefault((numbers.get("row", 0), numbers.get("col", 0)), target)


def _add_placed_in_cells(archive: zipfile.ZipFile, data: bytes, found: CellContents) -> None:
    """Add pictures that newer versions place in cells, found by a rich value's number and its relation."""
    if b" vm=" not in data or "xl/richData/rdrichvalue.xml" not in archive.namelist():
        return
    values = [
        element
        for element in _parse(_read(archive, "xl/richData/rdrichvalue.xml"))
        if _local(element) == "rv"
    ]
    rich = "xl/richData/richValueRel.xml"
    order = [
        _attribute(element, "id") for element in _parse(_read(archive, rich)) if _local(element) == "rel"
    ]
    relations = _relations(archive, rich)
    for cell in _parse(data).iter():
        if _local(cell) != "c" or not (number := cell.get("vm", "")):
            continue
        place = _place(cell.get("r", ""))
        if place and 0 < int(number) <= len(values) and len(values[int(number) - 1]):
            index = int(values[int(number) - 1][0].text or -1)
            if 0 <= index < len(order) and (target := relations.get(order[index], "")) in archive.namelist():
                found.pictures[place] = target


def _part_of(archive: zipfile.ZipFile, sheet: str) -> str:
    relations = _relations(archive, "xl/workbook.xml")
    for element in _parse(_read(archive, "xl/workbook.xml")).iter():
        if _local(element) == "sheet" and element.get("name") == sheet:
            return relations.get(_attribute(element, "id"), "")
    return ""


def _relations(archive: zipfile.ZipFile, part: str) -> dict[str, str]:
    """What a part refers to, by id: names of other parts, and addresses and files unchanged."""
    folder, _, name = part.rpartition("/")
    place = f"{folder}/_rels/{name}.rels"
    if place not in archive.namelist():
        return {}
    found = {}
    for element in _parse(_read(archive, place)):
        target = element.get("Target", "")
        if element.get("TargetMode") == "External":
            found[element.get("Id", "")] = unquote(target) if "://" not in target else target
        else:
            found[element.get("Id", "")] = posixpath.normpath(posixpath.join("/" + folder, target)).lstrip(
                "/"
            )
    return found


def _read(archive: zipfile.ZipFile, part: str) -> bytes:
    if archive.getinfo(part).file_size > _LARGEST_PART:
        raise ValueError(part)
    return archive.read(part)


def _parse(data: bytes) -> etree._Element:
    from lxml import etree

    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False))


def _local(element: etree._Element) -> str:
    return element.tag.rpartition("}")[2] if isinstance(element.tag, str) else ""


def _attribute(element: etree._Element, name: str) -> str:
    return next((value for key, value in _attributes(element) if key.rpartition("}")[2] == name), "")


def _attributes(element: etree._Element) -> Iterator[tuple[str, str]]:
    return ((str(key), str(value)) for key, value in element.attrib.items())


def _place(reference: str) -> Place | None:
    found = _REFERENCE.fullmatch(reference.replace("$", ""))
    if found is None:
        return None
    column = 0
    for letter in found[1]:
        column = column * 26 + ord(letter) - ord("A") + 1
    return int(found[2]) - 1, column - 1
