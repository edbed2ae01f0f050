"""Shopify's export: a product's first row has its texts, each of its rows a variant or a further picture."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from precompute.sources.exports.export import FACT, Export, by_compact_name, compact
from precompute.sources.records import LeftOut
from precompute.sources.rows import Cell, Row
from precompute.sources.values.prices import price_from
from precompute.sources.values.stock import stock_from


def _change(rows: Iterable[Row | LeftOut]) -> Iterator[Row | LeftOut]:
    product: _Shopify | None = None
    for row in rows:
        if isinstance(row, LeftOut):
            yield row
            continue
        cells = by_compact_name(row)
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
        first = by_compact_name(self._row)
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


_COLUMNS = {
    **dict.fromkeys(("handle", "urlhandle"), "id"),
    # The variant's that is shown, which `_change` gives as the price before the sale, counts alone.
    **dict.fromkeys(("variantcompareatprice", "compareatprice"), ""),
    **dict.fromkeys(("variantsku", "sku", "variantbarcode", "barcode", "published", "status"), ""),
}

SHOPIFY = tuple(
    Export("a Shopify export", frozenset({"title", *names}), _COLUMNS, change=_change, unit="products")
    for names in (("handle", "imagesrc"), ("urlhandle", "productimageurl"))
)
"""By the older and by the newer names of its columns."""
