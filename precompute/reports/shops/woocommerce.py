"""WooCommerce's own product importer: https://github.com/woocommerce/woocommerce/wiki/Product-CSV-Import-Schema.

Look-alikes are upsells, which a product's page shows. Cross-sells are shown in the cart, and WooCommerce
computes its list of related products itself. A product is named by its SKU, or by `id:` and WooCommerce's
number.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TextIO

from bundle import Product
from precompute.reports.shops.shop_format import (
    NUMBER,
    Related,
    ShopFormat,
    UnknownToShop,
    checked,
    is_number,
    sku_of,
    write_csv,
)


def _references(products: Iterable[Product], ids: str | None) -> Callable[[Product], str]:
    # A source that has SKUs beside the ids has WooCommerce's numbers as ids.
    are_numbers = ids == "number" or (ids is None and any(map(sku_of, products)))

    def reference(product: Product) -> str:
        sku = sku_of(product)
        if not sku and is_number(product.id) and ids != "sku":
            if not are_numbers:
                # The importer would create a product for a SKU that the shop does not have.
                raise UnknownToShop("its id may be a SKU or WooCommerce's number: say which with --ids")
            return NUMBER + product.id
        # A comma in one of several values gets a backslash.
        return checked(sku or product.id, what="SKU").replace(",", "\\,")

    return reference


def _write(file: TextIO, entries: list[Related]) -> None:
    rows = [(*_key(entry.reference), ", ".join(entry.others)) for entry in entries]
    header = ("ID", "SKU", "Upsells")
    # An empty cell would remove a product's SKU, so a column without values is left out.
    used = [place for place in range(len(header)) if place == 2 or any(row[place] for row in rows)]
    write_csv(file, tuple(header[place] for place in used), (tuple(row[p] for p in used) for row in rows))


def _key(reference: str) -> tuple[str, str]:
    if reference.startswith(NUMBER):
        return reference.removeprefix(NUMBER), ""
    return "", reference.replace("\\,", ",")


WOOCOMMERCE = ShopFormat(
    "woocommerce",
    "WooCommerce",
    "for WooCommerce's importer: upsells by SKU or ID",
    "woocommerce.csv",
    _references,
    _write,
)
