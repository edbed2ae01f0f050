"""Heads: linear maps that `fit` learned from a shop's own labels, each in a file named by its hash."""

from __future__ import annotations

import hashlib
import io
import re
import zipfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from bundle.disk import whole_file
from precompute.shared.errors import UserError

# NumPy is imported in the functions, so that --help and a wrong option answer at once.
if TYPE_CHECKING:
    import numpy as np

_DIGITS = 16
"""How many digits of its SHA-256 end the name of a head's file."""

_NAME = re.compile(rf".+-([0-9a-f]{{{_DIGITS}}})\.npz")
_BLOCK = 4096
_AGAIN = "fit it again, or copy the file from where it was written"


@dataclass(frozen=True)
class Head:
    """A head of a recipe: its file, the SHA-256 of the file's bytes, and the part's weight."""

    file: Path
    sha256: str
    weight: float

    def published(self) -> dict[str, str | float]:
        """The head as the manifest and the fingerprint have it: all but the path, which is this machine's."""
        return {"sha256": self.sha256, "weight": self.weight}


@dataclass(frozen=True)
class HeadMatrix:
    """A linear map from embeddings (d,) to a part (k,): `mean` (d,) and `matrix` (d, k), float32.

    `extractor` is the fingerprint of the extractor whose embeddings it was fitted on
    (`Recipe.extractor_fingerprint`); with those of another one it would mean nothing.
    """

    mean: np.ndarray
    matrix: np.ndarray
    extractor: str

    def applied(self, embeddings: np.ndarray) -> np.ndarray:
        """The part of embeddings (n, d), float32: (x − mean) @ matrix, to unit length; (n, k) float32.

        It is computed in float64 and rounded, so that a row's bits do not depend on the rows beside it.
        """
        import numpy as np

        from precompute.shared.unit_length import to_unit_length

        mean, matrix = self.mean.astype(np.float64), self.matrix.astype(np.float64)
        found = np.empty((len(embeddings), matrix.shape[1]), np.float32)
        for start in range(0, len(embeddings), _BLOCK):
            block = slice(start, start + _BLOCK)
            found[block] = to_unit_length((embeddings[block] - mean) @ matrix)
        return found


def write_head(folder: Path, name: str, head: HeadMatrix) -> Path:
    """Write a head into a folder, as NAME-<the first 16 digits of its SHA-256>.npz, and return the path."""
    import numpy as np

    arrays = {
        "mean": np.ascontiguousarray(head.mean, "<f4"),
        "matrix": np.ascontiguousarray(head.matrix, "<f4"),
        "extractor": np.array(head.extractor),
    }
    return write_arrays(folder, name, arrays)


def read_head(head: Head, *, extractor: str = "") -> HeadMatrix:
    """Read a head, for the extractor of that fingerprint where one is given.

    Raises `UserError` where the file is missing, cut, changed or no head, or fits another extractor.
    """
    import numpy as np

    arrays = read_arrays(head)
    try:
        found = HeadMatrix(arrays["mean"], arrays["matrix"], str(arrays["extractor"]))
    except KeyError as error:
        raise UserError(f"The head {head.file} has no {error.args[0]}: {_AGAIN}.") from None
    shapes = found.mean.ndim == 1 and found.matrix.ndim == 2 and len(found.mean) == len(found.matrix)
    numbers = (found.mean, found.matrix)
    if not shapes or any(each.dtype != np.float32 or not np.isfinite(each).all() for each in numbers):
        raise UserError(
            f"Expected the head {head.file} to hold a mean (d,) and a matrix (d, k) of finite float32 "
            f"numbers. Received: {found.mean.dtype} {found.mean.shape} and {found.matrix.dtype} "
            f"{found.matrix.shape}; {_AGAIN}."
        )
    if extractor and found.extractor != extractor:
        raise UserError(
            f"Expected the head {head.file} to be fitted on the recipe's network and input "
            f"({extractor[:12]}…). Received: one for another ({found.extractor[:12]}…); fit it again with "
            "this recipe."
        )
    return found


def open_head(path: Path, weight: float) -> Head:
    """The head of a file, whose bytes are what its name says. Raises `UserError` where they are not."""
    match = _NAME.fullmatch(path.name)
    if match is None:
        raise UserError(
            f"Expected a head's file to be named NAME-<{_DIGITS} digits of its SHA-256>.npz, as fit names it"
            f". Received: {path}."
        )
    sha256 = hashlib.sha256(_content(path)).hexdigest()
    if sha256[:_DIGITS] != match[1]:
        raise UserError(
            f"The head {path} was cut or changed: its SHA-256 begins with {sha256[:_DIGITS]}, where its name "
            f"says {match[1]}; {_AGAIN}."
        )
    return Head(path, sha256, weight)


def write_arrays(folder: Path, name: str, arrays: Mapping[str, np.ndarray]) -> Path:
    """Write arrays as one .npz without pickles, named by the hash of its bytes, and return the path.

    Equal arrays give equal bytes.
    """
    import numpy as np

    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **dict(arrays))
    content = buffer.getvalue()
    path = folder / f"{name}-{hashlib.sha256(content).hexdigest()[:_DIGITS]}.npz"
    folder.mkdir(parents=True, exist_ok=True)
    with whole_file(path) as temporary:
        temporary.write_bytes(content)
    return path


def read_arrays(head: Head) -> dict[str, np.ndarray]:
    """All arrays of a head's file. Raises `UserError` where it is missing, cut, changed or no .npz."""
    import numpy as np

    content = _content(head.file)
    if hashlib.sha256(content).hexdigest() != head.sha256:
        raise UserError(f"The head {head.file} changed since the recipe was read: {_AGAIN}.")
    try:
        with np.load(io.BytesIO(content), allow_pickle=False) as file:
            return {name: file[name] for name in file.files}
    except (OSError, ValueError, EOFError, AttributeError, zipfile.BadZipFile) as error:
        raise UserError(f"The head {head.file} is not a file that fit wrote ({error}): {_AGAIN}.") from None


def _content(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError as error:
        raise UserError(f"The head {path} cannot be read ({error.strerror}): {_AGAIN}.") from None
