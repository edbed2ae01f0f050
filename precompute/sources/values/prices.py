"""What a product costs, from the ways in which shops write it."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import NamedTuple

from precompute.sources.text import clean

_CODES = {
    "€": "EUR",
    "£": "GBP",
    "₹": "INR",
    "₽": "RUB",
    "₺": "TRY",
    "₩": "KRW",
    "₫": "VND",
    "₴": "UAH",
    "₪": "ILS",
    "฿": "THB",
    "₱": "PHP",
    "₦": "NGN",
    "₸": "KZT",
    "zł": "PLN",
    "kč": "CZK",
    "ft": "HUF",
    "fr.": "CHF",
    "sfr.": "CHF",
    "руб": "RUB",
    "руб.": "RUB",
    "円": "JPY",
    "원": "KRW",
    "元": "CNY",
    "euro": "EUR",
    "us$": "USD",
    "us $": "USD",
    "a$": "AUD",
    "au$": "AUD",
    "c$": "CAD",
    "ca$": "CAD",
    "nz$": "NZD",
    "hk$": "HKD",
    "s$": "SGD",
    "nt$": "TWD",
    "mx$": "MXN",
    "r$": "BRL",
}
"""Symbols that stand for one currency. "$", "¥", "kr" and "Rs" stand for several and stay themselves."""

_PLAIN = re.compile(r"\d+(\.\d+)?")
_ONE_SEPARATOR = re.compile(r"(?<![\d.,])(\d{1,3})([.,])(\d{3})(?![\d.,])")
"""A number that is a thousand times as large in one country as in another: 1.299."""

_THOUSANDTHS = re.compile(r"\b(BHD|IQD|JOD|KWD|LYD|OMR|TND)\b")
"""Currencies whose prices have three decimals."""

_LONGEST = 200
"""Characters of the longest text that is a price."""

_CODE = re.compile(r"[A-Z]{3}")
_NEGATIVE = re.compile(r"^\D*[-−–]\s*\D{0,4}\d")
_APOSTROPHES = str.maketrans({"’": "'", "‘": "'", "`": "'", "´": "'"})


class Price(NamedTuple):
    """What a product costs: an amount of zero or more, and its currency, empty where the text has none."""

    amount: float
    currency: str


@lru_cache(maxsize=50_000)
def price_from(text: str, *, decimal: str = "") -> Price | None:
    """The first price in a text such as "1.299,00 €", "from $12" or "CHF 1'299.–"; None where there is none.

    The currency is an ISO 4217 code where the text leaves no doubt, else what it writes. `decimal` is the
    separator, "." or ",", that the text's source is known to put before decimals: it decides on numbers such
    as 1.299, which are thousands where it is not known.
    """
    if len(text) > _LONGEST:
        return None
    if _PLAIN.fullmatch(text) and not _ONE_SEPARATOR.fullmatch(text):
        return Price(float(text), "")
    from price_parser import Price as Parsed

    text = unicodedata.normalize("NFKC", text).translate(_APOSTROPHES)
    if _NEGATIVE.match(text):
        return None
    ambiguous = _ONE_SEPARATOR.search(text)
    is_decimal = ambiguous is not None and (ambiguous[2] == decimal or _THOUSANDTHS.search(text) is not None)
    parsed = Parsed.fromstring(text, decimal_separator=ambiguous[2] if is_decimal else None)
    if parsed.amount is None:
        return None
    return Price(float(parsed.amount), currency_from(parsed.currency or ""))


def currency_from(text: str) -> str:
    """The currency that a text names: its ISO 4217 code where there is no doubt, else the text itself."""
    text = clean(text)
    if is_code(text.upper()):
        return text.upper()
    return _CODES.get(text.lower(), text)


def is_code(currency: str) -> bool:
    """Whether a currency is written as a code of ISO 4217."""
    return _CODE.fullmatch(currency) is not None


def decimal_of(text: str) -> str:
    """The separator that a price has before its decimals, "." or ","; empty where that is not sure."""
    found = re.search(r"\d([.,])(\d{1,2})(?!\d)(?![.,]\d)", text)
    return found[1] if found else ""
