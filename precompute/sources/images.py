"""The pictures that a cell names: paths, addresses, one or several."""

from __future__ import annotations

import json
import re
from urllib.parse import urlsplit

from precompute.sources.files import is_picture
from precompute.sources.rows import Cell
from precompute.sources.text import clean

_BEFORE_ADDRESS = re.compile(r"(?<![\s,;|])[\s,;|]++(?=(?:https?:)?//)")
_BETWEEN_PATHS = re.compile(r"[,;\n]")
_SCHEME = re.compile(r"[a-z][a-z0-9+.-]+:", re.IGNORECASE)


def images_in(cell: Cell) -> list[str]:
    """The pictures in a cell, in their order.

    Several stand between |, or, where they are addresses or all end as pictures' names do, between commas,
    semicolons, spaces or lines; or the cell is a JSON array.
    """
    texts = cell if isinstance(cell, tuple) else json_array(cell) or cell.split("|")
    return [image for text in texts for part in _split(clean(text)) if (image := _address(clean(part)))]


def is_address(image: str) -> bool:
    """Whether a picture has to be fetched from the web."""
    return image.lower().startswith(("http://", "https://"))


def scheme_of(image: str) -> str:
    """What stands before the colon of what is no path ("file:", "data:"); empty for a path."""
    found = _SCHEME.match(image)
    return found[0].lower() if found else ""


def looks_like_picture(cell: Cell) -> bool:
    """Whether a cell names pictures and nothing else."""
    images = images_in(cell)
    return bool(images) and all(map(_ends_as_picture, images))


def json_array(text: str) -> list[str]:
    """The texts of a cell that is a JSON array of texts; empty for any other."""
    if not text.startswith("["):
        return []
    try:
        values = json.loads(text)
    except (ValueError, RecursionError):
        return []
    return values if isinstance(values, list) and all(isinstance(value, str) for value in values) else []


def _split(text: str) -> list[str]:
    by_address = [text for text in _BEFORE_ADDRESS.split(text) if text]
    if len(by_address) > 1 or is_address(text):
        return by_address
    paths = [path for part in _BETWEEN_PATHS.split(text) if (path := clean(part))]
    return paths if len(paths) > 1 and all(map(is_picture, paths)) else [text]


def _address(text: str) -> str:
    """A picture's address with the scheme that pages leave to the browser."""
    return f"https:{text}" if text.startswith("//") and "." in text else text


def _ends_as_picture(image: str) -> bool:
    return is_picture(urlsplit(image).path if is_address(image) else image)
