"""Parses whether a product is in stock, in many languages."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

from precompute.sources.text import word_set

_IN_STOCK = word_set(
    """
    yes|y|true|t|+|in stock|instock|available|limited availability|limitedavailability|in store only
    instoreonly|online only|onlineonly|low stock|on stock|on hand|ready to ship|ships today
    available for order|unlimited|ja|wahr|auf lager|lagernd|vorrätig|verfügbar|lieferbar|sofort lieferbar
    sofort verfügbar|oui|vrai|en stock|disponible|disponibles|en magasin|sí|si|verdadero|en existencia
    hay existencias|en inventario|disponibile|disponibili|sì|vero|in magazzino|op voorraad|beschikbaar
    leverbaar|waar|sim|verdadeiro|em estoque|em stock|disponível|na stanie|w magazynie|dostępny
    dostępna|dostępne|tak|prawda|skladem|na skladě|ano|na sklade|áno|i lager|finns i lager|på lager
    varastossa|raktáron|készleten|în stoc|в наличии|есть в наличии|есть|да|є в наявності|в наявності
    так|stokta|stokta var|var|evet|σε απόθεμα|διαθέσιμο|在庫あり|在庫有り|在庫有|あり|有货|有貨|现货
    現貨|재고 있음|재고있음|있음|متوفر|במלאי
    """,
    "|",
)
_NOT_IN_STOCK = word_set(
    """
    no|n|false|f|out of stock|outofstock|sold out|soldout|discontinued|not available|unavailable
    not in stock|temporarily out of stock|currently unavailable|sold|nein|falsch|ausverkauft
    nicht auf lager|nicht vorrätig|nicht verfügbar|nicht lieferbar|vergriffen|non|faux
    rupture de stock|en rupture de stock|en rupture|épuisé|indisponible|agotado|agotada|sin stock
    sin existencias|no disponible|falso|esaurito|esaurita|non disponibile|fuori stock|nee|uitverkocht
    niet op voorraad|niet beschikbaar|niet leverbaar|onwaar|não|esgotado|esgotada|fora de estoque
    sem estoque|indisponível|nie|brak|brak w magazynie|niedostępny|niedostępna|niedostępne|wyprzedane
    fałsz|vyprodáno|není skladem|nedostupné|vypredané|ne|slutsåld|slut i lager|ej i lager|udsolgt
    ikke på lager|utsolgt|loppu|elfogyott|nincs készleten|stoc epuizat|nej|нет в наличии|нет|отсутствует
    распродано|немає в наявності|немає|stokta yok|tükendi|yok|hayır|μη διαθέσιμο|εξαντλημένο|在庫なし
    在庫無し|在庫切れ|売り切れ|売切れ|品切れ|品切|なし|无货|缺货|售罄|無貨|缺貨|품절|재고 없음|없음|غير متوفر
    نفد|نفدت الكمية
    אזל מהמלאי
    """,
    "|",
)
_SCHEMA = re.compile(r"^https?://schema\.org/")
_CAPITALS = re.compile(r"(?<=[a-z])(?=[A-Z])")
_COUNT = re.compile(
    r"(?:only |nur (?:noch )?|[>≥] ?)?([+-]?\d+(?:[.,]\d+)*)\+?"
    r"(?:\s*(?:pcs|pieces|stück|stk|units|in stock|left|available|szt|шт|ks|db|pz|uds|un|"
    r"st|vnt|kpl|个|件|点|個))?\.?"
)


@lru_cache(maxsize=10_000)
def stock_from(text: str) -> bool | None:
    """Whether a product is in stock, from a shop's word, schema.org's, or the number of pieces.

    None if unknown. Pre-orders and back-orders are unknown: they can be ordered, but are not in stock.
    """
    word = _CAPITALS.sub(" ", _SCHEMA.sub("", text.strip())).lower().replace("_", " ").replace("-", " ")
    word = word.strip().rstrip(".!").rstrip()
    if word in _IN_STOCK:
        return True
    if word in _NOT_IN_STOCK:
        return False
    word = word if not text.startswith("-") else text.strip().lower()
    count = _COUNT.fullmatch(word if word.isascii() else unicodedata.normalize("NFKC", word))
    if count is None:
        return None
    # Whatever its separators mean, a number with a digit other than 0 is more than zero.
    return not count[1].startswith("-") and bool(count[1].strip("+0.,"))
