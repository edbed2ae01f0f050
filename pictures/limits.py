"""The limits on picture files, and the decoding rules that enter a recipe's fingerprint."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000

MINIMUM_DECODED_SIDE = 512
"""A large JPEG or HEIF is decoded at 1/2, 1/4 or 1/8 of its size, its short side never below this, in pixels.

That is over twice the usual extractor's input and no less than the largest thumbnail. It is fixed, so that an
embedding depends on the recipe alone.
"""

UPRIGHT = (
    f"JPEG and HEIF at a half, a quarter or an eighth, short side at least {MINIMUM_DECODED_SIDE}; "
    "by its ICC profile to sRGB; 16-bit grey by the 10, 12, 14 or 16 bits that it uses"
)
"""Describes the decoding `upright` in the fingerprint. Change it whenever that decoding changes."""

COLOUR_RULE = "roots of shares in 6 × 7 × 7 cells of OKLab, chroma to the power 0.6, of the foreground"
"""Describes `pictures.colours.descriptor` in the fingerprint. Change it whenever a descriptor changes."""


@dataclass(frozen=True)
class PictureLimits:
    """What is accepted: `formats` by Pillow's names, judged by content, and sizes.

    `bytes` limits the file and `pixels` the size in its header; `reducible` replaces `pixels` for files that
    are decoded at a reduced size. `memory` limits the estimated bytes that decoding takes, and `seconds` the
    CPU time in a separate process. The first frame of an animation is used; with `animation` False,
    animations are refused.
    """

    formats: tuple[str, ...]
    bytes: int
    pixels: int
    reducible: int
    memory: int
    seconds: float
    animation: bool

    @property
    def names(self) -> str:
        """The formats, written for a sentence."""
        return ", ".join(self.formats)


BUILD = PictureLimits(
    formats=("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF"),
    bytes=100 * MEGABYTE,
    pixels=100_000_000,
    reducible=250_000_000,
    memory=2500 * MEGABYTE,
    seconds=30,
    animation=True,
)
"""The limits for a catalogue's pictures, which the shop itself has chosen.

The slowest honest ones, of 100 million pixels, take under 10 seconds.
"""

UPLOAD = PictureLimits(
    formats=("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF"),
    bytes=10 * MEGABYTE,
    pixels=100_000_000,
    reducible=250_000_000,
    memory=120 * MEGABYTE,
    seconds=2,
    animation=False,
)
"""The limits for photos that anyone may send."""
