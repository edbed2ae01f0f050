"""Exports that have rules of their own: Shopify's, WooCommerce's and Google Merchant's."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field

from precompute.sources.prices import price_from
from precompute.sources.records import LeftOut
from precompute.sources.rows import Cell, Row
from precompute.sources.stock import stock_from

FACT = "fact: "


@dataclass(frozen=True)
class Export:
    """A kind of table that many shops have, recognised by its columns.

    `what` it is called; `needs` are columns of which all are there; `columns` has by their compact names the
    fields of those that are not what their names say elsewhere, "" for none. `facts` are the compact names of
    the further columns that are shown with a product; so is what `change`, which makes of the table's rows a
    row for each product, calls `FACT` and a name; `unit` is what they are then, where they are no rows.
    """

    what: str
    needs: frozenset[str]
    columns: dict[str, str] = field(default_factory=dict)
    facts: frozenset[str] = frozenset()
    change: Callable[[Iterable[Row | LeftOut]], Iterator[Row | LeftOut]] = iter
    unit: str = ""


def compact(name: str) -> str:
    """A column's name without case, spaces and signs: by it a column is known in every spelling."""
    return re.sub(r"[\W_]", "", name.removeprefix("g:").lower())


def _text(cell: Cell) -> str:
    return cell if isinstance(cell, str) else "|".join(cell)


def _by_compact_name(row: Row) -> dict[str, str]:
    return {compact(name): _text(cell) for name, cell in row.cells.items()}


# --- Shopify: a product's first row has its texts, each row may have a variant and a further picture.


def _shopify(rows: Iterable[Row | LeftOut]) -> Iterator[Row | LeftOut]:
    product: _Shopify | None = None
    for row in rows:
        if isinstance(row, LeftOut):
            yield row
            continue
        cells = _by_compact_name(row)
        handle = _first(cells, "handle", "urlhandle")
        if product is None or handle != product.handle:
            if product is not None:
                yield product.row()
            product = _Shopify(handle, row)
        product.add(row, cells)
    if product is not None:
        yield product.row()


class _Shopify:
    """Gathers the rows of one handle."""

    def __init__(self, handle: str, first: Row) -> None:
        self.handle = handle
        self._row = first
        self._images: dict[str, dict[str, None]] = {}
        self._options: list[tuple[str, dict[str, None]]] = []
        self._price: tuple[float, str, str, str] | None = None
        self._stock: dict[str, bool] = {}

    def add(self, row: Row, cells: dict[str, str]) -> None:
        """Take in one row, whose `cells` are by their columns' compact names."""
        for name in row.cells:
            if (key := compact(name)) in ("imagesrc", "productimageurl", "variantimage", "variantimageurl"):
                self._images.setdefault(name, {})[cells[key]] = None
            elif key in ("variantprice", "price"):
                self._add_price(name, cells[key], _first(cells, "variantcompareatprice", "compareatprice"))
            elif key in ("variantinventoryqty", "inventoryquantity"):
                more = _first(cells, "variantinventorypolicy", "continuesellingwhenoutofstock").lower()
                there = stock_from(cells[key]) or more in ("continue", "true")
                self._stock[name] = self._stock.get(name, False) or there
        for place in range(3):
            number = f"option{place + 1}"
            if f"{number}name" in cells and len(self._options) == place:
                self._options.append((cells[f"{number}name"], {}))
            if len(self._options) > place and f"{number}value" in cells:
                self._options[place][1][cells[f"{number}value"]] = None

    def _add_price(self, name: str, paid: str, before: str) -> None:
        """The price is that of the cheapest variant; what it was before is no price if it is less."""
        price, regular = price_from(paid, decimal="."), price_from(before, decimal=".")
        if price and (self._price is None or price.amount < self._price[0]):
            on_sale = regular is not None and regular.amount > price.amount
            self._price = (price.amount, name, paid, before if on_sale else "")

    def row(self) -> Row | LeftOut:
        """The product's row, or why it is none of the shop's."""
        first = _by_compact_name(self._row)
        status = first.get("status", "active").lower()
        if status != "active":
            return LeftOut(self._row.place, f"its status is {status}")
        if _first(first, "published", "publishedononlinestore").lower() == "false":
            return LeftOut(self._row.place, "it is not published")
        cells: dict[str, Cell] = dict(self._row.cells)
        cells |= {name: tuple(images) for name, images in self._images.items()}
        cells |= {name: "yes" if there else "no" for name, there in self._stock.items()}
        if self._price:
            _, name, paid, before = self._price
            cells |= {name: before, "sale_price": paid} if before else {name: paid}
        for name, values in self._options:
            if list(values) != ["Default Title"]:
                cells[FACT + name] = ", ".join(values)
        return Row(self._row.place, cells)


