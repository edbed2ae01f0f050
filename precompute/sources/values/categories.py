"""Categories as paths, from the ways in which shops write them."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from functools import lru_cache

BETWEEN = " > "

_SEPARATOR = re.compile(r"[>»›→|]")


@lru_cache(maxsize=20_000)
def category_from(text: str) -> str:
    """A category's path with " > " between its parts: "Home » Kitchen" is "Home > Kitchen".

    A slash may as well be part of a name ("Salt / Pepper"), so it is left alone here: see `slashes_separate`.
    """
    return BETWEEN.join(_parts(_SEPARATOR.split(text)))


def split_slashes(text: str) -> str:
    """The same for a category of a source whose slashes are known to separate."""
    if _SEPARATOR.search(text):
        return category_from(text)
    return BETWEEN.join(_parts(text.split("/")))


def slashes_separate(categories: Iterable[str]) -> bool:
    """Whether the slashes in some categories stand between the parts of paths.

    They do where paths branch, as trees do: where one first part has two different second ones.
    """
    seconds: dict[str, set[str]] = defaultdict(set)
    for text in categories:
        parts = _parts(text.split("/"))
        if len(parts) > 1 and not _SEPARATOR.search(text):
            seconds[parts[0]].add(parts[1])
    return any(len(found) > 1 for found in seconds.values())


def without_ancestors(paths: Iterable[str]) -> list[str]:
    """Different paths, without those that another one goes through: of Home and Home > Mugs the second."""
    different = list(dict.fromkeys(filter(None, paths)))
    return [path for path in different if not any(each.startswith(path + BETWEEN) for each in different)]


def _parts(texts: Iterable[str]) -> list[str]:
    return [part for text in texts if (part := text.strip())]
