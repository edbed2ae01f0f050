"""Parses cells whose text may be a list, an object, or a word for nothing."""

from __future__ import annotations

import re

from precompute.sources.products import tags_in
from precompute.sources.rows import Cell, Objects, text_of
from precompute.sources.text import clean, word_set
from precompute.sources.values.lists import NAMES, is_markup, texts_of, values_in

_NO_GROUPS = word_set("none|null|nan|nil|n/a|na|#n/a|-|--|-1|false|no|true|yes|default title|default", "|")
"""Texts in a column of groups that mean that a product is in no group."""

_LIST = re.compile(r"[^,;|\s]+(?:[,;|][^,;|\s]+)+")
"""Several options of one product, such as "S,M,L", are not the name of a group."""

_AMOUNTS = ("amount", "value", "price", "current", "final")


def no_group(cell: Cell) -> str | None:
    """None if a cell names a group. Otherwise a text to show, which may be empty."""
    if isinstance(cell, Objects):
        return ""
    if isinstance(cell, tuple):
        return ", ".join(cell)
    text = clean(cell)
    if text.lower() in _NO_GROUPS or text.strip("0.-") == "":
        return ""
    if _LIST.fullmatch(text):
        return text
    return text if is_markup(text) or values_in(text) is not None else None


def tags_of(cell: Cell) -> list[str] | None:
    """The tags in a cell; None if it holds markup or code."""
    if isinstance(cell, tuple):
        return [*cell]
    text = clean(cell)
    if (values := values_in(text)) is not None:
        return [*texts_of(values, NAMES)]
    return None if is_markup(text) else tags_in(text)


def amount_in(cell: str) -> str:
    """The price in an object such as {"value": 12.5, "currency": "USD"}; the cell itself if it has none."""
    values = values_in(cell) or [None]
    if isinstance(values[0], dict):
        amount = next((text for key in _AMOUNTS if (text := text_of(values[0].get(key)))), "")
        codes = ("currency", "currency_code", "currencyCode", "priceCurrency")
        code = next((text for key in codes if (text := text_of(values[0].get(key)))), "")
        return f"{amount} {code}".strip() if amount else cell
    return cell
