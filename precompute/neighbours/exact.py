"""Exact search: every pair of products is compared once, block against block."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import cache, partial
from math import isqrt
from typing import NamedTuple

import numpy as np
from threadpoolctl import ThreadpoolController

from precompute.neighbours.against_all import settle_against_all
from precompute.neighbours.best_pair import ProductSpace
from precompute.neighbours.ranking import Settled, padded
from precompute.neighbours.step_progress import Progress
from precompute.shared.machine import available_cores

_LARGEST_BLOCK = 1024
"""The most products in a block: enough for matrix products at full speed, few enough for the cache."""

_SMALLEST_BLOCK = 64

_CROWD = 16
"""A row is crowded by near-equals if it has this many candidates for each entry of its list."""

_MANY = 4
"""Once one block gives another more candidates than this for each entry of a list, they are thinned out."""

_WORTH = 0.5
"""So many new candidates for each earlier one are worth sorting them all to drop some."""

_TOGETHER = 64
"""Rows that are settled at a time."""


class _Candidates(NamedTuple):
    """Candidates of a block's rows: the row's place in its block (int16), the other row, its nearness."""

    places: np.ndarray
    others: np.ndarray
    nearness: np.ndarray


class ExactSearch:
    """Finds the lists of all rows of a space.

    Nearness is symmetric, so only half of the matrix is computed. The blocks form a circle: each is compared
    with itself, then with the next one, with the two after that, the four after those, and so on until every
    pair has met. After each round, the nearest rows met so far set a limit, and later ones below it are
    ignored. So each round gives a row about as many candidates as its list has entries.

    A row's limit is the nearness of its last entry so far, minus the row's margin. Anything below certainly
    has a worse score than every entry. So the remaining candidates contain the exact list, including equal
    scores, however float32 orders them.
    """

    def __init__(
        self,
        space: ProductSpace,
        ranking: Settled,
        *,
        memory_budget: int,
        threads: int | None = None,
        split: int | None = None,
        reached: np.ndarray | None = None,
    ) -> None:
        """There are as many `threads` as cores by default.

        With `split`, products before this place are only compared with those from it on. `reached` (n, k),
        float32, k entries being a list, is for each row how near entries that are known already are at least,
        nearest first. Only what comes before the last of these and of those found counts.
        """
        self._space, self._ranking, self._memory_budget = space, ranking, memory_budget
        self._threads = threads or available_cores()
        self._depth = ranking.depth
        # A pair takes eight bytes: four for its nearness, and four for a sorted copy or two masks.
        self._side = side = max(
            _SMALLEST_BLOCK, min(_LARGEST_BLOCK, isqrt(memory_budget // (8 * self._threads)))
        )
        self._halves = [slice(0, split), slice(split, None)] if split else [slice(None)]
        parts = [space.blocks(side, half) for half in self._halves]
        self._first = len(parts[0]) if split else 0
        self._blocks = [block for part in parts for block in part]
        self._scratch = threading.local()
        self._crowded = np.zeros(space.count, bool)
        self._limits = np.full(space.count, -np.inf, np.float32)
        self._found: list[list[_Candidates]] = [[] for _ in self._blocks]
        self._reduced = [reached is not None] * len(self._blocks)
        if reached is not None:
            self._limits = reached[:, -1].copy()
            self._found = [[_known(reached[part])] for part in self._blocks]

    def estimate(self) -> float:
        """About how many seconds `run` will take, extrapolated from comparing two blocks."""
        first, last = self._blocks[0], self._blocks[-1 if len(self._blocks) < 3 else -2]
        with _libraries().limit(limits=1, user_api="blas"):
            started = time.perf_counter()
            near = self._space.nearness(first, last)
            np.flatnonzero(near >= near.max())
            seconds = time.perf_counter() - started
        return seconds * self._pair_count() / self._threads

    def run(self, advance: Callable[[int], None], *, steps: int) -> None:
        """Fill in the ranking. `advance(count)` is called with the steps newly done, `steps` in all."""
        progress = Progress(steps, self._pair_count(), advance)

        def compare(pair: tuple[int, int]) -> None:
            self._compare(*pair)
            progress.step()

        # Each of our threads compares whole blocks. Threads inside a matrix product would only compete.
        with _libraries().limit(limits=1, user_api="blas"), ThreadPoolExecutor(self._threads) as pool:
            blocks = range(len(self._blocks))
            for pairs in self._rounds():
                list(pool.map(compare, pairs))
                list(pool.map(self._reduce, blocks))
            list(pool.map(partial(self._reduce, last=True), blocks))
            list(pool.map(self._settle, blocks))
        for half, other in zip(self._halves, reversed(self._halves), strict=True):
            crowd = (half.start or 0) + np.flatnonzero(self._crowded[half])
            settle_against_all(
                self._space, self._ranking, crowd, memory_budget=self._memory_budget, among=other
            )

    def _pair_count(self) -> int:
        count = len(self._blocks)
        return self._first * (count - self._first) if self._first else count * (count + 1) // 2

    def _rounds(self) -> Iterator[list[tuple[int, int]]]:
        return self._rounds_across() if self._first else rounds_of(len(self._blocks))

    def _rounds_across(self) -> Iterator[list[tuple[int, int]]]:
        """All pairs of a block before the split and one after it, each once."""
        others = len(self._blocks) - self._first
        begin = 0
        while begin < others:
            end = min(max(1, 2 * begin), others)
            yield [
                (block, self._first + (block + offset) % others)
                for offset in range(begin, end)
                for block in range(self._first)
            ]
            begin = end

    def _compare(self, first: int, second: int) -> None:
        # Allocating arrays of this size for every pair would cost as much as scanning them.
        if not hasattr(self._scratch, "near"):
            self._scratch.near = np.empty(self._side**2, np.float32)
            self._scratch.mask = np.empty(self._side**2, bool)
        near = self._space.nearness(self._blocks[first], self._blocks[second], out=self._scratch.near)
        if first == second:
            np.fill_diagonal(near, -np.inf)
            if len(near) > self._depth:
                last = np.partition(near, -self._depth, axis=1)[:, -self._depth]
                self._limits[self._blocks[first]] = last - self._space.margins[self._blocks[first]]
        self._collect(first, second, near, from_second=False)
        if first != second:
            self._collect(second, first, near, from_second=True)

    def _collect(self, block: int, other: int, near: np.ndarray, *, from_second: bool) -> None:
        """Keep a block's candidates in another. With `from_second`, the block's rows are `near`'s columns."""
        limits = self._limits[self._blocks[block]]
        mask = self._scratch.mask[: near.size].reshape(near.shape)
        np.greater_equal(near, limits if from_second else limits[:, np.newaxis], out=mask)
        found = np.flatnonzero(mask)
        rows, columns = np.divmod(found.astype(np.int32), np.int32(near.shape[1]))
        places, others = (columns, rows) if from_second else (rows, columns)
        others += np.int32(self._blocks[other].start)
        candidates = _Candidates(places.astype(np.int16), others, near.ravel().take(found))
        if len(found) > _MANY * self._depth * len(limits):
            candidates = self._best(block, candidates)
        self._found[block].append(candidates)

    def _reduce(self, block: int, *, last: bool = False) -> None:
        """Drop those of a block's candidates that can no longer be in a list, unless few are new."""
        if not self._found[block]:
            return  # Across a split, the longer side's blocks have not all been met in the first round.
        there, *new = (len(each.places) for each in self._found[block])
        if self._reduced[block] and sum(new) < (1 if last else _WORTH * there):
            return
        self._reduced[block] = True
        joined = _Candidates(*map(np.concatenate, zip(*self._found[block], strict=True)))
        self._found[block] = [self._best(block, joined)]

    def _best(self, block: int, candidates: _Candidates) -> _Candidates:
        """Raise the limits of a block's rows as far as `candidates` allow. Returns those that reach them."""
        places, _, nearness = candidates
        part = self._blocks[block]
        counts = np.bincount(places, minlength=part.stop - part.start)
        last = np.full(len(counts), -np.inf, np.float32)
        full = counts >= self._depth
        in_order = np.sort(_keys(places, nearness))
        ends = (np.cumsum(counts) - counts)[full] + self._depth - 1
        last[full] = _nearness_of(in_order[ends])
        limits = np.maximum(self._limits[part], last - self._space.margins[part])
        kept = nearness >= limits.take(places)
        crowded = np.bincount(np.compress(kept, places), minlength=len(counts)) > _CROWD * self._depth
        self._crowded[part][crowded] = True
        limits[self._crowded[part]] = np.inf
        # Another thread may raise the same limits. Losing its update costs time, but no entry.
        self._limits[part] = limits
        kept &= ~self._crowded[part].take(places)
        return _Candidates(*(np.compress(kept, values) for values in candidates))

    def _settle(self, block: int) -> None:
        """Rank the candidates of a block's rows by their exact scores."""
        (places, others, _), start = self._found[block][0], self._blocks[block].start
        self._found[block] = []
        places, others = places[others >= 0], others[others >= 0]
        others = others[np.argsort(places, kind="stable")]
        counts = np.bincount(places)
        starts = np.cumsum(counts) - counts
        # Rows with similar numbers of candidates are settled together, so the array has little padding.
        order = np.argsort(counts, kind="stable")
        order = order[counts[order] > 0]
        for begin in range(0, len(order), _TOGETHER):
            rows = order[begin : begin + _TOGETHER]
            self._ranking.settle(rows + start, padded(rows + start, others, starts[rows], counts[rows]))


