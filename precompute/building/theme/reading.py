"""Reads a theme.toml with the files that it names, and makes what the bundle holds of them."""

from __future__ import annotations

import hashlib
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from bundle.disk import read_text
from bundle.format import canonical_json
from bundle.theme import HEADERS, LINKS, MODES, TEXTS, Logo, Theme, theme_files
from precompute.building.theme.card import card_of
from precompute.building.theme.fields import ENDINGS, checked_fields
from precompute.building.theme.files import check_css, check_font, check_picture, read_file
from precompute.building.theme.logos import Colours, faint_logos, logo_colours
from precompute.building.theme.palette import Palette, check_contrast, described, palettes_of
from precompute.building.theme.stylesheet import TYPEFACES, families_of, stylesheet
from precompute.shared.errors import UserError

THEME_FILE = "theme.toml"
"""The name under which a theme is found beside a catalogue."""

_STYLESHEET = "theme.css"
_CARD = "card.png"
_LARGEST = 65_536
_TAG = 12


@dataclass(frozen=True)
class PreparedTheme:
    """A theme that was read and checked: `files` has what it stores, by path in a generation.

    `sources` are the files that it was read from; none of them is a product's picture. `lines` describe it,
    and `warnings` are sentences on what may not be seen well.
    """

    theme: Theme
    files: Mapping[str, bytes]
    sources: tuple[Path, ...]
    lines: tuple[str, ...]
    warnings: tuple[str, ...] = ()


def theme_beside(source: Path) -> Path | None:
    """The theme.toml in a catalogue's folder: `source` itself or the folder of a file; None without one."""
    path = (source if source.is_dir() else source.parent) / THEME_FILE
    return path if path.exists() else None


def files_beside(source: Path) -> list[Path]:
    """The theme.toml in a catalogue's folder and the files that it names, which are no products.

    It is not checked, as a command that shows no page needs none: one that cannot be parsed names nothing.
    """
    path = theme_beside(source)
    if path is None:
        return []
    try:
        named = tomllib.loads(read_text(path, most=_LARGEST)).values()
    except (OSError, ValueError, RecursionError):
        return [path]
    tables = [value.values() if isinstance(value, dict) else (value,) for value in named]
    names = (value for table in tables for value in table if isinstance(value, str) and value.isprintable())
    return [path, *(path.parent / name for name in names if _ending(name) in ENDINGS)]


def prepare_theme(path: Path) -> PreparedTheme:
    """Read a theme.toml and everything that it names.

    Raises `UserError` with a sentence that names the file and the field, where a field is not known or does
    not fit, a file cannot be used, or a colour has too little contrast.
    """
    fields = checked_fields(_parsed(path), path=path)
    gathered = _Gathered(path)
    logos = {mode: gathered.logo(name, mode) for mode, name in fields.get("logo", {}).items()}
    icon = gathered.picture(fields["icon"], "icon", "icon").file if "icon" in fields else ""
    fonts = {name: gathered.font(fields, name) for name in TYPEFACES if f"typeface.{name}" in fields}
    stored = {**fields, **{f"typeface.{name}": font for name, font in fonts.items() if font}}
    colours = {name.partition(".")[2]: value for name, value in fields.items() if name.startswith("colours.")}
    palettes = palettes_of(colours)
    check_contrast(palettes, theme=path)
    extra = gathered.css(fields["css"]) if "css" in fields else ""
    gathered.files[_STYLESHEET] = stylesheet(stored, palettes, extra=extra).encode()
    theme = Theme(
        name=fields.get("name", ""),
        logos=logos,
        icon=icon,
        stylesheet=_STYLESHEET,
        fonts=fonts,
        card=gathered.card(fields, fonts, palettes),
        colours={palette.mode: palette.colours for palette in palettes},
        families=families_of(fields),
        radius=fields.get("radius"),
        **_words(fields),
    )
    theme = replace(theme, tag=_tag(theme, gathered.files))
    return PreparedTheme(
        theme,
        theme_files(theme, gathered.files),
        sources=(path, *gathered.sources),
        lines=tuple(described(palettes)),
        warnings=tuple(faint_logos(gathered.logos, palettes, header=theme.header)),
    )


