"""PrestaShop's import of products, with look-alikes as accessories, which a product's page shows.

The columns are those of PrestaShop's `ProductFieldsProvider`. Products are named by their numbers (“Force all
ID numbers”) or by their references (“Use product reference as key”), all in the same way.
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
    write_csv,
)

_SEPARATOR = ","
_DELIMITER = ";"


def _references(products: Iterable[Product], ids: str | None) -> Callable[[Product], str]:
    # PrestaShop's own tables have numbers as ids.
    are_numbers = ids == "number" or (ids is None and all(is_number(product.id) for product in products))

    def reference(product: Product) -> str:
        if are_numbers:
            if not is_number(product.id):
                raise UnknownToShop("its id is not PrestaShop's number")
            return NUMBER + product.id
        if is_number(product.id):
            raise UnknownToShop("its reference has only digits, so PrestaShop takes it for a number")
        return checked(product.id, what="reference", forbidden=_SEPARATOR + _DELIMITER)

    return reference


def _write(file: TextIO, entries: list[Related]) -> None:
    key = "ID" if any(entry.reference.startswith(NUMBER) for entry in entries) else "Reference #"
    rows = ((_plain(entry.reference), _SEPARATOR.join(map(_plain, entry.others))) for entry in entries)
    write_csv(file, (key, "Accessories (x,y,z...)"), rows, delimiter=_DELIMITER)


def _plain(reference: str) -> str:
    return reference.removeprefix(NUMBER)


PRESTASHOP = ShopFormat(
    "prestashop",
    "PrestaShop",
    "for PrestaShop's import: accessories by ID or reference",
    "prestashop.csv",
    _references,
    _write,
)