def _known(reached: np.ndarray) -> _Candidates:
    """Stands for entries that are known already: they have no other row, and count for the limits."""
    places, columns = np.nonzero(reached > -np.inf)
    return _Candidates(places.astype(np.int16), np.full(len(places), -1, np.int32), reached[places, columns])


@cache
def _libraries() -> ThreadpoolController:
    """The loaded libraries that multiply matrices. To look for them takes milliseconds: it is done once."""
    return ThreadpoolController()


def rounds_of(count: int) -> Iterator[list[tuple[int, int]]]:
    """All pairs of `count` blocks, each once, by their distance around the circle."""
    begin = 0
    while begin <= count // 2:
        end = min(max(1, 2 * begin), count // 2 + 1)
        # Blocks that are half a circle apart would otherwise be paired twice.
        yield [
            (block, (block + offset) % count)
            for offset in range(begin, end)
            for block in range(count // 2 if 0 < offset == count / 2 else count)
        ]
        begin = end


def _keys(places: np.ndarray, nearness: np.ndarray) -> np.ndarray:
    """Numbers that sort by place, then from near to far: the place above 32 bits of nearness."""
    keys: np.ndarray = (places.astype(np.int64) << 32) + ~_turned(nearness.view(np.int32)) + 2**31
    return keys


def _nearness_of(keys: np.ndarray) -> np.ndarray:
    """The nearness that each key holds."""
    return _turned(~((keys & (2**32 - 1)) - 2**31).astype(np.int32)).view(np.float32)


def _turned(bits: np.ndarray) -> np.ndarray:
    """Map the bits of floats to integers of the same order, and back: below zero, the bits run backwards."""
    turned: np.ndarray = bits ^ ((bits >> 31) & np.int32(2**31 - 1))
    return turned
