"""The files of assets/: where they are, and the addresses that they are loaded from."""

from __future__ import annotations

import hashlib
from functools import cache

from dashapp.settings import REPOSITORY

ASSETS = REPOSITORY / "assets"


@cache
def asset_href(name: str) -> str:
    """The address of a file of assets/, with a hash of its content so that it may be kept for good."""
    digest = hashlib.sha256((ASSETS / name).read_bytes()).hexdigest()[:8]
    return f"/assets/{name}?v={digest}"
