"""A bundle whose products are read once, as the pages of a static site ask for each of them many times."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from bundle import Bundle, Neighbour, Product

_REMEMBERED = 20_000
"""How many products are remembered, of some two kilobytes each."""


class ReadOnceBundle(Bundle):
    """The same bundle, which remembers products and the lists of the one that a page is made of."""

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        """See `Bundle`: `folder` is a generation that was opened before."""
        super().__init__(folder, manifest)
        self._known: dict[str, Product] = {}
        self._lists: dict[tuple[str, str | None], list[Neighbour]] = {}

    def products(self, product_ids: Iterable[str]) -> list[Product]:
        """See `Bundle`."""
        ids = list(product_ids)
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        if missing := [each for each in ids if each not in self._known]:
            self._known.update((found.id, found) for found in super().products(missing))
        return [self._known[each] for each in ids if each in self._known]

    def neighbours(self, product_id: str, *, recipe: str | None = None) -> list[Neighbour]:
        """See `Bundle`."""
        asked = (product_id, recipe)
        if asked not in self._lists:
            if any(other != product_id for other, _ in self._lists):
                self._lists.clear()
            self._lists[asked] = super().neighbours(product_id, recipe=recipe)
        return self._lists[asked]
