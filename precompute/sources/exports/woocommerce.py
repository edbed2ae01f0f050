"""Reads WooCommerce's export. Variations have rows of their own, which name their product."""

from __future__ import annotations

from collections.abc import Iterator

from precompute.sources.exports.export import (
    FACT,
    Entries,
    Export,
    WholeTable,
    by_compact_name,
    compact,
    first_of,
    is_between,
)
from precompute.sources.exports.gathering import Gathered
from precompute.sources.exports.woocommerce_names import ENGLISH, attribute_part
from precompute.sources.records import LeftOut
from precompute.sources.rows import Cell, Row
from precompute.sources.text import word_set
from precompute.sources.values.stock import stock_from

_SHARED = frozenset({"categories", "tags", "brands", "shortdescription"})
"""The columns that variations take from their product."""

_PRICES = ("regularprice", "saleprice")


def _change(entries: Entries, table: WholeTable) -> Iterator[Row | LeftOut]:
    of_parent = _variations(table)
    shared: dict[str, dict[str, Cell]] = {}
    for row in entries:
        yield row if isinstance(row, LeftOut) else _product(row, shared, of_parent)


def _variations(table: WholeTable) -> dict[str, Gathered]:
    """The combined variations of each product, by the name in their `parent` column."""
    found: dict[str, Gathered] = {}
    for row in table.rows():
        plain = by_compact_name(row, ENGLISH)
        if plain.get("type", "").startswith("variation") and (parent := plain.get("parent", "")):
            if not _is_published(plain):
                continue
            gathered = found.setdefault(parent, Gathered())
            regular, sale = plain.get("regularprice", ""), _sale_price(plain)
            gathered.add_price(sale or regular, regular if sale else "", decimal="")
            gathered.add_stock(_stock(plain))
    return found


def _product(row: Row, shared: dict[str, dict[str, Cell]], of_parent: dict[str, Gathered]) -> Row | LeftOut:
    """The row of a product or variation. `shared` has products' common cells by the names variations use."""
    plain = by_compact_name(row, ENGLISH)
    if not _is_published(plain):
        return LeftOut(row.place, "it is not published")
    if plain.get("visibilityincatalog", "").lower() == "hidden":
        return LeftOut(row.place, "it is hidden in the catalogue")
    cells: dict[str, Cell] = dict(row.cells)
    if not _sale_price(plain):
        cells = {name: cell for name, cell in cells.items() if _english(name) != "saleprice"}
    kind, parent = plain.get("type", "").lower(), plain.get("parent", "")
    if kind.startswith("variation") and parent:
        if "images" not in plain:
            return LeftOut(row.place, f"a variation of {parent} without a picture of its own")
        cells = shared.get(parent, {}) | cells | {"variants": parent}
    elif "variable" in kind:
        names = [plain["sku"]] if "sku" in plain else []
        names += [f"id:{plain['id']}"] if "id" in plain else []
        common = {each: cells[each] for each in cells if _english(each) in _SHARED}
        shared |= dict.fromkeys(names, common)
        cells["variants"] = names[0] if names else ""
        found = next((of_parent[name] for name in names if name in of_parent), None)
        if found is not None:
            own = ("instock", "stock", *(_PRICES if "regularprice" not in plain else ()))
            gathered = found.as_cells([row])
            if "regularprice" in plain:
                gathered = {name: cell for name, cell in gathered.items() if "price" not in name}
            cells = {name: cell for name, cell in cells.items() if _english(name) not in own} | gathered
    cells |= _attributes(plain)
    return Row(row.place, {name: cell for name, cell in cells.items() if cell})


def _is_published(plain: dict[str, str]) -> bool:
    return plain.get("published", "1") in ("1", "1.0")


def _sale_price(plain: dict[str, str]) -> str:
    """The sale price, if the sale is on now; otherwise empty."""
    is_on = is_between(plain.get("datesalepricestarts", ""), plain.get("datesalepriceends", ""))
    return plain.get("saleprice", "") if is_on else ""


def _stock(plain: dict[str, str]) -> bool | None:
    return stock_from(first_of(plain, "instock", "stock"))


def _attributes(plain: dict[str, str]) -> dict[str, Cell]:
    names: dict[int, str] = {}
    values: dict[int, str] = {}
    for key, text in plain.items():
        if part := attribute_part(key):
            (names if part[0] == "name" else values)[part[1]] = text
    return {FACT + names.get(number, f"attribute {number}"): text for number, text in values.items()}


def _english(name: str) -> str:
    return ENGLISH.get(compact(name), compact(name))


_FIELDS = {
    "sku": "id",
    "id": "id",
    "type": "",
    "parent": "",
    "published": "",
    "visibilityincatalog": "",
    "gtin": "",
    "name": "title",
    "description": "description",
    "shortdescription": "description",
    "categories": "categories",
    "tags": "tags",
    "brands": "brand",
    "images": "images",
    "regularprice": "price",
    "saleprice": "sale_price",
    "instock": "in_stock",
    "stock": "in_stock",
}
"""Fields by columns' English names. A field's likelier columns come first."""

_COMMON_WORDS = word_set(
    """
    cena preço ordinariepris normalpris vanligpris běžnácena normalfiyat normálár normaalihinta
    prețobișnuit prețnormal κανονικήτιμή звичайнаціна 常规售价 常规价格 정상가격 정가
    """
)
"""Names of the regular price that mean just "price", so other tables have them too."""


def _is_export(names: frozenset[str]) -> bool:
    english = {ENGLISH[name] for name in names if name in ENGLISH}
    if not {"name", "regularprice", "images"} <= english or not english & {"sku", "id"}:
        return False
    prices = {name for name in names if ENGLISH.get(name) == "regularprice"}
    return ("sku" in english and not prices <= _COMMON_WORDS) or {"type", "published", "parent"} <= english


WOOCOMMERCE = Export(
    "a WooCommerce export",
    _is_export,
    {key: field for name, field in _FIELDS.items() for key, english in ENGLISH.items() if english == name},
    change=_change,
)
