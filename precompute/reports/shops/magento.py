"""The product import of Magento 2 and Adobe Commerce.

https://experienceleague.adobe.com/docs/commerce-admin/systems/data-transfer/data-attributes-product.html
describes its columns. Only `sku` is required, and columns that are left out stay unchanged.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TextIO

from bundle import Product
from precompute.reports.shops.shop_format import (
    Related,
    ShopFormat,
    UnknownToShop,
    checked,
    sku_of,
    write_csv,
)

_SEPARATOR = ","
_LONGEST = 64


def _references(products: Iterable[Product], ids: str | None) -> Callable[[Product], str]:
    return _sku


def _sku(product: Product) -> str:
    sku = checked(sku_of(product) or product.id, what="SKU", forbidden=_SEPARATOR)
    if len(sku) > _LONGEST:
        raise UnknownToShop(f"its SKU has more than {_LONGEST} characters, which Magento refuses")
    return sku


def _write(file: TextIO, entries: list[Related]) -> None:
    def rows() -> Iterable[tuple[str, ...]]:
        for entry in entries:
            positions = map(str, range(1, len(entry.others) + 1))
            yield entry.reference, _SEPARATOR.join(entry.others), _SEPARATOR.join(positions)

    write_csv(file, ("sku", "related_skus", "related_position"), rows())


MAGENTO = ShopFormat(
    "magento",
    "Magento",
    "for the import of Magento 2: related products by SKU",
    "magento.csv",
    _references,
    _write,
)
