"""What a build would take on a cluster, computed from what a trial build took here."""

from __future__ import annotations

from dataclasses import dataclass

from precompute.building.engine import SHARD_TILES

_SECONDS = 3600
_FLOAT = 4


@dataclass(frozen=True)
class ClusterCosts:
    """What the machines of a cluster would share: hours of one core, and bytes.

    `lists` is what exact lists take, 0 if they are not to be exact. `read` is what workers read of pictures,
    and `written` what they write to the store. `moved` are the vectors that the `tiles` read, if each fetches
    its blocks anew. Approximate lists are found in so many `shards`: by default, if the cluster has fewer
    cores than `exact_cores`. Both are 0 if lists are exact in any case.
    """

    embedding: float
    lists: float
    tiles: int
    read: int
    written: int
    moved: int
    shards: int = 0
    exact_cores: int = 0


def cluster_costs(
    *,
    cores: int,
    embedding_seconds: float,
    search_seconds: float | None,
    exact_cores: int,
    vectors: int,
    width: int,
    side: int,
    read: int,
    written: int,
) -> ClusterCosts:
    """The costs, where a build takes so many seconds on all `cores` of this machine.

    `search_seconds` is None for an approximate search, and otherwise what exact lists take. With fewer than
    `exact_cores`, lists are not exact by default; 0 if they are in any case. `vectors` of `width` numbers are
    compared by tiles of `side` vectors. All cores are assumed to be busy, so the hours are rather too many.
    """
    blocks = -(-vectors // side) if search_seconds is not None else 0
    # A tile on the diagonal reads one block, any other two. So each block is read once for each block.
    moved = _FLOAT * width * vectors * blocks
    return ClusterCosts(
        embedding=embedding_seconds * cores / _SECONDS,
        lists=(search_seconds or 0.0) * cores / _SECONDS,
        tiles=blocks * (blocks + 1) // 2,
        read=read,
        written=written,
        moved=moved,
        shards=-(-vectors // (SHARD_TILES * side)) if exact_cores or search_seconds is None else 0,
        exact_cores=exact_cores,
    )
