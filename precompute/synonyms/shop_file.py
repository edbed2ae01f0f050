"""Reads a shop's own table of words, `synonyms.csv`: which words mean which of the catalogue's."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from bundle.search.synonyms import MOST_WORDS, SynonymRow
from bundle.search.words import searched_words, told_words
from precompute.shared.errors import UserError
from precompute.sources.readers.encoding import encoding_of, open_text

_WORD, _MEANS, _DIRECTION = "word", "means", "direction"
_DIRECTIONS = {"": False, "one-way": False, "two-way": True}
_DELIMITERS = ";\t,"
_BETWEEN = "|"


class _Pair(NamedTuple):
    """A word, and what it means too, both as they are written."""

    word: str
    means: str


def read_synonyms(path: Path) -> list[SynonymRow]:
    """The rows of a shop's file, each once, in the file's order.

    Raises `UserError`, with the file's name and the row's number, if it cannot be read as such a table.
    """
    if not path.is_file():
        raise UserError(f"Expected a table of synonyms. Received: {path}, which is no file.")
    return list(dict.fromkeys(map(_row, _pairs(path))))


def _pairs(path: Path) -> Iterator[_Pair]:
    try:
        with open_text(path, encoding_of(path)) as file:
            first = file.readline()
            file.seek(0)
            delimiter = next((sign for sign in _DELIMITERS if sign in first), ",")
            reader = csv.reader(file, delimiter=delimiter, strict=True)
            header = [name.strip().lower() for name in next(reader, [])]
            _check_header(header, path)
            for cells in reader:
                if any(map(str.strip, cells)):
                    yield from _pairs_of_row(header, cells, f"{path}, row {reader.line_num}")
    except csv.Error as error:
        raise UserError(f"Expected CSV. Received: {path}, row {reader.line_num}, where {error}.") from error
    except OSError as error:
        raise UserError(f"{path} cannot be read ({error.strerror}).") from error


def _check_header(header: list[str], path: Path) -> None:
    if not {_WORD, _MEANS} <= set(header) or set(header) - {_WORD, _MEANS, _DIRECTION}:
        named = ", ".join(filter(None, header)) or "nothing"
        raise UserError(
            f"Expected the columns {_WORD}, {_MEANS} and, if needed, {_DIRECTION}. "
            f"Received: {path}, whose first row has {named}."
        )


def _pairs_of_row(header: list[str], cells: list[str], place: str) -> Iterator[_Pair]:
    if len(cells) > len(header):
        raise UserError(
            f"Expected {len(header)} cells, with {_BETWEEN} between several words in one. "
            f"Received: {len(cells)} in {place}."
        )
    row = dict(zip(header, map(str.strip, cells), strict=False))
    direction = row.get(_DIRECTION, "").lower()
    if direction not in _DIRECTIONS:
        raise UserError(
            f"Expected {_DIRECTION} to be one-way or two-way. Received: “{direction}” in {place}."
        )
    words, meant = (_texts(row.get(column, ""), column, place) for column in (_WORD, _MEANS))
    for word in words:
        for means in meant:
            if _words(word) != _words(means):
                yield _Pair(word, means)
                if _DIRECTIONS[direction]:
                    yield _Pair(means, word)


def _texts(cell: str, column: str, place: str) -> list[str]:
    """The words of a cell. Raises `UserError` for one without any, or with too many to be found together."""
    texts = [text.strip() for text in cell.split(_BETWEEN)]
    for text in texts:
        count = len(_words(text).split())
        if not 0 < count <= MOST_WORDS:
            raise UserError(
                f"Expected one to {MOST_WORDS} words as {column}, and {_BETWEEN} between several. "
                f"Received: “{text}” in {place}."
            )
    return texts


def _words(text: str) -> str:
    """The words of a text as a search for it has them."""
    return " ".join(told_words(searched_words(text))[0])


def _row(pair: _Pair) -> SynonymRow:
    return SynonymRow(_words(pair.word), pair.means, "", _words(pair.means), own=True)
