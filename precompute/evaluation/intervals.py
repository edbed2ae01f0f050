"""Bootstrap intervals: of a mean over products, of the difference of two, and of what moments say."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np

CONFIDENCE = 0.95

REPLICATES = 2000

_SEED = 0

_AT_ONCE = 4_000_000
"""How many random numbers are held at a time."""

_MANY = 2_000
"""From so many distinct rows on, it is faster to draw every row."""

_NORMAL_QUANTILE = 1.959963984540054
"""The 97.5 % quantile of the standard normal distribution, for `CONFIDENCE`."""


@dataclass(frozen=True)
class Estimate:
    """A value with the bounds of its interval at a confidence of 95 %; `sample` is how many products counted.

    Of an empty sample nothing is known: all three are NaN.
    """

    value: float
    low: float
    high: float
    sample: int

    @property
    def excludes_zero(self) -> bool:
        """Whether zero is outside of the interval: a difference that chance does not explain."""
        return self.low > 0 or self.high < 0

    def rounded(self) -> dict[str, Any]:
        """The same as JSON, with four decimals; None where the sample is empty."""
        if not self.sample:
            return {"value": None, "low": None, "high": None, "sample": 0}
        numbers = {"value": self.value, "low": self.low, "high": self.high}
        return {name: round(number, 4) for name, number in numbers.items()} | {"sample": self.sample}


def mean_interval(values: np.ndarray) -> Estimate:
    """The mean of shares, `values` (n,) from 0 to 1, over the products that have one: NaN is no value.

    The interval is the percentile bootstrap over products (Efron 1979), the same at every call. Where all
    values are 0 or all are 1 no resample differs, so the interval is Wilson's for that proportion: ten
    successes of ten do not mean that there is no failure.
    """
    known = values[~np.isnan(values)]
    if not len(known):
        return Estimate(np.nan, np.nan, np.nan, 0)
    value = float(known.mean())
    if known.min() == known.max() and value in (0.0, 1.0):
        return wilson_interval(int(known.sum()), len(known))
    low, high = _bounds(resampled_means(known)[:, 0])
    return Estimate(value, low, high, len(known))


def paired_difference(first: np.ndarray, second: np.ndarray) -> Estimate:
    """The mean of `second` − `first`, both (n,), over the products that have a value in both.

    A product is drawn with both of its values, so what makes it easy or hard under both does not widen the
    interval. Where all products differ equally the interval is that one value.
    """
    if first.shape != second.shape:
        raise ValueError(f"Expected values of the same products. Received: {first.shape}, {second.shape}.")
    difference = second - first
    known = difference[~np.isnan(difference)]
    if not len(known):
        return Estimate(np.nan, np.nan, np.nan, 0)
    low, high = _bounds(resampled_means(known)[:, 0])
    return Estimate(float(known.mean()), low, high, len(known))


def moment_interval(columns: np.ndarray, statistic: Callable[[np.ndarray], np.ndarray]) -> Estimate:
    """What `statistic` makes of the means of `columns` (n, c), with its percentile bootstrap interval.

    `statistic` takes means (b, c) to values (b,).
    """
    if not len(columns):
        return Estimate(np.nan, np.nan, np.nan, 0)
    value = float(statistic(columns.mean(axis=0, keepdims=True))[0])
    low, high = _bounds(statistic(resampled_means(columns)))
    return Estimate(value, low, high, len(columns))


def wilson_interval(successes: int, trials: int) -> Estimate:
    """The share of `successes` among `trials` with Wilson's score interval (1927)."""
    if not trials:
        return Estimate(np.nan, np.nan, np.nan, 0)
    share, squared = successes / trials, _NORMAL_QUANTILE**2
    middle = (share + squared / (2 * trials)) / (1 + squared / trials)
    half = _NORMAL_QUANTILE / (1 + squared / trials)
    half *= np.sqrt(share * (1 - share) / trials + squared / (4 * trials**2))
    return Estimate(share, float(max(0.0, middle - half)), float(min(1.0, middle + half)), trials)


def clustered_rate(events: np.ndarray, exposure: np.ndarray) -> Estimate:
    """Events per exposure, both (n,) by cluster, with an interval; `sample` is how many clusters are exposed.

    It is the score interval of a Poisson mean, which Wilson's becomes for rare events and which knows what no
    event means. Events of a cluster come together, so they count for fewer than they are: their number is
    divided by the design effect, the variance of the ratio between clusters as a multiple of Poisson's (Rao
    and Scott 1992, "A simple method for the analysis of clustered binary data"). Few clusters widen it by
    Student's t.
    """
    exposed = exposure > 0
    events, exposure = events[exposed], exposure[exposed]
    clusters, total, count = len(exposure), float(exposure.sum()), float(events.sum())
    if not clusters:
        return Estimate(np.nan, np.nan, np.nan, 0)
    rate, effect, quantile = count / total, 1.0, _NORMAL_QUANTILE
    if clusters > 1:
        # Imported here, as it takes a sixth of the time in which a build starts, and builds do without.
        from scipy.special import stdtrit

        quantile = float(stdtrit(clusters - 1, (1 + CONFIDENCE) / 2))
        if count:
            between = ((events - rate * exposure) ** 2).sum() * clusters / (clusters - 1)
            effect = max(1.0, float(between) / count)
    alone, squared = count / effect, quantile**2
    half = quantile * np.sqrt(alone + squared / 4)
    low, high = (effect * (alone + squared / 2 + sign * half) / total for sign in (-1, 1))
    return Estimate(rate, float(max(0.0, low)), float(high), clusters)


def difference_of(first: Estimate, second: Estimate) -> Estimate:
    """`second` − `first`, of two independent estimates, by their intervals (Newcombe 1998, method 10)."""
    difference = second.value - first.value
    low = difference - np.hypot(second.value - second.low, first.high - first.value)
    high = difference + np.hypot(second.high - second.value, first.value - first.low)
    return Estimate(difference, float(low), float(high), min(first.sample, second.sample))


def resampled_means(columns: np.ndarray) -> np.ndarray:
    """The means of `columns`, (n,) or (n, c), over `REPLICATES` resamples of their rows: (REPLICATES, c).

    Rows are drawn with replacement, n of n. How often each distinct row is drawn is multinomial. Yardsticks
    have few distinct rows, so this takes far less time than to draw every row. The result depends on neither
    the order of the rows nor an earlier call.
    """
    distinct, counts = np.unique(columns.reshape(len(columns), -1), axis=0, return_counts=True)
    ordered = np.repeat(distinct, counts, axis=0)
    random = np.random.default_rng(_SEED)
    found = np.empty((REPLICATES, distinct.shape[1]))
    many = len(counts) > _MANY
    step = max(1, _AT_ONCE // (len(columns) if many else len(counts)))
    for start in range(0, REPLICATES, step):
        size = min(step, REPLICATES - start)
        if many:
            places = random.integers(len(columns), size=(size, len(columns)), dtype=np.int32)
            found[start : start + size] = ordered[places].mean(axis=1)
            continue
        drawn = random.multinomial(len(columns), counts / len(columns), size=size)
        found[start : start + size] = drawn @ distinct / len(columns)
    return found


def _bounds(replicates: np.ndarray) -> tuple[float, float]:
    low, high = np.quantile(replicates, [(1 - CONFIDENCE) / 2, (1 + CONFIDENCE) / 2])
    return float(low), float(high)
