"""Remembers which credentials were right, for all workers at once and without keeping any of them."""

from __future__ import annotations

import hashlib
import hmac
import mmap
import secrets

_DIGEST = hashlib.sha256().digest_size
_PLACES = 4096
_TRIED = 16
"""The places, one after the other, in which a digest can be."""


class Verified:
    """A table of keyed digests in memory that processes share which are forked after it was made.

    Hashing a password is slow on purpose. A page asks for dozens of files, of any worker, so each user's
    password is hashed once and then compared by its digest. The key is random and never leaves memory.
    Without locks: a digest that is half written equals no other.
    """

    def __init__(self) -> None:
        self._key = secrets.token_bytes(32)
        self._table = mmap.mmap(-1, _PLACES * _DIGEST)

    def digest(self, name: str, password: str, hashed: str) -> bytes:
        """The keyed digest of credentials and of the hash that they were compared with.

        A user who gets another password, or none, has another digest or none, so nothing needs forgetting.
        """
        # Hashes of a fixed size tell the three apart, whatever stands in them.
        parts = (hashlib.sha256(text.encode("utf-8", "surrogatepass")).digest() for text in (name, password))
        return hmac.digest(self._key, b"".join(parts) + hashed.encode(), "sha256")

    def __contains__(self, digest: bytes) -> bool:
        places = self._places(digest)
        return any(hmac.compare_digest(self._table[at : at + _DIGEST], digest) for at in places)

    def add(self, digest: bytes) -> None:
        """Remember a digest, at the cost of another one if all its places are taken."""
        places = self._places(digest)
        free = (at for at in places if not any(self._table[at : at + _DIGEST]))
        at = next(free, places[0])
        self._table[at : at + _DIGEST] = digest

    def _places(self, digest: bytes) -> list[int]:
        first = int.from_bytes(digest[:4], "big")
        return [(first + each) % _PLACES * _DIGEST for each in range(_TRIED)]
