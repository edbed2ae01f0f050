"""Reads items of price comparison feeds, which have rules of their own: Yandex' YML and Heureka's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from precompute.sources.exports.export import FACT
from precompute.sources.rows import Cell
from precompute.sources.text import clean
from precompute.sources.values.categories import BETWEEN

if TYPE_CHECKING:
    from lxml import etree

_MOST_ANCESTORS = 20
_PARAMETERS = ("param", "parameter", "attribute", "attr", "property", "characteristic")


@dataclass
class Categories:
    """The categories of a YML feed by number. Each has a name, and may have a parent."""

    _names: dict[str, str] = field(default_factory=dict)
    _parents: dict[str, str] = field(default_factory=dict)

    def add(self, element: etree._Element) -> None:
        """Add a `category` element."""
        if number := element.get("id"):
            self._names[number] = clean(element.text or "")
            self._parents[number] = element.get("parentId", element.get("parentID", ""))

    def path(self, number: str) -> str:
        """The path of a category; empty if the number is unknown."""
        parts: list[str] = []
        while number in self._names and len(parts) < _MOST_ANCESTORS:
            parts.insert(0, self._names[number])
            number = self._parents[number]
        return BETWEEN.join(filter(None, parts))


def yml_offer(cells: Mapping[str, Cell], categories: Categories) -> dict[str, Cell]:
    """An offer's cells, with its category's path, its title, and its prices before and in a sale."""
    rest = (
        "type",
        "typePrefix",
        "model",
        "categoryId",
        "oldprice",
        "price",
        "currencyId",
        "name",
        "title",
        "group_id",
        "param",
    )
    found = {name: cell for name, cell in cells.items() if name not in rest and not name.startswith("param")}
    parts = [first(cells, name) for name in ("typePrefix", "vendor", "model")]
    # Books and records have a title instead of a name.
    found["name"] = first(cells, "name") or first(cells, "title") or " ".join(filter(None, parts))
    numbers = cells.get("categoryId", ())
    paths = [categories.path(number) for number in ((numbers,) if isinstance(numbers, str) else numbers)]
    found["category"] = next(filter(None, paths), "")
    price, old = first(cells, "price"), first(cells, "oldprice")
    found |= {"price": old, "sale_price": price} if old else {"price": price}
    found |= {
        "currency": first(cells, "currencyId").replace("RUR", "RUB"),
        "variants": first(cells, "group_id"),
    }
    return {name: cell for name, cell in found.items() if cell}


def heureka_item(cells: Mapping[str, Cell]) -> dict[str, Cell]:
    """An item's cells, with its currency and stock as Heureka defines them."""
    found = dict(cells)
    text = first(cells, "CATEGORYTEXT")
    root, bar, path = text.partition("|")
    if bar and root.strip().lower().startswith("heureka."):
        found["CATEGORYTEXT"] = path.strip()
        found["currency"] = {"cz": "CZK", "sk": "EUR"}.get(root.strip().lower().rpartition(".")[2], "")
    delivery = first(cells, "DELIVERY_DATE")
    if delivery.isdecimal():
        # This is the number of days until it is sent; 0 means in stock.
        found["in_stock"] = "yes" if int(delivery) == 0 else ""
        del found["DELIVERY_DATE"]
    for name in [name for name in found if name.startswith(("PARAM", "DELIVERY", "HEUREKA_CPC", "VAT"))]:
        del found[name]
    return {name: cell for name, cell in found.items() if cell}


def parameters(element: etree._Element, local: Callable[[etree._Element], str]) -> dict[str, Cell]:
    """The facts of an item. Their name is in an attribute, or in an element beside the value."""
    facts: dict[str, Cell] = {}
    for child in element:
        if not isinstance(child.tag, str) or local(child).lower() not in _PARAMETERS:
            continue
        name, value = child.get("name", ""), clean("".join(child.itertext()))
        if not name:
            inner = {
                local(each).lower(): clean("".join(each.itertext()))
                for each in child
                if isinstance(each.tag, str)
            }
            name = inner.get("param_name", inner.get("name", ""))
            value = inner.get("val", inner.get("value", ""))
        if name and value:
            unit = child.get("unit", "")
            value = f"{value} {unit}".strip()
            key = FACT + clean(name)
            facts[key] = f"{facts[key]}, {value}" if key in facts else value
    return facts


def first(cells: Mapping[str, Cell], name: str) -> str:
    """The text of a cell, or the first of several texts."""
    cell = cells.get(name, "")
    return cell if isinstance(cell, str) else next(iter(cell), "")
