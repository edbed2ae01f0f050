"""Learns from a table's first rows which columns are no ids or categories, in spite of their names."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from precompute.shared.wording import counted
from precompute.sources.columns import role_of
from precompute.sources.rows import Cell, Row
from precompute.sources.text import clean, word_set

_FEWEST = 3
"""The least number of cells to judge a column by."""

_MOST_ALIKE = 0.5
"""The largest share of a column's ids that may be equal."""

_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?E\+\d{1,3}", re.IGNORECASE | re.ASCII)
_MOST_SCIENTIFIC = 0.2
_PLACEHOLDERS = word_set("n/a na #n/a none null nan nil - -- — ? tbd unknown undefined 0 [] {}")
"""Texts that stand for a missing id. One that occurs only once counts as an id."""

_KINDS = word_set(
    """
    simple|variable|variation|configurable|grouped|bundle|bundled|virtual|downloadable|external
    affiliate|physical|digital|product|variant|item|p|d|standard|combinations|pack|service
    vendor.model|subscription|giftcard|simple product|variable product|configurable product
    giftcertificate|parent|child|simpleproduct|groupedproduct|configurableproduct|variableproduct
    """,
    "|",
)
"""How shop systems classify products. This says nothing about what a product is."""


def why_no_id(name: str, sample: Sequence[Row]) -> str:
    """A note that says why a column of ids does not identify products; empty if it does."""
    texts = [clean(cell) for cell in _cells(name, sample) if isinstance(cell, str)]
    if not texts:
        return f"{name} has no texts that could identify a product" if _cells(name, sample) else ""
    if len(texts) >= _FEWEST and len(set(texts)) < len(texts):
        scientific = sum(map(_is_scientific, texts))
        if scientific > _MOST_SCIENTIFIC * len(texts):
            return (
                f"{name} does not identify products: a spreadsheet turned its codes into numbers such as "
                f"{texts[0]}, so several products have the same one; format the column as text before "
                "typing or importing"
            )
        if len(texts) > _FEWEST * len(set(texts)) and _are_unlike(name, sample):
            return (
                f"{name} does not identify products: "
                f"the first {len(texts):,} rows have {counted(len(set(texts)), 'different value')}"
            )
        most, count = Counter(texts).most_common(1)[0]
        if count > _MOST_ALIKE * len(texts):
            share = f"{count:,} of the first {len(texts):,}"
            return f"{name} does not identify products: {share} are “{most[:40]}”"
    return ""


def _are_unlike(name: str, sample: Sequence[Row]) -> bool:
    """Whether rows with the same text have many different titles, so they are different products."""
    titles: dict[str, set[str]] = defaultdict(set)
    rows = [row for row in sample if name in row.cells]
    for row in rows:
        for other, cell in row.cells.items():
            if (role := role_of(other)) and role.field == "title":
                titles[_text(row.cells[name])].add(_text(cell))
    return sum(map(len, titles.values())) > _MOST_ALIKE * len(rows)


def placeholders_in(name: str, sample: Sequence[Row]) -> frozenset[str]:
    """The texts in a column of ids that stand for a missing id and occur in several rows."""
    counts = Counter(clean(cell) for cell in _cells(name, sample) if isinstance(cell, str))
    return frozenset(text for text, count in counts.items() if count > 1 and text.lower() in _PLACEHOLDERS)


def says_kinds(name: str, sample: Sequence[Row]) -> bool:
    """Whether a column named like a category only has the shop system's kinds: simple, variable."""
    cells = _cells(name, sample)
    return bool(cells) and all(isinstance(cell, str) and clean(cell).lower() in _KINDS for cell in cells)


def _is_scientific(text: str) -> bool:
    return _SCIENTIFIC.fullmatch(text) is not None


def _cells(name: str, sample: Sequence[Row]) -> list[Cell]:
    return [row.cells[name] for row in sample if name in row.cells]


def _text(cell: Cell) -> str:
    return clean(cell) if isinstance(cell, str) else " ".join(cell)
