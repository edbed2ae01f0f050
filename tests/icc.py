"""ICC profiles drawn by the specification, and what colours under them are in sRGB, by arithmetic alone."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

_D50 = np.array([0.9642, 1.0, 0.8249])
_D65 = (0.3127, 0.3290)
_BRADFORD = np.array([[0.8951, 0.2664, -0.1614], [-0.7502, 1.7135, 0.0367], [0.0389, -0.0685, 1.0296]])


@dataclass(frozen=True)
class Space:
    """A colour space of displays and cameras: the places of its primaries, white D65, and its gamma."""

    primaries: tuple[tuple[float, float], ...]
    gamma: float

    def matrix(self) -> np.ndarray:
        """Linear RGB to XYZ under D50, (3, 3)."""
        columns = np.array([_xyz(place) for place in self.primaries]).T
        white = _xyz(_D65)
        scaled = columns * np.linalg.solve(columns, white)
        cones = (_BRADFORD @ _D50) / (_BRADFORD @ white)
        return np.linalg.inv(_BRADFORD) @ np.diag(cones) @ _BRADFORD @ scaled

    def profile(self) -> bytes:
        """As a file's bytes."""
        curve = struct.pack(">4s4xIH", b"curv", 1, round(self.gamma * 256))
        tags = [(name, _xyz_tag(column)) for name, column in zip(RGB, self.matrix().T, strict=True)]
        return _written(b"RGB ", [*tags, *((name, curve) for name in (b"rTRC", b"gTRC", b"bTRC"))])

    def to_srgb(self, pixels: np.ndarray) -> np.ndarray:
        """Pixels (…, 3), uint8, in this space, as sRGB's numbers, float, from 0 to 255."""
        linear = (pixels / 255.0) ** self.gamma
        return _encoded(linear @ self.matrix().T @ np.linalg.inv(SRGB.matrix()).T)


RGB = (b"rXYZ", b"gXYZ", b"bXYZ")
ADOBE_RGB = Space(((0.64, 0.33), (0.21, 0.71), (0.15, 0.06)), 563 / 256)
DISPLAY_P3 = Space(((0.68, 0.32), (0.265, 0.69), (0.15, 0.06)), 2.2)
SRGB = Space(((0.64, 0.33), (0.30, 0.60), (0.15, 0.06)), 2.2)
"""Its primaries. Its curve is no power of its numbers."""


def grey_profile(gamma: float) -> bytes:
    """The profile of grey pictures with that gamma."""
    return _written(b"GRAY", [(b"kTRC", struct.pack(">4s4xIH", b"curv", 1, round(gamma * 256)))])


def grey_to_srgb(pixels: np.ndarray, gamma: float) -> np.ndarray:
    """What such a picture's pixels are in sRGB, float, from 0 to 255."""
    return _encoded((pixels / 255.0) ** gamma)


def _encoded(linear: np.ndarray) -> np.ndarray:
    bounded = linear.clip(0, 1)
    return 255 * np.where(bounded <= 0.0031308, 12.92 * bounded, 1.055 * bounded ** (1 / 2.4) - 0.055)


def _xyz(place: tuple[float, float]) -> np.ndarray:
    x, y = place
    return np.array([x / y, 1.0, (1 - x - y) / y])


def _xyz_tag(numbers: Sequence[float]) -> bytes:
    return struct.pack(">4s4x3i", b"XYZ ", *(round(number * 65536) for number in numbers))


def _written(space: bytes, tags: list[tuple[bytes, bytes]]) -> bytes:
    text = b"drawn\0"
    described = struct.pack(">4s4xI", b"desc", len(text)) + text + bytes(4 + 4 + 2 + 1 + 67)
    contents = [(b"desc", described), (b"wtpt", _xyz_tag(_D50)), (b"cprt", b"text\0\0\0\0none\0"), *tags]
    place, table, body = 128 + 4 + 12 * len(contents), b"", b""
    for name, content in contents:
        padded = content + bytes(-len(content) % 4)
        table += name + struct.pack(">II", place + len(body), len(content))
        body += padded
    size = place + len(body)
    head = struct.pack(">I4xI4s4s4s", size, 0x02400000, b"mntr", space, b"XYZ ")
    head += struct.pack(">6H4s", 2026, 1, 1, 0, 0, 0, b"acsp") + bytes(28)
    head += struct.pack(">3i", *(round(number * 65536) for number in _D50))
    return head + bytes(128 - len(head)) + struct.pack(">I", len(contents)) + table + body