@dataclass
class _Gathered:
    """The files that a theme names, under the names that they are stored by, and the colours of its logos."""

    theme: Path
    files: dict[str, bytes] = field(default_factory=dict)
    sources: list[Path] = field(default_factory=list)
    logos: dict[str, Colours] = field(default_factory=dict)

    def logo(self, name: str, mode: str) -> Logo:
        logo = self.picture(name, f"logo-{mode}", "logo")
        self.logos[mode] = logo_colours(self.files[logo.file], name)
        return logo

    def card(self, fields: Mapping[str, Any], fonts: Mapping[str, str], palettes: list[Palette]) -> str:
        """The stored name of the picture for previews of links; empty where there is none."""
        if "name" not in fields:
            return ""
        scheme = fields.get("scheme")
        colours = next(
            each for each in palettes if each.mode == (scheme if scheme in MODES else MODES[0])
        ).colours
        ground, text = (
            ("second", "on_second") if fields.get("header.style") == HEADERS[1] else ("page", "text")
        )
        font = self.files.get(fonts.get("heading") or fonts.get("text", ""))
        content = card_of(
            fields["name"],
            font=font,
            weight=fields.get("typeface.heading_weight"),
            ground=colours[ground],
            text=colours[text],
            accent=colours["accent"],
        )
        return self._keep(_CARD, content) if content else ""

    def picture(self, name: str, stored: str, of: str) -> Logo:
        content = self._read(name, of)
        logo = check_picture(content, name, field=of, theme=self.theme)
        return replace(logo, file=self._keep(stored + _ending(name), content))

    def font(self, fields: Mapping[str, Any], name: str) -> str:
        """The stored name of a typeface's file; empty where the field names families."""
        of = f"typeface.{name}"
        value = fields[of]
        if not isinstance(value, str):
            return ""
        content = self._read(value, of)
        check_font(content, value, field=of, theme=self.theme)
        same = next((each for each, kept in self.files.items() if kept == content), None)
        return same or self._keep(name + _ending(value), content)

    def css(self, name: str) -> str:
        return check_css(self._read(name, "css"), name, field="css", theme=self.theme)

    def _read(self, name: str, of: str) -> bytes:
        self.sources.append(self.theme.parent / name)
        return read_file(self.theme.parent, name, field=of, theme=self.theme)

    def _keep(self, name: str, content: bytes) -> str:
        self.files[name] = content
        return name


def _ending(name: str) -> str:
    return Path(name).suffix.lower()


def _words(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The fields of `Theme` that are taken as they are; the first of words by language is for all others."""
    taken = {"scheme": "scheme", "density": "density", "header.style": "header"}
    links = [f"links.{name}" for name in LINKS]
    texts = {name.replace("_", "."): name for name in TEXTS} | dict(zip(links, links, strict=True))
    said = {name: fields[key] for key, name in texts.items() if key in fields}
    first = {name: next(iter(by_language.values())) for name, by_language in said.items()}
    words = {name: fields[key] for key, name in taken.items() if key in fields}
    words |= {name: text for name, text in first.items() if name in TEXTS}
    if "cards" in fields:
        words["cards"] = tuple(fields["cards"])
    languages = dict.fromkeys(code for by_language in said.values() for code in by_language if code)
    return {
        **words,
        "links": {name: first[f"links.{name}"] for name in LINKS if f"links.{name}" in first},
        "translations": {
            code: {name: by_language[code] for name, by_language in said.items() if code in by_language}
            for code in languages
        },
    }


def _tag(theme: Theme, files: Mapping[str, bytes]) -> str:
    digest = hashlib.sha256(theme.as_json())
    for name, content in sorted(files.items()):
        digest.update(canonical_json([name, hashlib.sha256(content).hexdigest()]))
    return digest.hexdigest()[:_TAG]


def _parsed(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(read_text(path, most=_LARGEST))
    except OSError as error:
        raise UserError(f"The theme {path} cannot be read ({error.strerror}).") from error
    # Of text, of TOML, of its length; and of lists in lists without end.
    except (ValueError, RecursionError) as error:
        raise UserError(f"The theme {path} is not valid TOML ({error}).") from error
