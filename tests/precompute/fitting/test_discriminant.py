"""The maths of heads, on made-up vectors, against scikit-learn's where that does the same."""

from __future__ import annotations

import numpy as np

from precompute.fitting.discriminant import DIMENSIONS, discriminant, principal_axes


def drawn(count: int, classes: int, width: int, *, seed: int = 0) -> tuple[np.ndarray, np.ndarray]:
    """Points (count, width) about the means of classes, with correlated noise, and their classes."""
    random = np.random.default_rng(seed)
    numbers = np.arange(count) % classes
    mixed = np.eye(width) + 0.2 * random.standard_normal((width, width))
    means = 2 * random.standard_normal((classes, width))
    return means[numbers] + random.standard_normal((count, width)) @ mixed, numbers


def test_the_directions_are_those_of_scikit_learn() -> None:
    from sklearn.discriminant_analysis import LinearDiscriminantAnalysis

    points, classes = drawn(6000, 4, 8)
    found = discriminant(points, np.arange(len(points)), classes)
    assert found is not None and found.shape == (8, 3)
    theirs = LinearDiscriminantAnalysis(solver="eigen").fit(points, classes).scalings_[:, :3]
    # The same space of three directions: all cosines of the principal angles between the two are 1.
    ours, theirs = (np.linalg.qr(each)[0] for each in (found, theirs))
    assert np.linalg.svd(ours.T @ theirs)[1].min() > 0.999


def test_members_vary_independently_and_most_where_classes_differ_most() -> None:
    points, classes = drawn(6000, 5, 10)
    found = discriminant(points, np.arange(len(points)), classes)
    assert found is not None
    mapped = points @ found
    means = np.stack([mapped[classes == each].mean(axis=0) for each in range(5)])
    within = np.cov((mapped - means[classes]).T)
    weights = within.diagonal()
    assert np.allclose(within, np.diag(weights), atol=0.01)
    # √(ψ / (1 + 2 ψ)) squared is below a half, and near it where classes are far apart.
    assert (np.diff(weights) <= 0).all() and 0.3 < weights[-1] < weights[0] < 0.51


def test_a_row_may_be_in_several_classes() -> None:
    """Directions of two kinds of labels together tell both apart."""
    random = np.random.default_rng(0)
    first, second = np.arange(400) % 2, np.arange(400) // 2 % 2
    points = random.standard_normal((400, 6))
    points[:, 0] += 4 * first
    points[:, 3] += 4 * second
    rows = np.concatenate([np.arange(400)] * 2)
    found = discriminant(points, rows, np.concatenate([first, second + 2]))
    assert found is not None
    spread = np.abs(np.linalg.qr(found[:, :2])[0])
    assert spread[[0, 3]].min(axis=0).max() > 0.05 and (spread[[1, 2, 4, 5]] < 0.3).all()


def test_there_are_no_more_directions_than_classes_less_one_or_axes() -> None:
    for classes, width, expected in ((2, 6, 1), (4, 6, 3), (30, 6, 6)):
        points, numbers = drawn(300, classes, width)
        found = discriminant(points, np.arange(300), numbers)
        assert found is not None and found.shape == (width, expected)


def test_classes_of_two_are_enough() -> None:
    """As the pictures of a product are: what both have in common shows, what differs does not."""
    random = np.random.default_rng(0)
    own, loud = random.standard_normal((500, 8)), 6 * random.standard_normal((1000, 8))
    points = np.hstack([np.repeat(own, 2, axis=0) + 0.2 * random.standard_normal((1000, 8)), loud])
    found = discriminant(points, np.arange(1000), np.arange(1000) // 2)
    assert found is not None

    def found_first(vectors: np.ndarray) -> float:
        vectors = vectors / np.linalg.norm(vectors, axis=1, keepdims=True)
        alike = vectors @ vectors.T
        np.fill_diagonal(alike, -1)
        return float((alike.argmax(axis=1) // 2 == np.arange(1000) // 2).mean())

    assert found_first(points) < 0.1 and found_first(points @ found) > 0.8


def test_nothing_is_found_where_nothing_differs() -> None:
    classes = np.arange(40) % 4
    for none in (np.empty(0, np.int64), np.zeros(3, np.int64)):
        assert discriminant(np.eye(3), none, none) is None
    assert discriminant(np.ones((40, 3)), np.arange(40), classes) is None
    # Members that are all the same: there is no scatter to set the classes' against.
    assert discriminant(np.eye(4)[classes], np.arange(40), classes) is None


def test_the_same_points_give_the_same_bits() -> None:
    points, classes = drawn(200, 5, 12)
    twice = [discriminant(points, np.arange(200), classes) for _ in range(2)]
    assert twice[0] is not None and twice[1] is not None and twice[0].tobytes() == twice[1].tobytes()


def test_principal_axes_are_orthonormal_and_in_order() -> None:
    for rows, width in ((300, 10), (7, 10), (2, 5)):
        points = drawn(rows, 2, width)[0].astype(np.float32)
        axes = principal_axes(points)
        kept = min(DIMENSIONS, rows - 1, width)
        assert axes.axes.shape == (width, kept)
        assert np.allclose(axes.axes.T @ axes.axes, np.eye(kept), atol=1e-9)
        variances = axes.applied(points).var(axis=0)
        assert (np.diff(variances) <= 1e-9).all()
        assert np.allclose(axes.mean, points.mean(axis=0), atol=1e-5)
