"""The table that is written is read back as the same products."""

from __future__ import annotations

import json

import pytest

from precompute.sources import read_catalogue
from tests.shop import platforms
from tests.shop.goods import goods


def product(number: int, title: str, **more: object) -> dict[str, object]:
    return {"id": str(number), "title": title, "image": f"img/{1000 + number}-1.jpg"} | more


HOSTILE = [
    product(1, '=HYPERLINK("http://evil.example")', brand="+1", tags="@a|-b", description="'quoted'"),
    product(2, "'s-Hertogenbosch", price="1.299,00 €", availability="sofort lieferbar"),
    product(3, "Three decimals", price="1.299", currency="KWD", SKU="S-3", type="a type", label="a label"),
    product(
        4, "ランプ\u202e <script>", category="Home » Kitchen / Bath", price="on request", url="javascript:x()"
    ),
    product(5, "Emoji \ud83d half", availability="preorder", views="12", ean="=4001", Größe="XL"),
]


def test_whatever_the_source_says_comes_back(site, collect, tmp_path):
    platforms.give_pictures(site, goods(10))
    site.give("/goods.json", json.dumps(HOSTILE), "application/json")
    assert collect(f"{site.url}/goods.json").code == 0
    products = {each.id: each for each in read_catalogue(tmp_path / "catalogue").products}
    assert len(products) == len(HOSTILE)
    first, second, third, fourth, fifth = (products[str(number)] for number in range(1, 6))
    assert (first.title, first.brand, first.tags) == ('=HYPERLINK("http://evil.example")', "+1", ("@a", "-b"))
    assert first.description == "'quoted'"
    assert (second.title, second.price, second.currency) == ("'s-Hertogenbosch", 1299.0, "EUR")
    assert second.in_stock is True
    assert third.facts["sku"] == "S-3" and third.id == "3"
    assert fourth.url == "" and fourth.facts["price"] == "on request"
    assert fifth.facts["availability"] == "preorder" and fifth.title.startswith("Emoji")
    lines = (tmp_path / "catalogue/products.csv").read_text(encoding="utf-8").splitlines()
    assert not [
        line for line in lines for text in line.split('","') if text.lstrip('"').startswith(tuple("=+@"))
    ]


@pytest.mark.parametrize(
    ("price", "text"), [(1.299, "1.2990"), (12.0, "12.00"), (0.5, "0.50"), (1e6, "1000000.00")]
)
def test_amounts_cannot_be_taken_for_others(price, text):
    from precompute.collect.readers.text import amount_text
    from precompute.sources.values.prices import price_from

    assert amount_text(price) == text
    assert price_from(text, decimal="").amount == price
