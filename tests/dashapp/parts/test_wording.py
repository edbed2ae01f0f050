import pytest

from bundle import format as fmt
from dashapp.language.colours import COLOURS
from dashapp.parts.wording import day, percent, price, products


@pytest.mark.parametrize(
    ("amount", "currency", "text"),
    [
        (24.9, "EUR", "€24.90"),
        (1234.5, "usd", "$1,234.50"),
        (1200.0, "JPY", "¥1,200"),
        (24.9, "CHF", "CHF\xa024.90"),
        (24.9, "€", "€24.90"),
        (24.9, "kr", "kr\xa024.90"),
        (24.9, "", "24.90"),
        (0.0, "EUR", "€0.00"),
        (-5.0, "GBP", "−£5.00"),
        (None, "EUR", ""),
    ],
)
def test_price(amount: float | None, currency: str, text: str) -> None:
    assert price(amount, currency) == text


def test_products_are_counted() -> None:
    assert [products(number) for number in (0, 1, 3068)] == [
        "0 products",
        "1 product",
        "3,068 products",
    ]


def test_day() -> None:
    assert day("2025-05-04T03:02:01Z") == "4 May 2025"
    assert day("yesterday") == ""


def test_every_colour_has_a_name_to_translate() -> None:
    assert COLOURS == fmt.COLOURS


def test_percent_rounds_nothing_to_none_or_all() -> None:
    shares = (0, 0.001, 0.01, 0.4149, 0.99, 0.999, 1)
    assert [percent(share) for share in shares] == (
        ["0%", "less than 1%", "1%", "41%", "99%", "over 99%", "100%"]
    )
