"""What a cluster would take, from made-up figures of one machine."""

from __future__ import annotations

from functools import partial

from precompute.reports.cluster_costs import cluster_costs

costs = partial(
    cluster_costs,
    cores=4,
    embedding_seconds=1800.0,
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


def test_an_approximate_search_is_no_work_of_a_cluster() -> None:
    found = costs(search_seconds=None)
    assert (found.lists, found.tiles, found.moved) == (0.0, 0, 0)
