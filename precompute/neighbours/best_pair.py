"""Products with several pictures each. The best matching pair of pictures decides their score."""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from precompute.neighbours.space import Space, open_space, scratch

_STRIP = 1024
"""How many pictures of either side are compared at a time; more only if one product has more."""


class _Chunk(NamedTuple):
    """Some of the requested products: their places in the request, and their pictures' rows in the space.

    Each product's pictures begin at `starts` among these rows; `counts` is how many there are.
    """

    places: slice
    pictures: slice | np.ndarray
    starts: np.ndarray
    counts: np.ndarray


@dataclass(frozen=True)
class BestPairs:
    """Products with several pictures in `space`. The best pair decides nearness and score of two products.

    `starts` (n,) are the rows of the products' first pictures, and `counts` (n,) how many each has. Products
    here have the interface of a `Space`'s rows, so a search need not know which of the two it has.

    The pair that is nearest in float32 need not be the one with the best score. But neither is off by more
    than its picture's margin; `margins` (n,) has the largest of each product.
    """

    space: Space
    starts: np.ndarray
    counts: np.ndarray
    margins: np.ndarray

    @property
    def metric(self) -> str:
        """The metric of the space."""
        return self.space.metric

    @property
    def lower_is_better(self) -> bool:
        """Whether a score is a distance."""
        return self.space.lower_is_better

    @property
    def points(self) -> np.ndarray:
        """The points of all pictures."""
        return self.space.points

    @property
    def count(self) -> int:
        """How many products there are."""
        return len(self.counts)

    def content(self, row: int) -> np.ndarray:
        """The vectors of the product's pictures, which decide its scores."""
        return self.space.vectors[self.starts[row] : self.starts[row] + self.counts[row]]

    def blocks(self, side: int, part: slice = slice(None)) -> list[slice]:
        """All products, or those of one part, in blocks of at most `side` pictures; more only if one has."""
        start = part.indices(self.count)[0]
        places = (chunk.places for chunk in self._chunks(part, side))
        return [slice(start + each.start, start + each.stop) for each in places]

    def cut(self, rows: slice | np.ndarray) -> BestPairs:
        """See `Space.cut`."""
        (chunk,) = self._chunks(rows, len(self.space.vectors))
        return BestPairs(self.space.cut(chunk.pictures), chunk.starts, chunk.counts, self.margins[rows])

    def followed_by(self, other: BestPairs) -> BestPairs:
        """See `Space.followed_by`."""
        return BestPairs(
            self.space.followed_by(other.space),
            np.concatenate([self.starts, other.starts + len(self.space.vectors)]),
            np.concatenate([self.counts, other.counts]),
            np.concatenate([self.margins, other.margins]),
        )

    def nearness(
        self, rows: slice | np.ndarray, others: slice | np.ndarray, *, out: np.ndarray | None = None
    ) -> np.ndarray:
        """See `Space.nearness`."""
        left, right = self._chunks(rows, _STRIP), self._chunks(others, _STRIP)
        shape = len(self.counts[rows]), len(self.counts[others])
        near = np.empty(shape, np.float32) if out is None else out[: shape[0] * shape[1]].reshape(shape)
        for one in left:
            for other in right:
                near[one.places, other.places] = self._nearest(one, other)
        return near

    def least_nearness(self, rows: np.ndarray, scores: np.ndarray) -> np.ndarray:
        """See `Space.least_nearness`."""
        nearness: np.ndarray = self.space.nearness_of(scores) - self.margins[rows]
        return nearness.astype(np.float32)

    def scores(self, rows: np.ndarray, options: np.ndarray) -> np.ndarray:
        """See `Space.scores`."""
        scores = np.empty(options.shape)
        for place, row in enumerate(rows.tolist()):
            # The row itself stands for no entry and may occur many times. It is computed once.
            others = options[place] != row
            found = self._scores(row, np.append(options[place, others], row))
            scores[place] = found[-1]
            scores[place, others] = found[:-1]
        return scores

    def full_scores(self, rows: np.ndarray) -> np.ndarray:
        """See `Space.full_scores`."""
        every = np.arange(self.count)
        return np.stack([self._scores(row, every) for row in rows.tolist()])

    def _scores(self, row: int, others: np.ndarray) -> np.ndarray:
        """The rounded scores of one product with `others`: (c,) float64."""
        best = np.minimum if self.lower_is_better else np.maximum
        pairs = self.space.table(self._pictures(np.array([row])), self._pictures(others))
        counts = self.counts[others]
        scores: np.ndarray = best.reduceat(best.reduce(pairs, axis=0), np.cumsum(counts) - counts)
        return scores

    def _nearest(self, one: _Chunk, other: _Chunk) -> np.ndarray:
        """The nearness of the best pairs of two chunks' products, (q, c) float32."""
        room = scratch("pairs", (int(one.counts.sum()) * int(other.counts.sum()),), np.float32)
        pairs = self.space.nearness(one.pictures, other.pictures, out=room)
        # Comparing whole rows is fast; `reduceat` along this axis is not.
        best = pairs[one.starts]
        for place in range(1, one.counts.max()):
            more = np.flatnonzero(one.counts > place)
            best[more] = np.maximum(best[more], pairs[one.starts[more] + place])
        return np.maximum.reduceat(best, other.starts, axis=1)

    def _chunks(self, products: slice | np.ndarray, most: int) -> list[_Chunk]:
        """The products in parts of at most `most` pictures; more only if one product has more."""
        counts = self.counts[products]
        ends = np.cumsum(counts)
        chunks, begin = [], 0
        while begin < len(counts):
            reached = np.searchsorted(ends, ends[begin] - counts[begin] + most, side="right")
            end = max(begin + 1, int(reached))
            chunks.append(self._chunk(products, slice(begin, end)))
            begin = end
        return chunks

    def _chunk(self, products: slice | np.ndarray, part: slice) -> _Chunk:
        """A part of the products."""
        starts, counts = self.starts[products][part], self.counts[products][part]
        pictures = (
            slice(int(starts[0]), int(starts[-1] + counts[-1]))
            if isinstance(products, slice)
            else self._pictures(products[part])
        )
        return _Chunk(part, pictures, np.cumsum(counts) - counts, counts)

    def _pictures(self, products: np.ndarray) -> np.ndarray:
        """The rows of the products' pictures."""
        starts, counts = self.starts[products], self.counts[products]
        rows: np.ndarray = np.repeat(starts - np.cumsum(counts) + counts, counts) + np.arange(counts.sum())
        return rows


ProductSpace = Space | BestPairs
"""Products under one metric, with one or several vectors each."""


def open_products(vectors: np.ndarray, metric: str, *, counts: np.ndarray | None) -> ProductSpace:
    """The products whose pictures have `vectors` (r, d), float32; `counts` (n,) is how many each has.

    Without `counts`, or with one each, this is a plain `Space`. Raises what `open_space` raises.
    """
    space = open_space(vectors, metric)
    if counts is None or (counts == 1).all():
        return space
    starts = np.cumsum(counts) - counts
    return BestPairs(space, starts, counts, np.maximum.reduceat(space.margins, starts))
