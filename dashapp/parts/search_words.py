"""Says what a search was taken for, where that is not what was typed, with the way to the very words."""

from __future__ import annotations

from itertools import takewhile

from bundle.search.synonyms import Meaning
from bundle.search.word_search import Search
from dashapp.addresses import GalleryQuery
from dashapp.language import _
from dashapp.parts import html
from dashapp.parts.html import Component
from dashapp.parts.wording import listing

_MOST_SHOWN = 3
"""How many of the catalogue's terms are named for one word."""

_SHORTEST_STEM = 3
_ENDING = 2
"""How many letters of a shorter word may differ at its end: "knife" and "knives"."""


def taken_for(query: GalleryQuery, search: Search) -> Component | None:
    """What was looked for instead of what was typed, or with it; None where that is the same."""
    sentences = _sentences(search)
    if not sentences:
        return None
    href = query.with_query(exact=True).href
    text = _("Search for “{words}” instead", words=search.typed)
    instead = html.A(text, href=href, rel="nofollow", className="more")
    return html.P([" ".join(sentences), " ", instead], className="correction")


def _is_inflected(word: str, term: str) -> bool:
    """Whether a word seems to be a term in the plural or with another ending, which goes without saying."""
    pairs = zip(word, term.lower(), strict=False)
    shared = sum(1 for _ in takewhile(lambda pair: pair[0] == pair[1], pairs))
    return word == term or shared >= max(_SHORTEST_STEM, min(len(word), len(term)) - _ENDING)


def said_terms(meaning: Meaning) -> str:
    """The catalogue's terms for a word, as people read them; empty if they are only forms of that word."""
    if all(_is_inflected(meaning.word, term) for term in meaning.shown):
        return ""
    return listing(meaning.shown[:_MOST_SHOWN])


def _sentences(search: Search) -> list[str]:
    said = []
    if search.corrected:
        said.append(_("Showing “{corrected}” for “{typed}”.", corrected=search.corrected, typed=search.typed))
    for meaning in search.meanings:
        terms = said_terms(meaning)
        if not terms:
            continue
        if meaning.adds:
            said.append(_("Also showing {terms} for “{word}”.", terms=terms, word=meaning.word))
        else:
            said.append(_("Showing {terms} for “{word}”.", terms=terms, word=meaning.word))
    return said
