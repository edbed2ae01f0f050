"""The maths of a head: principal axes, then the directions in which classes differ most, in closed form."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

DIMENSIONS = 512
"""The most principal axes; beside 256 they lift lists of small classes, and cost others nothing."""

_MOST_BY_COVARIANCE = 4096
"""The longest embeddings whose covariance matrix is computed whole."""


@dataclass(frozen=True)
class PrincipalAxes:
    """The directions in which embeddings differ most: `mean` (d,) and `axes` (d, p), float64."""

    mean: np.ndarray
    axes: np.ndarray

    def applied(self, embeddings: np.ndarray) -> np.ndarray:
        """The coordinates of embeddings (n, d) along the axes: (n, p) float64."""
        found: np.ndarray = (embeddings - self.mean) @ self.axes
        return found


def principal_axes(embeddings: np.ndarray) -> PrincipalAxes:
    """The first `DIMENSIONS` principal axes of embeddings (n, d), or fewer where there are fewer."""
    from sklearn.decomposition import PCA

    rows, width = embeddings.shape
    exact = "covariance_eigh" if rows >= width else "full"
    solver = "randomized" if width > _MOST_BY_COVARIANCE else exact
    pca = PCA(min(DIMENSIONS, rows - 1, width), svd_solver=solver, random_state=0)
    pca.fit(embeddings.astype(np.float64))
    return PrincipalAxes(pca.mean_, pca.components_.T)


def discriminant(
    coordinates: np.ndarray, rows: np.ndarray, classes: np.ndarray, *, shrinkage: float = 0.0
) -> np.ndarray | None:
    """The directions in which classes differ beside how their members do: (p, k) float64, k up to p.

    Of `coordinates` (n, p), the row `rows[i]` is in class `classes[i]`, both (m,); a row may be in several.
    This is linear discriminant analysis (Rao 1948): the pooled scatter within classes, shrunk as by Ledoit
    and Wolf 2004 and by `shrinkage` (0 to 1) at least, is whitened, and the directions are the principal ones
    of the classes' means. Each has the weight of its term in the score of probabilistic discriminant analysis
    (Ioffe 2006): √(ψ / (1 + 2 ψ)), where ψ is the variance of the classes divided by that of their members;
    one where it is 0 is left out. Unlike scikit-learn's `LinearDiscriminantAnalysis`, all classes share one
    covariance that is shrunk, so classes of two members are enough.

    None where members of a class do not differ, or classes do not, or there are fewer than two.
    """
    from sklearn.covariance import ledoit_wolf_shrinkage, shrunk_covariance

    if len(np.unique(classes)) < 2:
        return None
    members = coordinates[rows]
    sizes = np.bincount(classes)
    order = np.argsort(classes, kind="stable")
    starts = np.concatenate([[0], np.cumsum(sizes)[:-1]])
    means = np.add.reduceat(members[order], starts, axis=0) / sizes[:, np.newaxis]
    residuals = members - means[classes]
    shrinkage = max(shrinkage, ledoit_wolf_shrinkage(residuals, assume_centered=True))
    within = shrunk_covariance(residuals.T @ residuals / len(residuals), shrinkage)
    variances, axes = np.linalg.eigh(within)
    # Written so that NaN is refused as well.
    if not variances[0] > 0:
        return None
    whitening = axes / np.sqrt(variances)
    between = (means - np.average(means, axis=0, weights=sizes)) @ whitening
    _, spread, directions = np.linalg.svd(between * np.sqrt(sizes)[:, np.newaxis], full_matrices=False)
    weights = _weights(spread, sizes)
    if not weights.any():
        return None
    found: np.ndarray = whitening @ (directions * weights[:, np.newaxis])[weights > 0].T
    return found


def _weights(spread: np.ndarray, sizes: np.ndarray) -> np.ndarray:
    """The weight of each direction (k,) from its `spread`, the root of the squares between classes, (k,).

    Within classes the squares are 1 for each member. The variance of the classes' true means follows from
    both as in an analysis of variance with random effects.
    """
    members, freedom = sizes.sum(), len(sizes) - 1
    if members == len(sizes) or not freedom:
        return np.zeros_like(spread)
    within = members / (members - len(sizes))
    size = (members - (sizes**2).sum() / members) / freedom
    ratio = np.maximum(spread**2 / freedom / within - 1, 0) / size
    weights: np.ndarray = np.sqrt(ratio / (1 + 2 * ratio))
    return weights
