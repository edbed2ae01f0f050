"""Exact lists by tiles: the matrix of all pairs in squares, each of which any machine can compute.

The tiles on the diagonal come first: blocks of products compared with themselves. The score of a list's last
entry is then a limit that few pairs of the next tiles reach. Merging what the tiles found gives the same
lists as one search over all products, to the last byte: a score depends only on its two products, and the
best of all entries are among the best of each tile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

import numpy as np

from bundle.metric import sign
from precompute.neighbours.best_pair import ProductSpace
from precompute.neighbours.exact import ExactSearch, rounds_of
from precompute.neighbours.ranking import Ranking
from precompute.neighbours.step_progress import Progress

_TOGETHER = 1024
"""Lists that are merged at a time."""


class TileEntries(NamedTuple):
    """What a tile knows of one block's lists.

    `places` (e,), int32, are the lists' products in their block, in order; `others` (e,), int32, the entries'
    places in the other block; `scores` (e,), float64. The entries of one list are in its order.
    """

    places: np.ndarray
    others: np.ndarray
    scores: np.ndarray


@dataclass(frozen=True)
class TileBlock:
    """A block of products, cut from the space of all: everything that a tile needs to know of it.

    `ranks` (q,), int32, are the ranks by id among all products, which order equal scores.
    """

    space: ProductSpace
    ranks: np.ndarray


class TileStore(Protocol):
    """Computes tiles somewhere and keeps what they found."""

    def compute(
        self, tiles: Sequence[tuple[int, int]], reached: Sequence[np.ndarray] | None
    ) -> Iterator[tuple[int, int]]:
        """Compute the tiles that are not kept yet. Yields each, a pair of blocks, once it is kept.

        `reached` has an array for each block, as `tile` takes them; None for tiles on the diagonal.
        """

    def entries(self, pair: tuple[int, int]) -> tuple[TileEntries, TileEntries]:
        """What a kept tile found for its two blocks."""


def tile(
    block: TileBlock,
    other: TileBlock | None = None,
    *,
    depth: int,
    memory_budget: int,
    threads: int,
    reached: tuple[np.ndarray, np.ndarray] | None = None,
) -> tuple[TileEntries, TileEntries]:
    """Compare the products of a block with each other, or with those of another block, each pair once.

    Returns the best `depth` entries that each block's lists get from this tile, those of `block` twice where
    there is no other. `reached` is what `reached_by` says of the lists of either block so far: entries that
    these leave no room for are not returned. Takes memory for both blocks together, and about `memory_budget`
    bytes.
    """
    if other is None:
        found = FoundEntries(block.space, block.ranks, depth)
        ExactSearch(block.space, found, memory_budget=memory_budget, threads=threads).run(_ignore, steps=1)
        entries = found.entries(slice(0, block.space.count), others_from=0)
        return entries, entries
    count = block.space.count
    # Both were cut from one space.
    space: ProductSpace = block.space.followed_by(other.space)  # type: ignore[arg-type]
    found = FoundEntries(space, np.concatenate([block.ranks, other.ranks]), depth)
    search = ExactSearch(
        space,
        found,
        memory_budget=memory_budget,
        threads=threads,
        split=count,
        reached=None if reached is None else np.concatenate(reached),
    )
    search.run(_ignore, steps=1)
    return (
        found.entries(slice(0, count), others_from=count),
        found.entries(slice(count, space.count), others_from=0),
    )


def reached_by(space: ProductSpace, entries: TileEntries, *, depth: int) -> np.ndarray:
    """The least nearness of the entries of a block's lists so far: (q, depth) float32, nearest first.

    It is -inf where a list has fewer.
    """
    reached = np.full((space.count, depth), -np.inf, np.float32)
    counts = np.bincount(entries.places, minlength=space.count)
    columns = np.arange(len(entries.places)) - np.repeat(np.cumsum(counts) - counts, counts)
    reached[entries.places, columns] = space.least_nearness(entries.places, entries.scores)
    return reached


def merge(
    found: Sequence[tuple[int, TileEntries]], ranks: np.ndarray, *, count: int, depth: int, metric: str
) -> TileEntries:
    """The best `depth` entries of each of the `count` lists of a block, `others` counted among all products.

    `found` is what tiles know of these lists, each with the number of products before the tile's other block;
    `ranks` (n,) are the ranks by id of all products.
    """
    if len(found) == 1:
        (start, (places, others, scores)) = found[0]
        if np.bincount(places, minlength=1).max() <= depth:
            return TileEntries(places, others + np.int32(start), scores)
    counts = np.stack([np.bincount(entries.places, minlength=count) for _, entries in found])
    starts = np.cumsum(counts, axis=1) - counts
    # The column of a row in which each tile's first entry is.
    columns = np.cumsum(counts, axis=0) - counts
    best = []
    for begin in range(0, count, _TOGETHER):
        part = slice(begin, min(begin + _TOGETHER, count))
        shape = part.stop - begin, int(counts[:, part].sum(axis=0).max(initial=0))
        others, scores = np.full(shape, -1, np.int32), np.zeros(shape)
        for number, (start, entries) in enumerate(found):
            first, last = np.searchsorted(entries.places, (part.start, part.stop))
            places = entries.places[first:last]
            column = columns[number, places] + np.arange(first, last) - starts[number, places]
            others[places - begin, column] = entries.others[first:last] + np.int32(start)
            scores[places - begin, column] = entries.scores[first:last]
        best.append(_best_of(np.arange(begin, part.stop), others, scores, ranks, others < 0, depth, metric))
    return _joined(best)


def fill_by_tiles(
    space: ProductSpace,
    ranking: Ranking,
    blocks: Sequence[slice],
    tiles: TileStore,
    advance: Callable[[int], None],
    *,
    steps: int,
) -> None:
    """Fill in the ranking from the tiles of `blocks`, which are all products.

    Tiles are computed in rounds, as `ExactSearch` compares blocks; each round knows what the lists have
    reached so far. `advance(count)` is called with the steps newly done, `steps` in all.
    """
    progress = Progress(steps, len(blocks) ** 2, advance)
    best: list[list[tuple[int, TileEntries]]] = [[] for _ in blocks]
    reached: list[np.ndarray] | None = None
    for pairs in rounds_of(len(blocks)):
        ordered = [(min(pair), max(pair)) for pair in pairs]
        for one, other in tiles.compute(ordered, reached):
            progress.step(1 if one == other else 2)
        for one, other in ordered:
            found = tiles.entries((one, other))
            best[one].append((blocks[other].start, found[0]))
            if one != other:
                best[other].append((blocks[one].start, found[1]))
        reached = []
        for number, block in enumerate(blocks):
            count = block.stop - block.start
            merged = merge(best[number], ranking.ranks, count=count, depth=ranking.depth, metric=space.metric)
            best[number] = [(0, merged)]
            reached.append(reached_by(space.cut(block), merged, depth=ranking.depth))
    for block, [(_, merged)] in zip(blocks, best, strict=True):
        ranking.rows[block] = merged.others.reshape(-1, ranking.depth)
        ranking.scores[block] = merged.scores.reshape(-1, ranking.depth)


class FoundEntries:
    """Keeps the best entries that a tile finds for each row; safe in threads as `Ranking` is."""

    def __init__(self, space: ProductSpace, ranks: np.ndarray, depth: int) -> None:
        self.depth = depth
        self._space, self._ranks = space, ranks
        self._found: list[TileEntries] = []

    def settle(self, rows: np.ndarray, options: np.ndarray) -> None:
        """See `Ranking.settle`."""
        scores, own = self._space.scores(rows, options), options == rows[:, np.newaxis]
        self._found.append(_best_of(rows, options, scores, self._ranks, own, self.depth, self._space.metric))

    def settle_alike(self, rows: np.ndarray, options: np.ndarray) -> None:
        """See `Ranking.settle_alike`."""
        scores = self._space.scores(rows[:1], options[np.newaxis])[0]
        # One more than a list has, since the row itself may be among them.
        best = np.lexsort((self._ranks[options], -sign(self._space.metric) * scores))[: self.depth + 1]
        for row in rows.tolist():
            own = best[options[best] != row][: self.depth]
            self._found.append(TileEntries(np.full(len(own), row), options[own], scores[own]))

    def entries(self, rows: slice, *, others_from: int) -> TileEntries:
        """What was found for some rows, whose entries' places are counted from `others_from`."""
        places, others, scores = _joined(self._found)
        own = np.flatnonzero((places >= rows.start) & (places < rows.stop))
        own = own[np.argsort(places[own], kind="stable")]
        return TileEntries(
            (places[own] - rows.start).astype(np.int32),
            (others[own] - others_from).astype(np.int32),
            scores[own],
        )


