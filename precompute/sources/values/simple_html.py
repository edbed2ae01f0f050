"""The text of HTML of the kind that most descriptions are: paragraphs, lists and words in bold.

A whole parser takes many times as long. What is not of that kind, or not as it should be, is left to it.
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
    """The text of simple HTML, as `html_text` would have it; None where that has to be asked.

    Simple is what begins with a paragraph or another block, has only tags that are known here, each closed
    where it should be, no block inside of a paragraph, and only entities that are beyond doubt.
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
    """Take in one tag; whether it is where a parser would leave it."""
    if closes:
        return bool(opened) and name != _VOID and opened.pop() == name
    inside = opened[-1] if opened else ""
    if name == _VOID:
        return bool(opened)
    if name in _INLINE:
        # Outside of all blocks a parser makes paragraphs.
        if opened:
            opened.append(name)
        return bool(opened)
    if name not in _DOUBLE and name not in _SINGLE:
        return False
    # A paragraph, a heading and words in bold end where a block begins.
    if inside not in ("", "div", "li") and not (name == "li" and inside in ("ul", "ol")):
        return False
    if name == "li" and inside not in _MAY_BE_IN["li"]:
        return False
    opened.append(name)
    return True


def _plain(text: str, opened: list[str]) -> str | None:
    """The text between two tags with its entities; None outside of blocks, and with signs of markup."""
    if "<" in text or ">" in text or "\x00" in text or "\r" in text:
        return None
    if not opened and not text.isspace():
        return None
    signs = text.count("&")
    if signs == text.count("& "):
        # A sign with a space behind it stands for itself.
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
    """Whether a space stands between two pieces of a line: not before a comma or behind a bracket."""
    return before[-1].isspace() or (text[0] not in _PUNCTUATION and not before.endswith("("))
