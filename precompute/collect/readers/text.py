"""Text from documents of others, made plain."""

from __future__ import annotations

import html
import re
import unicodedata
from collections.abc import Iterable

import html_text

MOST_FACTS = 20
"""How many facts of its own a product may bring: more is no longer read by anybody."""

_LONGEST = 300
_LONGEST_DESCRIPTION = 4000
_MARKUP = re.compile(r"<[a-zA-Z/!]|&[a-zA-Z#]\w*;")


def plain(value: object, *, longest: int = _LONGEST) -> str:
    """A value as one line of text: entities resolved, no control characters, cut where it is too long."""
    if value is None or isinstance(value, bool | dict | list):
        return ""
    text = html.unescape(str(value)) if "&" in str(value) else str(value)
    kept = (" " if unicodedata.category(each) in ("Cc", "Cs") else each for each in text)
    return _cut(" ".join("".join(kept).split()), longest)


def plain_description(value: object) -> str:
    """A description, which may be HTML, as plain text with its paragraphs."""
    if not isinstance(value, str) or not value.strip():
        return ""
    text = value[: 20 * _LONGEST_DESCRIPTION]
    if _MARKUP.search(text):
        text = html_text.extract_text(text)
    paragraphs = (plain(line, longest=_LONGEST_DESCRIPTION) for line in text.split("\n"))
    return _cut("\n".join(line for line in paragraphs if line), _LONGEST_DESCRIPTION)


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


def _cut(text: str, longest: int) -> str:
    return text if len(text) <= longest else text[: longest - 1].rstrip() + "…"
