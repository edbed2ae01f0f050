"""Text that is made to take for ever, or to break what reads it."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precompute.sources import Record, product_from
from precompute.sources.images import images_in
from precompute.sources.kinds import kind_of
from precompute.sources.readers.encoding import encoding_of
from precompute.sources.text import plain
from precompute.sources.values.prices import price_from

LONG = 100_000
"""Characters with which anything but a few passes over a text would take hours."""

PATTERNS = (
    " ",
    ", ",
    "\n",
    "\t ",
    ">",
    " > ",
    "/ ",
    "|",
    "<",
    "<a ",
    "<p>",
    "&lt;",
    "&amp;",
    "1,",
    ".",
    "-",
    "//",
)
FIELDS = ("title", "category", "brand", "tags", "price", "sale_price", "currency", "in_stock", "popularity")
MARKUP = ("<", ">", "p", "br", "/", "!", "-", "&", ";", "#", "x", "?", "xml", "\x00", "\x0b", '"', "\ud800")
MARKUP += (
    "script",
    "style",
    "table",
    "iframe",
    "&#31;",
    "&#x1f",
    "&#xffff;",
    "&#55296;",
    "<![CDATA[",
    "\ufffe",
)


@pytest.mark.parametrize("pattern", PATTERNS)
def test_no_text_takes_longer_than_its_length(pattern: str) -> None:
    text = "a" + pattern * (LONG // len(pattern)) + "b"
    fields = {"id": "1"} | dict.fromkeys((*FIELDS, "url", "variants", "a fact"), text)
    assert product_from(Record("x", fields, ()), ("a.jpg",)).id == "1"
    assert isinstance(images_in(text), list)


@pytest.mark.parametrize("text", ["<!---->", "<!-- ", "<title> ", "<?xml ", "[", '{"a":', ": [ "])
def test_no_beginning_of_a_file_takes_long_to_be_recognised(tmp_path: Path, text: str) -> None:
    path = tmp_path / "a"
    path.write_text(text * (LONG // len(text)))
    assert kind_of(path)


@pytest.mark.parametrize("line", [b"a" * LONG, b"\n" * LONG, b"\xff" * LONG])
def test_no_line_takes_long_to_have_its_encoding_guessed(tmp_path: Path, line: bytes) -> None:
    path = tmp_path / "a"
    path.write_bytes(line + b"\ncaf\xe9\n" + line)
    assert encoding_of(path).name != "utf-8"


def test_html_nested_without_end_stops_nothing() -> None:
    assert isinstance(plain("<div>" * 50_000 + "x" + "</div>" * 50_000), str)


@given(st.lists(st.sampled_from(MARKUP), max_size=40).map("".join))
def test_anything_that_looks_like_html_becomes_text(text: str) -> None:
    fields = {"id": "1", "title": text, "description": f"<p>{text}"}
    made = product_from(Record("x", fields, ()), ("a.jpg",))
    # Text that can be written: without halves of characters.
    assert isinstance((made.title + made.description).encode(), bytes)


@given(st.text(max_size=60))
def test_any_text_is_a_price_or_none(text: str) -> None:
    found = price_from(text)
    assert found is None or found.amount >= 0
