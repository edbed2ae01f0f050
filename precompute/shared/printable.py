"""Text from a catalogue, made fit to be printed."""

from __future__ import annotations

import unicodedata

_NOT_PRINTED = frozenset({"Cc", "Cs", "Zl", "Zp"})
"""The Unicode categories of what would move a terminal's cursor, break a line or not be text at all."""


def printable(text: str) -> str:
    """`text` with control characters as Python's escapes: a product's title must not drive a terminal."""
    return "".join(
        character.encode("unicode_escape").decode()
        if unicodedata.category(character) in _NOT_PRINTED
        else character
        for character in text
    )
