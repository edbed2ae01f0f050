"""Colours in OKLab, in which equal steps look equally large.

B. Ottosson 2020, “A perceptual color space for image processing”, https://bottosson.github.io/posts/oklab.
"""

from __future__ import annotations

from functools import cache

import numpy as np


def to_oklab(colours: np.ndarray) -> np.ndarray:
    """Colours in sRGB from 0 to 1, (…, 3), in OKLab: lightness from 0 to 1, green to red, blue to yellow."""
    linear = np.where(colours <= 0.04045, colours / 12.92, ((colours + 0.055) / 1.055) ** 2.4)
    cones = linear @ np.array(
        [
            [0.4122214708, 0.2119034982, 0.0883024619],
            [0.5363325363, 0.6806995451, 0.2817188376],
            [0.0514459929, 0.1073969566, 0.6299787005],
        ]
    )
    lab: np.ndarray = np.cbrt(cones) @ np.array(
        [
            [0.2104542553, 1.9779984951, 0.0259040371],
            [0.7936177850, -2.4285922050, 0.7827717662],
            [-0.0040720468, 0.4505937099, -0.8086757660],
        ]
    )
    return lab


@cache
def oklab_table() -> np.ndarray:
    """OKLab by the upper six bits of red, green and blue, put together: (64³, 3) float32."""
    return grid(64).astype(np.float32).reshape(-1, 3)


def grid(levels: int) -> np.ndarray:
    """OKLab in the middle of each step of each channel: (levels, levels, levels, 3)."""
    return to_oklab((np.moveaxis(np.indices((levels,) * 3), 0, -1) + 0.5) / levels)
