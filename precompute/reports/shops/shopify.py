"""Shopify's related products, which its Search & Discovery app keeps in a metafield, for a bulk operation.

https://shopify.dev/docs/api/usage/bulk-operations/imports describes the JSON Lines: each has the variables of
one mutation, here `metafieldsSet`. A list of products is a JSON array of their global ids, as text.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterable
from typing import TextIO

from bundle import Product
from precompute.reports.shops.shop_format import Related, ShopFormat, UnknownToShop, is_number

_GLOBAL_ID = "gid://shopify/Product/"
_METAFIELD = {
    "namespace": "shopify--discovery--product_recommendation",
    "key": "related_products",
    "type": "list.product_reference",
}


def _references(products: Iterable[Product], ids: str | None) -> Callable[[Product], str]:
    return _global_id


def _global_id(product: Product) -> str:
    number = product.id.removeprefix(_GLOBAL_ID)
    if not is_number(number):
        raise UnknownToShop("its id is not Shopify's number, which building from the shop's address gives")
    return _GLOBAL_ID + number


def _write(file: TextIO, entries: list[Related]) -> None:
    for entry in entries:
        metafield = {"ownerId": entry.reference, **_METAFIELD, "value": json.dumps(entry.others)}
        file.write(json.dumps({"metafields": [metafield]}) + "\n")


SHOPIFY = ShopFormat(
    "shopify",
    "Shopify",
    "for a bulk operation of Shopify: the related products of Search & Discovery",
    "shopify.jsonl",
    _references,
    _write,
)
