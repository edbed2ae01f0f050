"""Whether a product is in stock, from the words of shops."""

from __future__ import annotations

import re

_IN_STOCK = {
    *(
        "yes",
        "y",
        "true",
        "t",
        "in stock",
        "instock",
        "available",
        "limited availability",
        "limitedavailability",
    ),
    *("in store only", "instoreonly", "online only", "onlineonly", "low stock", "on stock"),
    *("ja", "auf lager", "lagernd", "vorrätig", "verfügbar", "lieferbar", "sofort lieferbar"),
    *(
        "oui",
        "vrai",
        "en stock",
        "disponible",
        "sí",
        "si",
        "en existencia",
        "disponibile",
        "sì",
        "op voorraad",
    ),
    *("em estoque", "em stock", "na stanie", "dostępny", "wahr"),
}
_NOT_IN_STOCK = {
    *("no", "n", "false", "f", "out of stock", "outofstock", "sold out", "soldout", "discontinued"),
    *("not available", "unavailable", "not in stock"),
    *(
        "nein",
        "falsch",
        "ausverkauft",
        "nicht auf lager",
        "nicht vorrätig",
        "nicht verfügbar",
        "nicht lieferbar",
    ),
    *("vergriffen", "non", "faux", "rupture de stock", "en rupture de stock", "épuisé", "indisponible"),
    *("agotado", "sin stock", "sin existencias", "no disponible", "esaurito", "non disponibile"),
    *("uitverkocht", "niet op voorraad", "esgotado", "brak", "niedostępny"),
}
_SCHEMA = re.compile(r"^https?://schema\.org/")
_CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_COUNT = re.compile(r"([+-]?\d+(?:\.\d+)?)(?:\s*(?:pcs|pieces|stück|stk|units|in stock|left|available))?\.?")


def stock_from(text: str) -> bool | None:
    """Whether a product is in stock: a word of a shop's, schema.org's, or how many there are.

    None where it does not say, as for pre-orders and back-orders: they can be ordered, and are not in stock.
    """
    word = (
        _CAPITALS.sub(" ", _SCHEMA.sub("", text.strip())).lower().replace("_", " ").replace("-", " ").strip()
    )
    if word in _IN_STOCK:
        return True
    if word in _NOT_IN_STOCK:
        return False
    count = _COUNT.fullmatch(word if not text.startswith("-") else text.strip().lower())
    return float(count[1]) > 0 if count else None
