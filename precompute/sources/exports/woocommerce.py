"""WooCommerce's export: variations have rows of their own, which name their product's."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from precompute.sources.exports.export import FACT, Export, by_compact_name, compact, is_between
from precompute.sources.records import LeftOut
from precompute.sources.rows import Cell, Row

_ATTRIBUTE = re.compile(r"attribute(\d+)values")
_SHARED = frozenset({"categories", "tags", "brands"})
"""The columns that variations have from their product."""


def _change(rows: Iterable[Row | LeftOut]) -> Iterator[Row | LeftOut]:
    shared: dict[str, dict[str, Cell]] = {}
    for row in rows:
        yield row if isinstance(row, LeftOut) else _product(row, shared)


def _product(row: Row, shared: dict[str, dict[str, Cell]]) -> Row | LeftOut:
    """A row with what its product's row says; `shared` has that by the names that variations call it."""
    plain = by_compact_name(row)
    if plain.get("published", "1") not in ("1", "1.0"):
        return LeftOut(row.place, "it is not published")
    cells: dict[str, Cell] = dict(row.cells)
    kind, parent = plain.get("type", ""), plain.get("parent", "")
    if kind.startswith("variation") and parent:
        if "images" not in plain:
            return LeftOut(row.place, f"a variation of {parent} without a picture of its own")
        cells = shared.get(parent, {}) | cells | {"variants": parent}
    elif "variable" in kind:
        names = [plain["sku"]] if "sku" in plain else []
        names += [f"id:{plain['id']}"] if "id" in plain else []
        shared |= {name: {each: cells[each] for each in cells if compact(each) in _SHARED} for name in names}
        cells["variants"] = names[0] if names else ""
    if not is_between(plain.get("datesalepricestarts", ""), plain.get("datesalepriceends", "")):
        cells = {name: cell for name, cell in cells.items() if compact(name) != "saleprice"}
    for key, values in plain.items():
        if attribute := _ATTRIBUTE.fullmatch(key):
            cells[FACT + plain.get(f"attribute{attribute[1]}name", f"attribute {attribute[1]}")] = values
    return Row(row.place, {name: cell for name, cell in cells.items() if cell})


WOOCOMMERCE = Export(
    "a WooCommerce export",
    frozenset({"sku", "name", "regularprice", "images"}),
    {"sku": "id", "type": "", "parent": "", "published": ""},
    change=_change,
)
