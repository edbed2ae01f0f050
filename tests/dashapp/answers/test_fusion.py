"""Blending ranked lists by reciprocal rank fusion."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from dashapp.answers.fusion import fused
from dashapp.answers.recommendations import fading

ids = st.lists(st.sampled_from("abcdefghij"), unique=True)
rankings = st.lists(st.tuples(ids, st.sampled_from([1.0, 0.5, -1.0])), min_size=1, max_size=5)


def test_three_rankings_blended_by_hand() -> None:
    # a: 1/61 + 1/62 = 123/3782; b: 1/62 + 1/61 + 1/61; c: 1/63 + 1/63; d: 1/62 alone.
    found = fused([(["a", "b", "c"], 1.0), (["b", "a", "c"], 1.0), (["b", "d"], 1.0)])
    assert [each for each, _ in found] == ["b", "a", "c", "d"]
    by_hand = {
        "a": Fraction(123, 3782),
        "b": Fraction(1, 62) + Fraction(2, 61),
        "c": Fraction(2, 63),
        "d": Fraction(1, 62),
    }
    assert dict(found) == pytest.approx({name: float(score) for name, score in by_hand.items()}, abs=1e-15)


def test_two_middling_places_outweigh_one_first_place() -> None:
    assert [each for each, _ in fused([(["x", "both"], 1.0), (["y", "both"], 1.0)])] == ["both", "x", "y"]


def test_a_smaller_constant_makes_first_places_count_more() -> None:
    lists = [(["x", "p", "q", "both"], 1.0), (["y", "r", "s", "both"], 1.0)]
    assert fused(lists)[0][0] == "both"
    assert fused(lists, k=1)[0][0] == "x"


def test_a_negative_weight_takes_away_and_most_from_its_first() -> None:
    found = fused([(["a", "b", "c", "d"], 1.0), (["b", "c"], -1.0)])
    assert [each for each, _ in found] == ["a", "d", "c", "b"]
    assert dict(found)["b"] == pytest.approx(1 / 62 - 1 / 61)


def test_equal_scores_are_ordered_by_id() -> None:
    assert [each for each, _ in fused([(["z"], 1.0), (["m"], 1.0), (["a"], 1.0)])] == ["a", "m", "z"]


def test_nothing_to_blend() -> None:
    assert fused([]) == fused([([], 1.0)]) == []


@settings(deadline=None)
@given(rankings, st.data())
def test_going_up_in_one_ranking_never_lowers_a_place(
    lists: list[tuple[list[str], float]], data: st.DataObject
) -> None:
    number = data.draw(st.integers(0, len(lists) - 1))
    ranked, weight = lists[number]
    if len(ranked) < 2:
        return
    place = data.draw(st.integers(1, len(ranked) - 1))
    risen = ranked[place]
    higher = [*ranked[: place - 1], risen, ranked[place - 1], *ranked[place + 1 :]]
    changed = [*lists[:number], (higher, weight), *lists[number + 1 :]]
    before, after = ([each for each, _ in fused(one)] for one in (lists, changed))
    if weight > 0:
        assert after.index(risen) <= before.index(risen)
    else:
        assert after.index(risen) >= before.index(risen)


@settings(deadline=None)
@given(rankings)
def test_the_order_of_the_rankings_does_not_matter(lists: list[tuple[list[str], float]]) -> None:
    there, back = dict(fused(lists)), dict(fused(lists[::-1]))
    assert there == pytest.approx(back, abs=1e-12)


def test_what_was_looked_at_fades_by_half_every_fifth() -> None:
    weights = fading(11)
    assert weights[0] == 1
    assert weights[5] == pytest.approx(0.5) and weights[10] == pytest.approx(0.25)
    assert weights == sorted(weights, reverse=True)
