"""Which logos are said to be hard to see, and what previews of links show."""

from __future__ import annotations

from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image, ImageDraw

from precompute.building.theme import prepare_theme
from precompute.building.theme.card import CARD_SIZE, card_of
from precompute.building.theme.logos import logo_colours
from tests.precompute.building.theme.test_reading import SVG, THEMES, png, write

FONT = (Path(__file__).resolve().parents[4] / "demo/themes/pling/fredoka.woff2").read_bytes()
COLOURS = {"ground": "#ffffff", "text": "#000000", "accent": "#a8432a"}


def drawn(*shapes: str) -> str:
    return SVG.format("", "".join(shapes))


def letters(colour: str) -> bytes:
    """A PNG with transparent ground and a few strokes."""
    image = Image.new("RGBA", (60, 20))
    pen = ImageDraw.Draw(image)
    for place in range(0, 60, 8):
        pen.rectangle((place, 2, place + 3, 17), fill=colour)
    data = BytesIO()
    image.save(data, "PNG")
    return data.getvalue()


@pytest.mark.parametrize(
    ("svg", "colours"),
    [
        (drawn('<path d="M0 0h4v2z"/>'), {"#000000": 1}),
        (
            drawn('<path fill="RED" d=""/>', '<g fill="#00f"><rect width="1"/></g>'),
            {"#ff0000": 0.5, "#0000ff": 0.5},
        ),
        (drawn("<style>.a{fill:#123456}</style>", '<path class="a"/>'), {"#123456": 1}),
        (drawn('<path style="fill: rgb(1, 2, 3)" fill="red"/>'), {"#010203": 1}),
        (drawn('<path fill="none" stroke="#abc"/>'), {"#aabbcc": 1}),
        (drawn('<path fill="currentColor"/>'), {"#000000": 1}),
        # A gradient is no plain colour, what is defined is not painted, and an own ground decides alone.
        (drawn('<defs><path fill="#fff"/></defs><path fill="url(#a)"/>'), {}),
        (drawn('<rect width="100%" height="100%" fill="#fff"/>', '<path fill="#fff"/>'), {}),
        (drawn('<rect width="40" height="20"/>', '<path fill="#fff"/>'), {}),
        (drawn("<style>@media (prefers-color-scheme: dark) { .a { fill: #fff } }</style>", "<path/>"), {}),
    ],
)
def test_the_colours_of_a_drawing(svg: str, colours: dict[str, float]) -> None:
    assert logo_colours(svg.encode(), "a.svg") == colours


def test_the_colours_of_a_picture() -> None:
    assert logo_colours(png(), "a.png") == {}
    colours = logo_colours(letters("#204060"), "a.png")
    assert max(colours, key=lambda each: colours[each]) == "#204060" and sum(
        colours.values()
    ) == pytest.approx(1)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('logo = "dark.svg"', ["In dark mode, the logo's colour #222222 on the page (#171513)"]),
        ('logo = { light = "dark.svg", dark = "light.png" }', []),
        ('logo = { light = "light.png", dark = "light.png" }', ["In light mode, the logo's colour #eeeeee"]),
        (
            'logo = "dark.svg"\n[header]\nstyle = "band"\n[colours]\nsecond = "#333333"',
            ["In light mode, the logo's colour #222222 on the second colour (#333333)", "In dark mode"],
        ),
        ('logo = "both.svg"\n[colours]\nsecond = "#333333"', []),
    ],
)
def test_a_logo_that_does_not_stand_out_is_warned_of(text: str, said: list[str], tmp_path: Path) -> None:
    path = write(
        tmp_path,
        text,
        dark_svg=drawn('<path fill="#222"/>'),
        light_png=letters("#eeeeee"),
        both_svg=drawn(*['<path fill="#d1005f"/>'] * 2, '<path fill="#222"/>'),
    )
    warnings = prepare_theme(path).warnings
    assert len(warnings) == len(said)
    for warning, begin in zip(warnings, said, strict=True):
        assert warning.startswith(begin) and "WCAG 2.2 asks for 3" in warning and warning.endswith(".")


@pytest.mark.parametrize("path", THEMES, ids=lambda path: path.parent.name)
def test_the_demos_logos_stand_out_and_links_show_its_names(path: Path) -> None:
    prepared = prepare_theme(path)
    assert prepared.warnings == ()
    with Image.open(BytesIO(prepared.files["theme/card.png"])) as card:
        assert card.size == CARD_SIZE and card.format == "PNG"


def test_a_card_has_the_name_in_the_shops_look() -> None:
    def ink(card: bytes) -> int:
        with Image.open(BytesIO(card)) as image:
            above = image.convert("L").crop((0, 0, CARD_SIZE[0], 500))
            return sum(above.histogram()[:128])

    light = card_of("Pling", font=FONT, weight=300, **COLOURS)
    assert 0 < ink(light) < ink(card_of("Pling", font=FONT, weight=700, **COLOURS))
    assert ink(
        card_of("A shop with a rather long name, and then some more", font=None, weight=None, **COLOURS)
    )
    # Letters that the typeface lacks, and a name that is longer than the card is wide.
    for name in ("シュティレ", "متجر", "W" * 60):
        assert card_of(name, font=FONT, weight=None, **COLOURS) == b""


def test_there_is_no_card_where_the_typeface_cannot_be_opened_here() -> None:
    assert card_of("Pling", font=FONT[:100], weight=None, **COLOURS) == b""
