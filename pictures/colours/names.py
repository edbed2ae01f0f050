"""Names the colours of a product in the foreground of its picture, as people would name them."""

from __future__ import annotations

from functools import cache

import numpy as np

from bundle.format import COLOURS
from pictures.colours.foreground import Foreground
from pictures.colours.oklab import grid, to_oklab

MOST = 3
"""How many colours a picture has at the most."""

SHARE = 0.18
"""The share of the product that a colour must cover to be named."""

_VIVID = 0.08
"""Pixels with at least this OKLab chroma count twice, as shadows and outlines are grey too."""

_PROTOTYPES = {
    "black": "000000 141414 1e1e20 262628 303032 1a1c24 282c33 241e1c 302c2a",
    "grey": "4a4a4c 5a5a5c 6b6b6d 808080 949494 a8a8a8 b8b8b8 616569 8f9398 6d6963 9d9892 b2aea9",
    "white": "ffffff f4f4f4 e8e8e8 d8d8d8 cccccc f6f3ee ebe8e2 e6ebf0 d6d9dd d9d4cc e0d8d8",
    "beige": "f0e6d0 e6d8bc d8c6a6 cdb896 dcc8b0 c8b59a e8dccb bfae94",
    "brown": "6f4a30 8b5a2b 5c3a21 4a3020 3a2618 a0703c a67b5b 7a5c43 96714b 5e4a3a b08454",
    "red": "e01b1b c8102e a01020 d83a34 b22222 7a1420 5c1018 ff3030 982e2a",
    "orange": "ff7f0e f28c28 e8702a ff9f40 d9631e c25a2c b85a3c e88d5a f5a962",
    "yellow": "ffe000 f7d117 ffd84d f5e050 d29a2a e0b020 fff08a c9a227 e6cf6a b8841c c9951f",
    "green": (
        "1e8c2f 2fa84f 0f5c2e 6dbf3c 93a688 2f5741 556b2f 7a8450 a8d08d 3c4a2a 98ff98 3fae8a "
        "1f3a2c b5c9a8 a8c4b8 5f7065 8a9a80"
    ),
    "blue": (
        "1f4fd8 21459b 0b2a6b 4a90d9 8fb6cc 87ceeb 1f7378 14213d 5b7fa6 b9d5ee 2a9db0 3b5068 "
        "24324a 7f98b8 435066 28344c 6a7890 94a3b5 b0c4de"
    ),
    "purple": "6a1b9a 8e44ad 5b2a86 a878c8 6a3350 4a2040 c8a2d8 7d5ba6 3c2352 9a6f96",
    "pink": "ff69b4 f06292 e91e8c ffb6c1 f4c2c8 dba79d e8a0b0 f7d6da c2476f ff9aa8 d68a94",
}
"""Example colours for each name, in hexadecimal sRGB. A colour takes the name of the nearest example."""


def colours_of(foreground: Foreground) -> tuple[str, ...]:
    """The colours of the foreground of a picture, as names from `bundle.format.COLOURS`.

    One to three, the largest first.
    """
    lab, weights = foreground.lab, foreground.weights
    vividness = np.minimum(1, np.hypot(lab[..., 1], lab[..., 2]) / _VIVID)
    weights = weights * (1 + vividness)
    named = _names()[foreground.codes]
    shares = np.bincount(named.ravel(), weights.ravel(), minlength=len(COLOURS)) / weights.sum()
    # The sort is stable: equal shares keep the order of `COLOURS`.
    order = np.argsort(-shares, kind="stable")[:MOST]
    return tuple(COLOURS[place] for rank, place in enumerate(order) if rank == 0 or shares[place] >= SHARE)


@cache
def _names() -> np.ndarray:
    """The place in `COLOURS` of the name of each colour in `oklab_table`: (64³,).

    Names need only the upper five bits of each channel.
    """
    named = [(COLOURS.index(name), code) for name, codes in _PROTOTYPES.items() for code in codes.split()]
    prototypes = to_oklab(np.array([list(bytes.fromhex(code)) for _, code in named]) / 255)
    points = grid(32)
    squares = (prototypes**2).sum(axis=1) - 2 * points @ prototypes.T
    names = np.array([place for place, _ in named], np.int8)[squares.argmin(axis=-1)]
    finer: np.ndarray = names.repeat(2, 0).repeat(2, 1).repeat(2, 2).ravel()
    return finer
