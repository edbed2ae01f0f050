"""What the stylesheets say of the look: all of it in custom properties, which a theme replaces."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from dashapp.document.shop_app import STYLESHEETS
from precompute.building.theme.palette import USUAL
from precompute.building.theme.stylesheet import PROPERTIES

ASSETS = Path(__file__).resolve().parents[2] / "assets"
OWN = [name for name in STYLESHEETS if not name.startswith("vendor/")]
LITERAL = re.compile(r"#[0-9a-fA-F]{3,8}\b|\b(?:rgb|hsl|oklch|oklab|lab|lch)a?\(")
NAMED = re.compile(r":\s*(?:white|black|grey|gray|red|silver)\b")


def declarations(name: str) -> list[tuple[str, str]]:
    """The properties and values of a stylesheet, without comments."""
    text = re.sub(r"/\*.*?\*/", "", (ASSETS / name).read_text(encoding="utf-8"), flags=re.S)
    return [(prop.strip(), value.strip()) for prop, value in re.findall(r"([-\w]+)\s*:\s*([^;{}]+);", text)]


@pytest.mark.parametrize("name", OWN)
def test_colours_are_given_only_as_custom_properties(name: str) -> None:
    found = declarations(name)
    assert len(found) > 20
    named = [each for each in found if not each[0].startswith("--")]
    assert not [each for each in named if LITERAL.search(each[1]) or NAMED.search(f": {each[1]}")]


@pytest.mark.parametrize("name", [name for name in OWN if name != "look.css"])
def test_corners_and_typefaces_are_those_of_the_look(name: str) -> None:
    for prop, value in declarations(name):
        if prop == "border-radius":
            assert "var(--round" in value or value in ("50%", "0"), f"{prop}: {value}"
        elif prop == "font-family" or (prop == "font" and value != "inherit"):
            assert "var(--" in value or value == "inherit", f"{prop}: {value}"


def test_the_colours_that_are_checked_are_those_of_the_stylesheet() -> None:
    text = (ASSETS / "look.css").read_text(encoding="utf-8")
    for mode, colours in USUAL.items():
        block = text.split(f'[data-bs-theme="{mode}"] {{')[1].split("}")[0]
        given = dict(re.findall(r"(--[-\w]+): (#[0-9a-f]+);", block))
        for name, colour in colours.items():
            shown = given[f"--{PROPERTIES[name]}"]
            assert (shown if len(shown) == 7 else "#" + "".join(digit * 2 for digit in shown[1:])) == colour
