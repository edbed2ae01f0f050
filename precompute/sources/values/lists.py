"""Cells that hold several values, as JSON, Python, NumPy and PostgreSQL write lists and objects."""

from __future__ import annotations

import ast
import csv
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from precompute.sources.rows import Listed, Objects, text_of
from precompute.sources.values.categories import BETWEEN

ADDRESSES = (
    *(
        "src",
        "url",
        "href",
        "link",
        "image",
        "path",
        "contentUrl",
        "original",
        "hi_res",
        "large",
        "file_name",
    ),
    *("file", "url_standard"),
)
"""Where an object that stands for a picture has its address."""

NAMES = ("name", "title", "label", "value", "key")
"""Where an object that stands for a category, a tag or a brand has its name."""

_LONGEST = 200_000
"""Characters of the longest list of Python's that is read: its parser takes much memory for each."""

_NUMPY = re.compile(r"""\[\s*(?:'[^'\n]*'|"[^"\n]*")(?:\s+(?:'[^'\n]*'|"[^"\n]*"))+\s*\]""")
_QUOTED = re.compile(r"""'([^'\n]*)'|"([^"\n]*)\"""")
_POSTGRES = re.compile(r"\{[^{}]*\}")
_OPENS = ("[", "{", "(")


def values_in(text: str) -> list[Any] | None:
    """The values of a cell that is a list, or the object that it is; None for any other cell."""
    text = text.strip()
    if len(text) < 2 or text[0] not in _OPENS or text[-1] not in "])}" or len(text) > _LONGEST:
        return None
    for read in (_json, _numpy, _python, _postgres):
        values = read(text)
        if values is not None:
            return values
    return None


def texts_of(values: Iterable[Any], keys: tuple[str, ...] = (*ADDRESSES, *NAMES)) -> Listed:
    """Values as texts: objects by the first of `keys` that they have a text for, lists in them as paths."""
    texts: list[str] = []
    has_objects = False
    for value in values:
        has_objects |= isinstance(value, Mapping)
        said = said_by(value, keys)
        if isinstance(value, Mapping) and isinstance(said, list):
            texts += texts_of(said, keys)
        elif isinstance(said, list):
            texts += filter(None, [BETWEEN.join(texts_of(said, keys))])
        elif text := text_of(said):
            texts.append(text)
    return Objects(texts) if has_objects else Listed(texts)


def said_by(value: Any, keys: tuple[str, ...] = (*ADDRESSES, *NAMES)) -> Any:
    """What an object says for itself, a text or a list; any other value as it is."""
    if isinstance(value, Mapping):
        found = (value[key] for key in keys if isinstance(value.get(key), (str, list)) and value[key])
        # schema.org's lists have what they list in an object of its own.
        item = value.get("item")
        return next(found, "") or (said_by(item, keys) if isinstance(item, Mapping) else "")
    return value


def is_markup(text: str) -> bool:
    """Whether a text is an object or a list that programs write, whole or in part."""
    return text.startswith(("{", "[{", "['", '["')) or "=>" in text or '":' in text


def _json(text: str) -> list[Any] | None:
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return _as_list(value)


def _numpy(text: str) -> list[Any] | None:
    if not _NUMPY.fullmatch(text):
        return None
    return [single or double for single, double in _QUOTED.findall(text)]


def _python(text: str) -> list[Any] | None:
    try:
        value = ast.literal_eval(text)
    except (ValueError, SyntaxError, RecursionError, MemoryError, TypeError):
        return None
    return _as_list(list(value) if isinstance(value, (tuple, set)) else value)


def _postgres(text: str) -> list[Any] | None:
    """An array such as {a.jpg,"b c.jpg"}."""
    if not _POSTGRES.fullmatch(text) or ":" in text.replace("://", "") or "=" in text.partition("?")[0]:
        return None
    row = next(csv.reader([text[1:-1]], escapechar="\\"), [])
    return [part for part in row if part and part != "NULL"]


def _as_list(value: Any) -> list[Any] | None:
    if isinstance(value, Mapping):
        return [value]
    return value if isinstance(value, list) else None
