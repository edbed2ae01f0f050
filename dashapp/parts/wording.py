"""Numbers, prices and days as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

_CODES = "EUR USD GBP JPY INR KRW ILS RUB TRY VND UAH THB PHP NGN KZT CRC PYG GHS GEL AZN MNT KHR"
_SIGNS = "€$£¥₹₩₪₽₺₫₴฿₱₦₸₡₲₵₾₼₮៛"
_SYMBOLS = dict(zip(_CODES.split(" "), _SIGNS, strict=True))
"""The signs of currencies that have one; of those that share one, the best known."""

_BEHIND = {"PLN": "zł", "CZK": "Kč", "HUF": "Ft"}
"""Signs of letters, which stand behind the amount."""

_WITHOUT_CENTS = frozenset(
    [
        *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF"),
        *("XOF", "XPF"),
    ]
)
_WITH_THOUSANDTHS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])


def price(amount: float | None, currency: str) -> str:
    """A price such as "€24.90", "24.90 CHF" or "¥1,200"; empty where there is none.

    It has as many decimals as the currency. A sign that stands for several ("¥") tells no number of them, so
    that a whole amount has none where one of these currencies has none.
    """
    if amount is None:
        return ""
    written = currency.strip()
    # What is no code of ISO 4217 stays as the shop writes it: "kr", "Rs".
    code = written.upper() if len(written) == 3 else written
    digits = 0 if code in _WITHOUT_CENTS else 3 if code in _WITH_THOUSANDTHS else 2
    if code == "¥" and amount == int(amount):
        digits = 0
    number = f"{abs(amount):,.{digits}f}"
    sign = "−" if amount < 0 else ""
    symbol = _SYMBOLS.get(code) or (code if len(code) == 1 else "")
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{number} {_BEHIND.get(code, code)}".rstrip()


def percent_off(saving: float) -> str:
    """What a sale takes off, rounded down, as "20% off"; empty where that is less than a hundredth."""
    # The nearest float to 0.2 may lie below it.
    hundredths = int(saving * 100 + 1e-6)
    return f"{hundredths}% off" if hundredths else ""


def day(moment: str) -> str:
    """The day of an ISO time as "22 November 2026"; empty where `moment` is none."""
    try:
        parsed = datetime.fromisoformat(moment)
    except ValueError:
        return ""
    return f"{parsed.day} {parsed:%B %Y}"


def counted(number: int, noun: str) -> str:
    """A number with its noun: "1 product", "3,068 products"."""
    return f"{number:,} {noun}" if number == 1 else f"{number:,} {noun}s"


def listing(words: Sequence[str]) -> str:
    """Words in a row: "blue", "blue and white", "blue, white and red"."""
    return " and ".join(filter(None, [", ".join(words[:-1]), *words[-1:]]))


def ordinal(number: int) -> str:
    """A place in a list: "1st", "12th", "23rd"."""
    ending = {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th") if number % 100 // 10 != 1 else "th"
    return f"{number:,}{ending}"


def percent(share: float) -> str:
    """A share from 0 to 1 as "41%"; what is neither nothing nor all is never rounded to it."""
    if 0 < share < 0.01:
        return "less than 1%"
    if 0.99 < share < 1:
        return "over 99%"
    return f"{share:.0%}"
