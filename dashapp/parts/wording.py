"""Numbers, prices and days as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

_CODES = "EUR USD GBP JPY INR KRW ILS RUB TRY VND UAH THB PHP NGN KZT CRC PYG GHS GEL AZN MNT KHR"
_SIGNS = "€$£¥₹₩₪₽₺₫₴฿₱₦₸₡₲₵₾₼₮៛"
_SYMBOLS = dict(zip(_CODES.split(" "), _SIGNS, strict=True))
"""The symbols of currencies; if several share one, the best known."""

_BEHIND = {"PLN": "zł", "CZK": "Kč", "HUF": "Ft"}
"""Symbols made of letters, which follow the amount."""

_WITHOUT_CENTS = frozenset(
    [
        *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF"),
        *("XOF", "XPF"),
    ]
)
_WITH_THOUSANDTHS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


def price(amount: float | None, currency: str) -> str:
    """A price such as "€24.90", "24.90 CHF" or "¥1,200"; empty where there is none.

    It has as many decimals as the currency. The symbol "¥" stands for currencies with and without decimals,
    so whole amounts in it are shown without.
    """
    if amount is None:
        return ""
    written = currency.strip()
    # Anything that is not an ISO 4217 code stays as the shop writes it, such as "kr" or "Rs".
    code = written.upper() if len(written) == 3 else written
    digits = 0 if code in _WITHOUT_CENTS else 3 if code in _WITH_THOUSANDTHS else 2
    if code == "¥" and amount == int(amount):
        digits = 0
    number = f"{abs(amount):,.{digits}f}"
    sign = "−" if amount < 0 else ""
    symbol = _SYMBOLS.get(code) or (code if len(code) == 1 else "")
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{number} {_BEHIND.get(code, code)}".rstrip()


def percent_off(saving: float) -> str:
    """The discount, rounded down, as "20% off"; empty if it is less than 1%."""
    # The float nearest to 0.2 may be slightly below it.
    hundredths = int(saving * 100 + 1e-6)
    return f"{hundredths}% off" if hundredths else ""


def day(moment: str) -> str:
    """The day of an ISO time as "22 November 2026"; empty if `moment` is not one."""
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return ""
    return f"{parsed.day} {parsed:%B %Y}"


def counted(number: int, noun: str, plural: str = "") -> str:
    """A number with its noun: "1 product", "3,068 products". `plural` is for irregular nouns."""
    return f"{number:,} {noun if number == 1 else plural or noun + 's'}"


def listing(words: Sequence[str]) -> str:
    """Words in a row: "blue", "blue and white", "blue, white and red"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def ordinal(number: int) -> str:
    """A place in a list: "1st", "12th", "23rd"."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 // 10 != 1 else "th"
    return f"{number:,}{ending}"


def percent(share: float) -> str:
    """A share from 0 to 1 as "41%". Only 0 becomes "0%" and only 1 becomes "100%"."""
    if 0 < share < 0.01:
        return "less than 1%"
    if 0.99 < share < 1:
        return "over 99%"
    return f"{share:.0%}"
