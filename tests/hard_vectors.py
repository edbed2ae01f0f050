"""Vectors that are hard to compare: what tests of the neighbours search among."""

import numpy as np

METRICS = ("cosine", "dot", "euclidean")
KINDS = ("few values", "normal", "near-equal", "far and near", "on a boundary")


def vectors_of(kind: str, count: int, random: np.random.Generator, *, decades: int = 9) -> np.ndarray:
    """Vectors whose scores are often equal, or nearly, or lie half-way between two sixth decimals.

    Lengths that are far and near differ by so many `decades` from 1.
    """
    if kind == "few values":
        return random.integers(-1, 2, (count, 3)).astype(np.float32)
    vectors = random.standard_normal((count, 5)).astype(np.float32)
    if kind == "near-equal":
        vectors = np.float32(100) + vectors * np.float32(1e-5)
    if kind == "far and near":
        vectors *= (10.0 ** random.uniform(-decades, decades, (count, 1))).astype(np.float32)
    if kind == "on a boundary":
        vectors = random.integers(0, 8, (count, 5)).astype(np.float32) * np.float32(2**-10.5)
    vectors[random.random(count) < 0.1] = 0
    return vectors


def clustered(count: int) -> tuple[list[str], np.ndarray]:
    """Twenty groups of vectors, whose members differ in a few directions, and ids in another order."""
    random = np.random.default_rng(3)
    centres, directions = random.standard_normal((20, 32)), random.standard_normal((4, 32))
    spread = random.standard_normal((count, 4)) @ directions
    vectors = centres[random.integers(0, 20, count)] + 0.3 * spread
    return [f"p{number}" for number in random.permutation(count)], vectors.astype(np.float32)
