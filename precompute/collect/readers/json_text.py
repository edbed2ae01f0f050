"""Parses JSON as web pages write it: with comments, wrappers and small unambiguous mistakes.

The time depends only on the length of the text, whatever the text is.
"""

from __future__ import annotations

import html
import json
import re
from typing import Any

_DECODER = json.JSONDecoder(strict=False)
"""Line ends and tabs inside strings are invalid in JSON, but unambiguous, so they are accepted."""

_PART = re.compile(
    r'"(?:[^"\\]|\\.)*(?:"|\Z)'  # a string
    r"|<!--[^{}\[\]<]*?-->"  # a comment in HTML
    r"|//\s*<!\[CDATA\[|//\s*\]\]>|<!\[CDATA\[|\]\]>|<!--|-->"  # what pages wrap scripts in
    r"|//[^\n\r]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z)"  # a comment
    r"|,(?=\s*[}\]])"  # a comma behind the last entry
    r"|:\s*(?:(?:\d+,\d{1,2}|\+\d[\d.]*|0\d[\d.]*|\.\d+)(?=\s*[,}\]])|(?=[,}]))",  # 12,50, 007, .5 or nothing
    re.DOTALL,
)
_ESCAPE = re.compile(r"\\(.)", re.DOTALL)
_KNOWN_ESCAPES = frozenset('"\\/bfnrtu')

_LITERAL = re.compile(
    r"""(?P<double>"(?:[^"\\]|\\.)*(?:"|\Z))"""
    r"""|(?P<single>'(?:[^'\\]|\\.)*(?:'|\Z))"""
    r"|(?P<comment>//[^\n\r]*|/\*(?:[^*]|\*(?!/))*(?:\*/|\Z))"
    r"|(?P<number>-?\d[\w.+-]*)"
    r"|(?P<word>[A-Za-z_$@][\w$]*)"
    r"|(?P<open>[{\[])|(?P<close>[}\]])|(?P<mark>[:,])|(?P<space>[\s\u200b\ufeff]+)|(?P<other>.)",
    re.DOTALL,
)
_WORDS = {"true": "true", "false": "false", "null": "null", "undefined": "null", "NaN": "null"} | {
    "True": "true",
    "False": "false",
    "None": "null",
}


class NoJsonError(ValueError):
    """A text is not JSON. The message says where."""


def read_json(text: str) -> Any:
    """Parse JSON. Raises `NoJsonError`, also if it is nested too deeply."""
    try:
        return _DECODER.decode(text)
    except RecursionError:
        raise NoJsonError("it is nested too deeply") from None
    except ValueError as error:
        raise NoJsonError(_where(error)) from None


def read_json_of(body: bytes) -> Any:
    """Parse an answer as JSON. Raises `NoJsonError` if it is something else."""
    try:
        return read_json(body.decode(json.detect_encoding(body), "surrogatepass"))
    except UnicodeDecodeError:
        raise NoJsonError("it is not text") from None


def read_values(text: str) -> tuple[list[Any], str]:
    """The values in a JSON script, and the first error, empty if there is none.

    It tolerates comments, CDATA, HTML comments, a byte order mark, extra commas and semicolons, escapes that
    JSON lacks, entities in place of quotes, and several values in a row.
    """
    text = text.lstrip("\ufeff \t\r\n")
    if not text.strip():
        return [], ""
    try:
        return [_decoded(read_json(text))], ""
    except NoJsonError as error:
        if "deeply" in str(error):
            return [], str(error)
    if '"' not in text and "&" in text:
        text = html.unescape(html.unescape(text))
    # It runs twice, because a comma may only be the last once the comment behind it is removed.
    values, fault = _values(_PART.sub(_mended, _PART.sub(_mended, text)))
    if fault and not values:
        values, fault = _as_literal(text, fault)
    # Some pages encode the script twice.
    return [_decoded(value) for value in values], fault


