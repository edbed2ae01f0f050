"""A record's text becomes a product: numbers, stock, tags and facts."""

from __future__ import annotations

import math
import re
from dataclasses import dataclass, field
from pathlib import PurePosixPath

from precompute.sources.records import Record

_TEXTS = ("category", "brand", "currency", "url", "description", "variants")

KNOWN = ("id", "title", *_TEXTS, "tags", "price", "in_stock", "popularity")
"""The names of a record's fields that are understood; all others are facts."""

_OPAQUE = re.compile(r"[0-9a-f-]{16,}|[\d_-]+", re.IGNORECASE)
_IN_STOCK = {"yes": True, "true": True, "in stock": True, "no": False, "false": False, "out of stock": False}


@dataclass(frozen=True)
class SourceProduct:
    """A product as its source gives it; `files` are its pictures' paths below the source's folder.

    The other fields are those of `bundle.Product`.
    """

    id: str
    title: str
    files: tuple[str, ...]
    category: str = ""
    brand: str = ""
    tags: tuple[str, ...] = ()
    price: float | None = None
    currency: str = ""
    in_stock: bool | None = None
    popularity: float | None = None
    url: str = ""
    description: str = ""
    variants: str = ""
    facts: dict[str, str] = field(default_factory=dict)


def product_from(record: Record, files: tuple[str, ...]) -> SourceProduct:
    """The product of a record whose pictures are `files`, paths below the source's folder, best first.

    Raises `ValueError` with the reason where the record cannot be used.
    """
    fields = record.fields
    if not fields.get("id"):
        raise ValueError("it has no id")
    if not files:
        raise ValueError("it has no image")
    facts = {name.replace("_", " "): text for name, text in fields.items() if name not in KNOWN and text}
    understood = {
        "price": _number(fields.get("price", "")),
        "popularity": _number(fields.get("popularity", "")),
        "in_stock": _stock(fields.get("in_stock", "")),
    }
    for name, value in understood.items():
        if value is None and fields.get(name):
            # Shown as it was written rather than dropped.
            facts[name.replace("_", " ")] = fields[name]
    return SourceProduct(
        id=fields["id"],
        title=fields.get("title") or title_from(files[0], fields.get("category", "")),
        files=files,
        tags=tuple(dict.fromkeys(parts_of(fields.get("tags", "")))),
        facts=facts,
        **understood,
        **{name: fields.get(name, "") for name in _TEXTS},
    )


def title_from(path: str, category: str) -> str:
    """A title from a file's name; a name that tells nothing is shortened and put behind the category."""
    stem = PurePosixPath(path).stem
    if _OPAQUE.fullmatch(stem):
        last = category.rpartition(" > ")[2]
        stem = f"{last or 'product'} {stem[:8].rstrip('-')}"
    words = re.sub(r"[\s_]+", " ", stem).strip()
    return words[:1].upper() + words[1:]


def parts_of(cell: str) -> list[str]:
    """What a cell with several values lists, | between them."""
    return [part for text in cell.split("|") if (part := text.strip())]


def _stock(text: str) -> bool | None:
    """Whether a product is in stock: a word for yes or no, or how many there are."""
    word = text.lower().replace("_", " ")
    if word in _IN_STOCK:
        return _IN_STOCK[word]
    number = _number(text)
    return None if number is None else number > 0


def _number(text: str) -> float | None:
    try:
        number = float(text)
    except ValueError:
        return None
    return number if math.isfinite(number) and number >= 0 else None
