"""The part of a vector that says how alike titles are: n-grams weighed by how rare they are, then reduced."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from precompute.models.heads import Head, read_arrays, write_arrays
from precompute.shared.errors import UserError
from precompute.shared.unit_length import to_unit_length

# scikit-learn is imported in the functions, as only recipes with titles need it.
if TYPE_CHECKING:
    from scipy import sparse
    from sklearn.feature_extraction.text import TfidfVectorizer

WORDS = "words"
"""N-grams of one or two words."""

CHARACTERS = "characters"
"""N-grams of two to four characters within a word, its ends marked by a space."""

_ANALYSIS: dict[str, dict[str, Any]] = {
    WORDS: {"analyzer": "word", "ngram_range": (1, 2), "token_pattern": r"\w+"},
    CHARACTERS: {"analyzer": "char_wb", "ngram_range": (2, 4)},
}
_BLOCK = 4096
_AGAIN = "fit it again, or copy the file from where it was written"


@dataclass(frozen=True)
class Grams:
    """The known n-grams of one kind, WORDS or CHARACTERS, with the inverse document frequency of each."""

    kind: str
    terms: tuple[str, ...]
    frequencies: np.ndarray

    @classmethod
    def fitted(cls, kind: str, titles: Sequence[str], *, most: int) -> Grams | None:
        """Those that are in two titles or more, the `most` frequent ones; None where there are none."""
        vectorizer = _vectorizer(kind, min_df=2, max_features=most)
        try:
            vectorizer.fit(titles)
        except ValueError:
            # What scikit-learn raises where no n-gram is left.
            return None
        return cls(kind, tuple(vectorizer.get_feature_names_out()), vectorizer.idf_)

    def weighed(self, titles: Sequence[str]) -> sparse.csr_matrix:
        """The n-grams of titles: (n, terms) float64, rows of unit length, or zero where none is known."""
        vectorizer = _vectorizer(self.kind, vocabulary=list(self.terms))
        vectorizer.idf_ = self.frequencies
        return vectorizer.transform(titles)


@dataclass(frozen=True)
class TitleModel:
    """A linear map from n-grams to a part (k,): `matrix` (n-grams of all `grams`, k), float32."""

    grams: tuple[Grams, ...]
    matrix: np.ndarray

    def applied(self, titles: Sequence[str]) -> np.ndarray:
        """The part of titles: (n, k) float32, of unit length, or zero where no n-gram is known.

        It is computed in float64, so that a row's bits do not depend on the rows beside it.
        """
        from scipy import sparse

        matrix = self.matrix.astype(np.float64)
        found = np.empty((len(titles), matrix.shape[1]), np.float32)
        for start in range(0, len(titles), _BLOCK):
            block = titles[start : start + _BLOCK]
            weighed = sparse.hstack([grams.weighed(block) for grams in self.grams], format="csr")
            found[start : start + _BLOCK] = to_unit_length(weighed @ matrix)
        return found


def write_title(folder: Path, name: str, model: TitleModel) -> Path:
    """Write what titles are compared by into a folder, named by its hash as heads are; return the path."""
    arrays: dict[str, np.ndarray] = {"matrix": np.ascontiguousarray(model.matrix, "<f4")}
    for grams in model.grams:
        # No n-gram has a line's end within.
        arrays[f"{grams.kind}_terms"] = np.frombuffer("\n".join(grams.terms).encode(), np.uint8)
        arrays[f"{grams.kind}_frequencies"] = np.ascontiguousarray(grams.frequencies, "<f8")
    return write_arrays(folder, name, arrays)


def read_title(head: Head) -> TitleModel:
    """Read what titles are compared by. Raises `UserError` where the file is missing, cut or changed."""
    arrays = read_arrays(head)
    try:
        grams = tuple(
            Grams(
                kind,
                tuple(bytes(arrays[f"{kind}_terms"]).decode().split("\n")),
                arrays[f"{kind}_frequencies"],
            )
            for kind in _ANALYSIS
            if f"{kind}_terms" in arrays
        )
        model = TitleModel(grams, arrays["matrix"])
    except (KeyError, UnicodeDecodeError) as error:
        raise UserError(_no_title(head, f"it lacks {error}")) from None
    terms = sum(len(each.terms) for each in grams)
    fits = model.matrix.ndim == 2 and len(model.matrix) == terms and model.matrix.dtype == np.float32
    if not fits or any(each.frequencies.shape != (len(each.terms),) for each in grams):
        shape = f"{model.matrix.dtype} {model.matrix.shape}"
        raise UserError(_no_title(head, f"{terms:,} n-grams and a matrix of {shape}"))
    return model


def _no_title(head: Head, received: str) -> str:
    return (
        f"Expected n-grams of titles, with a row of a matrix for each, in {head.file}. Received: {received}; "
        f"{_AGAIN}."
    )


def _vectorizer(kind: str, **options: Any) -> TfidfVectorizer:
    from sklearn.feature_extraction.text import TfidfVectorizer

    return TfidfVectorizer(preprocessor=_folded, sublinear_tf=True, **_ANALYSIS[kind], **options)


def _folded(title: str) -> str:
    """A title in one of the ways to write it: full-width letters and ligatures as plain ones, no capitals."""
    return unicodedata.normalize("NFKC", title).casefold()
