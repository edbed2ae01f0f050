"""What a cluster would take, from made-up figures of one machine."""

from __future__ import annotations

from functools import partial

from precompute.reports.cluster_costs import cluster_costs

costs = partial(
    cluster_costs,
    cores=4,
    embedding_seconds=1800.0,
    exact_cores=0,
    vectors=100_000,
    width=256,
    side=32_000,
    read=10**9,
    written=10**8,
)


def test_hours_are_of_one_core() -> None:
    found = costs(search_seconds=900.0)
    assert (found.embedding, found.lists) == (2.0, 1.0)
    assert (found.read, found.written) == (10**9, 10**8)


def test_each_block_of_vectors_is_taken_by_its_tile_with_each_block() -> None:
    found = costs(search_seconds=900.0)
    assert found.tiles == 10  # Four blocks: four with themselves, six pairs.
    assert found.moved == 4 * 100_000 * 256 * 4
    smaller = costs(search_seconds=900.0, side=10_000)
    assert (smaller.tiles, smaller.moved) == (55, 10 * 100_000 * 256 * 4)


def test_an_approximate_search_has_shards_instead_of_tiles() -> None:
    found = costs(search_seconds=None, vectors=300_000)
    assert (found.lists, found.tiles, found.moved) == (0.0, 0, 0)
    assert (found.shards, found.exact_cores) == (3, 0)  # A shard has four tiles' rows.


def test_lists_that_only_many_cores_search_exactly_are_planned_as_both() -> None:
    found = costs(search_seconds=900.0, vectors=300_000, exact_cores=23)
    assert (found.lists, found.tiles, found.shards, found.exact_cores) == (1.0, 55, 3, 23)
    assert costs(search_seconds=900.0).shards == 0
