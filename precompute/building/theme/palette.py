"""The colours of a theme in each mode, and the check that everything on them can be read."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import NamedTuple

from bundle.theme import MODES
from precompute.building.theme.colours import contrast, hex_of, mixed, nearest, rgb_of
from precompute.shared.errors import UserError

TEXT = 4.5
"""The least contrast of text: WCAG 2.2, 1.4.3, level AA, https://www.w3.org/TR/WCAG22/#contrast-minimum."""

SHAPES = 3.0
"""That of what is no text but must be seen, such as the edge of a field: 1.4.11, level AA."""

_SPARE = 0.05
"""How much more contrast a derived colour has than it needs, as it is rounded to eight bits."""

USUAL: Mapping[str, Mapping[str, str]] = {
    "light": {
        "page": "#ffffff",
        "text": "#1f1b18",
        "muted": "#6a625b",
        "line": "#e6e1db",
        "edge": "#8c837b",
        "tile": "#f7f5f2",
        "accent": "#a8432a",
        "on_accent": "#ffffff",
        "second": "#d9a58a",
        "on_second": "#1f1b18",
        "soft": "#f8ede7",
        "good": "#3c7a55",
    },
    "dark": {
        "page": "#171513",
        "text": "#f1ece6",
        "muted": "#a9a097",
        "line": "#35302b",
        "edge": "#7d746c",
        "tile": "#26221f",
        "accent": "#e9987b",
        "on_accent": "#231812",
        "second": "#7a4a37",
        "on_second": "#ffffff",
        "soft": "#291f1a",
        "good": "#7fbd97",
    },
}
"""Akin's own colours, as `assets/akin.css` has them."""

CALLED = {
    "page": "the page",
    "text": "text",
    "muted": "muted text",
    "edge": "the edge of fields",
    "tile": "tiles and panels",
    "accent": "the accent colour",
    "on_accent": "text on the accent colour",
    "second": "the second colour",
    "on_second": "text on the second colour",
    "soft": "the soft ground of the second colour",
    "good": "the sign for what is in stock",
}


class ColourPair(NamedTuple):
    """Two colours that pages show together: the one in front, its ground, and the contrast that they need."""

    front: str
    ground: str
    least: float


PAIRS = (
    ColourPair("text", "page", TEXT),
    ColourPair("text", "tile", TEXT),
    ColourPair("text", "soft", TEXT),
    ColourPair("muted", "page", TEXT),
    ColourPair("muted", "tile", TEXT),
    ColourPair("muted", "soft", TEXT),
    ColourPair("accent", "page", TEXT),
    ColourPair("accent", "tile", TEXT),
    ColourPair("accent", "soft", TEXT),
    ColourPair("on_accent", "accent", TEXT),
    ColourPair("on_second", "second", TEXT),
    ColourPair("edge", "page", SHAPES),
    ColourPair("good", "page", SHAPES),
)
"""Every pair that the pages use."""

_GIVEN_ABOVE = ("page", "text", "accent")
"""What decides a pair whose own colours are derived."""


@dataclass(frozen=True)
class Palette:
    """All colours of one mode, by the names in `USUAL`; `given` are those that the theme itself names."""

    mode: str
    colours: Mapping[str, str]
    given: frozenset[str]

    def ratio(self, pair: ColourPair) -> float:
        """The contrast of a pair, from 1 to 21."""
        return contrast(self.colours[pair.front], self.colours[pair.ground])

    def failures(self) -> list[ColourPair]:
        """The pairs with less contrast than they need."""
        return [pair for pair in PAIRS if self.ratio(pair) < pair.least]


def palettes_of(given: Mapping[str, Mapping[str, str]]) -> list[Palette]:
    """A palette for each mode from the colours that a theme gives, by name and mode.

    What is not given is Akin's own, or derived: a dark accent from the light one, by lightness alone; muted
    text, lines and tiles from the page and its text; what stands on a colour is white or nearly black.
    """
    return [_palette(mode, given) for mode in MODES]


def check_contrast(palettes: list[Palette], *, theme: Path) -> None:
    """Raise `UserError` with a sentence for each field whose colour cannot be read, and one that passes."""
    wrong: dict[tuple[str, str], str] = {}
    for palette in palettes:
        for pair in palette.failures():
            field = _field_of(pair, palette)
            wrong.setdefault((palette.mode, field), _sentence(pair, field, palette))
    if wrong:
        raise UserError(f"{theme}: {' '.join(wrong.values())}")


def _sentence(pair: ColourPair, field: str, palette: Palette) -> str:
    passing = nearest(palette.colours[field], partial(_passes, field=field, palette=palette))
    front, ground = palette.colours[pair.front], palette.colours[pair.ground]
    needed = f"WCAG 2.2 asks for {pair.least:g}"
    way = f"the nearest colour that passes is {passing}" if passing else "no lightness of it passes"
    return (
        f"In {palette.mode} mode, {CALLED[pair.front]} ({front}) on {CALLED[pair.ground]} ({ground}) has a "
        f"contrast of {floored(palette.ratio(pair))}, where {needed}; for colours.{field}, {way}."
    )


