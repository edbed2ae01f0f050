"""Recognises currencies by whole words or signs, never by letters inside a word."""

from __future__ import annotations

import re
from functools import lru_cache

from precompute.sources.text import clean, word_set

CODES = word_set("""
    AED AFN ALL AMD ANG AOA ARS AUD AWG AZN BAM BBD BDT BGN BHD BIF BMD BND BOB BRL BSD BTN BWP BYN BZD
    CAD CDF CHF CLP CNY COP CRC CUP CVE CZK DJF DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD
    GNF GTQ GYD HKD HNL HTG HUF IDR ILS INR IQD IRR ISK JMD JOD JPY KES KGS KHR KMF KPW KRW KWD KYD KZT
    LAK LBP LKR LRD LSL LYD MAD MDL MGA MKD MMK MNT MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR
    NZD OMR PAB PEN PGK PHP PKR PLN PYG QAR RON RSD RUB RWF SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP
    STN SVC SYP SZL THB TJS TMT TND TOP TRY TTD TWD TZS UAH UGX USD UYU UZS VES VND VUV WST XAF XCD XOF
    XPF YER ZAR ZMW ZWL
    """)
"""The ISO 4217 codes of all currencies in use."""

_OTHER_WORDS = word_set("all bam bob cup gel lak mad mop pen sos top try")
"""Codes that are also English words. In lower case, they count as words."""

_SIGNS = {
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
    "₡": "CRC",
    "₲": "PYG",
    "₵": "GHS",
    "₾": "GEL",
    "₼": "AZN",
    "₮": "MNT",
    "៛": "KHR",
    "ر.س": "SAR",
    "د.إ": "AED",
    "د.ك": "KWD",
    "ج.م": "EGP",
    "zł": "PLN",
    "kč": "CZK",
    "ft": "HUF",
    "fr.": "CHF",
    "sfr.": "CHF",
    "руб": "RUB",
    "руб.": "RUB",
    "грн": "UAH",
    "грн.": "UAH",
    "лв": "BGN",
    "лв.": "BGN",
    "円": "JPY",
    "원": "KRW",
    "元": "CNY",
    "euro": "EUR",
    "euros": "EUR",
    "lei": "RON",
    "us$": "USD",
    "us $": "USD",
    "a$": "AUD",
    "au$": "AUD",
    "c$": "CAD",
    "ca$": "CAD",
    "can$": "CAD",
    "nz$": "NZD",
    "hk$": "HKD",
    "s$": "SGD",
    "nt$": "TWD",
    "mx$": "MXN",
    "r$": "BRL",
    "$": "",
    "¥": "",
    "kr": "",
    "kr.": "",
    "rs": "",
    "rs.": "",
}
"""Signs and the currency that each stands for; empty if there are several, as for "$"."""

_SIGN = re.compile(
    "|".join(
        # A sign made of letters must be a whole word, but digits may touch it ("12zł", "Rs.50").
        rf"(?<![^\W\d_]){re.escape(sign)}(?![^\W\d_])"
        if sign[0].isalpha() and sign.isascii()
        else re.escape(sign)
        for sign in sorted(_SIGNS, key=len, reverse=True)
    ),
    re.IGNORECASE,
)
_WORD = re.compile(r"(?<![^\W\d_])[A-Za-z]{3}(?![^\W\d_])")


@lru_cache(maxsize=1_000)
def currency_from(text: str) -> str:
    """The currency that a text names: its ISO 4217 code if unambiguous, otherwise the text itself."""
    text = clean(text)
    if is_code(text.upper()):
        return text.upper()
    return _SIGNS.get(text.lower()) or text


def is_code(currency: str) -> bool:
    """Whether a currency is an ISO 4217 code."""
    return currency in CODES


def code_of_word(word: str) -> str:
    """The code that a whole word or sign unambiguously stands for; otherwise empty."""
    if is_code(word.upper()) and word not in _OTHER_WORDS:
        return word.upper()
    return _SIGNS.get(word.lower(), "")


def find_currency(text: str, start: int = 0, end: int | None = None) -> tuple[str, int, int] | None:
    """The first currency in a part of a text, as a code or the sign itself, with its start and end."""
    end = len(text) if end is None else end
    found: list[tuple[int, int, str]] = []
    for word in _WORD.finditer(text, start, end):
        if code := code_of_word(word[0]):
            found.append((word.start(), word.end(), code))
            break
    if sign := _SIGN.search(text, start, end):
        found.append((sign.start(), sign.end(), _SIGNS[sign[0].lower()] or sign[0].rstrip(".")))
    if not found:
        return None
    first, last, name = min(found)
    return name, first, last
