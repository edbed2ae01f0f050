"""The result of a search: each product's list of neighbours."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from bundle import Neighbour
from bundle.format import encode_list, encode_string, list_key
from precompute.neighbours.known import KnownLists

_TEXT = 4 * 1024 * 1024
"""Bytes of text that are assembled at a time."""

_WIDEST = 1024
"""If an id has more bytes, lists are written entry by entry: a table pads all ids to the longest."""

_GREATEST = 1e9
"""From this score on, float64 has no six exact decimals, and Python formats the numbers."""


@dataclass(frozen=True)
class NeighbourLists:
    """The lists of all products: `rows` (n, k), int32, and `scores` (n, k), float64, best first.

    Row i belongs to `ids[i]`, and an entry i of `rows` means `ids[i]`; `ids` is sorted. `search` is the
    manifest's entry about how they were found: the `engine`, "exact" or "approximate", and for the latter
    the `index`, the `recall` and the size of the `sample` on which it was measured. `known` is what the next
    search can start from; None after an approximate search or with a single product.
    """

    ids: list[str]
    rows: np.ndarray
    scores: np.ndarray
    search: dict[str, Any] = field(default_factory=lambda: {"engine": "exact"})
    known: KnownLists | None = None

    def __iter__(self) -> Iterator[tuple[str, list[Neighbour]]]:
        """Each product's id with its list, by id."""
        for product_id, rows, scores in zip(self.ids, self.rows, self.scores, strict=True):
            names = map(self.ids.__getitem__, rows.tolist())
            yield product_id, list(map(Neighbour, names, scores.tolist()))

    def lines(self) -> Iterator[tuple[str, bytes]]:
        """Each product's id with its line of a neighbours file, as `bundle.format.encode_list` writes it."""
        heads = [f"[{encode_string(product_id)}, ".encode() for product_id in self.ids]
        widest = max(map(len, heads), default=0)
        # `np.abs` would make a copy of all scores in memory.
        greatest = max(self.scores.max(), -self.scores.min()) if self.rows.size else np.inf
        if widest > _WIDEST or greatest >= _GREATEST:
            for product_id, entries in self:
                yield product_id, encode_list(product_id, entries).encode()
            return
        # JSON has no zero bytes, so they pad shorter fields. They are removed at the end.
        table = np.array(heads, f"S{widest}").view(np.uint8).reshape(len(heads), widest)
        step = max(1, _TEXT // (self.rows.shape[1] * (widest + 24)))
        for start in range(0, len(self.ids), step):
            part = slice(start, start + step)
            numbers = _decimal(self.scores[part])
            tails = np.broadcast_to(np.frombuffer(b"], ", np.uint8), (*numbers.shape[:2], 3)).copy()
            tails[:, -1] = np.frombuffer(b"]\0\n", np.uint8)
            text = np.concatenate([table[self.rows[part]], numbers, tails], axis=2).tobytes()
            for product_id, line in zip(
                self.ids[part], text.translate(None, b"\0").splitlines(), strict=True
            ):
                yield product_id, b"%s[%s]" % (list_key(product_id).encode(), line)


def _decimal(scores: np.ndarray) -> np.ndarray:
    """Scores (q, k) with six decimals in ASCII, padded with zero bytes: (q, k, w), uint8."""
    millionths = np.rint(np.abs(scores) * 10**6).astype(np.int64)
    digits = max(1, len(str(int(millionths.max()))) - 6)
    text = np.zeros((*scores.shape, 1 + digits + 7), np.uint8)
    text[..., 0] = np.where(scores < 0, ord("-"), 0)
    text[..., digits + 1] = ord(".")
    rest = millionths
    for place in [*range(digits + 7, digits + 1, -1), *range(digits, 0, -1)]:
        # The last digit before the point and all decimals are written, zero or not.
        written = (rest > 0) | (place >= digits)
        rest, digit = np.divmod(rest, 10)
        text[..., place] = np.where(written, digit + ord("0"), 0)
    return text