def _first(cells: dict[str, str], *names: str) -> str:
    return next((cells[name] for name in names if name in cells), "")


# --- WooCommerce: variations have rows of their own, which name their product's.


def _woocommerce(rows: Iterable[Row | LeftOut]) -> Iterator[Row | LeftOut]:
    shared: dict[str, dict[str, Cell]] = {}
    for row in rows:
        if isinstance(row, LeftOut):
            yield row
            continue
        plain = _by_compact_name(row)
        if plain.get("published", "1") not in ("1", "1.0"):
            yield LeftOut(row.place, "it is not published")
            continue
        cells: dict[str, Cell] = dict(row.cells)
        number = f"id:{plain['id']}" if "id" in plain else ""
        parent = plain.get("parent", "")
        if plain.get("type", "").startswith("variation") and parent:
            if "images" not in plain:
                yield LeftOut(row.place, f"a variation of {parent} without a picture of its own")
                continue
            cells = shared.get(parent, {}) | cells | {"variants": parent}
        elif "variable" in plain.get("type", ""):
            keys = [key for key in (plain.get("sku", ""), number) if key]
            texts = {name: cell for name, cell in cells.items() if compact(name) in _SHARED}
            shared |= dict.fromkeys(keys, texts)
            cells["variants"] = keys[0] if keys else ""
        for place in range(1, 20):
            values = plain.get(f"attribute{place}values", "")
            if values:
                cells[FACT + plain.get(f"attribute{place}name", f"attribute {place}")] = values
        yield Row(row.place, {name: cell for name, cell in cells.items() if cell})


_SHARED = frozenset({"categories", "tags", "brands"})

_MERCHANT_FACTS = frozenset(
    [
        *("color", "colour", "material", "pattern", "size", "sizetype", "sizesystem", "gender", "agegroup"),
        *("condition", "gtin", "mpn", "energyefficiencyclass", "multipack", "isbundle", "productweight"),
        *("productlength", "productwidth", "productheight", "availabilitydate"),
    ]
)

_SHOPIFY_COLUMNS = {
    **dict.fromkeys(("handle", "urlhandle"), "id"),
    **dict.fromkeys(("variantsku", "sku", "variantbarcode", "barcode", "published", "status"), ""),
}

EXPORTS = (
    *(
        Export(
            "a Shopify export",
            frozenset({"title", *names}),
            _SHOPIFY_COLUMNS,
            change=_shopify,
            unit="products",
        )
        for names in (("handle", "imagesrc"), ("urlhandle", "productimageurl"))
    ),
    Export(
        "a WooCommerce export",
        frozenset({"sku", "name", "regularprice", "images"}),
        {"sku": "id", "type": "", "parent": "", "published": ""},
        change=_woocommerce,
    ),
    Export("a Google Merchant feed", frozenset({"id", "title", "imagelink"}), facts=_MERCHANT_FACTS),
)


def export_of(columns: Iterable[str]) -> Export | None:
    """The export that a table with some columns is, or None."""
    names = set(map(compact, columns))
    return next((export for export in EXPORTS if export.needs <= names), None)
