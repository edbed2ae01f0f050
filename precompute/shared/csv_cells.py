"""Text as a cell of a CSV file that no spreadsheet takes for a formula, and back."""

from __future__ import annotations

MARK = "'"
"""The prefix of text that a spreadsheet would otherwise read as a formula."""

_MARKED = ("=", "+", "-", "@", "\t", "\r", "\n", MARK)
"""What a formula, or an apostrophe that is part of the text, begins with."""


def marked(text: str) -> str:
    """`text` as a cell that spreadsheets take for text.

    One that begins with = + - @, a tab, a line's end or an apostrophe gets an apostrophe before it, by
    which spreadsheets know text; whoever removes one leading apostrophe has the text back.
    """
    return MARK + text if text.startswith(_MARKED) else text


def unmarked(text: str) -> str:
    """The text of a cell, without the apostrophe that `marked` put before it.

    An apostrophe before anything else is the text's own: nobody who types 's-Hertogenbosch marks a formula.
    """
    return text[1:] if text.startswith(MARK) and text[1:].startswith(_MARKED) else text
