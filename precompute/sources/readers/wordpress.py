"""Reads WordPress' export (WXR) of a shop. Products and pictures are items, which refer to each other."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from precompute.sources.exports.export import FACT
from precompute.sources.exports.gathering import Gathered
from precompute.sources.records import LeftOut
from precompute.sources.rows import Cell, Listed, Row
from precompute.sources.text import clean
from precompute.sources.values.stock import stock_from

if TYPE_CHECKING:
    from lxml import etree

MARK = b"wordpress.org/export/"
"""A text near the beginning of such a file: the namespace of its elements."""


@dataclass(frozen=True)
class Item:
    """One item: its `texts` by element name, its `metas`, and its `terms` by taxonomy."""

    place: str
    texts: dict[str, str]
    metas: dict[str, str]
    terms: dict[str, list[str]]


def item_of(place: str, element: etree._Element) -> Item:
    """Parse an item's element."""
    texts: dict[str, str] = {}
    metas: dict[str, str] = {}
    terms: dict[str, list[str]] = {}
    for child in element:
        if not isinstance(child.tag, str):
            continue
        space, _, name = child.tag.rpartition("}")
        if name == "postmeta":
            pair = {
                each.tag.rpartition("}")[2]: clean(each.text or "")
                for each in child
                if isinstance(each.tag, str)
            }
            metas[pair.get("meta_key", "")] = pair.get("meta_value", "")
        elif name == "category":
            terms.setdefault(child.get("domain", ""), []).append(clean("".join(child.itertext())))
        elif name == "encoded":
            texts["excerpt" if "excerpt" in space else "content"] = clean("".join(child.itertext()))
        else:
            texts.setdefault(name, clean("".join(child.itertext())))
    return Item(place, texts, metas, terms)


def products(items: Iterable[Item], again: Iterable[Item]) -> Iterator[Row | LeftOut]:
    """The products among the items. `again` gives the same items, to find pictures and variations first."""
    pictures: dict[str, str] = {}
    variations: dict[str, Gathered] = {}
    for item in again:
        kind, parent = item.texts.get("post_type", ""), item.texts.get("post_parent", "")
        if kind == "attachment" and item.texts.get("attachment_url"):
            pictures[item.texts.get("post_id", "")] = item.texts["attachment_url"]
        elif kind == "product_variation" and item.texts.get("status", "publish") == "publish":
            gathered = variations.setdefault(parent, Gathered())
            gathered.add_price(item.metas.get("_price", ""), item.metas.get("_regular_price", ""))
            gathered.add_stock(stock_from(item.metas.get("_stock_status", "?")))
    for item in items:
        if item.texts.get("post_type") == "product":
            yield _product(item, pictures, variations.get(item.texts.get("post_id", "")))


def _product(item: Item, pictures: dict[str, str], variations: Gathered | None) -> Row | LeftOut:
    texts, metas = item.texts, item.metas
    status = texts.get("status", "publish")
    if status != "publish":
        return LeftOut(item.place, f"its status is {status}")
    if "exclude-from-catalog" in item.terms.get("product_visibility", []):
        return LeftOut(item.place, "it is hidden in the catalogue")
    numbers = [metas.get("_thumbnail_id", ""), *metas.get("_product_image_gallery", "").split(",")]
    price, regular = metas.get("_price", ""), metas.get("_regular_price", "")
    on_sale = bool(regular) and regular != price
    cells: dict[str, Cell] = {
        "id": metas.get("_sku") or texts.get("post_id", ""),
        "title": texts.get("title", ""),
        "description": texts.get("content") or texts.get("excerpt", ""),
        "url": texts.get("link", ""),
        "price": regular if on_sale else price,
        "sale_price": price if on_sale else "",
        "in_stock": metas.get("_stock_status", ""),
        "popularity": metas.get("total_sales", ""),
        "categories": Listed(item.terms.get("product_cat", [])),
        "tags": Listed(item.terms.get("product_tag", [])),
        "brand": next(iter(item.terms.get("product_brand", [])), ""),
        "images": tuple(pictures[number.strip()] for number in numbers if number.strip() in pictures),
    }
    for taxonomy, terms in item.terms.items():
        if taxonomy.startswith("pa_"):
            cells[FACT + taxonomy.removeprefix("pa_").replace("-", " ")] = ", ".join(terms)
    if variations is not None:
        cells |= {
            name: cell for name, cell in variations.as_cells(()).items() if name == "in_stock" or not price
        }
    return Row(item.place, {name: cell for name, cell in cells.items() if cell})
