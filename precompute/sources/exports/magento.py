"""Reads Magento's (Adobe Commerce's) export. Its variants are products that are not visible individually."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from precompute.sources.exports.export import (
    FACT,
    Entries,
    Export,
    WholeTable,
    by_compact_name,
    columns_of,
    has_all,
    is_between,
    without,
)
from precompute.sources.exports.gathering import Gathered, name_of
from precompute.sources.records import LeftOut
from precompute.sources.rows import Cell, Listed, Row
from precompute.sources.text import word_set
from precompute.sources.values.categories import BETWEEN, without_ancestors
from precompute.sources.values.stock import stock_from

_ROOTS = ("Default Category", "Root Catalog", "Root Category")
_NO_FACTS = word_set("""
    manufacturer brand has_options required_options tax_class_id url_path url_key options_container
    image_label small_image_label thumbnail_label gift_message_available msrp_display_actual_price_type
    meta_title page_layout custom_design quantity_and_stock_status shipment_type price_view price_type
    weight_type cost
    """)
"""Attributes that describe no product to a shopper."""

_IMAGES = ("baseimage", "image", "additionalimages")
_ATTRIBUTE = re.compile(r"(?:^|,)([a-z][a-z0-9_]*)=")
"""The beginning of an attribute. A comma alone may be part of a value."""


_OF_VARIANTS = (
    *("price", "specialprice", "specialpricefromdate", "specialpricetodate", "qty", "isinstock"),
    *("additionalattributes", "managestock", "productonline"),
)
"""The columns of a variant that its product shows."""


@dataclass(frozen=True)
class _Variants:
    """The variants of configurable products: their rows and their product's SKU, by their own SKU."""

    rows: Mapping[str, dict[str, str]]
    parents: Mapping[str, str]


def _change(entries: Entries, table: WholeTable) -> Iterator[Row | LeftOut]:
    variants = _variants(table)
    for row in entries:
        if isinstance(row, LeftOut):
            yield row
        elif not (plain := by_compact_name(row)).get("storeviewcode"):
            # Rows of other store views have a product's texts in other languages.
            yield _product(row, plain, variants)


def _variants(table: WholeTable) -> _Variants:
    parents: dict[str, str] = {}
    rows: dict[str, dict[str, str]] = {}
    for row in table.rows():
        plain = by_compact_name(row)
        if plain.get("storeviewcode"):
            continue
        for options in _variations(plain):
            parents[options["sku"]] = plain.get("sku", "")
        if plain.get("producttype", "simple") in ("simple", "virtual", "downloadable"):
            rows[plain.get("sku", "")] = {name: plain[name] for name in _OF_VARIANTS if name in plain}
    return _Variants({sku: row for sku, row in rows.items() if sku in parents}, parents)


def _product(row: Row, plain: dict[str, str], variants: _Variants) -> Row | LeftOut:
    if plain.get("productonline", plain.get("status", "1")).lower() not in ("1", "enabled", "yes"):
        return LeftOut(row.place, f"it is disabled (product_online: {plain.get('productonline', '')})")
    if plain.get("visibility", "").lower().startswith("not visible"):
        parent = variants.parents.get(plain.get("sku", ""))
        of = f", a variant of {parent}" if parent else ""
        return LeftOut(row.place, f"it is not visible individually{of}")
    cells: dict[str, Cell] = without(row.cells, "specialprice", "qty", "isinstock", "categories", *_IMAGES)
    gathered = Gathered()
    children = [options for options in _variations(plain) if options["sku"] in variants.rows]
    for options in children:
        child = variants.rows[options["sku"]]
        if child.get("productonline", "1") != "1":
            continue
        for name, value in options.items():
            gathered.add_option("" if name == "sku" else name, value)
        for name, value in _attributes(child).items():
            if name not in _NO_FACTS:
                gathered.add_option(name, value)
        if not plain.get("price"):
            gathered.add_price(_special(child) or child.get("price", ""), child.get("price", ""))
        gathered.add_stock(_stock(child))
    if not children:
        gathered.add_stock(_stock(plain))
    if special := _special(plain):
        cells[name_of([row], ("specialprice",))] = special
    attributes = _attributes(plain)
    cells |= {
        FACT + name.replace("_", " "): text for name, text in attributes.items() if name not in _NO_FACTS
    }
    cells |= {"brand": brand} if (brand := attributes.get("brand") or attributes.get("manufacturer")) else {}
    cells |= gathered.as_cells([row], stock=("isinstock", "qty"))
    cells["categories"] = Listed(_categories(plain.get("categories", "")))
    images = [image for name in _IMAGES for image in plain.get(name, "").split(",")]
    cells["images"] = tuple(dict.fromkeys(image for image in images if image and image != "no_selection"))
    return Row(row.place, {name: cell for name, cell in cells.items() if cell})


def _variations(plain: Mapping[str, str]) -> list[dict[str, str]]:
    """The variants of a configurable product: "sku=A-S,size=S|sku=A-M,size=M"."""
    found = []
    for text in plain.get("configurablevariations", "").split("|"):
        options = _pairs(text)
        if options.get("sku"):
            found.append(options)
    return found


def _attributes(plain: Mapping[str, str]) -> dict[str, str]:
    return _pairs(plain.get("additionalattributes", ""))


def _pairs(text: str) -> dict[str, str]:
    parts = _ATTRIBUTE.split(text)
    # "Cotton|Linen" are two values of one attribute.
    return {
        name: value.replace("|", ", ") for name, value in zip(parts[1::2], parts[2::2], strict=True) if value
    }


def _special(plain: Mapping[str, str]) -> str:
    """The sale price, if the sale is on now; otherwise empty."""
    is_on = is_between(plain.get("specialpricefromdate", ""), plain.get("specialpricetodate", ""))
    return plain.get("specialprice", "") if is_on else ""


def _stock(plain: Mapping[str, str]) -> bool | None:
    if plain.get("managestock") == "0":
        return True
    said = plain.get("isinstock", plain.get("qty", ""))
    return stock_from(said) if said else None


def _categories(text: str) -> list[str]:
    """The paths of a product's categories, without the root and without ancestors of other paths."""
    paths = []
    for path in text.split(","):
        parts = [part.strip() for part in path.split("/") if part.strip()]
        parts = parts[1:] if len(parts) > 1 and parts[0] in _ROOTS else parts
        if parts and parts[0] not in _ROOTS:
            paths.append(BETWEEN.join(parts))
    return without_ancestors(paths)


MAGENTO = Export(
    "a Magento export",
    has_all("sku producttype attributesetcode", "sku storeviewcode baseimage", "sku producttype visibility"),
    columns_of(
        """
        id: sku
        title: name
        none: producttype visibility productonline smallimage thumbnailimage swatchimage hoverimage
            storeviewcode relatedskus crosssellskus upsellskus associatedskus groupedskus mapprice
            msrpprice urlkey
        description: description shortdescription
        price: price
        sale_price: specialprice
        """
    ),
    change=_change,
    unit="products",
    decimal=".",
)
