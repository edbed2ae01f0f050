"""What a bundle says of the shop's look: `theme/theme.json` and the files beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from bundle import format as fmt
from bundle.format import BundleError

FOLDER = "theme"
"""The folder of a generation that holds the theme; a bundle without one has none."""

_FILE = f"{FOLDER}/theme.json"

MODES = ("light", "dark")

SCHEMES = ("visitor", *MODES)
"""What a first visit shows: the mode that the visitor's system asks for, or always the one."""

DENSITIES = ("comfortable", "compact")

HEADERS = ("plain", "band", "centred")
"""Logo and menu in a line; the same on a ground of the second colour; the logo above, in the middle."""

CARD_PARTS = ("price", "brand", "category", "stock", "closeness", "why")
"""What a card may show besides picture and title."""

USUAL_CARD_PARTS = ("price", "category", "stock", "closeness", "why")

TEXTS = ("header_text", "footer_text", "about_text")
"""The fields of `Theme` that are the shop's own words."""

LINKS = ("shop", "contact", "imprint", "privacy")
"""The links that a theme may have, in the order in which they are shown."""


@dataclass(frozen=True)
class Logo:
    """A picture in the theme's folder, and the size in pixels that it says of itself."""

    file: str
    width: int
    height: int


@dataclass(frozen=True)
class Theme:
    """A shop's look and its own words; the defaults are Akin's.

    `tag` changes with every file of the theme, so that addresses with it can be cached forever. `logos` are
    by mode, a dark one only beside a light one. `stylesheet` and `icon` are names of files in the theme's
    folder. `fonts` has a file for each typeface, `text` and `heading`, that the theme replaces; it is empty
    where the visitor's system has the typeface; `families` says what each is called in CSS. `card` is a
    picture for previews of links. `colours` has all colours by mode and name, and `radius` is that of
    pictures in pixels; both are in the stylesheet too. `cards` has the parts of `CARD_PARTS` that cards show.
    `translations` has words by a language's code: fields of `TEXTS`, and `links.<name>`.
    """

    tag: str = ""
    name: str = ""
    logos: Mapping[str, Logo] = field(default_factory=dict)
    icon: str = ""
    stylesheet: str = ""
    fonts: Mapping[str, str] = field(default_factory=dict)
    card: str = ""
    colours: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    families: Mapping[str, str] = field(default_factory=dict)
    radius: int | None = None
    scheme: str = SCHEMES[0]
    density: str = DENSITIES[0]
    header: str = HEADERS[0]
    header_text: str = ""
    footer_text: str = ""
    about_text: str = ""
    links: Mapping[str, str] = field(default_factory=dict)
    cards: tuple[str, ...] = USUAL_CARD_PARTS
    translations: Mapping[str, Mapping[str, str]] = field(default_factory=dict)

    def said_in(self, language: str) -> Theme:
        """The theme with its words in a language. What has no translation stays as it is."""
        own = self.translations.get(language, {})
        texts: dict[str, Any] = {name: own[name] for name in TEXTS if name in own}
        links = {name: own.get(f"links.{name}", address) for name, address in self.links.items()}
        return replace(self, links=links, **texts)

    @property
    def stored(self) -> frozenset[str]:
        """The names of the files that pages ask for."""
        logos = (logo.file for logo in self.logos.values())
        return frozenset(filter(None, (self.stylesheet, self.icon, self.card, *self.fonts.values(), *logos)))

    @property
    def header_colours(self) -> dict[str, str]:
        """The ground of the header in each mode; empty for Akin's own look."""
        name = "second" if self.header == HEADERS[1] else "page"
        return {mode: colours[name] for mode, colours in self.colours.items()}

    def as_json(self) -> bytes:
        """The content of `theme.json`."""
        return fmt.canonical_json(asdict(self)) + b"\n"


def theme_file(name: str) -> str:
    """The path of a file of the theme inside a generation."""
    return f"{FOLDER}/{name}"


def theme_files(theme: Theme, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Everything to store of a theme, by its path inside a generation."""
    stored = {theme_file(name): content for name, content in files.items()}
    return stored | {_FILE: theme.as_json()}


def read_theme(folder: Path) -> Theme:
    """The theme of the generation in `folder`; the default one if it has none.

    Raises `BundleError` if it cannot be read.
    """
    path = folder / _FILE
    try:
        content: dict[str, Any] = fmt.read_json(path)
        logos = {mode: Logo(**logo) for mode, logo in content.pop("logos").items()}
        return Theme(logos=logos, cards=tuple(content.pop("cards")), **content)
    except FileNotFoundError:
        return Theme()
    except (OSError, ValueError, TypeError, LookupError, AttributeError) as error:
        raise BundleError(
            f"{path} cannot be read ({type(error).__name__}: {error}): build it again, "
            "run: python -m precompute build SOURCE."
        ) from error
