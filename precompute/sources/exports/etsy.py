"""Reads Etsy's download of listings. Its column names are in the shop's language."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

from precompute.sources.columns import role_of
from precompute.sources.exports.export import FACT, Entries, Export, WholeTable, by_compact_name, compact
from precompute.sources.exports.gathering import numbered_pairs
from precompute.sources.records import LeftOut
from precompute.sources.rows import Cell, Row

_MATERIALS = frozenset(
    [
        "materials",
        "materialien",
        "matériaux",
        "materiales",
        "materiali",
        "materialen",
        "materiały",
        "materiais",
        "материалы",
    ]
)
_PICTURES = frozenset(
    ["image1", "bild1", "imagen1", "immagine1", "afbeelding1", "zdjęcie1", "imagem1", "изображение1", "фото1"]
)


def _is_download(names: frozenset[str]) -> bool:
    fields = {role.field for name in names if (role := role_of(name))}
    return (
        bool(names & _MATERIALS)
        and bool(names & _PICTURES)
        and {"title", "price", "in_stock", "tags"} <= fields
    )


def _change(entries: Entries, table: WholeTable) -> Iterator[Row | LeftOut]:
    seen: Counter[str] = Counter()
    for row in entries:
        if isinstance(row, LeftOut):
            yield row
            continue
        made = _listing(row)
        name = str(made.cells.get("id", ""))
        seen[name] += 1
        # Listings with the same title are distinguished by their order.
        yield made if seen[name] == 1 else Row(made.place, made.cells | {"id": f"{name} ({seen[name]})"})


def _listing(row: Row) -> Row:
    """The row of a listing. Its id is its SKU, or its title if it has several variations' SKUs."""
    plain = by_compact_name(row)
    cells: dict[str, Cell] = {name: cell for name, cell in row.cells.items() if compact(name) != "sku"}
    sku = plain.get("sku", "")
    title = next(
        (cell for name, cell in row.cells.items() if (r := role_of(name)) and r.field == "title"), ""
    )
    cells["id"] = sku if sku and "," not in sku else title
    if tags := next((name for name in cells if (r := role_of(name)) and r.field == "tags"), ""):
        # Etsy separates the words of a tag by _.
        cells[tags] = str(cells[tags]).replace("_", " ")
    for name in row.cells:
        if compact(name) in _MATERIALS:
            cells[FACT + name.lower()] = cells[name]
    for option, values in numbered_pairs(plain, "variation{}name", "variation{}values"):
        cells[FACT + (option or "variation")] = values.replace(",", ", ")
    return Row(row.place, {name: cell for name, cell in cells.items() if cell})


ETSY = Export(
    "Etsy's download of listings",
    _is_download,
    {"sku": ""},
    change=_change,
    unit="listings",
)
