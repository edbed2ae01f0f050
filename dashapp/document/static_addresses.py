"""The addresses of a static site, where each page is a file and no server reads arguments."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from urllib.parse import unquote

from bundle.search.query import category_path
from dashapp.addresses import (
    COMPARE,
    FOR_YOU,
    GALLERY,
    MAP,
    PHOTO,
    PRODUCT,
    QUALITY,
    with_arguments,
)
from dashapp.api.addresses import SIMILAR

SEARCH = "/search/"
"""The page whose script answers what the server would: searches, filters and orders."""

LONGEST = 180
"""The most characters of a file's name; a longer name is cut into folders."""

_REMEMBERED = 1 << 16
"""How many names and addresses are remembered: the pages of near products link to the same ones."""

_CAPITAL = re.compile("[A-Z]")
_NOT_PLAIN = re.compile(r"[^a-z0-9_.-]|\A\.|\.\Z", re.DOTALL)
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.DOTALL)

Arguments = Mapping[str, str | Iterable[str]]


class NotOnStaticSite(LookupError):
    """A page links to an address that only a server can answer."""


@lru_cache(_REMEMBERED)
def file_name(text: str) -> str:
    """A path of safe file names that no other text has, not even where case does not count.

    Small letters, digits, hyphens, underscores and dots inside stay. Any other byte of the UTF-8 form is "~"
    and two digits, and capitals are small letters with a last "~~" and the set of their places as a number
    of base 16. So "AB-1" is "ab-1~~3". Names of more than `LONGEST` characters are cut into folders whose
    names end with "~". `assets/static-names.js` does the same.
    """
    small = _CAPITAL.sub(lambda letter: letter[0].lower(), text)
    capitals = sum(1 << letter.start() for letter in _CAPITAL.finditer(text))
    name = _NOT_PLAIN.sub(lambda sign: _escaped(sign[0]), small)
    if _RESERVED.fullmatch(small):
        name = _escaped(small[0]) + name[1:]
    name += f"~~{capitals:x}" if capitals else ""
    cuts = range(0, max(len(name), 1), LONGEST)
    return "~/".join(name[cut : cut + LONGEST] for cut in cuts)


def _escaped(letter: str) -> str:
    return "".join(f"~{byte:02x}" for byte in letter.encode())


@dataclass(frozen=True)
class StaticAddresses:
    """Writes the addresses of a static site that is below the path `below`, as "/look"; empty for a root."""

    below: str = ""

    def __call__(self, path: str, arguments: Arguments) -> str:
        """The address where the server would have `path` with `arguments`, of which none is empty.

        Raises `NotOnStaticSite` where no file answers it.
        """
        given = (
            (name, (value,) if isinstance(value, str) else tuple(value)) for name, value in arguments.items()
        )
        return self.below + _remembered_path(path, tuple(given))


def file_of(address: str) -> str:
    """The file of a site at the root of its host that answers an address; hosts add index.html."""
    path = address.partition("?")[0].removeprefix("/")
    return f"{path}index.html" if not path or path.endswith("/") else path


@lru_cache(_REMEMBERED)
def _remembered_path(path: str, given: tuple[tuple[str, tuple[str, ...]], ...]) -> str:
    return _path_of(path, dict(given))


def _path_of(path: str, given: dict[str, tuple[str, ...]]) -> str:
    if path == GALLERY:
        return _gallery(given)
    for page in (PRODUCT, COMPARE):
        if path.startswith(page):
            product_id = unquote(path.removeprefix(page)) or _only(given, "id")
            how = _only(given, "recipe" if page == PRODUCT else "recipes")
            _expect_no_more(path, given)
            names = [file_name(each) for each in how.split(",")] if how else []
            return f"{page}{file_name(product_id)}/{'+'.join(names)}{'/' if names else ''}"
    if path in (MAP, QUALITY):
        recipe, listed, number = _only(given, "recipe"), _only(given, "list"), _only(given, "page")
        _expect_no_more(path, given)
        parts = ["of", file_name(recipe)] if recipe else []
        parts += ["list", file_name(listed), number or "1"] if listed else []
        return "/".join([path, *parts, ""])
    if path == SIMILAR:
        return f"/lists/{file_name(_only(given, 'id'))}.json"
    if path in (FOR_YOU, SEARCH.removesuffix("/")):
        return with_arguments(f"{path}/", **given)
    if path.endswith("/") and not given:
        return path
    if path.startswith(f"{MAP}/"):
        recipe = _only(given, "recipe")
        _expect_no_more(path, given)
        return f"{path}/{file_name(recipe)}.bin" if recipe else f"{path}.bin"
    if "." in path.rpartition("/")[2] or path.startswith("/live/"):
        return with_arguments(path, **given)
    if path != PHOTO:
        _expect_no_more(path, given)
    if given:
        raise NotOnStaticSite(f"{path} with {', '.join(given)}")
    return f"{path}/" if path else ""


def _gallery(given: dict[str, tuple[str, ...]]) -> str:
    if given.keys() - {"category", "page"}:
        return with_arguments(SEARCH, **given)
    number = _only(given, "page")
    parts = ["page", number] if number else []
    if path := category_path(_only(given, "category")):
        parts += ["category", *map(file_name, path)]
    return "/".join(["", *parts, ""])


def _only(given: dict[str, tuple[str, ...]], name: str) -> str:
    """The one value of an argument, which is thereby used up; empty without one."""
    return next(iter(given.pop(name, ())), "")


def _expect_no_more(path: str, given: dict[str, tuple[str, ...]]) -> None:
    if given:
        raise NotOnStaticSite(f"{path} with {', '.join(given)}")
