"""Reads the exports of site builders with a shop: Ecwid and Webflow. Variants have rows of their own."""

from __future__ import annotations

import re

from precompute.sources.doubts.hidden import why_hidden
from precompute.sources.exports.export import (
    Export,
    by_compact_name,
    columns_of,
    first_of,
    has_all,
    without,
)
from precompute.sources.exports.gathering import Gathered, combining, first_row_with, keyed_by, numbered_pairs
from precompute.sources.records import LeftOut
from precompute.sources.rows import Cell, Listed, Row
from precompute.sources.values.categories import split_slashes, without_ancestors
from precompute.sources.values.stock import stock_from

_GALLERY = tuple(f"productmediagalleryimageurl{number}" for number in range(1, 31))


def _ecwid_product(rows: list[Row]) -> Row | LeftOut:
    every = [by_compact_name(row) for row in rows]
    row, first = rows[0], every[0]
    reason = why_hidden(row.cells)
    # In other tables this would say that a product is out of stock.
    if not reason and (available := first.get("productisavailable", "")).lower() == "false":
        reason = f"it is not shown in the shop (product_is_available: {available})"
    if reason:
        return LeftOut(row.place, reason)
    gathered = Gathered()
    has_variants = any(cells.get("type") == "product_variation" for cells in every)
    for each, cells in zip(rows, every, strict=True):
        gathered.add_price(cells.get("productprice", ""), cells.get("productcomparetoprice", ""))
        if cells.get("productisinventorytracked", "").lower() == "false":
            gathered.add_stock(True)
        elif (count := cells.get("productquantity")) and not (has_variants and cells is first):
            gathered.add_stock(stock_from(count))
        gathered.add_images(each, ("productmediamainimageurl", *_GALLERY))
        for name, value in cells.items():
            if option := re.fullmatch(r"productvariationoption(.+)", name):
                gathered.add_option(option[1], value)
    paths = [split_slashes(first.get(f"productcategory{number}", "")) for number in range(1, 21)]
    kept = {name: cell for name, cell in row.cells.items() if not name.startswith("product_category")}
    kept = without(kept, "productprice", "productcomparetoprice", "productquantity")
    return Row(row.place, kept | gathered.as_cells(rows) | {"categories": Listed(without_ancestors(paths))})


ECWID = Export(
    "an Ecwid export",
    has_all("type productinternalid productname productprice"),
    columns_of(
        """
        id: productsku productinternalid
        none: type productisinventorytracked productisavailable productupc
        title: productname
        description: productdescription
        brand: productbrand
        images: productmediamainimageurl
        """
    ),
    patterns=((re.compile(r"product_media_gallery_image_url_\d+"), "images"),),
    change=combining(keyed_by("productinternalid"), _ecwid_product),
    unit="products",
    decimal=".",
)


def _webflow_product(rows: list[Row]) -> Row | LeftOut:
    every = [by_compact_name(row) for row in rows]
    place = first_row_with(rows, every, "productname", "name")
    row, first = rows[place], every[place]
    if reason := why_hidden(row.cells):
        return LeftOut(row.place, reason)
    gathered = Gathered()
    for each, cells in zip(rows, every, strict=True):
        gathered.add_price(cells.get("variantprice", ""), cells.get("variantcompareatprice", ""))
        if count := first_of(cells, "variantinventory", "variantinventoryquantity"):
            gathered.add_stock(True if count.lower() in ("infinite", "unlimited") else stock_from(count))
        for name, value in numbered_pairs(cells, "option{}name", "option{}value"):
            gathered.add_option(name, value)
        gathered.add_images(each, ("mainvariantimage", "morevariantimages"))
    kept: dict[str, Cell] = without(
        row.cells, "variantprice", "variantcompareatprice", "variantinventory", "variantinventoryquantity"
    )
    categories = [each.strip() for each in first.get("productcategories", "").split(";") if each.strip()]
    kept |= {"categories": Listed(categories)} if categories else {}
    return Row(row.place, without(kept, "productcategories") | gathered.as_cells(rows))


WEBFLOW = Export(
    "a Webflow export",
    has_all("producthandle productname mainvariantimage", "producthandle productname variantprice"),
    columns_of(
        """
        id: producthandle productid
        none: variantid variantsku producttype productarchived productdraft
        title: productname
        description: productdescription
        images: mainvariantimage morevariantimages
        """
    ),
    change=combining(keyed_by("productid", "producthandle"), _webflow_product),
    unit="products",
    decimal=".",
)
