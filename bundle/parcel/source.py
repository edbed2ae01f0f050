"""Where a parcel is, and which one it has to be."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path
from typing import Self
from urllib.parse import unquote, urlsplit

_HASH = re.compile(r"sha256=([0-9a-fA-F]{64})")
_PRINTABLE = re.compile(r"[!-~]+")


@dataclass(frozen=True)
class ParcelSource:
    """The address of a parcel, and the SHA-256 that its bytes must have."""

    address: str
    sha256: str

    @classmethod
    def parse(cls, text: str) -> Self:
        """Read `https://…/akin.tar.gz#sha256=…`, or `file:///…`.

        Raises `ValueError` with what was expected.
        """
        address, _, fragment = text.partition("#")
        match = _HASH.fullmatch(fragment)
        if not is_fetchable(address) or match is None:
            raise ValueError(
                "an https:// or file:/// address with the file's hash, as python -m precompute pack prints "
                "it: https://files.example/akin.tar.gz#sha256= and 64 hexadecimal digits"
            )
        return cls(address, match[1].lower())

    @property
    def file(self) -> Path | None:
        """The file of this machine that a file: address names; None for other addresses."""
        parts = urlsplit(self.address)
        return Path(unquote(parts.path)) if parts.scheme == "file" else None

    @property
    def shown(self) -> str:
        """The address without its query, which may hold a secret."""
        return shown(self.address)


def is_fetchable(address: str) -> bool:
    """Whether an address names a host and a path by HTTPS, without a password, or a file of this machine."""
    if not _PRINTABLE.fullmatch(address):
        return False
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError:
        return False
    if parts.scheme == "file":
        return not parts.netloc and parts.path.startswith("/") and "\0" not in unquote(parts.path)
    named = bool(parts.hostname) and "@" not in parts.netloc and port != 0
    return parts.scheme == "https" and named and len(parts.path) > 1


def shown(address: str) -> str:
    """An address without its query, for messages and logs."""
    return address.partition("?")[0]
