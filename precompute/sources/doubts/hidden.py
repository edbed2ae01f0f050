"""Recognises products that a shop does not show: drafts, archived, disabled and hidden ones."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache

from bundle.search.words import words_of
from precompute.sources.records import LeftOut
from precompute.sources.rows import Cell, Row
from precompute.sources.text import word_set

_STATES = word_set("""
    status productstatus itemstatus listingstatus publishstatus poststatus state visibility
    catalogvisibility visibilityincatalog productvisibility estado stato statut staat stan статус
    sichtbarkeit visibilite visibilidad видимостьнавитрине видимость pstatus
    squareonlineitemvisibility
    """)
"""Compact names of columns with a product's state in a word."""

_HIDING = word_set(
    """
    draft|archived|inactive|disabled|hidden|unpublished|deleted|trash|trashed|private
    not visible individually|not visible|none|staging|rejected|proposed|not published|entwurf
    brouillon|borrador|bozza|concept|szkic|rascunho|черновик|下書き|auto draft|expired|removed|unlisted
    inaktiv|archiviert|deaktiviert|versteckt|verborgen|gelöscht|inactif|archivé|désactivé|masqué|caché
    inactivo|archivado|desactivado|oculto|inattivo|archiviato|disattivato|nascosto|nieaktywny|ukryty
    inativo|arquivado|desativado|inactief|gearchiveerd|скрыт|неактивен|非公開
    not visible in catalog|not for sale|d|h
    """,
    "|",
)
_SHOWN = word_set("""
    visible published enabled active online isactive isvisible ispublished isenabled isonline
    productvisible productonline publishedononlinestore showinstore aktiv actif activo attivo
    actief aktywny ativo sichtbar veroffentlicht freigegeben publie publicado pubblicato visibile
    gepubliceerd zichtbaar opublikowano widoczny visivel опубликован активен 公開済み 公開状態 oxactive
    mostrarentienda mostraremtienda exibirnaloja visibleindividually channelpublished onlineshop
    """)
"""Compact names of columns that say whether a product is shown, with yes or no."""

_IS_HIDDEN = word_set(
    """
    hidden ishidden hide disabled isdisabled archived isarchived deleted isdeleted draft isdraft oxhidden
    倉庫指定
    """
)
"""Compact names of columns that say whether a product is hidden, with yes or no."""

_DATES = word_set("deletedat archivedat unpublishedat deletedon dateofdeletion")
"""Compact names of columns with the date since which a product is hidden."""

_YES = word_set("yes y true t 1 1.0 on wahr vrai ja oui si sí")
_NO = word_set("no n false f 0 0.0 -1 off falsch faux nein non nee nie não falso")
_LETTERS = frozenset({"n", "f"})
"""Those that may be a state of another kind, such as "new"."""


def why_hidden(cells: Mapping[str, Cell]) -> str:
    """The reason why the shop does not show a row's product; empty if it does, or if no column says."""
    for name in cells:
        if (kind := _kind_of(name)) and isinstance(cell := cells[name], str):
            value = cell.strip().lower()
            word = value.replace("_", " ").replace("-", " ")
            if kind == "state" and (word in _HIDING or value in _NO - _LETTERS):
                return f"its {name.strip().lower()} is {value}"
            if kind == "shown" and value in _NO:
                published = "publish" in name.lower()
                return "it is not published" if published else f"it is not shown in the shop ({name}: {cell})"
            is_since = kind == "since" and value and value not in _NO
            if is_since or (kind == "hidden" and value in _YES):
                return f"it is not shown in the shop ({name}: {cell})"
    return ""


def is_about_hiding(name: str) -> bool:
    """Whether a column of this name may say that a product is hidden."""
    return bool(_kind_of(name))


def without_hidden(entries: Iterable[Row | LeftOut]) -> Iterable[Row | LeftOut]:
    """The entries, with each hidden product's row replaced by a `LeftOut` with the reason."""
    for entry in entries:
        reason = "" if isinstance(entry, LeftOut) else why_hidden(entry.cells)
        yield LeftOut(entry.place, reason) if reason and isinstance(entry, Row) else entry


@lru_cache(maxsize=4096)
def _kind_of(name: str) -> str:
    # "Active (0/1)", "Product Draft"
    compact = "".join(words_of(name.partition("(")[0]))
    compact = compact if compact in _SHOWN else compact.removeprefix("product").removesuffix("product")
    if compact in _STATES:
        return "state"
    if compact in _SHOWN:
        return "shown"
    if compact in _DATES:
        return "since"
    return "hidden" if compact in _IS_HIDDEN else ""
