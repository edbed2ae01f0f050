"""The metrics that compare vectors, and which of two scores is better."""

from __future__ import annotations

METRICS = ("cosine", "euclidean", "dot")


def lower_is_better(metric: str) -> bool:
    """Whether a score is a distance, so that lower is better."""
    return metric == "euclidean"


def sign(metric: str) -> int:
    """The factor, 1 or -1, that makes the higher of two scores the better one."""
    return -1 if lower_is_better(metric) else 1
