"""Recognises sales that are not on now: by the dates beside a sale price, or by a column that says no."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
from typing import Literal

from bundle.search.words import words_of
from precompute.sources.columns import role_of
from precompute.sources.exports.export import is_between, is_date
from precompute.sources.records import LeftOut
from precompute.sources.rows import Row
from precompute.sources.text import word_set
from precompute.sources.values.stock import stock_from

_OF_SALES = word_set("""
    sale sales special promo promotion promotional discount offer angebot angebotspreis angebotspreises aktion
    aktionspreis sonderpreis rabatt solde soldes remise promotionnel oferta rebajado descuento promocional
    offerta sconto saldo saldi promozione actie actieprijs korting promocja promocji promocyjna desconto
    """)
_STARTS = word_set("""
    from start starts begin begins starting since von ab beginn beginnt start debut du desde inicio empieza
    inizio dal vanaf begindatum startdatum od rozpoczecia inicio comeca
    """)
_ENDS = word_set("""
    to end ends ending until till through expires bis ende endet fin au hasta fin termina fine al tot
    einddatum do zakonczenia ate termino
    """)
_CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_SWITCHES = word_set("onsale isonsale saleactive specialpriceactive")
Part = Literal["start", "end", "switch", "sale price", ""]


def without_ended_sales(entries: Iterable[Row | LeftOut]) -> Iterator[Row | LeftOut]:
    """The entries, each without its sale price if its sale has ended, has not begun or is switched off."""
    for entry in entries:
        yield entry if isinstance(entry, LeftOut) or _is_on(entry) else _without_sale(entry)


def _is_on(row: Row) -> bool:
    start = end = ""
    for name, part in _about_sales(tuple(row.cells)):
        cell = row.cells[name]
        if not isinstance(cell, str):
            continue
        if part == "switch" and stock_from(cell) is False:
            return False
        start = cell if part == "start" and is_date(cell) else start
        end = cell if part == "end" and is_date(cell) else end
    return not (start or end) or is_between(start, end)


@lru_cache(maxsize=1024)
def _about_sales(names: tuple[str, ...]) -> tuple[tuple[str, Part], ...]:
    """The columns that say when a sale is, with what they say. Most rows have the same columns."""
    parts = ((name, _part_of(name)) for name in names)
    return tuple((name, part) for name, part in parts if part in ("start", "end", "switch"))


def _without_sale(row: Row) -> Row:
    return Row(row.place, {name: cell for name, cell in row.cells.items() if _part_of(name) != "sale price"})


@lru_cache(maxsize=4096)
def _part_of(name: str) -> Part:
    if (role := role_of(name)) and role.field in ("sale_price", "price"):
        return "sale price" if role.field == "sale_price" else ""
    words = words_of(_CAPITALS.sub(" ", name).replace("_", " "))
    if "".join(words) in _SWITCHES:
        return "switch"
    if not _OF_SALES.intersection(words):
        return ""
    if _STARTS.intersection(words):
        return "start"
    return "end" if _ENDS.intersection(words) else ""
