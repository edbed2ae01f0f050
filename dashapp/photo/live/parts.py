"""What a photo's vector is made of, for a recipe with parts."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np


@dataclass(frozen=True)
class PhotoHead:
    """A head with its weight: (x − `mean`) @ `matrix`, (d,) and (d, k) float32, scaled to unit length."""

    mean: np.ndarray
    matrix: np.ndarray
    weight: float


@dataclass(frozen=True)
class PhotoParts:
    """The weights of the embedding and of colour, and the heads. A photo has no title, so there is none."""

    features: float
    colour: float
    heads: tuple[PhotoHead, ...]

    def vector(
        self, embedding: np.ndarray, *, centre: np.ndarray | None, descriptor: np.ndarray | None
    ) -> np.ndarray:
        """A photo's vector, float32, of unit length: its parts side by side, as the build makes them.

        `centre` (d,) is subtracted from the embedding (d,); `descriptor` (k,) has the colours, and is None
        where they have no weight.
        """
        parts = []
        if self.features and centre is not None:
            parts.append(self.features * unit(embedding - centre))
        parts += [
            head.weight * unit((embedding.astype(np.float64) - head.mean) @ head.matrix.astype(np.float64))
            for head in self.heads
        ]
        if self.colour and descriptor is not None:
            parts.append(self.colour * unit(descriptor.astype(np.float32)))
        return unit(np.concatenate(parts, dtype=np.float32))


def unit(vector: np.ndarray) -> np.ndarray:
    """Scale a vector (d,) to unit length; zero stays zero."""
    length = np.linalg.norm(vector)
    return vector / length if length > 0 else np.zeros_like(vector)
