"""Prices as shops write them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precompute.sources.values.currencies import code_of_word
from precompute.sources.values.prices import decimal_of, price_from


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("12", 12, ""),
        ("12.5", 12.5, ""),
        ("12,50", 12.5, ""),
        ("1.299,00 €", 1299, "EUR"),
        ("€ 1.299", 1299, "EUR"),
        ("1\u202f299,00\xa0€", 1299, "EUR"),
        ("$12", 12, "$"),
        ("from $12", 12, "$"),
        ("US$ 12.50", 12.5, "USD"),
        ("A$12", 12, "AUD"),
        ("12 USD", 12, "USD"),
        ("USD 1,299.95", 1299.95, "USD"),
        ("12 eur", 12, "EUR"),
        ("CHF 1'299.–", 1299, "CHF"),
        ("CHF 1’299.50", 1299.5, "CHF"),
        ("Fr. 12.50", 12.5, "CHF"),
        ("1 299,00 zł", 1299, "PLN"),
        ("1 299 Kč", 1299, "CZK"),
        ("Rs. 1,299", 1299, "Rs"),
        ("₹1,29,999", 129999, "INR"),
        ("¥12,000", 12000, "¥"),
        ("１２,０００円", 12000, "JPY"),
        ("1.299.000 ₫", 1299000, "VND"),
        ("₫120.000", 120000, "VND"),
        ("1.299,-", 1299, ""),
        ("1.299,– €", 1299, "EUR"),
        ("R$ 1.299,90", 1299.9, "BRL"),
        ("12,- €", 12, "EUR"),
        ("12-15 €", 12, "EUR"),
        ("10,00 EUR inkl. MwSt.", 10, "EUR"),
        ("KWD 12.345", 12.345, "KWD"),
        ("1234.567", 1234.567, ""),
        ("0", 0, ""),
    ],
)
def test_amounts_and_currencies_are_told_apart(text: str, amount: float, currency: str) -> None:
    assert price_from(text) == (amount, currency)


@pytest.mark.parametrize("text", ["on request", "", "-5", "- 5 €", "€ -5", "-$5.00", "nan", "inf"])
def test_what_is_no_price_is_none(text: str) -> None:
    assert price_from(text) is None


@pytest.mark.parametrize(("decimal", "amount"), [("", 1299), (",", 1299), (".", 1.299)])
def test_the_source_decides_on_what_may_be_thousands(decimal: str, amount: float) -> None:
    assert price_from("1.299", decimal=decimal) == (amount, "")
    assert price_from("1.299,00 €", decimal=decimal) == (1299, "EUR")
    assert price_from("$1,299.00", decimal=decimal) == (1299, "$")


@pytest.mark.parametrize(
    ("text", "separator"),
    [("12,50", ","), ("1.299,00", ","), ("1,299.5", "."), ("1.299", ""), ("12", ""), ("$9.95!", ".")],
)
def test_some_prices_show_what_separates_decimals(text: str, separator: str) -> None:
    assert decimal_of(text) == separator


NOTATIONS = [
    ("{}€", ".", ","),
    ("EUR {}", ",", "."),
    ("{} EUR", " ", ","),
    ("{}\xa0€", "\u202f", ","),
    ("ab {} EUR", "'", "."),
    ("{}", "", "."),
    ("{}", "", ","),
]


@given(st.integers(0, 99_999_999), st.sampled_from(NOTATIONS))
def test_a_price_with_cents_is_read_back_from_any_notation(
    cents: int, notation: tuple[str, str, str]
) -> None:
    template, thousands, decimal = notation
    whole, part = f"{Decimal(cents) / 100:,.2f}".split(".")
    text = template.format(whole.replace(",", thousands) + decimal + part)
    found = price_from(text)
    assert found is not None and found.amount == pytest.approx(cents / 100)
    assert found.currency == ("EUR" if "E" in template or "€" in template else "")


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("١٢٫٥٠", 12.5, ""),
        ("١٬٢٩٩٫٥٠ ر.س", 1299.5, "SAR"),
        ("۱۲٫۵", 12.5, ""),
        ("₪ 120", 120, "ILS"),
        ("¥1,200", 1200, "¥"),
        ("USD $12", 12, "USD"),
        ("$ 12.00 CAD", 12, "CAD"),
        ("€ 12 / $ 14", 12, "EUR"),
        ("€10 to €20", 10, "EUR"),
        ("12,00–15,00 zł", 12, "PLN"),
        ("10,00 € (2,50 €/kg)", 10, "EUR"),
        ("2,50 € / 100 g", 2.5, "EUR"),
        ("inkl. 19% MwSt. 10,00 €", 10, "EUR"),
        ("12€50", 12.5, "EUR"),
        ("120 kr", 120, "kr"),
        ("12zł", 12, "PLN"),
        ("Rs50", 50, "Rs"),
        ("12 500,50 Ft", 12500.5, "HUF"),
        ("0,299", 0.299, ""),
    ],
)
def test_digits_and_signs_of_all_kinds(text: str, amount: float, currency: str) -> None:
    assert price_from(text) == (amount, currency)


@pytest.mark.parametrize(
    "text",
    [
        *("$1.5k", "1.5K", "2M €", "1,5 Mio €", "10 lakh", "2 for $5", "2/$5", "3 x 10 €", "3 für 10 €"),
        *("Was $20 now $15", "$20.00 $15.00", "12 € statt 15 €", "12 International", "12 months", "A4"),
        *("call 555-1234", "2024-01-02", "12.01.2024", "192.168.1.1", "5 %", "12 or 15", "99¢", "50 cents"),
    ],
)
def test_what_leaves_doubt_is_no_price(text: str) -> None:
    assert price_from(text) is None


@pytest.mark.parametrize("word", ["ERN", "international", "before", "range", "all", "Try", "internet", "per"])
def test_a_currency_is_a_whole_word(word: str) -> None:
    expected = word if word == "ERN" else ""
    assert code_of_word(word) == expected or word == "Try"
    found = price_from(f"12 {word}")
    assert found is None or found.currency in ("", word.upper())
