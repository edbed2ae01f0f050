"""Cleans texts from fetched documents."""

from __future__ import annotations

import re
from collections.abc import Iterable

from precompute.sources.text import clean, line
from precompute.sources.text import plain as text_of

MOST_FACTS = 20
"""The most facts that a product may have. Nobody would read more."""

_LONGEST = 300
_LONGEST_DESCRIPTION = 4000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def plain(value: object, *, longest: int = _LONGEST) -> str:
    """A value as one line of plain text, cut if too long; empty if it is not a text or number."""
    if value is None or isinstance(value, bool | dict | list):
        return ""
    return _cut(line(_clean(str(value)[: 20 * longest])), longest)


def plain_description(value: object) -> str:
    """A description, which may be HTML, as plain text with paragraphs."""
    if not isinstance(value, str):
        return ""
    return _cut(text_of(_clean(value[: 20 * _LONGEST_DESCRIPTION])), _LONGEST_DESCRIPTION)


def listed(values: Iterable[object]) -> str:
    """Several values in one cell, separated by |, without repeats and empty ones."""
    texts = (plain(value).replace("|", "/") for value in values)
    return " | ".join(dict.fromkeys(text for text in texts if text))


def path_of(names: Iterable[object]) -> str:
    """A category as a path: "Home > Kitchen > Mugs"."""
    return " > ".join(text.replace(">", "›") for name in names if (text := plain(name)))


def as_list(value: object) -> list[object]:
    """A value of JSON as a list: it may be a list already, or a single value."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def amount_text(amount: float) -> str:
    """A price as unambiguous text. Three decimals get a fourth, or they would be read as thousands."""
    whole, _, decimals = f"{amount:.6f}".rstrip("0").partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}{'0' if len(decimals) == 3 else ''}"


def _clean(text: str) -> str:
    """The text without control characters, which HTML parsers refuse."""
    return clean(_CONTROL.sub(" ", text))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
