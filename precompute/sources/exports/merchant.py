"""Reads feeds and tables for Google Merchant and for Meta's catalogues."""

from __future__ import annotations

from collections.abc import Iterator

from precompute.sources.exports.export import (
    Entries,
    Export,
    WholeTable,
    by_compact_name,
    has_all,
    is_between,
    without,
)
from precompute.sources.records import LeftOut
from precompute.sources.rows import Row

_FACTS = frozenset(
    [
        *("color", "colour", "material", "pattern", "size", "sizetype", "sizesystem", "gender", "agegroup"),
        *("condition", "gtin", "mpn", "energyefficiencyclass", "multipack", "isbundle", "productweight"),
        *("productlength", "productwidth", "productheight", "availabilitydate"),
    ]
)
"""The columns that describe a product. The rest is for shipping, taxes and advertising."""


def _change(entries: Entries, table: WholeTable) -> Iterator[Row | LeftOut]:
    """The rows, without sale prices of sales that are not on now."""
    for row in entries:
        dates = "" if isinstance(row, LeftOut) else by_compact_name(row).get("salepriceeffectivedate", "")
        start, _, end = dates.partition("/")
        if isinstance(row, Row) and dates and not is_between(start, end):
            yield Row(row.place, without(row.cells, "saleprice"))
        else:
            yield row


MERCHANT = Export(
    "a Google Merchant feed",
    has_all("id title imagelink", "id title image0url"),
    # Facebook's categories are numbers, or not in the shop's own words.
    {"producttype": "category", "googleproductcategory": "category", "fbproductcategory": ""},
    facts=_FACTS,
    change=_change,
)
