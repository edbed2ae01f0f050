"""Numbers, prices and days as people read them, in the language of the request."""

from __future__ import annotations

from collections.abc import Sequence

from dashapp.language import _, current, n_


def price(amount: float | None, currency: str) -> str:
    """A price such as "€24.90" or "24,90 €"; see `dashapp.language.formats.Formats.price`."""
    return current().formats.price(amount, currency)


def number(value: float, digits: int = 0) -> str:
    """A number with grouped thousands and `digits` decimals, as "1,200"."""
    return current().formats.number(value, digits)


def share(value: float, digits: int = 0) -> str:
    """A share from 0 to 1 in percent, as "41%" or, with a digit, "41.3%"."""
    return current().formats.share(value, digits)


def percent_off(saving: float) -> str:
    """The discount, rounded down, as "20% off"; empty if it is less than 1%."""
    # The float nearest to 0.2 may be slightly below it.
    hundredths = int(saving * 100 + 1e-6)
    return _("{percent} off", percent=current().formats.share(hundredths / 100)) if hundredths else ""


def day(moment: str) -> str:
    """The day of an ISO time as "22 November 2026"; empty if `moment` is not one."""
    return current().formats.date(moment)


def products(count: int) -> str:
    """A number of products: "1 product", "3,068 products"."""
    return n_("{count} product", "{count} products", count)


def listing(words: Sequence[str]) -> str:
    """Words in a row: "blue", "blue and white", "blue, white and red"."""
    return current().formats.listing(words)


def choice(words: Sequence[str]) -> str:
    """Words of which one holds: "blue or white"."""
    return current().formats.choice(words)


def percent(share: float) -> str:
    """A share from 0 to 1 as "41%". Only 0 becomes "0%" and only 1 becomes "100%"."""
    formats = current().formats
    if 0 < share < 0.01:
        return _("less than {percent}", percent=formats.share(0.01))
    if 0.99 < share < 1:
        return _("over {percent}", percent=formats.share(0.99))
    return formats.share(share)
