"""Which colours a logo has, and whether they stand out from the header that it is on."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from io import BytesIO

import numpy as np
from lxml import etree
from PIL import Image, ImageColor

from bundle.theme import HEADERS, MODES
from precompute.building.theme.colours import contrast, hex_of
from precompute.building.theme.palette import CALLED, SHAPES, Palette, floored

_SIDE = 64
"""The pixels of a PNG's side when its colours are counted: it is reduced before."""

_LEVELS = 16
"""How many levels of each channel are told apart."""

_GROUND = 0.95
"""The share of a picture's pixels, or of its width and height, that its own ground covers."""

_ENOUGH = 0.5
"""A logo of which more than this share stands out can be seen."""

_SHAPES = frozenset(("path", "rect", "circle", "ellipse", "polygon", "polyline", "line", "text", "use"))
_UNSEEN = frozenset(("defs", "clippath", "mask", "symbol", "pattern", "marker"))
_RULE = re.compile(r"\.([\w-]+)\s*\{([^}]*)\}")

Colours = Mapping[str, float]
"""The share of each colour in a picture; empty if it has its own ground, or its colours are unknown."""


def logo_colours(content: bytes, name: str) -> Colours:
    """The colours of a logo that `check_picture` has accepted."""
    counts = _of_svg(content) if name.lower().endswith(".svg") else _of_png(content)
    total = sum(counts.values())
    return {colour: count / total for colour, count in counts.items()} if total else {}


def faint_logos(logos: Mapping[str, Colours], palettes: Sequence[Palette], *, header: str) -> Iterator[str]:
    """A sentence for each mode in which little of a logo stands out; `logos` are by mode, as in the theme.

    A share of a logo stands out if its contrast is enough for what is no text (WCAG 2.2, 1.4.11).
    """
    ground = "second" if header == HEADERS[1] else "page"
    for palette in palettes:
        own = palette.mode if palette.mode in logos else MODES[0]
        below = palette.colours[ground]
        faint = {each: share for each, share in logos.get(own, {}).items() if contrast(each, below) < SHAPES}
        if not faint or sum(faint.values()) < _ENOUGH:
            continue
        colour = max(faint, key=lambda each: faint[each])
        yield (
            f"In {palette.mode} mode, the logo's colour {colour} on {CALLED[ground]} ({below}) has a "
            f"contrast of {floored(contrast(colour, below))}, where WCAG 2.2 asks for {SHAPES:g}: unless the "
            f"logo has its own ground, choose another for logo.{palette.mode}."
        )


def _of_png(content: bytes) -> dict[str, float]:
    with Image.open(BytesIO(content)) as image:
        image.thumbnail((_SIDE, _SIDE))
        pixels = np.asarray(image.convert("RGBA"), dtype=np.float64).reshape(-1, 4) / 255
    alpha = pixels[:, 3]
    if alpha.mean() >= _GROUND:
        return {}
    bins: dict[tuple[int, ...], list[int]] = {}
    for place, levels in enumerate((pixels[:, :3] * (_LEVELS - 1)).round().astype(int).tolist()):
        bins.setdefault(tuple(levels), []).append(place)
    counts: dict[str, float] = defaultdict(float)
    for places in bins.values():
        if weight := float(alpha[places].sum()):
            red, green, blue = np.average(pixels[places, :3], axis=0, weights=alpha[places]).tolist()
            counts[hex_of((red, green, blue))] += weight
    return counts


def _of_svg(content: bytes) -> dict[str, float]:
    """How many shapes have each colour: their areas would take a program that draws them."""
    root = etree.fromstring(content, etree.XMLParser(resolve_entities=False, no_network=True))
    sheets = " ".join("".join(node.itertext()) for node in root.iter("{*}style"))
    if "@media" in sheets or next(root.iter("{*}image"), None) is not None:
        return {}
    rules = {name: _declared(block) for name, block in _RULE.findall(sheets)}
    counts: dict[str, float] = defaultdict(float)
    for node in root.iter("{*}*"):
        above = {etree.QName(each).localname.lower() for each in node.iterancestors()}
        if etree.QName(node).localname.lower() not in _SHAPES or above & _UNSEEN:
            continue
        if _covers(node, root):
            return {}
        if colour := _paint(node, rules, "fill", otherwise="black") or _paint(node, rules, "stroke"):
            counts[colour] += 1
    return counts


def _paint(
    node: etree._Element, rules: Mapping[str, Mapping[str, str]], name: str, *, otherwise: str = ""
) -> str:
    """The colour that a shape is filled with, or its stroke; empty where that is no plain colour."""
    said = next(filter(None, (_said(each, rules, name) for each in (node, *node.iterancestors()))), otherwise)
    try:
        red, green, blue = ImageColor.getrgb("black" if said == "currentcolor" else said)[:3]
    except ValueError:
        return ""
    return hex_of((red / 255, green / 255, blue / 255))


def _said(node: etree._Element, rules: Mapping[str, Mapping[str, str]], name: str) -> str:
    styles = [
        _declared(node.get("style", "")),
        *(rules.get(each, {}) for each in node.get("class", "").split()),
    ]
    found = next((style[name] for style in styles if name in style), node.get(name, ""))
    return "" if found.strip() == "inherit" else found.strip().lower()


def _declared(block: str) -> dict[str, str]:
    pairs = (each.partition(":") for each in block.split(";"))
    return {name.strip().lower(): value.strip() for name, _, value in pairs}


def _covers(node: etree._Element, root: etree._Element) -> bool:
    """Whether a shape is a rectangle as large as the picture."""
    if etree.QName(node).localname.lower() != "rect":
        return False
    whole = root.get("viewBox", "").replace(",", " ").split()[2:] or [root.get("width"), root.get("height")]
    sides = zip((node.get("width", "0"), node.get("height", "0")), whole, strict=True)
    try:
        return all(
            side == "100%" or float(side.removesuffix("px")) >= _GROUND * float(str(most).removesuffix("px"))
            for side, most in sides
        )
    except ValueError:
        return False
