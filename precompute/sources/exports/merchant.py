"""Products as Google Merchant has them, in feeds and in tables."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from precompute.sources.exports.export import Export, by_compact_name, compact, is_between
from precompute.sources.records import LeftOut
from precompute.sources.rows import Row

_FACTS = frozenset(
    [
        *("color", "colour", "material", "pattern", "size", "sizetype", "sizesystem", "gender", "agegroup"),
        *("condition", "gtin", "mpn", "energyefficiencyclass", "multipack", "isbundle", "productweight"),
        *("productlength", "productwidth", "productheight", "availabilitydate"),
    ]
)
"""What describes a product; the rest is for shipping, taxes and advertising."""


def _change(rows: Iterable[Row | LeftOut]) -> Iterator[Row | LeftOut]:
    """The rows, without the sale prices of sales that are not on now."""
    for row in rows:
        dates = "" if isinstance(row, LeftOut) else by_compact_name(row).get("salepriceeffectivedate", "")
        start, _, end = dates.partition("/")
        if isinstance(row, Row) and dates and not is_between(start, end):
            cells = {name: cell for name, cell in row.cells.items() if compact(name) != "saleprice"}
            yield Row(row.place, cells)
        else:
            yield row


MERCHANT = Export(
    "a Google Merchant feed", frozenset({"id", "title", "imagelink"}), facts=_FACTS, change=_change
)
