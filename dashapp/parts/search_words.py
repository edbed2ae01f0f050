"""Says what a search was taken for, where that is not what was typed, with the way to the very words."""

from __future__ import annotations

from bundle.search.word_search import Search
from dashapp.addresses import GalleryQuery
from dashapp.language import _
from dashapp.parts import html
from dashapp.parts.html import Component
from dashapp.parts.wording import listing

_MOST_SHOWN = 3
"""How many of the catalogue's terms are named for one word."""


def taken_for(query: GalleryQuery, search: Search) -> Component | None:
    """What was looked for instead of what was typed, or with it; None where that is the same."""
    sentences = _sentences(search)
    if not sentences:
        return None
    href = query.with_query(exact=True).href
    text = _("Search for “{words}” instead", words=search.typed)
    instead = html.A(text, href=href, rel="nofollow", className="more")
    return html.P([" ".join(sentences), " ", instead], className="correction")


def _sentences(search: Search) -> list[str]:
    said = []
    if search.corrected:
        said.append(_("Showing “{corrected}” for “{typed}”.", corrected=search.corrected, typed=search.typed))
    for meaning in search.meanings:
        terms = listing(meaning.shown[:_MOST_SHOWN])
        if meaning.adds:
            said.append(_("Also showing {terms} for “{word}”.", terms=terms, word=meaning.word))
        else:
            said.append(_("Showing {terms} for “{word}”.", terms=terms, word=meaning.word))
    return said
