"""Text from documents of others, made plain."""

from __future__ import annotations

import re
from collections.abc import Iterable

from precompute.sources.text import clean, line
from precompute.sources.text import plain as text_of

MOST_FACTS = 20
"""How many facts of its own a product may bring: more is no longer read by anybody."""

_LONGEST = 300
_LONGEST_DESCRIPTION = 4000
_CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ufffe\uffff]")


def plain(value: object, *, longest: int = _LONGEST) -> str:
    """A value as one line of plain text, cut where it is too long; nothing for what is no text or number."""
    if value is None or isinstance(value, bool | dict | list):
        return ""
    return _cut(line(_clean(str(value)[: 20 * longest])), longest)


def plain_description(value: object) -> str:
    """A description, which may be HTML, as plain text with its paragraphs."""
    if not isinstance(value, str):
        return ""
    return _cut(text_of(_clean(value[: 20 * _LONGEST_DESCRIPTION])), _LONGEST_DESCRIPTION)


def listed(values: Iterable[object]) -> str:
    """Several values in one cell, | between them: none twice, none empty."""
    texts = (plain(value).replace("|", "/") for value in values)
    return " | ".join(dict.fromkeys(text for text in texts if text))


def path_of(names: Iterable[object]) -> str:
    """A category as a path: "Home > Kitchen > Mugs"."""
    return " > ".join(text.replace(">", "›") for name in names if (text := plain(name)))


def as_list(value: object) -> list[object]:
    """What JSON gives as one value or as a list of them, as a list."""
    if value is None:
        return []
    return value if isinstance(value, list) else [value]


def amount_text(amount: float) -> str:
    """A price that nobody takes for another: three decimals would be read as thousands."""
    whole, _, decimals = f"{amount:.6f}".rstrip("0").partition(".")
    return f"{whole}.{decimals.ljust(2, '0')}{'0' if len(decimals) == 3 else ''}"


def _clean(text: str) -> str:
    """Without control characters, which no text needs and parsers of HTML refuse."""
    return clean(_CONTROL.sub(" ", text))


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
