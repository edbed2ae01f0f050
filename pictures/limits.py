"""What of a picture's file is accepted, and the rules of decoding that enter a recipe's fingerprint."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000

MINIMUM_DECODED_SIDE = 512
"""A large JPEG or HEIF is decoded at 1/2, 1/4 or 1/8 of its size, its short side never below this, in pixels.

That is over twice the usual extractor's input and no less than the largest thumbnail. It is the same for
every build, so that nothing but the recipe decides an embedding.
"""

UPRIGHT = (
    f"JPEG and HEIF at a half, a quarter or an eighth, short side at least {MINIMUM_DECODED_SIDE}; "
    "by its ICC profile to sRGB; 16-bit grey by the 10, 12, 14 or 16 bits that it uses"
)
"""What the decoding `upright` does, as a fingerprint spells it out: to be changed with each change of it."""


@dataclass(frozen=True)
class PictureLimits:
    """What is accepted: `formats` by Pillow's names, judged by content, and sizes.

    `bytes` bounds the file and `pixels` what its header says; `reducible` does where a file is decoded at a
    part of its size. `memory` bounds the bytes that decoding takes, by what each format is known to take,
    and `seconds` its CPU time where it runs in a process of its own. Of an animation the first frame is
    taken, or it is refused where `animation` is False.
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
        """The formats as a sentence names them."""
        return ", ".join(self.formats)


BUILD = PictureLimits(
    formats=("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF", "HEIF"),
    bytes=100 * MEGABYTE,
    pixels=100_000_000,
    reducible=250_000_000,
    memory=2500 * MEGABYTE,
    seconds=10,
    animation=True,
)
"""For the pictures of a catalogue, which the shop has chosen itself."""

UPLOAD = PictureLimits(
    formats=("JPEG", "PNG", "WEBP", "GIF", "AVIF", "HEIF"),
    bytes=10 * MEGABYTE,
    pixels=100_000_000,
    reducible=250_000_000,
    memory=120 * MEGABYTE,
    seconds=2,
    animation=False,
)
"""For what anyone may send."""
