"""Blends ranked lists into one."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

K = 60
"""How slowly weight falls with rank: the constant of Cormack, Clarke and Büttcher."""


def fused(rankings: Iterable[tuple[Sequence[str], float]], *, k: int = K) -> list[tuple[str, float]]:
    """The ids of all `rankings` with their blended scores, best first, equal scores ordered by id.

    Weighted reciprocal rank fusion: an id's score is the sum, over the rankings that it is in, of weight / (k
    + rank), where ranks count from 1. With weights of 1 this is the formula of Cormack, Clarke and Büttcher,
    "Reciprocal Rank Fusion outperforms Condorcet and individual Rank Learning Methods", SIGIR 2009. A ranking
    with a negative weight subtracts: the better an id's rank there, the more.
    """
    scores: dict[str, float] = {}
    for ids, weight in rankings:
        for rank, each in enumerate(ids, start=1):
            scores[each] = scores.get(each, 0.0) + weight / (k + rank)
    return sorted(scores.items(), key=lambda item: (-item[1], item[0]))
