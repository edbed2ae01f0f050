"""Addresses of the API."""

from __future__ import annotations

from dashapp.addresses import href_of

ROOT = "/api/v1"
OPENAPI = f"{ROOT}/openapi.json"
PRODUCTS = f"{ROOT}/products"
PRODUCT = f"{ROOT}/product"
SIMILAR = f"{ROOT}/similar"

_SIMILAR = "/similar"


def similar_address(product_id: str) -> str:
    """The address of a product's look-alikes, in a form that works for any id."""
    return href_of(SIMILAR, id=product_id)


def product_id_in(path: str) -> tuple[str, str] | None:
    """Match a decoded path below `PRODUCTS`: returns `PRODUCT` or `SIMILAR`, and the product id.

    None for any other path. A path that ends in `/similar` is always a list of look-alikes.
    """
    product_id = path.removeprefix(f"{PRODUCTS}/")
    operation = SIMILAR if product_id.endswith(_SIMILAR) else PRODUCT
    product_id = product_id.removesuffix(_SIMILAR)
    return (operation, product_id) if product_id and path.startswith(f"{PRODUCTS}/") else None
