"""The metrics by which vectors are compared, and which of two scores is the better one."""

from __future__ import annotations

METRICS = ("cosine", "euclidean", "dot")


def lower_is_better(metric: str) -> bool:
    """Whether a score is a distance, so that the lower one of two is the better."""
    return metric == "euclidean"


def sign(metric: str) -> int:
    """What a score is multiplied by so that the higher one of two is the better: 1 or -1."""
    return -1 if lower_is_better(metric) else 1
