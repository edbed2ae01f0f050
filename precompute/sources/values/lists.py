"""Parses cells with several values: lists and objects as JSON, Python, NumPy and PostgreSQL write them."""

from __future__ import annotations

import ast
import csv
import json
import re
from collections.abc import Iterable, Mapping
from itertools import pairwise
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
"""Keys under which an object that stands for a picture has its address."""

NAMES = ("name", "title", "label", "value", "key")
"""Keys under which an object that stands for a category, a tag or a brand has its name."""

_LONGEST = 200_000
"""The most characters of a list. Python's parser takes much memory for each."""

_NUMPY = re.compile(r"""\[\s*(?:'[^'\n]*'|"[^"\n]*")(?:\s+(?:'[^'\n]*'|"[^"\n]*"))+\s*\]""")
_QUOTED = re.compile(r"""'([^'\n]*)'|"([^"\n]*)\"""")
_POSTGRES = re.compile(r"\{[^{}]*\}")
_OPENS = ("[", "{", "(")


def values_in(text: str) -> list[Any] | None:
    """The values of a cell that is a list, or its object as the only value; None for any other cell."""
    text = text.strip()
    if len(text) < 2 or text[0] not in _OPENS or text[-1] not in "])}" or len(text) > _LONGEST:
        return None
    for read in (_json, _numpy, _python, _postgres):
        values = read(text)
        if values is not None:
            return values
    return None


def texts_of(values: Iterable[Any], keys: tuple[str, ...] = (*ADDRESSES, *NAMES)) -> Listed:
    """Values as texts. An object gives the text under the first of `keys`; a nested list is a path."""
    texts: list[str] = []
    has_objects = False
    for value in values:
        has_objects |= isinstance(value, Mapping)
        content = content_of(value, keys)
        if isinstance(value, Mapping) and isinstance(content, list):
            texts += texts_of(content, keys)
        elif isinstance(content, list):
            texts += filter(None, [BETWEEN.join(texts_of(content, keys))])
        elif text := text_of(content):
            texts.append(text)
    return Objects(texts) if has_objects else Listed(texts)


def paths_of(value: Mapping[str, Any]) -> Listed:
    """The categories in an object without names: the parts of one path by number, or a path by level.

    Examples are {"0": "Home", "1": "Mugs"} and {"lvl0": "Home", "lvl1": "Home > Mugs"}.
    """
    texts = [text for each in value.values() if (text := text_of(each))]
    if len(texts) < len(value):
        return Listed()
    is_grown = all(later.startswith(earlier) for earlier, later in pairwise(texts))
    return Listed(texts[-1:] if is_grown else [BETWEEN.join(texts)])


def content_of(value: Any, keys: tuple[str, ...] = (*ADDRESSES, *NAMES)) -> Any:
    """The text or list under the first of `keys` that an object has; any other value unchanged."""
    if isinstance(value, Mapping):
        found = (value[key] for key in keys if isinstance(value.get(key), (str, list)) and value[key])
        # schema.org's lists wrap each item in another object.
        item = value.get("item")
        return next(found, "") or (content_of(item, keys) if isinstance(item, Mapping) else "")
    return value


def is_markup(text: str) -> bool:
    """Whether a text is an object or list in a program's notation, or a part of one."""
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
