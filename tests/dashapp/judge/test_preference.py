"""What answers say of two recipes."""

from __future__ import annotations

import pytest

from dashapp.pages.judge.preference import Judgement, Preference, wilson


def answers(first: int, second: int, same: int = 0) -> list[Judgement]:
    """Sides taken in turn, whoever is chosen."""
    chosen = ["a"] * first + ["b"] * second + [""] * same
    return [Judgement(("a", "b") if place % 2 else ("b", "a"), each) for place, each in enumerate(chosen)]


def test_wilson_by_the_book() -> None:
    """20 of 100: Newcombe 1998 gives 0.1334 to 0.2888."""
    assert wilson(20, 100) == pytest.approx((0.1334, 0.2888), abs=1e-4)
    assert wilson(0, 0) == (0.0, 1.0)
    assert wilson(0, 5)[0] == 0 and wilson(5, 5)[1] == 1


@pytest.mark.parametrize(
    ("first", "second", "preferred"),
    [
        (70, 30, "a"),
        (30, 70, "b"),
        (55, 45, ""),
        (6, 0, "a"),
        (5, 0, ""),
        (60, 40, ""),
        (61, 39, "a"),
        (0, 0, ""),
    ],
)
def test_a_preference_needs_more_than_chance(first: int, second: int, preferred: str) -> None:
    found = Preference.of(("a", "b"), answers(first, second, 9))
    assert found.preferred == preferred and found.chosen == (first, second) and found.same == 9
    assert found.decided == first + second


def test_the_sign_test_by_hand() -> None:
    assert Preference.of(("a", "b"), answers(5, 0)).chance == 2 / 32
    assert Preference.of(("a", "b"), answers(3, 1)).chance == 2 * (1 + 4) / 16
    assert Preference.of(("a", "b"), answers(2, 2)).chance == Preference.of(("a", "b"), []).chance == 1


def test_it_is_said_in_words() -> None:
    found = Preference.of(("a", "b"), answers(70, 30, 20)).sentences()
    assert found[0] == "a was chosen 70 times, b 30 times, and neither 20 times."
    assert found[1] == "Where a side was chosen, it was a in 70% (95% interval 60–78%)."
    assert found[2].startswith("You prefer a") and found[3] == "The left side was chosen 50% of the time."
    assert (
        Preference.of(("a", "b"), answers(1, 2)).sentences()[0].startswith("a was chosen 1 time, b 2 times")
    )
    assert "no proof" in Preference.of(("a", "b"), answers(5, 4)).sentences()[2]
    assert Preference.of(("a", "b"), []).sentences() == ["Nothing is judged so far."]
    assert Preference.of(("a", "b"), answers(0, 0, 4)).sentences() == ["4 judged, and no side chosen so far."]
