"""Cells that no spreadsheet runs, and that are read back as they were."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precompute.shared.csv_cells import marked, unmarked

TEXTS = [
    "=1+1",
    "+1",
    "-1",
    "@x",
    "\tx",
    "'",
    "''",
    "'=1",
    "'s-Hertogenbosch",
    'a "b", c',
    "",
    "plain",
    "ランプ",
]


def back(text: str) -> str:
    file = io.StringIO(newline="")
    csv.writer(file).writerow([marked(text), "end"])
    (row,) = csv.reader(io.StringIO(file.getvalue(), newline=""))
    assert row[1:] == ["end"]
    return unmarked(row[0])


@pytest.mark.parametrize("text", TEXTS)
def test_texts_come_back(text):
    assert back(text) == text


@given(st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00")))
def test_any_text_comes_back(text):
    assert back(text) == text


@given(st.text(min_size=1))
def test_no_cell_is_a_formula(text):
    assert marked(text)[0] not in "=+-@\t\r\n"


def test_an_apostrophe_of_the_text_stays():
    assert unmarked("'s-Hertogenbosch") == "'s-Hertogenbosch"
