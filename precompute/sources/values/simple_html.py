"""Extracts the text of simple HTML, as most descriptions are: paragraphs, lists and bold words.

A full parser takes many times as long. It is only used for other or malformed HTML.
"""

from __future__ import annotations

import html
import re
from html.entities import name2codepoint

_TOKEN = re.compile(
    r"<(/?)([a-zA-Z][a-zA-Z0-9]*)((?:\s[^<>\"'=]*(?:=\s*(?:\"[^\"<>]*\"|'[^'<>]*'))?)*)\s*/?>"
)
_REFERENCE = re.compile(r"&(?:#(\d{2,5})|([a-zA-Z]{2,8}));")
_AMPERSAND = re.compile(r"&(?=[ \t\n])")
_PUNCTUATION = frozenset(',:;.!?")')
_INLINE = frozenset(["b", "strong", "i", "em", "u", "span", "small", "sub", "sup"])
_DOUBLE = frozenset(["p", "ul", "ol", "h1", "h2", "h3", "h4", "h5", "h6"])
_SINGLE = frozenset(["div", "br", "li"])
_VOID = "br"
_MAY_BE_IN = {"li": frozenset(["ul", "ol"])}


def simple_text(markup: str) -> str | None:
    """The text of simple HTML, equal to the result of `html_text`; None if only that can parse it.

    Simple HTML begins with a paragraph or another block. It has only known tags, each correctly closed, no
    block inside a paragraph, and only unambiguous entities.
    """
    if not markup.startswith("<"):
        return None
    chunks: list[str] = []
    breaks = 2
    before = ""
    opened: list[str] = []
    place = 0
    for token in _TOKEN.finditer(markup):
        closes, name = token[1], token[2].lower()
        if token.start() > place:
            text = _plain(markup[place : token.start()], opened)
            if text is None:
                return None
            if shown := " ".join(text.split()):
                if not breaks and _has_space(before, shown):
                    chunks.append(" ")
                chunks.append(shown)
                breaks, before = 0, text
        place = token.end()
        if not _goes_on(opened, closes, name):
            return None
        if name in _DOUBLE and breaks < 2:
            chunks.append("\n" if breaks else "\n\n")
            breaks = 2
        elif name in _SINGLE and breaks < 1:
            chunks.append("\n")
            breaks = 1
    if opened or markup[place:].strip():
        return None
    return "".join(chunks).strip()


def _goes_on(opened: list[str], closes: str, name: str) -> bool:
    """Process a tag. Returns whether a parser would leave it where it is."""
    if closes:
        return bool(opened) and name != _VOID and opened.pop() == name
    inside = opened[-1] if opened else ""
    if name == _VOID:
        return bool(opened)
    if name in _INLINE:
        # Outside of blocks, a parser would add a paragraph.
        if opened:
            opened.append(name)
        return bool(opened)
    if name not in _DOUBLE and name not in _SINGLE:
        return False
    # A parser ends paragraphs, headings and bold words where a block begins.
    if inside not in ("", "div", "li") and not (name == "li" and inside in ("ul", "ol")):
        return False
    if name == "li" and inside not in _MAY_BE_IN["li"]:
        return False
    opened.append(name)
    return True


def _plain(text: str, opened: list[str]) -> str | None:
    """The text between two tags, with its entities resolved; None outside of blocks or with markup."""
    if "<" in text or ">" in text or "\x00" in text or "\r" in text:
        return None
    if not opened and not text.isspace():
        return None
    signs = text.count("&")
    if signs == text.count("& "):
        # An ampersand before a space stands for itself.
        return text
    found = _REFERENCE.findall(text)
    for number, name in found:
        if name and name not in name2codepoint:
            return None
        if number and not (32 <= int(number) < 127 or 160 <= int(number) < 0xD800):
            return None
    if signs != len(found) + len(_AMPERSAND.findall(text)):
        return None
    return html.unescape(text) if found else text


def _has_space(before: str, text: str) -> bool:
    """Whether to put a space between two pieces of a line: not before a comma or after a bracket."""
    return before[-1].isspace() or (text[0] not in _PUNCTUATION and not before.endswith("("))
