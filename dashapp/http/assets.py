"""The files of assets/: their paths and their addresses."""

from __future__ import annotations

import hashlib
import json
import re
from functools import cache

from dashapp.addresses import href_of
from dashapp.settings import REPOSITORY

ASSETS = REPOSITORY / "assets"

_IMPORT = re.compile(r'^import\b[^;]*"\./([\w-]+\.js)";', re.MULTILINE)


def asset_href(name: str) -> str:
    """The address of a file of assets/, with a hash of its content so that it can be cached forever."""
    return href_of(f"/assets/{name}", v=_digest(name))


def import_map() -> str:
    """The import map of every page, which maps script names to addresses with hashes."""
    return json.dumps({"imports": {href_of(f"/assets/{name}"): asset_href(name) for name in _imported()}})


@cache
def imported_by(name: str) -> tuple[str, ...]:
    """The names of the scripts that a script imports, directly or indirectly."""
    found: set[str] = set()
    waiting = _imports(name)
    while waiting:
        if (each := waiting.pop()) not in found:
            found.add(each)
            waiting += _imports(each)
    return tuple(sorted(found))


@cache
def _digest(name: str) -> str:
    return hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()[:8]


@cache
def _imported() -> tuple[str, ...]:
    """The scripts that any other imports."""
    return tuple(sorted({name for path in ASSETS.glob("*.js") for name in _imports(path.name)}))


def _imports(name: str) -> list[str]:
    return _IMPORT.findall((ASSETS / name).read_text(encoding="utf-8"))
