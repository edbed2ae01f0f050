"""What pages say that a product cost before a sale, in each of the ways in which shops write it."""

from __future__ import annotations

import json
from typing import Any

import pytest
from lxml import html

from precompute.collect.readers.product_page import read_products
from precompute.sources import Record

URL = "https://shop.example/p/mug"


def prices(page: str) -> tuple[str, str]:
    (record,), _ = read_products(html.document_fromstring(page), url=URL, base=URL)
    assert isinstance(record, Record)
    return record.fields.get("price", ""), record.fields.get("compare_at_price", "")


def ld(*offers: dict[str, Any]) -> str:
    product = {"@type": "Product", "name": "Mug", "image": "/a.jpg", "offers": list(offers)}
    return f'<script type="application/ld+json">{json.dumps(product)}</script>'


def offer(price: str, *former: str, kind: str = "StrikethroughPrice", **more: str) -> dict[str, Any]:
    parts = [
        {"@type": "UnitPriceSpecification", "priceType": f"https://schema.org/{kind}", "price": each}
        | {"priceCurrency": more.get("former_currency", "EUR")}
        for each in former
    ]
    return {"@type": "Offer", "price": price, "priceCurrency": "EUR", "priceSpecification": parts}


@pytest.mark.parametrize(
    ("offers", "expected"),
    [
        ([offer("80", "100")], ("80", "100")),
        ([offer("80", "100", kind="ListPrice")], ("80", "100")),
        ([offer("80", "120", "100")], ("80", "100")),
        ([offer("80", "70")], ("80", "")),
        ([offer("80")], ("80", "")),
        ([offer("80", "100", former_currency="USD")], ("80", "")),
        ([offer("80"), offer("90", "200")], ("80", "")),
        ([offer("80", "85"), offer("90", "200")], ("80", "85")),
    ],
)
def test_schema_org_s_former_price_is_that_of_the_offer_that_counts(
    offers: list[dict[str, Any]], expected: tuple[str, str]
) -> None:
    assert prices(ld(*offers)) == expected


OPEN_GRAPH = (
    '<meta property="og:type" content="product"><meta property="og:title" content="Mug">'
    '<meta property="og:image" content="/a.jpg">'
)


def meta(**amounts: str) -> str:
    return "".join(
        f'<meta property="product:{name}:amount" content="{each}">' for name, each in amounts.items()
    )


@pytest.mark.parametrize(
    ("page", "expected"),
    [
        (OPEN_GRAPH + meta(price="80", original_price="100"), ("80", "100")),
        (ld(offer("80")) + meta(price="100", sale_price="80"), ("80", "100")),
        (ld(offer("80")) + meta(price="80", original_price="100"), ("80", "100")),
        (ld(offer("80")) + meta(price="90", original_price="100"), ("80", "")),
        (ld(offer("80")) + meta(price="100", sale_price="70"), ("80", "")),
    ],
)
def test_open_graph_tells_it_beside_the_same_price(page: str, expected: tuple[str, str]) -> None:
    assert prices(page) == expected


def attribute(value: Any) -> str:
    return json.dumps(value).replace('"', "&quot;")


SHOPIFY = {
    "handle": "mug",
    "title": "Mug",
    "variants": [
        {"price": 9000, "compare_at_price": 20000, "available": True},
        {"price": 8000, "compare_at_price": 10000, "available": True},
        {"price": 5000, "compare_at_price": 6000, "available": False},
    ],
}
WOOCOMMERCE = [
    {"display_price": 90, "display_regular_price": 200, "is_in_stock": True},
    {"display_price": 80, "display_regular_price": 100, "is_in_stock": True},
]
MAGENTO = (
    '<div class="product-info-main"><span class="special-price"><span data-price-amount="80" '
    'data-price-type="finalPrice"></span></span><span class="old-price"><span data-price-amount="100" '
    'data-price-type="oldPrice"></span></span></div>'
)
PRESTASHOP = {"id_product": 1, "name": "Mug", "price_amount": 80, "regular_price_amount": 100}
BIGCOMMERCE = {
    "product_attributes": {
        "price": {"with_tax": {"value": 80, "currency": "EUR"}, "non_sale_price_with_tax": {"value": 100}}
    }
}


@pytest.mark.parametrize(
    "page",
    [
        f'<script type="application/json" data-product-json>{json.dumps(SHOPIFY)}</script>',
        f'<body class="woocommerce"><form data-product_variations="{attribute(WOOCOMMERCE)}"></form></body>',
        MAGENTO,
        f'<div data-product="{attribute(PRESTASHOP)}"></div>',
        f"<script>var BCData = {json.dumps(BIGCOMMERCE)};</script>",
    ],
)
def test_shop_systems_programs_tell_it(page: str) -> None:
    head = f"<html><head>{OPEN_GRAPH}</head>"
    assert tuple(map(float, prices(head + page + "</html>"))) == (80, 100)
