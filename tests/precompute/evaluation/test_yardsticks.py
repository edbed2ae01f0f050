"""Yardsticks, against values computed by hand."""

from __future__ import annotations

import numpy as np
import pytest

from precompute.evaluation.yardsticks import (
    clicked_found,
    facts_shared,
    in_the_list,
    list_frequency,
    precision,
    skewness,
    unreached,
)

ROWS = np.array([[1, 2], [2, 0], [1, 0], [1, 2]], np.int32)
NAN = np.nan


def same(found: np.ndarray, expected: list[float]) -> bool:
    return np.array_equal(found, np.array(expected), equal_nan=True)


def test_precision_by_hand() -> None:
    labels = ["cup", "cup", "lamp", "lamp"]
    assert same(precision(ROWS, labels, cut=1), [1, 0, 0, 0])
    assert same(precision(ROWS, labels, cut=2), [0.5, 0.5, 0, 0.5])


def test_a_product_without_a_fellow_or_a_label_is_not_judged() -> None:
    assert same(precision(ROWS, ["cup", "cup", "lamp", ""], cut=1), [1, 0, NAN, NAN])
    assert same(precision(ROWS, ["", "", "", ""], cut=1), [NAN] * 4)
    assert same(precision(ROWS, ["a", "b", "c", "d"], cut=1), [NAN] * 4)


def test_one_label_for_all_says_nothing() -> None:
    assert same(precision(ROWS, ["cup"] * 4, cut=1), [NAN] * 4)


def test_shorter_lists_are_not_judged() -> None:
    assert same(precision(ROWS, ["a", "a", "b", "b"], cut=3), [NAN] * 4)
    assert same(precision(np.empty((1, 0), np.int32), ["a"], cut=1), [NAN])


def test_lists_of_others_have_labels_of_their_own() -> None:
    found = precision(ROWS[:2], ["a", "b", "b", "c"], cut=2, own=["b", "new"])
    assert same(found, [1.0, NAN])


def test_facts_shared_by_hand() -> None:
    facts = [
        {"material": "oak", "number": "17"},
        {"material": "oak", "shape": "round"},
        {"material": "pine", "shape": "round", "number": "18"},
        {"material": "pine"},
    ]
    # Only the material and the shape are of several; the shape is of the second and the third alone.
    assert same(facts_shared(ROWS, facts, cut=1), [1, 0.5, 0.5, 0])
    assert same(facts_shared(ROWS, [{}, {}, {}, {"number": "1"}], cut=1), [NAN] * 4)


def test_how_often_products_are_shown_by_hand() -> None:
    frequency = list_frequency(ROWS, cut=2, count=4)
    assert frequency.tolist() == [2, 3, 3, 0]
    assert list_frequency(ROWS, cut=1, count=4).tolist() == [0, 3, 1, 0]
    assert unreached(frequency).tolist() == [0, 0, 0, 1]
    assert in_the_list(ROWS, 1, cut=1).tolist() == [1, 0, 1, 1]
    # Mean 2, deviations 0, 1, 1, −2: third moment (1 + 1 − 8) / 4, variance 6 / 4.
    assert skewness(frequency) == pytest.approx(-1.5 / 1.5**1.5)
    assert skewness(np.array([7, 7, 7])) == 0


def test_clicks_that_a_list_would_have_had_by_hand() -> None:
    # In the list of 0, product 1 was clicked three times and 3 once; in that of 2, product 1 once.
    clicks = np.array([[0, 1, 3], [0, 3, 1], [2, 1, 1]], np.int64)
    assert same(clicked_found(ROWS, clicks, cut=1), [0.75, NAN, 1, NAN])
    assert same(clicked_found(ROWS, np.array([[0, 2, 1]], np.int64), cut=1), [0, NAN, NAN, NAN])
    assert same(clicked_found(ROWS, clicks, cut=3), [NAN] * 4)
    assert same(clicked_found(ROWS, np.empty((0, 3), np.int64), cut=1), [NAN] * 4)
