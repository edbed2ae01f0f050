"""Intervals against what is known of them: closed forms, coverage on drawn samples, and the edges."""

from __future__ import annotations

import numpy as np
import pytest

from precompute.evaluation.intervals import (
    REPLICATES,
    Estimate,
    clustered_rate,
    difference_of,
    mean_interval,
    moment_interval,
    paired_difference,
    resampled_means,
    wilson_interval,
)
from precompute.evaluation.yardsticks import moments, skewness, skewness_of_moments


def test_the_interval_of_a_share_is_nearly_the_normal_one() -> None:
    values = np.repeat([1.0, 0.0], [600, 400])
    found = mean_interval(values)
    half = 1.96 * np.sqrt(0.6 * 0.4 / 1000)
    assert (found.value, found.sample) == (0.6, 1000)
    assert found.low == pytest.approx(0.6 - half, abs=0.003)
    assert found.high == pytest.approx(0.6 + half, abs=0.003)


def test_it_holds_the_truth_about_as_often_as_it_says() -> None:
    random = np.random.default_rng(0)
    held = [
        found.low <= 0.7 <= found.high
        for found in (mean_interval(random.binomial(5, 0.7, 200) / 5) for _ in range(200))
    ]
    assert 0.9 <= np.mean(held) <= 0.99


def test_neither_order_nor_earlier_calls_change_it() -> None:
    values = np.random.default_rng(1).integers(0, 6, 300) / 5
    assert mean_interval(values) == mean_interval(values[::-1].copy()) == mean_interval(values)


def test_missing_values_do_not_count() -> None:
    values = np.array([1.0, np.nan, 0.0, 1.0])
    assert mean_interval(values) == mean_interval(np.array([1.0, 0.0, 1.0]))
    assert mean_interval(np.full(3, np.nan)).rounded() == {
        "value": None,
        "low": None,
        "high": None,
        "sample": 0,
    }


def test_ten_of_ten_is_no_certainty() -> None:
    assert mean_interval(np.ones(10)) == wilson_interval(10, 10)
    # The rule: n / (n + z²).
    assert wilson_interval(10, 10).low == pytest.approx(10 / (10 + 1.96**2), abs=1e-4)
    assert mean_interval(np.zeros(10)).high == pytest.approx(1.96**2 / (10 + 1.96**2), abs=1e-4)


def test_wilson_by_the_book() -> None:
    """20 of 100: Newcombe 1998 gives 0.1334 to 0.2888."""
    found = wilson_interval(20, 100)
    assert (found.low, found.high) == pytest.approx((0.1334, 0.2888), abs=1e-4)


def test_pairs_are_sharper_than_two_samples() -> None:
    random = np.random.default_rng(2)
    first = (random.random(500) < 0.5).astype(float)
    second = first.copy()
    second[np.flatnonzero(first == 0)[:25]] = 1.0
    found = paired_difference(first, second)
    assert found.value == pytest.approx(0.05) and found.excludes_zero
    assert mean_interval(first).high > mean_interval(second).low
    assert not paired_difference(first, random.permutation(first)).excludes_zero


def test_pairs_count_products_with_both_values() -> None:
    found = paired_difference(np.array([np.nan, 0.0, 1.0]), np.array([1.0, np.nan, 1.0]))
    assert (found.value, found.low, found.high, found.sample) == (0.0, 0.0, 0.0, 1)
    assert paired_difference(np.array([np.nan]), np.array([1.0])).sample == 0
    with pytest.raises(ValueError, match="same products"):
        paired_difference(np.zeros(2), np.zeros(3))


@pytest.mark.parametrize("many", [10, 10_000])
def test_resamples_have_the_variance_of_a_mean(many: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("precompute.evaluation.intervals._MANY", many)
    values = np.random.default_rng(3).normal(size=400)
    means = resampled_means(values)[:, 0]
    assert len(means) == REPLICATES
    assert means.mean() == pytest.approx(values.mean(), abs=0.01)
    assert means.std() == pytest.approx(values.std() / 20, rel=0.1)


def test_the_skewness_comes_with_an_interval_around_it() -> None:
    frequency = np.random.default_rng(4).poisson(5, 2000)
    found = moment_interval(moments(frequency), skewness_of_moments)
    assert found.value == pytest.approx(skewness(frequency))
    # A Poisson distribution's is 1 / √5.
    assert found.low < 1 / np.sqrt(5) < found.high
    assert moment_interval(np.empty((0, 3)), skewness_of_moments).sample == 0


def test_a_rate_s_interval_covers_it_where_events_come_together() -> None:
    random, truth, covered, alone = np.random.default_rng(3), 0.05, 0, 0
    for _ in range(300):
        exposure = random.integers(20, 400, size=60)
        events = random.poisson(exposure * truth * random.gamma(2, 1 / 2, size=60))
        found = clustered_rate(events, exposure)
        covered += found.low <= truth <= found.high
        # What takes each event for itself is too sure.
        simple = wilson_interval(int(events.sum()), int(exposure.sum()))
        alone += simple.low <= truth <= simple.high
    assert 0.91 <= covered / 300 <= 0.99 and alone / 300 < 0.8


def test_no_event_does_not_mean_that_there_is_none() -> None:
    found = clustered_rate(np.zeros(50), np.full(50, 10))
    assert (found.value, found.low, found.sample) == (0, 0, 50)
    assert 0.006 < found.high < 0.01
    assert clustered_rate(np.zeros(3), np.zeros(3)).sample == 0
    one = clustered_rate(np.array([5]), np.array([100]))
    assert one.low < 0.05 < one.high


def test_a_difference_of_two_estimates_has_an_interval() -> None:
    first, second = Estimate(0.2, 0.15, 0.26, 50), Estimate(0.3, 0.24, 0.37, 40)
    found = difference_of(first, second)
    assert found.value == pytest.approx(0.1)
    # Newcombe 1998, by hand: 0.1 ∓ √(0.06² + 0.06²), √(0.07² + 0.05²).
    assert (found.low, found.high) == (pytest.approx(0.1 - 0.0848528), pytest.approx(0.1 + 0.0860233))
    assert found.sample == 40 and found.excludes_zero
