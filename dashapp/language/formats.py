"""Numbers, prices, days and lists of words as a language writes them, after the data of Unicode's CLDR."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_CODES = "EUR USD GBP JPY INR KRW ILS RUB TRY VND UAH THB PHP NGN KZT CRC PYG GHS GEL AZN MNT KHR"
_SIGNS = "€$£¥₹₩₪₽₺₫₴฿₱₦₸₡₲₵₾₼₮៛"
_SHORT = dict(zip(_CODES.split(" "), _SIGNS, strict=True)) | {"PLN": "zł", "CZK": "Kč", "HUF": "Ft"}
"""CLDR's narrow symbols, for languages that have no other; if several share one, the best known."""

_WITHOUT_CENTS = frozenset(
    [
        *("BIF", "CLP", "DJF", "GNF", "ISK", "JPY", "KMF", "KRW", "PYG", "RWF", "UGX", "VND", "VUV", "XAF"),
        *("XOF", "XPF"),
    ]
)
_WITH_THOUSANDTHS = frozenset(["BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"])

_SPACE = "\xa0"
_NUMBER = "{number}"


@dataclass(frozen=True)
class Formats:
    """How a language writes numbers, prices and days; each field is as `tools/messages.py` writes it.

    `grouped_from` is the least number whose digits are grouped. `percent` has `{number}`, `currency`
    `{number}` and `{symbol}`, `day` the pattern of CLDR's long dates in the names of `str.format`. `symbols`
    has currencies whose symbol is not their code. `all_of` and `one_of` have the patterns of lists with "and"
    and "or" for two, the first, further and the last words. `plurals` has CLDR's name of each plural form, in
    gettext's order.
    """

    direction: str
    decimal: str
    group: str
    grouped_from: int
    percent: str
    currency: str
    symbols: Mapping[str, str]
    day: str
    months: Sequence[str]
    all_of: Sequence[str]
    one_of: Sequence[str]
    plurals: Sequence[str]

    @classmethod
    def from_json(cls, described: Mapping[str, Any]) -> Formats:
        """The formats of a language's file."""
        return cls(**described)

    def number(self, value: float, digits: int = 0) -> str:
        """A number with grouped thousands and `digits` decimals, as "1,200" or "1.200,50" in German."""
        grouped = abs(value) >= self.grouped_from
        text = f"{value:z,.{digits}f}" if grouped else f"{value:z.{digits}f}"
        whole, _, rest = text.replace("-", "−").partition(".")
        if grouped and self.group != ",":
            whole = whole.replace(",", self.group)
        return f"{whole}{self.decimal}{rest}" if digits else whole

    def share(self, value: float, digits: int = 0) -> str:
        """A share from 0 to 1 as "41%"."""
        return self.percent.replace(_NUMBER, self.number(100 * value, digits))

    def price(self, amount: float | None, currency: str) -> str:
        """A price such as "€24.90", "CHF 24.90" or "¥1,200"; empty where there is none.

        It has as many decimals as the currency. The symbol "¥" stands for currencies with and without
        decimals, so whole amounts in it are shown without.
        """
        if amount is None:
            return ""
        written = currency.strip()
        # Anything that is not an ISO 4217 code stays as the shop writes it, such as "kr" or "Rs".
        code = written.upper() if len(written) == 3 else written
        digits = 0 if code in _WITHOUT_CENTS else 3 if code in _WITH_THOUSANDTHS else 2
        if code == "¥" and amount == int(amount):
            digits = 0
        number = self.number(abs(amount), digits)
        sign = "−" if amount < 0 else ""
        symbol = self.symbol(code)
        if not symbol:
            return f"{sign}{number}"
        # CLDR's spacing: letters do not touch digits.
        if self.currency == "{symbol}{number}" and symbol[-1].isalpha():
            symbol += _SPACE
        return sign + self.currency.replace("{symbol}", symbol).replace(_NUMBER, number)

    def symbol(self, currency: str) -> str:
        """The symbol of a currency, or what the shop writes instead; empty where there is none."""
        written = currency.strip()
        code = written.upper() if len(written) == 3 else written
        return self.symbols.get(code) or _SHORT.get(code) or code

    def date(self, moment: str) -> str:
        """The day of an ISO time as "22 November 2026"; empty if `moment` is not one."""
        try:
            parsed = datetime.fromisoformat(moment)
        except ValueError:
            return ""
        month = self.months[parsed.month - 1]
        return self.day.format(day=parsed.day, month=month, month_number=parsed.month, year=parsed.year)

    def listing(self, words: Sequence[str]) -> str:
        """Words in a row that all hold: "blue", "blue and white", "blue, white and red"."""
        return _joined(words, self.all_of)

    def choice(self, words: Sequence[str]) -> str:
        """Words in a row of which one holds: "blue or white"."""
        return _joined(words, self.one_of)


def _joined(words: Sequence[str], patterns: Sequence[str]) -> str:
    two, start, middle, end = patterns
    if len(words) < 2:
        return "".join(words)
    if len(words) == 2:
        return two.format(*words)
    text = end.format(words[-2], words[-1])
    for word in reversed(words[1:-2]):
        text = middle.format(word, text)
    return start.format(words[0], text)
