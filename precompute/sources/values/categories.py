"""Parses categories, in the many notations of shops, to paths."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

BETWEEN = " > "

_SEPARATOR = re.compile(r"[>»›→|]|::|///")


@lru_cache(maxsize=20_000)
def category_from(text: str) -> str:
    """A category's path with " > " between its parts: "Home » Kitchen" becomes "Home > Kitchen".

    A slash may be part of a name ("Salt / Pepper"), so it stays unchanged here; see `slashes_separate`.
    """
    return BETWEEN.join(_parts(_SEPARATOR.split(text)))


def split_slashes(text: str) -> str:
    """Like `category_from`, for a source in which slashes are known to be separators."""
    if _SEPARATOR.search(text):
        return category_from(text)
    return BETWEEN.join(_parts(text.split("/")))


def slashes_separate(categories: Iterable[str]) -> bool:
    """Whether the slashes in these categories are separators.

    They are if the paths branch like a tree: if a first part is followed by different second parts.
    """
    seconds: dict[str, set[str]] = defaultdict(set)
    for text in categories:
        parts = _parts(text.split("/"))
        if len(parts) > 1 and not _SEPARATOR.search(text):
            seconds[parts[0]].add(parts[1])
    return any(len(found) > 1 for found in seconds.values())


def without_ancestors(paths: Iterable[str]) -> list[str]:
    """The distinct paths without ancestors of others: of Home and Home > Mugs, only the second."""
    different = list(dict.fromkeys(filter(None, paths)))
    return [path for path in different if not any(each.startswith(path + BETWEEN) for each in different)]


def _parts(texts: Iterable[str]) -> list[str]:
    return [part for text in texts if (part := text.strip())]
