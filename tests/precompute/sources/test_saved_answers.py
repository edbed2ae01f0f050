"""What the interfaces of shop systems answer with, saved as a file."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from precompute.sources import SourceProduct
from tests.precompute.sources.shop import PICTURES, read_text, reasons

A, B = PICTURES[:2]


def read(folder: Path, content: Any) -> list[SourceProduct]:
    return read_text(folder, "products.json", json.dumps(content)).products


def shopify(number: int, variants: list[dict[str, Any]], **more: Any) -> dict[str, Any]:
    options = [{"name": "Size", "position": 1, "values": [each["title"] for each in variants]}]
    return {
        "id": 7000 + number,
        "title": f"Mug {number}",
        "handle": f"mug-{number}",
        "body_html": "<p>Clay &amp; glaze</p>",
        "vendor": "Own",
        "product_type": "Mugs",
        "tags": ["clay", "blue"],
        "variants": variants,
        "images": [{"id": 9, "src": PICTURES[number]}],
        "options": options,
    } | more


def test_shopify_s_products_are_those_of_the_address(tmp_path: Path) -> None:
    small = {"id": 1, "title": "Small", "price": "12.50", "available": False, "compare_at_price": "15.00"}
    large = {"id": 2, "title": "Large", "price": "16.00", "available": True, "compare_at_price": "20.00"}
    default = {
        "id": 3,
        "title": "Default Title",
        "price": "9.000",
        "available": False,
        "compare_at_price": None,
    }
    one, other = read(tmp_path, {"products": [shopify(0, [small, large]), shopify(1, [default])]})
    assert (one.id, one.title, one.brand, one.category, one.tags) == (
        "7000",
        "Mug 0",
        "Own",
        "Mugs",
        ("clay", "blue"),
    )
    assert (one.price, one.in_stock, one.variants) == (16, True, "")
    assert (one.facts, one.compare_at_price) == ({"size": "Small, Large"}, 20)
    assert one.description == "Clay & glaze"
    assert (other.price, other.in_stock, other.variants, other.facts) == (9, False, "", {})


def test_shopify_s_drafts_are_left_out(tmp_path: Path) -> None:
    variant = {"title": "x", "price": "1", "inventory_quantity": 0, "inventory_management": None}
    items = [
        shopify(0, [variant]),
        shopify(1, [variant], status="draft"),
        shopify(2, [variant], published_at=None),
    ]
    catalogue = read_text(tmp_path, "a.json", json.dumps(items))
    # What Shopify does not count can be bought as far as anyone knows.
    assert [(each.id, each.in_stock) for each in catalogue.products] == [("7000", None)]
    assert reasons(catalogue) == {
        "a.json, item 2": "its status is draft",
        "a.json, item 3": "it is not published",
    }


def test_woocommerce_s_store_api_counts_in_cents(tmp_path: Path) -> None:
    prices = {"price": "1250", "regular_price": "1500", "currency_code": "EUR", "currency_minor_unit": 2}
    item = {
        "id": 5,
        "name": "Mug &amp; cup",
        "sku": "M-5",
        "permalink": "https://shop.example/mug",
        "description": "<p>x</p>",
        "prices": prices,
        "images": [{"id": 1, "src": A, "thumbnail": B}],
        "categories": [{"id": 2, "name": "Mugs"}, {"id": 3, "name": "Sale"}],
        "attributes": [{"name": "Colour", "terms": [{"name": "Red"}, {"name": "Blue"}]}],
        "is_in_stock": True,
        "on_sale": True,
    }
    yen = item | {
        "id": 6,
        "prices": prices
        | {"price": "1250", "regular_price": "1250", "currency_code": "JPY", "currency_minor_unit": 0},
    }
    huge = item | {"id": 7, "prices": prices | {"price": "1e999999999"}}
    one, other, third = read(tmp_path, [item, yen, huge])
    assert third.price is None
    assert (one.id, one.title, one.price, one.currency, one.in_stock) == ("5", "Mug & cup", 12.5, "EUR", True)
    assert (one.category, one.tags, one.files) == ("Mugs", ("Sale",), (A,))
    assert (one.facts, one.compare_at_price) == ({"sku": "M-5", "colour": "Red, Blue"}, 15)
    assert (other.price, other.currency, other.compare_at_price) == (1250, "JPY", None)


ITEMS: dict[str, dict[str, Any]] = {
    "WooCommerce's REST API": {
        "name": "Mug",
        "permalink": "https://shop.example/mug",
        "regular_price": "15.00",
        "price": "12.50",
        "sale_price": "12.50",
        "status": "publish",
        "stock_status": "instock",
        "images": [{"src": A}],
    },
    "Vendure": {
        "name": "Mug",
        "slug": "mug",
        "featuredAsset": {"preview": A},
        "assets": [{"preview": A}],
        "variants": [{"priceWithTax": 1250, "currencyCode": "EUR", "stockLevel": "IN_STOCK"}],
    },
    "Medusa": {
        "title": "Mug",
        "handle": "mug",
        "thumbnail": A,
        "images": [{"url": A}],
        "variants": [
            {
                "manage_inventory": True,
                "inventory_quantity": 3,
                "calculated_price": {
                    "calculated_amount": 12.5,
                    "original_amount": 15,
                    "currency_code": "eur",
                },
            }
        ],
    },
    "Magento": {
        "sku": "M",
        "name": "Mug",
        "price": 15,
        "status": 1,
        "visibility": 4,
        "media_gallery_entries": [{"file": f"/{A}"}],
        "custom_attributes": [{"attribute_code": "special_price", "value": "12.50"}],
    },
    "any": {"name": "Mug", "image": A, "variants": [{"price": "14.00"}, {"price": "12.50"}]},
}


@pytest.mark.parametrize("system", ITEMS)
def test_other_interfaces_have_prices_of_their_own_kinds(tmp_path: Path, system: str) -> None:
    (made,) = read(tmp_path, {"data": {"products": [{"id": "1"} | ITEMS[system]]}})
    assert (made.title, made.price, made.files, made.variants) == ("Mug", 12.5, (A,), "")


@pytest.mark.parametrize("more", [{"visibility": 1}, {"status": 2}])
def test_what_magento_hides_is_left_out(tmp_path: Path, more: dict[str, Any]) -> None:
    items = [ITEMS["Magento"], ITEMS["Magento"] | {"sku": "H"} | more]
    catalogue = read_text(tmp_path, "a.json", json.dumps({"items": items}))
    assert [each.id for each in catalogue.products] == ["M"] and len(catalogue.left_out) == 1