def _best_of(
    rows: np.ndarray,
    others: np.ndarray,
    scores: np.ndarray,
    ranks: np.ndarray,
    none: np.ndarray,
    depth: int,
    metric: str,
) -> TileEntries:
    """The best `depth` of the entries (q, c) of each of `rows` (q,), without those where `none` is true."""
    keys = np.where(none, np.inf, -sign(metric) * scores)
    best = np.argsort(keys, axis=1, kind="stable")
    in_order = np.take_along_axis(keys, best, axis=1)
    # Few rows have equal scores. Infinite ones stand for no entry.
    tied = ((in_order[:, 1:] == in_order[:, :-1]) & (in_order[:, 1:] < np.inf)).any(axis=1)
    best[tied] = np.lexsort((ranks[others[tied]], keys[tied]), axis=1)
    best = best[:, :depth]
    real = ~np.take_along_axis(none, best, axis=1)
    places = np.broadcast_to(rows[:, np.newaxis], best.shape)[real]
    chosen = (np.take_along_axis(values, best, axis=1)[real] for values in (others, scores))
    return TileEntries(places, *chosen)


def _joined(found: Sequence[TileEntries]) -> TileEntries:
    empty = TileEntries(np.empty(0, np.int32), np.empty(0, np.int32), np.empty(0))
    return TileEntries(*map(np.concatenate, zip(empty, *found, strict=True)))


def _ignore(count: int) -> None:
    """A tile's progress is counted once it is done."""
