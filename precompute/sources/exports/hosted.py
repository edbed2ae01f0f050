"""Reads the exports of hosted shop systems: Wix, Squarespace, BigCommerce."""

from __future__ import annotations

import re

from precompute.sources.doubts.hidden import why_hidden
from precompute.sources.exports.export import (
    Export,
    amount_cell,
    amount_of,
    by_compact_name,
    columns_of,
    first_of,
    has_all,
    without,
)
from precompute.sources.exports.gathering import Gathered, combining, keyed_by, numbered_pairs
from precompute.sources.records import LeftOut
from precompute.sources.rows import Cell, Listed, Row
from precompute.sources.values.categories import BETWEEN, split_slashes, without_ancestors
from precompute.sources.values.stock import stock_from

_WIX_MEDIA = "https://static.wixstatic.com/media/"
_WIX_NAME = re.compile(r"(?:[0-9a-f]{4,}_[0-9a-f]{16,}|[^/]*~mv2)[^/]*", re.IGNORECASE)


def _wix_product(rows: list[Row]) -> Row | LeftOut:
    every = [by_compact_name(row) for row in rows]
    place = next((n for n, each in enumerate(every) if each.get("fieldtype", "").lower() == "product"), 0)
    row, first = rows[place], every[place]
    if reason := why_hidden(row.cells):
        return LeftOut(row.place, reason)
    gathered = Gathered()
    images: dict[str, None] = {}
    for cells in every:
        for name in first_of(cells, "productimageurl", "media").split(";"):
            images |= {_wix_address(name.strip()): None} if name.strip() else {}
        kind = cells.get("fieldtype", "").lower()
        if kind == "variant" or len(rows) == 1:
            gathered.add_stock(_wix_stock(cells))
        if kind == "variant" and first_of(cells, "handle") and cells.get("price"):
            gathered.add_price(cells["price"], cells.get("strikethroughprice", ""))
    gathered.add_stock(_wix_stock(first))
    for name, values in numbered_pairs(first, "productoptionname{}", "productoptiondescription{}"):
        for value in values.split(";"):
            # Colours have a code before the name: "#FF0000:Red".
            gathered.add_option(name, value.rpartition(":")[2].strip())
    for name, values in numbered_pairs(first, "productoptionname{}", "productoptionchoices{}"):
        for value in values.split(";"):
            gathered.add_option(name, value.rpartition(":")[2].strip())
    kept: dict[str, Cell] = without(row.cells, "productimageurl", "media", "inventory", "collection")
    kept |= gathered.as_cells(rows) | _wix_sale(first)
    if collections := [each.strip() for each in first.get("collection", "").split(";") if each.strip()]:
        kept["categories"] = Listed(collections)
    return Row(row.place, kept | {"images": tuple(images)})


def _wix_stock(cells: dict[str, str]) -> bool | None:
    text = cells.get("inventory", "").replace("_", "").lower()
    return {"instock": True, "outofstock": False}.get(text, stock_from(text) if text else None)


def _wix_sale(cells: dict[str, str]) -> dict[str, Cell]:
    """The sale price: the price minus the discount, or a price below the one that is struck through."""
    price, off = amount_of(cells.get("price", "")), amount_of(cells.get("discountvalue", ""))
    if price and off:
        percent = cells.get("discountmode", "").upper() == "PERCENT"
        return {"sale_price": amount_cell(max(0.0, price * (1 - off / 100) if percent else price - off))}
    before = amount_of(cells.get("strikethroughprice", ""))
    if price and before and before > price:
        return {"price": cells["strikethroughprice"], "sale_price": cells["price"]}
    return {}


def _wix_address(name: str) -> str:
    """The address of a picture. For its own pictures, Wix only gives the key in its storage."""
    return _WIX_MEDIA + name if _WIX_NAME.fullmatch(name) else name


WIX = Export(
    "a Wix export",
    has_all("handleid fieldtype name productimageurl", "handle fieldtype name media"),
    columns_of(
        """
        id: handleid handle
        none: sku visible surcharge cost strikethroughprice
        title: name
        description: description plaindescription
        brand: brand
        categories: collection
        tags: ribbon
        images: productimageurl media
        """
    ),
    change=combining(keyed_by("handleid", "handle"), _wix_product),
    unit="products",
    decimal=".",
)


def _squarespace_key(row: Row, before: str) -> str:
    cells = by_compact_name(row, _SQUARESPACE_NAMES)
    return first_of(cells, "productid") or (row.place if cells.get("title") else before)


_SQUARESPACE_NAMES = {
    f"{name}noneditable": name
    for name in ("productid", "variantid", "producttype", "productpage", "producturl")
}


