"""What a source gives, product by product, before any of it is understood."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Record:
    """One product as a source gives it: text under Akin's names, its pictures best first.

    `place` is where it stands, for messages and reports ("products.csv, line 7"). `fields` has the keys of
    `precompute.sources.products.KNOWN`, all of them optional; any other key is a fact. `images` are paths
    below the source's folder, or addresses.
    """

    place: str
    fields: dict[str, str]
    images: tuple[str, ...]


@dataclass(frozen=True)
class LeftOut:
    """A file or a row of the source that is not in the bundle, and why."""

    file: str
    reason: str
