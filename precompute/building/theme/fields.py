"""The fields of theme.toml: what each is, and the check of every value before any file is read."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from bundle.format import is_page_address
from bundle.theme import CARD_PARTS, DENSITIES, HEADERS, LINKS, MODES, SCHEMES
from precompute.building.theme.colours import is_colour
from precompute.shared.errors import UserError

_FONTS = (".woff2", ".ttf")
_PICTURES = (".svg", ".png")
ENDINGS = (*_FONTS, *_PICTURES, ".css")
"""How the files that a theme names may end."""

_ISO_639_1 = """
aa ab ae af ak am an ar as av ay az ba be bg bi bm bn bo br bs ca ce ch co cr cs cu cv cy da de dv
dz ee el en eo es et eu fa ff fi fj fo fr fy ga gd gl gn gu gv ha he hi ho hr ht hu hy hz ia id ie
ig ii ik io is it iu ja jv ka kg ki kj kk kl km kn ko kr ks ku kv kw ky la lb lg li ln lo lt lu lv
mg mh mi mk ml mn mr ms mt my na nb nd ne ng nl nn no nr nv ny oc oj om or os pa pi pl ps pt qu rm
rn ro ru rw sa sc sd se sg si sk sl sm sn so sq sr ss st su sv sw ta te tg th ti tk tl tn to tr ts
tt tw ty ug uk ur uz ve vi vo wa wo xh yi yo za zh zu
"""

LANGUAGES = tuple(_ISO_639_1.split())
"""The codes of languages. The dashboard speaks some of them, and a shop may add others."""

_LONGEST_FAMILY = 60
_MOST_FAMILIES = 8
_SHOWN = 80
LARGEST_RADIUS = 32


@dataclass(frozen=True)
class ThemeField:
    """What a field may be: `fits` says whether a value is, `expected` says it in words.

    One with `by_mode` is a value, or a table with one for light and one for dark. One with `by_language` is a
    value, or a table with one for each of some languages.
    """

    expected: str
    fits: Callable[[Any], bool]
    by_mode: bool = False
    by_language: bool = False


def _or(words: Iterable[str]) -> str:
    *others, last = words
    return f"{', '.join(others)} or {last}" if others else last


def _text(most: int, *, lines: bool = False, by_language: bool = True) -> ThemeField:
    def fits(value: Any) -> bool:
        shown = value.replace("\n", " ") if lines and isinstance(value, str) else value
        return (
            isinstance(shown, str) and len(shown.strip()) > 0 and len(shown) <= most and shown.isprintable()
        )

    expected = f"{'text' if lines else 'one line of text'}, at most {most:,} characters"
    return ThemeField(expected, fits, by_language=by_language)


def _word(words: tuple[str, ...]) -> ThemeField:
    return ThemeField(f"one of {_or(words)}", lambda value: value in words)


def _whole(least: int, most: int, *, what: str = "a whole number") -> ThemeField:
    def fits(value: Any) -> bool:
        return type(value) is int and least <= value <= most

    return ThemeField(f"{what} from {least} to {most}", fits)


def _file(endings: tuple[str, ...], *, by_mode: bool = False) -> ThemeField:
    return ThemeField(f"the name of a file that ends in {_or(endings)}", _is_file(endings), by_mode)


def _is_file(endings: tuple[str, ...]) -> Callable[[Any], bool]:
    return lambda value: isinstance(value, str) and value.isprintable() and value.lower().endswith(endings)


def _is_families(value: Any) -> bool:
    return isinstance(value, list) and 0 < len(value) <= _MOST_FAMILIES and all(map(_is_family, value))


def _is_family(value: Any) -> bool:
    return (
        isinstance(value, str)
        and 0 < len(value.strip()) <= _LONGEST_FAMILY
        and value.isprintable()
        and not set(value) & set("\"'\\;{}<>,")
    )


def _is_typeface(value: Any) -> bool:
    return _is_file(_FONTS)(value) or _is_families(value)


def _is_card_parts(value: Any) -> bool:
    return isinstance(value, list) and all(part in CARD_PARTS for part in value)


def _is_link(value: Any) -> bool:
    if not isinstance(value, str):
        return False
    if value.lower().startswith("mailto:"):
        return "@" in value and value.isascii() and value.isprintable() and not set(value) & set(" <>\"'")
    return is_page_address(value) and urlsplit(value).scheme.lower() in ("http", "https")


_COLOUR = ThemeField(
    "a colour with six digits, such as #a8432a",
    lambda value: isinstance(value, str) and is_colour(value),
    True,
)
_TYPEFACE = ThemeField(
    f"a file that ends in {_or(_FONTS)}, or a list of up to {_MOST_FAMILIES} names of typefaces", _is_typeface
)
_LINK = ThemeField("an address that begins with https://, http:// or mailto:", _is_link, by_language=True)

FIELDS: Mapping[str, ThemeField] = {
    "name": _text(60, by_language=False),
    "logo": _file(_PICTURES, by_mode=True),
    "icon": _file(_PICTURES),
    "scheme": _word(SCHEMES),
    "density": _word(DENSITIES),
    "radius": _whole(0, LARGEST_RADIUS, what="pixels, a whole number"),
    "cards": ThemeField(f"a list of some of {_or(CARD_PARTS)}", _is_card_parts),
    "css": _file((".css",)),
    **{f"colours.{name}": _COLOUR for name in ("accent", "on_accent", "second", "on_second")},
    **{f"colours.{name}": _COLOUR for name in ("page", "text", "muted")},
    "typeface.text": _TYPEFACE,
    "typeface.heading": _TYPEFACE,
    "typeface.heading_weight": _whole(100, 900),
    "header.style": _word(HEADERS),
    "header.text": _text(120),
    "footer.text": _text(300),
    "about.text": _text(5000, lines=True),
    **{f"links.{name}": _LINK for name in LINKS},
}
"""Every field by its name, as `table.key` where it is in a table."""

TABLES = tuple(dict.fromkeys(name.partition(".")[0] for name in FIELDS if "." in name))


def checked_fields(content: Mapping[str, Any], *, path: Path) -> dict[str, Any]:
    """The values of a parsed theme.toml by the names in `FIELDS`, a field `by_mode` always by mode.

    A field `by_language` is always a table by language; one value for all has the language "". Raises
    `UserError` for an unknown field or a value that does not fit; `path` is the file's.
    """
    found: dict[str, Any] = {}
    for key, value in content.items():
        if key not in TABLES:
            found[key] = _checked(key, value, path=path)
            continue
        if not isinstance(value, dict):
            raise UserError(f"Expected {key} in {path} to be a table, [{key}]. Received: {_shown(value)}.")
        for inner, each in value.items():
            found[f"{key}.{inner}"] = _checked(f"{key}.{inner}", each, path=path)
    return found


def _checked(name: str, value: Any, *, path: Path) -> Any:
    field = FIELDS.get(name)
    if field is None:
        raise unknown(name, [*FIELDS, *TABLES], path=path)
    if field.by_language:
        return _by_language(name, field, value, path=path)
    if not field.by_mode:
        return _fitting(name, field, value, path=path)
    if not isinstance(value, dict):
        return {MODES[0]: _fitting(name, field, value, path=path)}
    for mode in value:
        if mode not in MODES:
            raise unknown(f"{name}.{mode}", [f"{name}.{each}" for each in MODES], path=path)
    if MODES[0] not in value:
        raise UserError(
            f"Expected {name} in {path} to have a value for light. Received: {_shown(value)}. "
            f'Write {name.rpartition(".")[2]} = {{ light = "…", dark = "…" }}.'
        )
    return {mode: _fitting(f"{name}.{mode}", field, each, path=path) for mode, each in value.items()}


def _by_language(name: str, field: ThemeField, value: Any, *, path: Path) -> dict[str, Any]:
    if not isinstance(value, dict) or not value:
        return {"": _fitting(name, field, value, path=path)}
    for language in value:
        if language not in LANGUAGES:
            near = difflib.get_close_matches(language, LANGUAGES, n=1)
            raise UserError(
                f"Expected {name} in {path} to be one value, or a table by language, with two-letter codes "
                f"such as en and de. Received: {language!r}." + (f" Did you mean {near[0]}?" if near else "")
            )
    return {
        language: _fitting(f"{name}.{language}", field, each, path=path) for language, each in value.items()
    }


def _fitting(name: str, field: ThemeField, value: Any, *, path: Path) -> Any:
    if not field.fits(value):
        raise UserError(f"Expected {name} in {path} to be {field.expected}. Received: {_shown(value)}.")
    return value


def unknown(name: str, known: Iterable[str], *, path: Path) -> UserError:
    """The error for a field that does not exist, with what was perhaps meant."""
    names = list(known)
    ends = {each.rpartition(".")[2]: each for each in names}
    near = difflib.get_close_matches(name, names, n=1, cutoff=0.6)
    near = near or [ends[end] for end in difflib.get_close_matches(name.rpartition(".")[2], ends, n=1)]
    meant = f"Did you mean {near[0]}?" if near else f"The fields are {', '.join(names)}."
    return UserError(f"Expected only known fields in {path}. Received: {name!r}. {meant}")


def _shown(value: Any) -> str:
    text = repr(value)
    return text if len(text) <= _SHOWN else text[:_SHOWN] + " …"