def _squarespace_product(rows: list[Row]) -> Row | LeftOut:
    every = [by_compact_name(row, _SQUARESPACE_NAMES) for row in rows]
    row, first = rows[0], every[0]
    if reason := why_hidden(row.cells):
        return LeftOut(row.place, reason)
    gathered = Gathered()
    images: dict[str, None] = {}
    for cells in every:
        on_sale = cells.get("onsale", "").lower() in ("yes", "true", "1")
        sale = cells.get("saleprice", "") if on_sale and amount_of(cells.get("saleprice", "")) else ""
        gathered.add_price(sale or cells.get("price", ""), cells.get("price", ""))
        if stock := cells.get("stock"):
            gathered.add_stock(True if stock.lower() == "unlimited" else stock_from(stock))
        for number in range(1, 7):
            name = cells.get(f"optionname{number}") or first.get(f"optionname{number}", "")
            gathered.add_option(name, cells.get(f"optionvalue{number}", ""))
        images |= dict.fromkeys(cells.get("hostedimageurls", "").split())
    kept: dict[str, Cell] = without(row.cells, "price", "saleprice", "stock", "hostedimageurls", "categories")
    paths = [each.strip().strip("/").replace("/", BETWEEN) for each in first.get("categories", "").split(",")]
    kept |= {"categories": Listed(filter(None, paths))} if any(paths) else {}
    return Row(row.place, kept | gathered.as_cells(rows) | {"images": tuple(images)})


SQUARESPACE = Export(
    "a Squarespace export",
    has_all("title optionname1 hostedimageurls", "productpage producturl hostedimageurls"),
    columns_of(
        """
        id: productidnoneditable productid sku
        none: variantidnoneditable variantid producttypenoneditable producttype productpage
            producturl visible onsale weight
        images: hostedimageurls
        """
    ),
    change=combining(_squarespace_key, _squarespace_product),
    unit="products",
    decimal=".",
)


def _bigcommerce_key(row: Row, before: str) -> str:
    is_product = first_of(by_compact_name(row), "itemtype", "item").lower() == "product"
    return row.place if is_product else before or row.place


def _bigcommerce_product(rows: list[Row]) -> Row | LeftOut:
    every = [by_compact_name(row) for row in rows]
    row, first = rows[0], every[0]
    if reason := why_hidden(row.cells):
        return LeftOut(row.place, reason)
    gathered = Gathered()
    images: dict[str, None] = {}
    for cells in every:
        kind = first_of(cells, "itemtype", "item").lower()
        if kind in ("product", "image"):
            found = (cells.get(f"productimagefile{number}", "") for number in range(1, 31))
            images |= dict.fromkeys(
                filter(None, (*found, first_of(cells, "imageurlimport", "internalimageurlexport")))
            )
        if kind in ("sku", "variant"):
            gathered.add_stock(stock_from(first_of(cells, "currentstocklevel", "currentstock") or "?"))
            for text in re.split(r"[,|](?=[^,|]*=)", first_of(cells, "productname", "options")):
                name, _, value = re.sub(r"^\s*\[\w+\]|^.*?Name=", "", text).partition("=")
                gathered.add_option(name.strip(), value.rpartition(":")[2].strip())
    tracking = first_of(first, "trackinventory", "inventorytracking").lower()
    if tracking in ("none", "no", "n"):
        gathered = Gathered(options=gathered.options)
        gathered.add_stock(True)
    else:
        gathered.add_stock(stock_from(first_of(first, "currentstocklevel", "currentstock") or "?"))
    price, before = first.get("price", ""), first.get("retailprice", "")
    gathered.add_price(price, before)
    paths = [
        split_slashes(each.strip()) for each in re.split(r"[;|]", first_of(first, "category", "categories"))
    ]
    kept: dict[str, Cell] = without(
        row.cells, "price", "currentstocklevel", "currentstock", "category", "categories", "imageurlimport"
    )
    kept = {name: cell for name, cell in kept.items() if not name.lower().startswith("product image")}
    kept |= gathered.as_cells(rows)
    kept |= {"categories": Listed(without_ancestors(paths)), "images": tuple(images)}
    if not amount_of(first.get("saleprice", "")):
        kept = without(kept, "saleprice") | ({"sale_price": price} if "sale_price" in kept else {})
    return Row(row.place, {name: cell for name, cell in kept.items() if cell})


_BIGCOMMERCE_COLUMNS = columns_of(
    """
        id: productid id productcodesku sku
        title: productname name
        none: producttype type item itemtype costprice retailprice productvisible isvisible
            productweight productimageid1 imageurlimport internalimageurlexport producturl
        description: productdescription description
        brand: brandname
        tags: searchkeywords
        """
)

BIGCOMMERCE = Export(
    "a BigCommerce export",
    has_all("itemtype productid productname", "itemtype productname productcodesku"),
    _BIGCOMMERCE_COLUMNS,
    change=combining(_bigcommerce_key, _bigcommerce_product),
    unit="products",
    decimal=".",
)

BIGCOMMERCE_V3 = Export(
    "a BigCommerce export",
    has_all("item id name type sku isvisible", "item id name sku imageurlimport"),
    _BIGCOMMERCE_COLUMNS,
    change=combining(_bigcommerce_key, _bigcommerce_product),
    unit="products",
    decimal=".",
)
