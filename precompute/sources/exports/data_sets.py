"""Reads tables of picture data sets: those of img2dataset."""

from __future__ import annotations

from collections.abc import Iterator

from precompute.sources.exports.export import Entries, Export, WholeTable, by_compact_name, has_all
from precompute.sources.records import LeftOut
from precompute.sources.rows import Row


def _change(entries: Entries, table: WholeTable) -> Iterator[Row | LeftOut]:
    for row in entries:
        if isinstance(row, LeftOut):
            yield row
            continue
        plain = by_compact_name(row)
        status = plain.get("status", "success")
        if status == "success":
            yield row
        else:
            why = plain.get("errormessage") or status
            yield LeftOut(row.place, f"its picture was not fetched ({why.strip()[:100]})")


IMG2DATASET = Export(
    "img2dataset's table",
    has_all("url key status errormessage", "url key status width height"),
    {"key": "image", "caption": "title", "url": "", "status": ""},
    change=_change,
)
"""Its pictures are the files named after its keys. They were already fetched from the addresses."""
