"""Draws the picture that messengers and social networks show for a link: the shop's name in its look."""

from __future__ import annotations

import unicodedata
from io import BytesIO
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

CARD_SIZE = (1200, 630)
"""Width and height in pixels, of which most networks show all."""

_EDGE = 110
_LARGEST = 190
_SMALLEST = 34
_BAR = 26
_MISSING = "\U0010fffe"
"""A character that no typeface has."""

_OWN_TYPEFACE = "newsreader-latin-400-*.woff2"


def card_of(
    name: str, *, font: bytes | None, weight: int | None, ground: str, text: str, accent: str
) -> bytes:
    """The shop's `name` on a `ground` above a bar of the `accent`, as PNG.

    `font` is the content of the theme's typeface for headings, None for Akin's own, and `weight` how bold it
    is. The card is empty if the typeface lacks a letter or cannot be opened here (though browsers may open
    it), or if the script joins letters or puts marks on them.
    """
    try:
        written = next(
            (
                found
                for size in range(_LARGEST, _SMALLEST, -2)
                if _fits(name, found := _typeface(font, size, weight))
            ),
            None,
        )
        if written is None or not _can_write(name, written):
            return b""
    except OSError:
        return b""
    width, height = CARD_SIZE
    card = Image.new("RGB", CARD_SIZE, ground)
    draw = ImageDraw.Draw(card)
    draw.text((_EDGE, (height - _BAR) / 2), name, fill=text, font=written, anchor="lm")
    draw.rectangle((0, height - _BAR, width, height), fill=accent)
    data = BytesIO()
    card.save(data, "PNG", optimize=True)
    return data.getvalue()


def _typeface(font: bytes | None, size: int, weight: int | None) -> ImageFont.FreeTypeFont:
    if font is None:
        assets = Path(__file__).resolve().parents[3] / "assets" / "vendor"
        font = next(assets.glob(_OWN_TYPEFACE)).read_bytes()
    typeface = ImageFont.truetype(BytesIO(font), size, layout_engine=ImageFont.Layout.BASIC)
    try:
        axes = typeface.get_variation_axes()
    except OSError:  # It is no variable font.
        return typeface
    chosen: list[float] = [
        weight if weight and axis["name"] == b"Weight" else axis["default"] or 0 for axis in axes
    ]
    typeface.set_variation_by_axes(chosen)
    return typeface


def _fits(name: str, typeface: ImageFont.FreeTypeFont) -> bool:
    return typeface.getlength(name) <= CARD_SIZE[0] - 2 * _EDGE


def _can_write(name: str, typeface: ImageFont.FreeTypeFont) -> bool:
    missing = bytes(typeface.getmask(_MISSING))
    for letter in name:
        # A mark is set on a letter, or before it, as the vowels of Hindi are.
        if unicodedata.bidirectional(letter) in ("R", "AL") or unicodedata.category(letter)[0] == "M":
            return False
        if not letter.isspace() and bytes(typeface.getmask(letter)) == missing:
            return False
    return True
