"""What a table's first rows teach: which ids identify nothing, which categories are none."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from precompute.sources.columns import role_of
from precompute.sources.rows import Cell, Row
from precompute.sources.text import clean, word_set

_FEWEST = 3
"""Cells from which a column is judged."""

_MOST_ALIKE = 0.5
"""Of a column's ids, how many may be the same one."""

_SCIENTIFIC = re.compile(r"[+-]?\d(?:[.,]\d+)?E\+\d{1,3}", re.IGNORECASE | re.ASCII)
_MOST_SCIENTIFIC = 0.2
_PLACEHOLDERS = word_set("n/a na #n/a none null nan nil - -- — ? tbd unknown undefined 0 [] {}")
"""What stands for an id that is missing; where it stands once, it is one."""

_KINDS = word_set(
    """
    simple|variable|variation|configurable|grouped|bundle|bundled|virtual|downloadable|external
    affiliate|physical|digital|product|variant|item|p|d|standard|combinations|pack|service
    vendor.model|subscription|giftcard|simple product|variable product|configurable product
    giftcertificate|parent|child
    """,
    "|",
)
"""What a column says of how products are kept, and not of what they are."""


def why_no_id(name: str, sample: Sequence[Row]) -> str:
    """Why a column of ids identifies nothing, as a note; empty where it does."""
    texts = [clean(cell) for cell in _cells(name, sample) if isinstance(cell, str)]
    if not texts:
        return f"{name} holds no texts that identify a product" if _cells(name, sample) else ""
    if len(texts) >= _FEWEST and len(set(texts)) < len(texts):
        scientific = sum(map(_is_scientific, texts))
        if scientific > _MOST_SCIENTIFIC * len(texts):
            return (
                f"{name} identifies nothing: a spreadsheet made numbers such as {texts[0]} of its codes, "
                "so several products have the same one; format the column as text before typing or importing"
            )
        if len(texts) > _FEWEST * len(set(texts)) and _are_unlike(name, sample):
            return f"{name} identifies nothing: the first {len(texts):,} rows have {len(set(texts)):,} of it"
        most, count = Counter(texts).most_common(1)[0]
        if count > _MOST_ALIKE * len(texts):
            return f"{name} identifies nothing: {count:,} of the first {len(texts):,} are “{most[:40]}”"
    return ""


def _are_unlike(name: str, sample: Sequence[Row]) -> bool:
    """Whether rows that have a text in common are of many products, each with a title of its own."""
    titles: dict[str, set[str]] = defaultdict(set)
    rows = [row for row in sample if name in row.cells]
    for row in rows:
        for other, cell in row.cells.items():
            if (role := role_of(other)) and role.field == "title":
                titles[_text(row.cells[name])].add(_text(cell))
    return sum(map(len, titles.values())) > _MOST_ALIKE * len(rows)


def placeholders_in(name: str, sample: Sequence[Row]) -> frozenset[str]:
    """The texts of a column of ids that stand for none: several rows have them."""
    counts = Counter(clean(cell) for cell in _cells(name, sample) if isinstance(cell, str))
    return frozenset(text for text, count in counts.items() if count > 1 and text.lower() in _PLACEHOLDERS)


def says_kinds(name: str, sample: Sequence[Row]) -> bool:
    """Whether a column named like one of categories says only how products are kept: simple, variable."""
    cells = _cells(name, sample)
    return bool(cells) and all(isinstance(cell, str) and clean(cell).lower() in _KINDS for cell in cells)


def _is_scientific(text: str) -> bool:
    return _SCIENTIFIC.fullmatch(text) is not None


def _cells(name: str, sample: Sequence[Row]) -> list[Cell]:
    return [row.cells[name] for row in sample if name in row.cells]


def _text(cell: Cell) -> str:
    return clean(cell) if isinstance(cell, str) else " ".join(cell)