def _as_literal(text: str, fault: str) -> tuple[list[Any], str]:
    """The JavaScript object or list in a script that is no JSON, or `fault`."""
    start = min((place for mark in "{[" if (place := text.find(mark)) >= 0), default=-1)
    try:
        return ([read_literal(text, start)], "") if start >= 0 else ([], fault)
    except NoJsonError:
        return [], fault


def _decoded(value: Any) -> Any:
    if isinstance(value, str) and value.lstrip().startswith(("{", "[")):
        try:
            return read_json(value)
        except NoJsonError:
            return value
    return value


def _values(text: str) -> tuple[list[Any], str]:
    values: list[Any] = []
    position = _start(text, 0)
    while position < len(text):
        try:
            value, position = _DECODER.raw_decode(text, position)
        except RecursionError:
            return values, "it is nested too deeply"
        except ValueError as error:
            return values, _where(error)
        values.append(value)
        position = _start(text, position)
    return values, ""


_BETWEEN = re.compile(r"[\s;,\ufeff]*")


def _start(text: str, position: int) -> int:
    found = _BETWEEN.match(text, position)
    return found.end() if found else position


def _mended(part: re.Match[str]) -> str:
    text = part[0]
    if text[0] == ":":
        # A number that JSON lacks is a text: a price with a comma, an id with zeros in front.
        number = text[1:].strip()
        return f': "{number}"' if number else ": null"
    return _ESCAPE.sub(_known_escape, text) if text[0] == '"' else " "


def _known_escape(escape: re.Match[str]) -> str:
    r"""An escape that JSON knows. Others, such as `\'`, become the character itself."""
    return escape[0] if escape[1] in _KNOWN_ESCAPES else escape[1]


def _where(error: ValueError) -> str:
    if isinstance(error, json.JSONDecodeError):
        return f"{error.msg}, line {error.lineno}, character {error.colno}"
    return str(error)[:100]


def read_literal(text: str, start: int = 0, *, longest: int = 500_000) -> Any:
    """The JavaScript object or list at `start`, if it consists only of plain values.

    It accepts names without quotes, single quotes, comments and `undefined`. Raises `NoJsonError` if it
    contains a call, a variable or a sum, or has no end.
    """
    parts: list[str] = []
    depth = 0
    for match in _LITERAL.finditer(text, start, min(len(text), start + longest)):
        kind, part = match.lastgroup, match[0]
        if kind in ("space", "comment"):
            continue
        if depth == 0 and kind != "open":
            break
        if kind in ("close", "mark") and part != ":" and parts and parts[-1] == ",":
            # A comma too many.
            parts.pop()
        if part == "," and parts and parts[-1] in "{[":
            continue
        parts.append(_as_json(kind or "", part))
        depth += (kind == "open") - (kind == "close")
        if depth == 0:
            return read_json(" ".join(_quoted_names(parts)))
    raise NoJsonError("it is not an object of plain values")


def _as_json(kind: str, part: str) -> str:
    if kind == "other":
        raise NoJsonError(f"{part!r} is not a plain value")
    if kind == "single":
        text = _ESCAPE.sub(lambda escape: "'" if escape[1] == "'" else _known_escape(escape), part[1:-1])
        return '"' + re.sub(r'(?<!\\)"', r"\"", text) + '"'
    if kind == "double":
        return _ESCAPE.sub(_known_escape, part)
    return part


def _quoted_names(parts: list[str]) -> list[str]:
    """Put names in quotes and translate words to JSON. Raises `NoJsonError` for a variable."""
    made = []
    for part, following in zip(parts, [*parts[1:], ""], strict=True):
        if part[0].isalpha() or part[0] in "_$@":
            if following != ":" and part not in _WORDS:
                raise NoJsonError(f"{part} is not a plain value")
            part = f'"{part}"' if following == ":" else _WORDS[part]
        elif following == ":" and part[0].isdigit():
            part = f'"{part}"'
        made.append(part)
    return made
