"""Parses prices in the many notations of shops."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from precompute.sources.text import word_set
from precompute.sources.values.currencies import CODES, currency_from, find_currency, is_code

__all__ = ["Price", "currency_from", "decimal_of", "is_code", "price_from"]

_PLAIN = re.compile(r"\d+(\.\d+)?", re.ASCII)
_NUMBER = re.compile(r"(?<![\d.,])\d{1,3}(?:[ '_]\d{3})+(?![\d])(?:[.,]\d+)?|\d(?:[\d.,']*\d)?", re.ASCII)
_USUAL = re.compile(r"(?:([A-Z]{3}) ?)?(\d{1,3}(?:,\d{3})*|\d+)(\.\d{2})(?: ?([A-Z]{3}))?", re.ASCII)
"""Prices as feeds write them, "1,299.00 USD", which are unambiguous."""

_ONE_SEPARATOR = re.compile(r"[1-9]\d{0,2}([.,])\d{3}", re.ASCII)
"""An ambiguous number, a thousand times as large in one country as in another: 1.299."""

_KNOWN = CODES | {""}

_THOUSANDTHS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])
"""Currencies whose prices have three decimals."""

_WHOLE = frozenset(["CLP", "HUF", "IDR", "ISK", "JPY", "KRW", "PYG", "UGX", "VND"])
"""Currencies whose prices have no decimals: ₫120.000 is a hundred and twenty thousand."""

_DASHED = re.compile(r"[.,][-–—]")
"""The end of an amount without cents, such as 12,–. The character before the dash separates decimals."""

_LONGEST = 200
"""The most characters of a price."""

_MOST_NUMBERS = 8
"""A text with more numbers is not a price."""

_MAGNITUDE = re.compile(
    r"\s?(?:k|m|mn|mio|mill?|million\w*|thousand|tsd|mil|tys|тыс|млн|lakh|crore|万|億|만)\b\.?|[万億만]",
    re.IGNORECASE,
)
"""Words that multiply the number before them. Texts such as "$1.5k" are not parsed."""

_SEVERAL = re.compile(
    r"\s*(?:for|für|pour|por|per|voor|za|за|x|×|/|@|pcs|pieces|stück|stk)\s*\W{0,3}$", re.IGNORECASE
)
"""Words between a number of things and their price: "2 for $5"."""

_CENTS = re.compile(r"\s?(?:¢|￠|ct\b|cents?\b|pence\b|коп)", re.IGNORECASE)
"""Words that make the number before them hundredths."""

_UNIT = re.compile(
    r"\s*\)?\s*(?:/|\bper\b|\bpro\b|\bje\b|\bpar\b|\bal\b|\bза\b)\s*(?:\d+\s*)?[^\W\d_]", re.IGNORECASE
)
"""A text after the price of a unit: "2,50 € / 100 g"."""

_RANGE = re.compile(
    r"\s*(?:[-–—~]|\bto\b|\bbis\b|\bà\b|\ba\b|\bdo\b|\bтo\b|\bдо\b|\btot\b)\s*", re.IGNORECASE
)
_SAID_WITH_PRICES = word_set("""
    from only now just price each ea incl inc including excl plus vat tax net gross rrp msrp unit approx
    about ab nur preis inkl zzgl mwst ust netto brutto uvp ca je stück stk pro a à partir de des dès
    prix ttc ht tva seulement desde precio solo sólo iva pvp da dal prezzo solo od cena tylko zł vanaf
    prijs btw från fra pris от цена только руб preço apenas 税込 税抜 より から
    """)
"""Words that may accompany a price without a currency. With other words, a number may be anything."""

_FRENCH = re.compile(r"(\d)€(\d\d)(?!\d)")
_WORDS = re.compile(r"[^\W\d_]+")
_PERCENT = re.compile(r"\s?[%٪]")
_NEGATIVE = re.compile(r"^\D*[-−–]\s*\D{0,4}\d")
_MARKS = {ord(mark): "'" for mark in "’‘`´"} | {ord("٫"): ".", ord("٬"): "'", ord("−"): "-", ord("。"): "."}


class Price(NamedTuple):
    """A price: an amount of zero or more, and its currency, empty if the text has none."""

    amount: float
    currency: str


class _Amount(NamedTuple):
    """A number in a text, with the currency beside it."""

    start: int
    end: int
    value: float
    currency: str


@lru_cache(maxsize=50_000)
def price_from(text: str, *, decimal: str = "") -> Price | None:
    """The price in a text such as "1.299,00 €", "from $12" or "CHF 1'299.–"; None if it cannot be parsed.

    For a range, it is the lower end. An ambiguous text ("$1.5k", "2 for $5", two prices side by side) is not
    a price. The currency is an ISO 4217 code if unambiguous, otherwise the text's own sign. `decimal` is the
    source's decimal separator, "." or ",", if known. It decides on numbers such as 1.299, which are otherwise
    read as thousands.
    """
    if len(text) > _LONGEST:
        return None
    if _PLAIN.fullmatch(text) and not _ONE_SEPARATOR.fullmatch(text):
        return Price(float(text), "")
    if (usual := _USUAL.fullmatch(text)) and not (usual[1] and usual[4]):
        code = usual[1] or usual[4] or ""
        if code in _KNOWN:
            return Price(float(usual[2].replace(",", "") + usual[3]), code)
    text = _in_ascii_digits(text)
    if _NEGATIVE.match(text):
        return None
    # In France, "12€50" means 12.50.
    amounts = _amounts(_FRENCH.sub(r"\1.\2 €", text), decimal)
    return None if not amounts else _one_of(text, amounts)


def decimal_of(text: str) -> str:
    """The decimal separator in a price, "." or ","; empty if that is not certain."""
    found = re.search(r"\d([.,٫])(\d{1,2})(?!\d)(?![.,]\d)", text)
    return found[1].replace("٫", ".") if found else ""


def _in_ascii_digits(text: str) -> str:
    """The text with ASCII digits and punctuation: ١٢٫٥٠ becomes 12.50."""
    text = unicodedata.normalize("NFKC", text).translate(_MARKS)
    if text.isascii():
        return text
    digits = {
        ord(letter): str(unicodedata.decimal(letter))
        for letter in set(text)
        if letter.isdecimal() and not letter.isascii()
    }
    # Spaces of any width may separate thousands.
    return re.sub(r"[^\S\n]", " ", text.translate(digits))


def _amounts(text: str, decimal: str) -> list[_Amount] | None:
    """The numbers in a text that may be prices, in order; None if one of them is ambiguous."""
    numbers = [found for found in _NUMBER.finditer(text) if not _PERCENT.match(text, found.end())]
    if not numbers or len(numbers) > _MOST_NUMBERS:
        return None
    amounts = []
    taken = 0
    for place, number in enumerate(numbers):
        after = numbers[place + 1].start() if place + 1 < len(numbers) else len(text)
        currency, until = _beside(text, number, taken, after)
        taken = max(until, number.end())
        has_another_meaning = _MAGNITUDE.match(text, number.end()) or _CENTS.match(text, number.end())
        if has_another_meaning and not _is_currency(text, number.end()):
            return None
        if _touches_a_word(text, number):
            continue
        dashed = _DASHED.match(text, number.end())
        mark = dashed[0][0] if dashed else "" if currency in _WHOLE else decimal
        value = _value(number[0], mark, currency in _THOUSANDTHS)
        if value is None:
            return None
        amounts.append(_Amount(number.start(), number.end(), value, currency))
    if not any(each.currency for each in amounts) and find_currency(text) is None:
        words = set(map(str.lower, _WORDS.findall(text)))
        return amounts if words <= _SAID_WITH_PRICES else None
    return amounts


def _is_currency(text: str, place: int) -> bool:
    found = find_currency(text, place)
    return found is not None and not text[place : found[1]].strip()


def _touches_a_word(text: str, number: re.Match[str]) -> bool:
    """Whether a number is part of a word, as in "A4"; "12zł" and "Rs50" are prices."""
    before = text[: number.start()]
    if before and (before[-1].isalpha() or before[-1] == "_"):
        found = find_currency(text, max(0, number.start() - 4), number.start())
        return found is None or found[2] != number.start()
    behind = text[number.end() :]
    if behind and (behind[0].isalpha() or behind[0] == "_"):
        found = find_currency(text, number.end(), min(len(text), number.end() + 5))
        return found is None or found[1] != number.end()
    return False


def _beside(text: str, number: re.Match[str], before: int, after: int) -> tuple[str, int]:
    """The currency after or before a number, and the position where it ends. Codes precede signs."""
    in_front = [
        each for each in _currencies(text, before, number.start()) if _is_near(text[each[2] : number.start()])
    ]
    if not in_front and (doubled := _currencies(text, before, number.start())):
        in_front = [each for each in doubled if is_code(each[0]) and number.start() - each[2] <= 3]
    behind = find_currency(text, number.end(), after)
    if behind and _is_near(text[number.end() : behind[1]]):
        # In "€ 12 / $ 14", the second sign belongs to the second number.
        of_next = after < len(text) and not text[behind[2] : after].strip() and bool(in_front)
        if not of_next and (not in_front or is_code(behind[0]) or not is_code(in_front[-1][0])):
            return behind[0], behind[2]
    if in_front:
        return next((each[0] for each in in_front if is_code(each[0])), in_front[-1][0]), number.end()
    return "", number.end()


def _currencies(text: str, start: int, end: int) -> list[tuple[str, int, int]]:
    found: list[tuple[str, int, int]] = []
    while each := find_currency(text, start, end):
        found.append(each)
        start = each[2]
    return found


def _is_near(between: str) -> bool:
    return len(between) <= 4 and not any(letter.isalnum() or letter in "/@×" for letter in between)


def _value(number: str, decimal: str, has_thousandths: bool) -> float | None:
    """The value of a written number; None if its separators make no sense."""
    number = re.sub(r"[ '_]", "", number)
    points, commas = number.count("."), number.count(",")
    if points and commas:
        last = max(number.rfind("."), number.rfind(","))
        whole, part = number[:last], number[last + 1 :]
        if number[last] in whole:
            return None
        return _joined(re.split(r"[.,]", whole), part)
    if points + commas > 1:
        return _joined(re.split(r"[.,]", number), "")
    if points + commas == 0:
        return float(number)
    separator = "." if points else ","
    whole, _, part = number.partition(separator)
    if _ONE_SEPARATOR.fullmatch(number) and separator != decimal and not has_thousandths:
        return float(whole + part)
    return float(f"{whole}.{part}")


def _joined(groups: list[str], part: str) -> float | None:
    """A number in groups of three digits, or two as in India; None for other groups, such as dates."""
    first, *others = groups
    in_groups = bool(others) and len(others[-1]) == 3 and all(len(group) in (2, 3) for group in others)
    return float("".join(groups) + (f".{part}" if part else "")) if first and in_groups else None


def _one_of(text: str, amounts: list[_Amount]) -> Price | None:
    """The price among the amounts of a text; None if it is ambiguous."""
    # A range has its currency once, at either end: "12-15 €".
    for place, (one, other) in enumerate(pairwise(amounts)):
        if _is_range(text, one, other) and bool(one.currency) is not bool(other.currency):
            currency = one.currency or other.currency
            amounts = [*amounts[:place], one._replace(currency=currency), other._replace(currency=currency)]
            break
    priced = [each for each in amounts if each.currency] or amounts
    whole = [each for each in priced if not _is_of_a_unit(text, each)] or priced[:1]
    first = whole[0]
    at = amounts.index(first)
    if at and _SEVERAL.search(text[amounts[at - 1].end : first.start]):
        return None
    for one, other in pairwise(whole):
        is_elsewhere = one.currency and other.currency and one.currency != other.currency
        if not is_elsewhere and one.value != other.value and not _is_range(text, one, other):
            return None
    if len(whole) > 2 and not first.currency:
        return None
    if len(whole) > 1 and _is_range(text, first, whole[1]) and whole[1].currency == first.currency:
        first = min(whole[:2], key=lambda each: each.value)
    return Price(first.value, first.currency)


def _is_range(text: str, one: _Amount, other: _Amount) -> bool:
    between = text[one.end : other.start]
    return len(between) <= 16 and _RANGE.search(between) is not None


def _is_of_a_unit(text: str, amount: _Amount) -> bool:
    """Whether an amount is the price of a unit: it is followed by "/kg", perhaps after its currency."""
    end = amount.end
    found = find_currency(text, end)
    if found and not text[end : found[1]].strip():
        end = found[2]
    return _UNIT.match(text, end) is not None
