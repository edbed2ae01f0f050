from __future__ import annotations

from functools import partial
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pictures.colours.oklab import to_oklab
from precompute.building.theme.colours import contrast, hex_of, mixed, nearest, rgb_of
from precompute.building.theme.palette import TEXT, USUAL, check_contrast, palettes_of
from precompute.shared.errors import UserError

COLOURS = st.integers(0, 0xFFFFFF).map(lambda number: f"#{number:06x}")
THEME = Path("theme.toml")


def hue(colour: str) -> float:
    _, green_red, blue_yellow = to_oklab(np.array(rgb_of(colour)))
    return float(np.degrees(np.arctan2(blue_yellow, green_red)))


# The ratios of https://www.w3.org/TR/WCAG22 are known for these, to two decimals.
@pytest.mark.parametrize(
    ("one", "other", "ratio"),
    [
        ("#000000", "#ffffff", 21.0),
        ("#777777", "#ffffff", 4.48),
        ("#767676", "#ffffff", 4.54),
        ("#0000ff", "#ffffff", 8.59),
        ("#ff0000", "#ffffff", 4.0),
    ],
)
def test_contrast_is_that_of_wcag(one: str, other: str, ratio: float) -> None:
    assert contrast(one, other) == contrast(other, one) == pytest.approx(ratio, abs=0.005)


@given(COLOURS)
def test_a_colour_survives_the_way_through_oklab(colour: str) -> None:
    assert mixed(colour, "#808080", 0) == colour == hex_of(rgb_of(colour))


@given(COLOURS, st.sampled_from(("#ffffff", "#171513", "#fbf3e0")))
def test_the_nearest_colour_passes_keeps_its_hue_and_is_the_least_change(colour: str, page: str) -> None:
    found = nearest(colour, lambda tried: contrast(tried, page) >= TEXT)
    assert found is not None and contrast(found, page) >= TEXT
    if contrast(colour, page) >= TEXT:
        assert found == colour
        return
    lightness = [to_oklab(np.array(rgb_of(each)))[0] for each in (colour, found)]
    step = np.sign(lightness[1] - lightness[0]) * 0.01
    chroma = np.hypot(*to_oklab(np.array(rgb_of(found)))[1:])
    if chroma > 0.05:
        assert abs((hue(found) - hue(colour) + 180) % 360 - 180) < 4
    # A hundredth less is not enough.
    almost = nearest(
        found, lambda tried: abs(to_oklab(np.array(rgb_of(tried)))[0] - lightness[1] + step) < 2e-3
    )
    assert almost is None or contrast(almost, page) < TEXT


@pytest.mark.parametrize("palette", palettes_of({}), ids=lambda palette: palette.mode)
def test_akins_own_colours_pass_and_are_those_of_the_stylesheet(palette) -> None:
    assert palette.failures() == [] and palette.colours == USUAL[palette.mode]


@given(st.dictionaries(st.sampled_from(("accent", "second", "page")), COLOURS))
def test_what_is_derived_can_be_read(colours: dict[str, str]) -> None:
    for palette in palettes_of({name: {"light": colour} for name, colour in colours.items()}):
        # On a page that is neither light nor dark, not even black and white can be read on tiles too.
        best = max(contrast(end, palette.colours["page"]) for end in ("#ffffff", "#000000"))
        for pair in palette.failures():
            assert {pair.front, pair.ground} & palette.given or best < 6, pair


def test_a_failure_names_pair_ratio_and_a_colour_that_passes() -> None:
    given_colours = {"accent": {"light": "#f0a020"}}
    with pytest.raises(UserError) as failure:
        check_contrast(palettes_of(given_colours), theme=THEME)
    text = str(failure.value)
    assert text.startswith(
        "theme.toml: In light mode, the accent colour (#f0a020) on the page (#ffffff) has a contrast of "
        "2.15, where WCAG 2.2 asks for 4.5; for colours.accent, the nearest colour that passes is #"
    )
    better = text[-8:-1]
    check_contrast(palettes_of({"accent": {"light": better}}), theme=THEME)


@pytest.mark.parametrize(
    ("front", "ground"),
    [
        ("text", "page"),
        ("muted", "page"),
        ("accent", "page"),
        ("on_accent", "accent"),
        ("on_second", "second"),
    ],
)
def test_no_pair_of_equal_colours_passes(front: str, ground: str) -> None:
    same = dict.fromkeys(USUAL, "#555555")
    for palette in palettes_of({front: same, ground: same}):
        assert (front, ground) in {(pair.front, pair.ground) for pair in palette.failures()}


def test_a_failure_in_the_dark_alone_says_so() -> None:
    colours = {"accent": {"light": "#a8432a", "dark": "#401008"}}
    with pytest.raises(UserError, match=r"In dark mode, the accent colour \(#401008\)") as failure:
        check_contrast(palettes_of(colours), theme=THEME)
    assert "light mode" not in str(failure.value)


def test_no_lightness_passes_where_text_and_its_ground_change_together() -> None:
    assert nearest("#808080", partial(lambda colour: False)) is None
