"""Puts the table of words for what a catalogue has into a bundle."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bundle import BundleWriter, Product
from precompute.shared.npm import Unavailable
from precompute.shared.progress import say
from precompute.shared.wording import counted
from precompute.sources.folders.aside import SYNONYMS
from precompute.synonyms.shop_file import read_synonyms
from precompute.synonyms.table import synonym_table
from precompute.synonyms.wordnet import VERSION, WordNet


def checked_own_file(given: Path | None, folders: Sequence[Path]) -> Path | None:
    """The shop's own table: the one that was `given`, or the first in these folders; None without any.

    Raises `UserError` if it cannot be read, before a build spends time on anything else.
    """
    found = [folder / SYNONYMS for folder in folders if (folder / SYNONYMS).is_file()]
    own = given or next(iter(found), None)
    if own:
        read_synonyms(own)
    return own


def write_synonyms(
    writer: BundleWriter, products: Sequence[Product], *, own: Path | None, wordnet: WordNet | None
) -> None:
    """Write the table beside the catalogue, which must be there.

    `own` is the shop's own table. Raises `UserError` for an own table that cannot be read.
    """
    rows = read_synonyms(own) if own else []
    if own:
        say(f"Synonyms: {counted(len(rows), 'row')} from {own}.")
    table = synonym_table(products, own=rows, wordnet=wordnet)
    writer.write_synonyms(table.rows, sources=table.sources)


def fetched_wordnet() -> WordNet | None:
    """WordNet, or None, with a line that says so, where it cannot be fetched."""
    try:
        return WordNet.fetched()
    except Unavailable as error:
        say(f"The search is built without {VERSION}'s synonyms: {error}.")
        return None
