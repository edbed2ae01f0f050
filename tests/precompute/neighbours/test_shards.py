"""Lists by shards: those of one search if every shard gives all that it has, and else of a stated recall."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Any

import numpy as np
import pytest

from precompute.neighbours import approximate, exact_cores, exact_products, find_neighbours
from precompute.neighbours.best_pair import ProductSpace
from precompute.neighbours.exact import ExactSearch
from precompute.neighbours.ranking import Ranking
from precompute.neighbours.shards import build_graph, fill_by_shards, search_shard
from precompute.neighbours.tiles import TileBlock, TileEntries
from tests.hard_vectors import KINDS, METRICS, clustered, vectors_of

BUDGET = 1 << 20


class ShardsHere:
    """Builds and searches shards in this process; the last block that is asked for comes first."""

    def __init__(self, shards: Sequence[TileBlock], *, depth: int) -> None:
        self._shards, self._depth = shards, depth
        self._graphs: list[np.ndarray] = []

    def build(self) -> Iterator[int]:
        for number, shard in enumerate(self._shards):
            self._graphs.append(build_graph(shard, memory_budget=BUDGET))
            yield number

    def search(self, asked: Sequence[TileBlock], *, effort: int) -> Iterator[tuple[int, int, TileEntries]]:
        options = {"depth": self._depth, "effort": effort, "memory_budget": BUDGET}
        for number in reversed(range(len(asked))):
            for shard, graph in enumerate(self._graphs):
                yield number, shard, search_shard(self._shards[shard], graph, asked[number], **options)


@dataclass(frozen=True)
class ByShards:
    """Finds approximate lists by shards of so many vectors, for so many at a time. See `ListSearch`."""

    side: int
    asked: int
    exact_products: int = 0

    def exact(
        self, space: ProductSpace, ranking: Ranking, advance: Callable[[int], None], *, steps: int
    ) -> None:
        ExactSearch(space, ranking, memory_budget=BUDGET).run(advance, steps=steps)

    def approximate(
        self, space: ProductSpace, ranking: Ranking, advance: Callable[[int], None], *, top: int, steps: int
    ) -> dict[str, Any] | None:
        shards = space.blocks(self.side)
        blocks = [TileBlock(space.cut(shard), ranking.ranks[shard]) for shard in shards]
        store = ShardsHere(blocks, depth=ranking.depth)
        asked = space.blocks(self.asked)
        options = {"top": top, "steps": steps, "memory_budget": BUDGET}
        return fill_by_shards(space, ranking, shards, asked, store, advance, **options)


@pytest.mark.parametrize("metric", METRICS)
@pytest.mark.parametrize("kind", KINDS)
def test_shards_that_give_all_they_have_give_the_exact_lists(kind: str, metric: str) -> None:
    """A shard with no more products than a list has entries is compared with each product."""
    random = np.random.default_rng(7)
    counts = random.integers(1, 4, 40)
    for vectors, each in (
        (vectors_of(kind, 61, random), None),
        (vectors_of(kind, int(counts.sum()), random), counts),
    ):
        ids = [f"p{number}" for number in random.permutation(61 if each is None else 40)]
        find = partial(find_neighbours, ids, vectors, metric=metric, depth=12, counts=each)
        one, found = find(search="exact"), find(elsewhere=ByShards(10, 17))
        assert found.search["engine"] == "approximate" and found.search["recall"] == 1
        assert one.ids == found.ids
        assert one.rows.tobytes() == found.rows.tobytes()
        assert one.scores.tobytes() == found.scores.tobytes()


@pytest.mark.parametrize("metric", ["cosine", "euclidean"])
def test_lists_have_the_recall_that_they_state(metric: str) -> None:
    ids, vectors = clustered(800)
    done: list[int] = []
    find = partial(find_neighbours, ids, vectors, metric=metric, depth=20, top=10)
    found, best = find(elsewhere=ByShards(220, 300), advance=done.append), find(search="exact")
    assert sum(done) == 800
    assert found.search["engine"] == "approximate" and found.search["index"].endswith(", 4 shards")
    pairs = zip(found.rows[:, :10].tolist(), best.rows[:, :10].tolist(), strict=True)
    recall = np.mean([len(set(one) & set(other)) / 10 for one, other in pairs])
    assert recall >= approximate.RECALL - 0.01
    assert found.search["recall"] == pytest.approx(recall, abs=0.01)
    assert not (found.rows == np.arange(800)[:, np.newaxis]).any()
    assert all(len(set(row)) == 20 for row in found.rows.tolist())
    again = find(elsewhere=ByShards(220, 300))
    assert again.rows.tobytes() == found.rows.tobytes()


def test_shards_that_miss_too_much_give_way_to_exact_lists(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(approximate, "RECALL", 1.01)
    ids, vectors = clustered(90)
    done: list[int] = []
    find = partial(find_neighbours, ids, vectors, metric="cosine", depth=5)
    found = find(elsewhere=ByShards(40, 50), advance=done.append)
    assert found.search == {"engine": "exact"} and sum(done) == 90
    assert found.rows.tobytes() == find().rows.tobytes()
    assert "using exact search" in capsys.readouterr().err


def test_more_cores_search_more_products_exactly() -> None:
    assert exact_products(1) == exact_products(2) == 300_000
    assert exact_products(exact_cores(1_000_000)) >= 1_000_000 > exact_products(exact_cores(1_000_000) - 1)
    assert exact_cores(1_000_000) == 23
