"""What of a picture's file is accepted, and the rules of decoding that enter a recipe's fingerprint."""

from __future__ import annotations

from dataclasses import dataclass

MEGABYTE = 1_000_000

MINIMUM_DECODED_SIDE = 512
"""A large JPEG is decoded at 1/2, 1/4 or 1/8 of its size, its short side never below this, in pixels.

That is over twice the usual extractor's input and no less than the largest thumbnail. It is the same for
every build, so that nothing but the recipe decides an embedding.
"""


@dataclass(frozen=True)
class PictureLimits:
    """What is accepted: `formats` by Pillow's names, judged by content, and sizes.

    `bytes` bounds the file and `pixels` what its header says. `held` bounds the pixels that have to be in
    memory at once: fewer where a JPEG is decoded at a part of its size. Of an animation the first frame is
    taken, or it is refused where `animation` is False.
    """

    formats: tuple[str, ...]
    bytes: int
    pixels: int
    held: int
    animation: bool

    @property
    def names(self) -> str:
        """The formats as a sentence names them."""
        return ", ".join(self.formats)


BUILD = PictureLimits(
    formats=("JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"),
    bytes=100 * MEGABYTE,
    pixels=100_000_000,
    held=100_000_000,
    animation=True,
)
"""For the pictures of a catalogue, which the shop has chosen itself."""

UPLOAD = PictureLimits(
    formats=("JPEG", "PNG", "WEBP", "GIF", "AVIF"),
    bytes=10 * MEGABYTE,
    pixels=100_000_000,
    held=25_000_000,
    animation=False,
)
"""For what anyone may send. 25 million pixels take 100 MB while they are decoded."""
