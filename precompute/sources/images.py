"""Finds the pictures that a cell names: one or several paths or addresses."""

from __future__ import annotations

import html
import re
from urllib.parse import urlsplit

from precompute.sources.files import is_picture
from precompute.sources.rows import Cell
from precompute.sources.text import clean
from precompute.sources.values.lists import ADDRESSES, texts_of, values_in

_BEFORE_ADDRESS = re.compile(r"(?<![\s,;|])[\s,;|]++(?=(?:https?:)?//)")
_BETWEEN_PATHS = re.compile(r"[,;\n^]|<br\s*/?>|#+|\s\+\s|~(?!mv2)", re.IGNORECASE)
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)
_FORMULA = re.compile(r"""=\s*(?:IMAGE|HYPERLINK)\s*\(\s*"((?:[^"]|"")*)\"""", re.IGNORECASE)
"""A spreadsheet's formula that shows a picture or links to one."""

_TAG = re.compile(r"""<img\b[^<>]*?\bsrc\s*=\s*(?:"([^"<>]*)"|'([^'<>]*)'|([^\s"'<>]+))""", re.IGNORECASE)
_QUOTED = re.compile(r""""([^"\n]*)"|'([^'\n]*)'""")
_OPENS = ("[", "{", "(", "array(", "a:", '"[')
"""How lists begin that no parser of `values_in` reads."""

_QUOTES = "\"'“”"


def images_in(cell: Cell) -> list[str]:
    """The pictures in a cell, in order.

    Several are separated by |. If they are addresses, or all end like pictures' names, they may also be
    separated by commas, semicolons, spaces or lines. Or the cell is a list of texts or objects, as JSON,
    Python, NumPy or PostgreSQL write it. A spreadsheet's formula or HTML gives the picture that it shows.
    """
    if isinstance(cell, tuple):
        return [image for text in cell for image in images_in(text)]
    # Nearly every cell is a single plain path.
    if not _is_special(cell):
        return [found] if (found := clean(cell)) else []
    text = clean(cell)
    if (values := values_in(text)) is not None:
        named = [image for each in texts_of(values, ADDRESSES) for image in _in_text(each)]
        return named or _quoted_pictures(text)
    if formula := _FORMULA.match(text):
        return _in_text(formula[1].replace('""', '"'))
    if tags := _TAG.findall(text):
        return [image for each in tags for image in _in_text("".join(each))]
    if text.startswith(_OPENS) and (quoted := _quoted_pictures(text)):
        return quoted
    return [image for each in text.split("|") for image in _in_text(each)]


def is_address(image: str) -> bool:
    """Whether a picture must be fetched from the web."""
    return image[:8].lower().startswith(("http://", "https://"))


def scheme_of(image: str) -> str:
    """The scheme of an address, with its colon ("file:", "data:"); empty for a path."""
    found = _SCHEME.match(image)
    return found[0].lower() if found else ""


def looks_like_picture(cell: Cell) -> bool:
    """Whether a cell only names pictures."""
    images = images_in(cell)
    return bool(images) and all(map(_ends_as_picture, images))


_SPECIAL = re.compile(r"""[|,;\n\s\[{(<="'“&#^~\x00]|//""")


def _quoted_pictures(text: str) -> list[str]:
    """The pictures in a program's notation for lists, such as PHP's or Ruby's, or in brackets alone."""
    text = text.strip('"').replace('\\"', '"')
    quoted = [clean(double or single) for double, single in _QUOTED.findall(text)]
    found = [each for each in quoted if _ends_as_picture(each)] or list(filter(is_address, quoted))
    if quoted:
        return [_address(each.replace("\\/", "/")) for each in found]
    inside = [clean(part) for part in text[1:-1].split(",")] if text[-1] in "])}" else []
    return inside if all(map(is_picture, inside)) else []


def _is_special(cell: str) -> bool:
    return _SPECIAL.search(cell) is not None or not cell.isascii()


def _in_text(text: str) -> list[str]:
    return [image for part in _split(clean(text)) if (image := _address(_unquoted(clean(part))))]


def _unquoted(text: str) -> str:
    """`text` without quotation marks around all of it."""
    if len(text) > 2 and text[0] in _QUOTES and text[-1] in _QUOTES:
        return clean(text[1:-1])
    return text


def _split(text: str) -> list[str]:
    by_address = [text for text in _BEFORE_ADDRESS.split(text) if text]
    if len(by_address) > 1 or is_address(text):
        return by_address
    paths = [path for part in _BETWEEN_PATHS.split(text) if (path := clean(part))]
    if len(paths) > 1 and all(is_picture(_unquoted(path)) for path in paths):
        return paths
    # A name may contain spaces ("red mug.jpg"), but "a.jpg b.jpg" are two.
    apart = text.split()
    return apart if len(apart) > 1 and all(map(is_picture, apart)) else [text]


def _address(text: str) -> str:
    """A picture's address, with the scheme added if pages leave it out, and without HTML entities."""
    if text.startswith("//") and "." in text:
        text = f"https:{text}"
    return html.unescape(text) if "&amp;" in text and is_address(text) else text


def _ends_as_picture(image: str) -> bool:
    try:
        return is_picture(urlsplit(image).path if is_address(image) else image)
    except ValueError:
        # The address has misplaced brackets.
        return False
