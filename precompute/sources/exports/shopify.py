"""Reads Shopify's export. A product's first row has its texts; each row is a variant or a further picture."""

from __future__ import annotations

import re
from collections.abc import Iterator

from precompute.sources.exports.export import (
    Entries,
    Export,
    WholeTable,
    by_compact_name,
    columns_of,
    first_of,
    has_all,
    without,
)
from precompute.sources.exports.gathering import Gathered, by_product, first_row_with
from precompute.sources.records import LeftOut
from precompute.sources.rows import Cell, Row
from precompute.sources.values.stock import stock_from

_IMAGES = ("imagesrc", "productimageurl")
_VARIANT_IMAGES = ("variantimage", "variantimageurl")
_PRICES = ("variantprice", "price")
_STOCK = ("variantinventoryqty", "inventoryquantity")
_TRACKERS = ("variantinventorytracker", "inventorytracker")
_MARKETS = re.compile(r"(?:price|compare[ -]at price|included|status) / .+", re.IGNORECASE)
"""Columns of Shopify Markets, about prices and availability in a country or region."""


def _change(entries: Entries, table: WholeTable) -> Iterator[Row | LeftOut]:
    for rows in by_product(entries, table, _handle):
        yield rows if isinstance(rows, LeftOut) else _product(rows, table)


def _handle(row: Row, before: str) -> str:
    return first_of(by_compact_name(row), "handle", "urlhandle") or before


def _product(rows: list[Row], table: WholeTable) -> Row | LeftOut:
    """The row of a product, or the reason why the shop does not show it."""
    every = [by_compact_name(row) for row in rows]
    place = first_row_with(rows, every, "title")
    row, first = rows[place], every[place]
    status = first.get("status", "active").lower()
    if status != "active":
        return LeftOut(row.place, f"its status is {status}")
    if first_of(first, "published", "publishedononlinestore").lower() == "false":
        return LeftOut(row.place, "it is not published")
    gathered = Gathered()
    names: dict[int, str] = {}
    for each, cells in zip(rows, every, strict=True):
        gathered.add_images(each, _IMAGES)
        gathered.add_price(
            first_of(cells, *_PRICES), first_of(cells, "variantcompareatprice", "compareatprice")
        )
        gathered.add_stock(_stock(cells, table))
        for number in range(1, 4):
            # Only a product's first row has the names of its options.
            names.setdefault(number, cells.get(f"option{number}name", ""))
            names[number] = names[number] or cells.get(f"option{number}name", "")
            gathered.add_option(names[number], cells.get(f"option{number}value", ""))
    for each in rows:
        gathered.add_images(each, _VARIANT_IMAGES)
    kept: dict[str, Cell] = without(row.cells, *_PRICES, *_STOCK)
    return Row(row.place, kept | gathered.as_cells(rows, price=_PRICES, stock=_STOCK))


def _stock(cells: dict[str, str], table: WholeTable) -> bool | None:
    """Whether a variant can be bought. Without an inventory tracker, Shopify always sells it."""
    quantity = first_of(cells, *_STOCK)
    if first_of(cells, "variantinventorypolicy", "continuesellingwhenoutofstock").lower() in (
        "continue",
        "true",
    ):
        return True
    if not first_of(cells, *_PRICES, *_STOCK):
        # This row is a further picture.
        return None
    if table.names & set(_TRACKERS) and not first_of(cells, *_TRACKERS):
        return True
    return stock_from(quantity) if quantity else None


_COLUMNS = columns_of(
    """
        id: handle urlhandle
        none: variantcompareatprice compareatprice variantsku sku variantbarcode barcode published status
            productcategory costperitem unitpricetotalmeasure
        """
)

SHOPIFY = Export(
    "a Shopify export",
    has_all("title handle imagesrc", "title urlhandle productimageurl"),
    _COLUMNS,
    patterns=((_MARKETS, ""),),
    change=_change,
    unit="products",
    decimal=".",
)
"""It is recognised by the older or the newer names of its columns."""
