"""The lists of shops: how their pages follow each other, and the corners of what they hold."""

from __future__ import annotations

import json

import pytest
from scrapy.http import TextResponse

from precompute.collect.platforms.shopify import Shopify
from precompute.collect.platforms.woocommerce import WooCommerce
from precompute.collect.readers import Target, Unreadable

SHOP = "https://shop.example"


def answer(content: object, **headers: str) -> TextResponse:
    return TextResponse(SHOP, body=json.dumps(content).encode(), headers=headers, encoding="utf-8")


def listing(*ids: int, **more: object) -> dict[str, object]:
    return {"products": [{"id": each, "title": "A", "handle": f"a-{each}", **more} for each in ids]}


def following(place: str, role: str = "products", *ids: int, **headers: str) -> list[str]:
    found = Shopify(SHOP).read(Target(f"{SHOP}/products.json", role, place), answer(listing(*ids), **headers))
    return [target.url for target in found.targets]


def test_pages_are_numbered_until_one_is_empty():
    assert following("000001", "products", 5, 4) == [f"{SHOP}/products.json?limit=250&page=2"]
    assert following("000002 5") == []


def test_beyond_the_last_page_that_is_numbered_the_shop_is_asked_by_id():
    assert following("000100 7", "products", 9, 8) == [f"{SHOP}/products.json?limit=250&since_id=0"]
    assert following("000101 9", "after", 3, 12, 7) == [f"{SHOP}/products.json?limit=250&since_id=12"]


def test_a_page_that_the_server_names_is_the_next():
    link = f'<{SHOP}/products.json?page_info=abc>; rel="next"'
    assert following("000001", "products", 1, Link=link) == [f"{SHOP}/products.json?page_info=abc"]
    elsewhere = '<https://evil.example/products.json>; rel="next"'
    assert following("000001", "products", 1, Link=elsewhere) == [f"{SHOP}/products.json?limit=250&page=2"]


def test_pictures_are_asked_for_in_the_size_that_is_of_use():
    images = [
        {"src": "https://cdn.shopify.com/s/files/a.jpg?v=1"},
        {"src": f"{SHOP}/b.jpg"},
        {"src": None},
        7,
    ]
    found = Shopify(SHOP).read(Shopify(SHOP).first(), answer(listing(1, images=images)))
    (record,) = found.entries
    assert record.images == ("https://cdn.shopify.com/s/files/a.jpg?v=1&width=1024", f"{SHOP}/b.jpg")


@pytest.mark.parametrize(
    "more",
    [
        {"variants": "none", "options": {"name": 3}, "tags": None, "images": {"src": "x"}},
        {
            "variants": [{"price": None}, {"price": "a lot", "available": "yes"}],
            "options": [None, {"name": []}],
        },
        {"title": ["x"], "body_html": 5, "vendor": {"name": "x"}, "product_type": None, "tags": [[], {}]},
    ],
)
def test_what_is_not_as_it_should_be_is_left_empty(more):
    found = Shopify(SHOP).read(Shopify(SHOP).first(), answer(listing(1, **more)))
    (record,) = found.entries
    assert record.fields["id"] == "1" and "price" not in record.fields


@pytest.mark.parametrize(
    ("variants", "price", "before"),
    [
        ([("20.00", "25.00", True), ("30.00", "60.00", True)], "20.00", "25.00"),
        ([("20.00", "25.00", False), ("30.00", "60.00", True)], "30.00", "60.00"),
        ([("20.00", None, True), ("30.00", "60.00", True)], "20.00", None),
    ],
)
def test_the_former_price_is_that_of_the_variant_that_is_shown(variants, price, before):
    given = [{"price": now, "compare_at_price": then, "available": there} for now, then, there in variants]
    (record,) = Shopify(SHOP).read(Shopify(SHOP).first(), answer(listing(1, variants=given))).entries
    assert (record.fields["price"], record.fields.get("compare_at_price")) == (price, before)


def test_woocommerce_s_regular_price_was_before_the_sale():
    prices = {"price": "1999", "regular_price": "2499", "currency_minor_unit": 2, "currency_code": "EUR"}
    shop = WooCommerce(SHOP)
    (record,) = shop.read(shop.first(), answer([{"id": 1, "prices": prices}])).entries
    assert (record.fields["price"], record.fields["compare_at_price"]) == ("19.99", "24.99")


def test_control_characters_cost_nothing_else():
    more = {
        "body_html": "<p>Soft\x00\x01 &amp;\x1b[31m warm\x0b</p>\ufffe\ud83d",
        "title": "A\u0007 <b>mug</b>",
    }
    (record,) = Shopify(SHOP).read(Shopify(SHOP).first(), answer(listing(1, **more))).entries
    assert record.fields["title"] == "A mug"
    assert record.fields["description"].startswith("Soft") and "warm" in record.fields["description"]


@pytest.mark.parametrize("content", [[], {"products": 3}, "text", None])
def test_what_is_no_list_is_said(content):
    with pytest.raises(Unreadable):
        Shopify(SHOP).read(Shopify(SHOP).first(), answer(content))


@pytest.mark.parametrize(
    ("price", "unit", "text"),
    [
        ("1999", 2, "19.99"),
        ("1999", 0, "1999"),
        ("5", 3, "0.005"),
        ("", 2, None),
        ("-5", 2, None),
        ("9", 99, None),
        ("1e999999999", 2, None),
    ],
)
def test_prices_in_minor_units(price, unit, text):
    prices = {"price": price, "currency_minor_unit": unit, "currency_code": "EUR"}
    shop = WooCommerce(SHOP)
    (record,) = shop.read(shop.first(), answer([{"id": 1, "prices": prices}])).entries
    assert record.fields.get("price") == text


def test_the_smallest_picture_that_is_large_enough_is_taken():
    srcset = ", ".join(f"https://s.example/a-{width}.jpg {width}w" for width in (300, 1536, 1024))
    shop = WooCommerce(SHOP)
    images = [
        {"src": "https://s.example/a.jpg", "srcset": srcset},
        {"src": "https://s.example/b.jpg", "srcset": ""},
    ]
    (record,) = shop.read(shop.first(), answer([{"id": 1, "images": images}])).entries
    assert record.images == ("https://s.example/a-1024.jpg", "https://s.example/b.jpg")


def test_categories_in_a_circle_end():
    shop = WooCommerce(SHOP)
    found = shop.read(
        shop.about(), answer([{"id": 1, "name": "A", "parent": 2}, {"id": 2, "name": "B", "parent": 1}])
    )
    (record,) = shop.read(shop.first(), answer([{"id": 9, "categories": [{"id": 1, "name": "A"}]}])).entries
    assert shop.complete(record, found.notes).fields["category"] == "B > A"


def test_a_category_of_woocommerce_is_asked_for_alone():
    url = WooCommerce(f"{SHOP}/product-category/living/lamps/").first().url
    assert url.endswith("&category=lamps")
