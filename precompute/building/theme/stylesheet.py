"""Writes a theme as the custom properties that the stylesheets of `assets/` take their look from."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from bundle.theme import DENSITIES, MODES
from precompute.building.theme.colours import luminance
from precompute.building.theme.palette import Palette

PROPERTIES = {
    "page": "paper",
    "text": "ink",
    "muted": "ink-soft",
    "line": "line",
    "edge": "line-strong",
    "tile": "tile",
    "accent": "accent",
    "on_accent": "accent-ink",
    "second": "second",
    "on_second": "second-ink",
    "soft": "soft",
    "good": "good",
}
"""The custom property of each colour of a palette."""

TYPEFACES = ("text", "heading")

_LIGHT = 0.5
"""Pages with more relative luminance are light ones."""

_FORMATS = {".woff2": "woff2", ".ttf": "truetype"}

_GENERIC = frozenset(
    (
        *("serif", "sans-serif", "monospace", "cursive", "fantasy", "system-ui", "math"),
        *("ui-serif", "ui-sans-serif", "ui-monospace", "ui-rounded"),
    )
)

_COMPACT = {
    "--space": ".75",
    "--card-width": "10rem",
    "--body-size": ".875rem",
    "--body-leading": "1.4",
}
"""What the compact density changes: the room between things, cards and letters; buttons stay as large."""


def stylesheet(fields: Mapping[str, Any], palettes: Sequence[Palette], *, extra: str) -> str:
    """The theme's stylesheet: fonts, colours by mode, sizes, and at the end the `extra` CSS of the shop.

    `fields` has the values of theme.toml by the names in `FIELDS`, with fonts' names as they are stored.
    """
    blocks = [*_faces(fields)]
    # Where no script sets the mode, it is the one that the theme shows at first.
    usual = MODES[1] if fields.get("scheme") == MODES[1] else MODES[0]
    # That one comes first, as the later of two rules as specific as each other counts.
    for palette in sorted(palettes, key=lambda palette: palette.mode != usual):
        root = ":root,\n" if palette.mode == usual else ""
        lines = {f"--{PROPERTIES[name]}": colour for name, colour in palette.colours.items()}
        lines |= _of_ground(palette)
        blocks.append(_block(f'{root}[data-bs-theme="{palette.mode}"]', lines))
    if sizes := dict(_sizes(fields)):
        blocks.append(_block(":root", sizes))
    return "\n".join([*blocks, extra.strip()]).strip() + "\n"


def _of_ground(palette: Palette) -> dict[str, str]:
    """What depends on whether pages are light or dark, whatever their mode is called."""
    is_light = luminance(palette.colours["page"]) > _LIGHT
    return {
        # White studio backgrounds take on the colour of a light tile.
        "--picture-blend": "multiply" if is_light else "normal",
        "--shadow": "rgb(31 27 24 / .14)" if is_light else "rgb(0 0 0 / .4)",
        "color-scheme": "light" if is_light else "dark",
    }


def _sizes(fields: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    if "radius" in fields:
        yield "--round", f"{fields['radius'] / 16:g}rem"
    for name, families in families_of(fields).items():
        # Letters that a heading's typeface lacks are those of the text.
        after = "var(--text-fallback)" if name == "text" else "var(--text)"
        yield f"--{name}", f"{families}, {after}"
    if "typeface.heading_weight" in fields:
        yield "--heading-weight", str(fields["typeface.heading_weight"])
    if fields.get("density") == DENSITIES[1]:
        yield from _COMPACT.items()


def families_of(fields: Mapping[str, Any]) -> dict[str, str]:
    """The families of each typeface that a theme names, as CSS lists them; a file has its use for a name."""
    given = {name: fields[f"typeface.{name}"] for name in TYPEFACES if f"typeface.{name}" in fields}
    return {
        name: ", ".join(map(_quoted, [_family(name)] if isinstance(typeface, str) else typeface))
        for name, typeface in given.items()
    }


def _faces(fields: Mapping[str, Any]) -> Iterator[str]:
    for name in TYPEFACES:
        typeface = fields.get(f"typeface.{name}")
        if isinstance(typeface, str):
            ending = typeface[typeface.rindex(".") :]
            yield _block(
                "@font-face",
                {
                    "font-family": _quoted(_family(name)),
                    # Relative, so that it works below any path.
                    "src": f'url("{typeface}") format("{_FORMATS[ending]}")',
                    # A variable font has all of these; any other is taken for each.
                    "font-weight": "100 900",
                    "font-display": "swap",
                },
            )


def _family(name: str) -> str:
    return f"Theme {name}"


def _quoted(family: str) -> str:
    return family.lower() if family.lower() in _GENERIC else f'"{family}"'


def _block(selector: str, declarations: Mapping[str, str]) -> str:
    lines = "".join(f"  {name}: {value};\n" for name, value in declarations.items())
    return f"{selector} {{\n{lines}}}\n"
