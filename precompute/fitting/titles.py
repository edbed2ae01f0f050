"""Fits the part that says how alike titles are, in words and in letters, for any script."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from precompute.embeddings.titles import CHARACTERS, WORDS, Grams, TitleModel

DIMENSIONS = 128
MOST_GRAMS = 10_000
"""The most words and, apart from these, the most runs of characters that are told apart."""


def fit_titles(titles: Sequence[str]) -> TitleModel | None:
    """TF-IDF of words and of runs of characters, reduced by a singular value decomposition
    (latent semantic analysis, Deerwester and others 1990).

    Words (one or two in a row) and runs of two to four characters within a word are weighed apart: the first
    know what is meant, the second know inflected words, misspelt ones and scripts without spaces. Each is
    there at least twice. None where titles share nothing.
    """
    from scipy import sparse
    from sklearn.decomposition import TruncatedSVD

    kinds = (Grams.fitted(kind, titles, most=MOST_GRAMS) for kind in (WORDS, CHARACTERS))
    grams = tuple(each for each in kinds if each is not None)
    if not grams:
        return None
    together = sparse.hstack([each.weighed(titles) for each in grams], format="csr")
    dimensions = min(DIMENSIONS, min(together.shape) - 1)
    if dimensions < 1:
        return None
    svd = TruncatedSVD(dimensions, random_state=0)
    svd.fit(together)
    return TitleModel(grams, np.ascontiguousarray(svd.components_.T, np.float32))