def floored(ratio: float) -> str:
    """A ratio that is too small never reads as one that is enough."""
    return f"{int(ratio * 100) / 100:.2f}"


def _field_of(pair: ColourPair, palette: Palette) -> str:
    """Which colour of the theme to change: the one in front if the theme gives it."""
    if pair.front in palette.given:
        return pair.front
    ground = "page" if pair.ground in ("tile", "soft") else pair.ground
    if ground in palette.given:
        return ground
    return "text" if pair.front in ("text", "muted", "edge") else "accent"


def _passes(colour: str, *, field: str, palette: Palette) -> bool:
    """Whether every pair of a field has enough contrast if it is this colour."""
    changed = {**palette.colours, field: colour}
    return all(
        contrast(changed[pair.front], changed[pair.ground]) >= pair.least
        for pair in PAIRS
        if field in (pair.front, pair.ground) and not _follows(pair, field, palette)
    )


def _follows(pair: ColourPair, field: str, palette: Palette) -> bool:
    """Whether the other colour of a pair is derived from the field, and changes with it."""
    other = pair.front if pair.ground == field else pair.ground
    return other not in palette.given and other not in _GIVEN_ABOVE and pair.ground == field


def _palette(mode: str, given: Mapping[str, Mapping[str, str]]) -> Palette:
    own = {name: hex_of(rgb_of(by_mode[mode])) for name, by_mode in given.items() if mode in by_mode}
    # Given for light alone, it is the same in the dark; only the accent is made lighter there.
    brand = {name: hex_of(rgb_of(given[name][MODES[0]])) for name in ("accent", "second") if name in given}
    colours = {**USUAL[mode], **brand, **own}
    if "page" in own and "text" not in own and not _is_read(colours["text"], on=[colours["page"]]):
        colours["text"] = _readable_on(colours["page"])
    if own.keys() & {"page", "text"}:
        colours |= _neutrals(colours, light=mode == MODES[0]) | own
    if "accent" not in own:
        read = partial(_is_read, on=[colours["page"], colours["tile"]])
        colours["accent"] = nearest(colours["accent"], read) or colours["accent"]
    for front, ground in (("on_accent", "accent"), ("on_second", "second")):
        if front not in own and (ground in brand or contrast(colours[front], colours[ground]) < TEXT):
            colours[front] = _readable_on(colours[ground])
    colours["soft"] = _soft(colours)
    seen = partial(_is_read, on=[colours["page"]], least=SHAPES + _SPARE)
    colours["good"] = nearest(colours["good"], seen) or colours["text"]
    return Palette(mode, colours, frozenset(own))


def _is_read(colour: str, *, on: list[str], least: float = TEXT + _SPARE) -> bool:
    return all(contrast(colour, ground) >= least for ground in on)


def _neutrals(colours: Mapping[str, str], *, light: bool) -> dict[str, str]:
    """What lies between the page and its text."""
    page, text = colours["page"], colours["text"]
    tile = mixed(page, text, 0.035 if light else 0.08)
    grounds = [page, tile]
    return {
        "tile": tile,
        "line": mixed(page, text, 0.12 if light else 0.16),
        "muted": _most_of(page, text, [f / 100 for f in range(35, -1, -1)], on=grounds, least=TEXT),
        "edge": _most_of(page, text, [f / 100 for f in range(55, -1, -1)], on=[page], least=SHAPES),
    }


def _most_of(page: str, text: str, shares: list[float], *, on: list[str], least: float) -> str:
    """The text's colour with the largest of the shares of the page's that can still be seen."""
    mixes = (mixed(text, page, share) for share in shares)
    return next((mix for mix in mixes if _is_read(mix, on=on, least=least + _SPARE)), text)


def _soft(colours: Mapping[str, str]) -> str:
    """The page with as much of the second colour as text, muted text and accent can be read on."""
    for share in (0.2, 0.16, 0.12, 0.08, 0.04):
        ground = mixed(colours["page"], colours["second"], share)
        if all(contrast(colours[name], ground) >= TEXT + _SPARE for name in ("text", "muted", "accent")):
            return ground
    return colours["tile"]


def _readable_on(colour: str) -> str:
    """White or nearly black; black itself where it takes that. One of the three can be read on any colour."""
    return next(each for each in ("#ffffff", "#141210", "#000000") if contrast(each, colour) >= TEXT)


def described(palettes: list[Palette]) -> Iterator[str]:
    """One line for each mode on the colours that were derived from those given."""
    for palette in palettes:
        lowest = min(PAIRS, key=lambda pair: palette.ratio(pair) / pair.least)
        yield (
            f"{palette.mode}: accent {palette.colours['accent']} on {palette.colours['page']}, "
            f"least contrast {floored(palette.ratio(lowest))} "
            f"({CALLED[lowest.front]} on {CALLED[lowest.ground]})"
        )
