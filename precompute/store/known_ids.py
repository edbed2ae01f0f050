"""The image ids that a store knows, small enough to send to every worker."""

from __future__ import annotations

from collections.abc import Collection, Iterable

import numpy as np


class KnownIds:
    """Image ids: a sorted array (n,), S64, and a set of those that were added since.

    A set of strings takes three times the memory of the array, and far longer to unpickle, but answers ten
    times as fast. So a process that opens a store has the set, and one that is sent a store has the array.
    """

    def __init__(self, in_order: np.ndarray | None = None) -> None:
        self._in_order = np.empty(0, "S64") if in_order is None else in_order
        self._more: set[str] = set()

    def __len__(self) -> int:
        return len(self._in_order) + len(self._more)

    def __contains__(self, image_id: str) -> bool:
        return image_id in self._more or self._is_in_order(image_id)

    def update(self, ids: Iterable[str]) -> None:
        """Add ids."""
        self._more.update(ids)

    def keep(self, ids: Collection[str]) -> None:
        """Drop all but these."""
        kept = [one for one in self._in_order.tolist() if one.decode() in ids]
        self._in_order = np.array(kept, "S64")
        self._more.intersection_update(ids)

    def in_order(self) -> np.ndarray:
        """All of them, each once, sorted: (n,) S64."""
        return np.union1d(self._in_order, np.array(list(self._more), "S64"))

    def _is_in_order(self, image_id: str) -> bool:
        if not len(self._in_order):
            return False
        place = self._in_order.searchsorted(image_id.encode())
        return bool(place < len(self._in_order) and self._in_order[place] == image_id.encode())
