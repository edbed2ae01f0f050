"""Numbers, prices and scores as people read them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

_SYMBOLS = {"EUR": "€", "USD": "$", "GBP": "£", "JPY": "¥", "INR": "₹", "KRW": "₩"}
_WITHOUT_CENTS = frozenset({"JPY", "KRW", "CLP", "ISK", "VND", "XAF", "XOF"})


@dataclass(frozen=True)
class Similarity:
    """One entry's score as shown: its number as text, and how full its bar is, from 0 to 1."""

    text: str
    fullness: float


_METRICS = {
    "cosine": (
        "Similarity",
        "The number compares pictures: 1 is the same picture, and higher is more alike.",
    ),
    "euclidean": (
        "Distance",
        "The number compares pictures: 0 is the same picture, and lower is more alike.",
    ),
    "dot": ("Score", "The number compares pictures: higher is more alike."),
}


def metric_name(metric: str) -> str:
    """What a score under this metric is called, as a heading would."""
    return _METRICS[metric][0]


def metric_sentence(metric: str) -> str:
    """One sentence that says what a score under this metric means."""
    return _METRICS[metric][1]


def similarities(metric: str, scores: Sequence[float]) -> list[Similarity]:
    """The scores of one list, best first, as shown.

    A cosine fills its bar by itself, clipped to 0 and 1. The other metrics have no fixed scale, so
    their bars compare with the best of the list, whose bar is full.
    """
    if metric == "cosine":
        return [Similarity(f"{score:.2f}", min(max(score, 0.0), 1.0)) for score in scores]
    best = scores[0] if scores else 0.0
    return [Similarity(f"{score:.2f}", _relative(metric, score, best)) for score in scores]


def price(amount: float | None, currency: str) -> str:
    """A price such as "€24.90", "24.90 CHF" or "¥1,200"; empty where there is none."""
    if amount is None:
        return ""
    code = currency.strip().upper()
    number = f"{abs(amount):,.0f}" if code in _WITHOUT_CENTS else f"{abs(amount):,.2f}"
    sign = "−" if amount < 0 else ""
    symbol = _SYMBOLS.get(code) or (code if len(code) == 1 else "")
    return f"{sign}{symbol}{number}" if symbol else f"{sign}{number} {code}".rstrip()


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


def _relative(metric: str, score: float, best: float) -> float:
    part, whole = (best, score) if metric == "euclidean" else (score, best)
    return min(max(part / whole, 0.0), 1.0) if whole else 1.0
