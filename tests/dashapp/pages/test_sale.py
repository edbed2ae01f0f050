"""What products cost before a sale: on cards, on a product's page, and as a filter."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml.html import HtmlElement, document_fromstring

from bundle import Product
from dashapp import create_app
from dashapp.settings import Settings
from tests.small_bundle import small_product, write_small_bundle

PRICES = {
    "rounded": (19.92, 24.9),
    "whole": (80.0, 100.0),
    "little": (99.5, 100.0),
    "none": (80.0, None),
    "less": (80.0, 60.0),
    "unpriced": (None, 9.0),
}


def of_shop(folder: Path, products: list[Product]) -> FlaskClient:
    write_small_bundle(folder, products, recipe={"metric": "cosine"})
    return create_app(Settings(data=folder)).server.test_client()


@pytest.fixture(scope="module")
def client(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    products = [
        small_product(
            name, price=price, compare_at_price=before, currency="EUR", in_stock=name in ("whole", "none")
        )
        for name, (price, before) in PRICES.items()
    ]
    return of_shop(tmp_path_factory.mktemp("sale"), products)


def page(client: FlaskClient, address: str) -> HtmlElement:
    return document_fromstring(client.get(address).text)


def names(shown: HtmlElement) -> list[str]:
    return [each.text_content().removeprefix("Title of ") for each in shown.find_class("card-name")]


def ways(shown: HtmlElement, text: str) -> list[str]:
    return [link.get("href") for link in shown.iter("a") if link.text_content().startswith(text)]


def test_cards_strike_the_former_price_through_and_say_the_saving(client: FlaskClient) -> None:
    found = {}
    for card in page(client, "/").find_class("product-card"):
        (name,), (known,) = names(card), card.find_class("card-facts")
        struck = [each.text_content() for each in card.iter("s")]
        saving = [each.text_content() for each in card.find_class("card-saving")]
        found[name] = (known.text_content(), struck, saving)
    assert found == {
        "rounded": ("€19.92 was €24.90", ["was €24.90"], ["20% off"]),
        "whole": ("€80.00 was €100.00", ["was €100.00"], ["20% off"]),
        "little": ("€99.50 was €100.00", ["was €100.00"], []),
        "none": ("€80.00", [], []),
        "less": ("€80.00", [], []),
        "unpriced": ("", [], []),
    }


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("whole", ["€80.00 was €100.00 20% off"]),
        ("little", ["€99.50 was €100.00"]),
        ("less", ["€80.00"]),
        ("unpriced", []),
    ],
)
def test_a_product_s_page_says_what_it_cost_before(
    client: FlaskClient, name: str, expected: list[str]
) -> None:
    shown = page(client, f"/product/{name}").find_class("price")
    assert [each.text_content() for each in shown] == expected


def test_what_is_on_sale_can_be_chosen_and_is_counted(client: FlaskClient) -> None:
    assert ways(page(client, "/"), "On sale 3") == ["/?sale=on"]
    assert ways(page(client, "/?stock=in"), "On sale 1") == ["/?stock=in&sale=on"]
    chosen = page(client, "/?sale=on")
    assert names(chosen) == ["rounded", "whole", "little"]
    assert ways(chosen, "On sale 3") == ways(chosen, "Remove filter On sale") == ["/"]
    assert "sale=on" in ways(chosen, "In stock 1")[0]


def test_a_shop_without_a_sale_has_no_filter_for_it(tmp_path: Path) -> None:
    client = of_shop(tmp_path, [small_product("a", price=1.0), small_product("b", price=2.0)])
    assert ways(page(client, "/"), "On sale") == ways(page(client, "/product/a"), "On sale") == []


def test_look_alikes_can_be_those_on_sale(client: FlaskClient) -> None:
    plain = page(client, "/product/none")
    assert ways(plain, "On sale") == ["/product/none?sale=on"]
    chosen = page(client, "/product/none?sale=on")
    assert names(chosen) == ["rounded", "whole", "little"]
    (status,) = chosen.find_class("narrowed")
    assert status.text_content() == "Only 3 of the 5 closest are on sale."
