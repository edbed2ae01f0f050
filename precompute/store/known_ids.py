"""The image ids that a store knows, small enough to send to every worker."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence

import numpy as np


class KnownIds:
    """Image ids: a sorted array (n,), S64, and a set of those that were added one by one since.

    A set of strings takes three times the memory of the array, and far longer to unpickle. It answers ten
    times as fast, but a picture takes hundreds of times as long to read.
    """

    def __init__(self, in_order: np.ndarray | None = None) -> None:
        self._in_order = np.empty(0, "S64") if in_order is None else in_order
        self._more: set[str] = set()

    def __len__(self) -> int:
        return len(self._in_order) + len(self._more)

    def __contains__(self, image_id: str) -> bool:
        return image_id in self._more or place_of(image_id, self._in_order) is not None

    def update(self, ids: Iterable[str]) -> None:
        """Add a few ids."""
        self._more.update(each for each in ids if each not in self)

    def join(self, arrays: Sequence[np.ndarray]) -> None:
        """Add many ids, each of the arrays (n,) S64, in any order."""
        if arrays:
            self._in_order, self._more = np.union1d(self.in_order(), np.concatenate(arrays)), set()

    def keep(self, ids: Collection[str]) -> None:
        """Drop all but these."""
        kept = [one for one in self._in_order.tolist() if one.decode() in ids]
        self._in_order = np.array(kept, "S64")
        self._more.intersection_update(ids)

    def in_order(self) -> np.ndarray:
        """All of them, each once, sorted: (n,) S64."""
        return np.union1d(self._in_order, np.array(list(self._more), "S64")) if self._more else self._in_order


def place_of(image_id: str, in_order: np.ndarray) -> int | None:
    """The place of an id in a sorted array (n,) S64; None if it is not there."""
    key = image_id.encode()
    place = int(in_order.searchsorted(key))
    return place if place < len(in_order) and in_order[place] == key else None
