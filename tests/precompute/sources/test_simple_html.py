"""Simple HTML becomes the text that a whole parser makes of it."""

from __future__ import annotations

import html_text
import pytest
from hypothesis import given
from hypothesis import strategies as st

from precompute.sources.values.simple_html import simple_text

WORDS = st.sampled_from(
    ["Soft", "warm", ",", "(", ")", " ", "\n", " and ", "&amp;", "&nbsp;", "&#8211;", "ä", "1.5", "!", "x "]
)
TEXTS = st.lists(WORDS, max_size=5).map("".join)


def blocks(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    names = st.sampled_from(["p", "div", "ul", "ol", "li", "h2", "b", "span", "strong", "br"])
    pairs = st.tuples(names, st.lists(inner, max_size=3).map("".join)).map(
        lambda pair: f"<{pair[0]}>{pair[1]}</{pair[0]}>" if pair[0] != "br" else "<br/>"
    )
    return pairs | st.tuples(inner, pairs).map("".join)


MARKUP = st.lists(st.recursive(TEXTS, blocks, max_leaves=8), min_size=1, max_size=3).map("".join)


@given(MARKUP)
def test_what_is_simple_is_the_same_text(markup: str) -> None:
    found = simple_text(markup)
    assert found is None or found == html_text.extract_text(markup)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        (
            "<p>Soft &amp; warm</p><ul><li>One</li><li>Two <b>bold</b>, x</li></ul>",
            "Soft & warm\n\nOne\nTwo bold, x",
        ),
        ('<div class="a" id=\'b\'><p style="x: y">A<br>B</p>\n<p>C</p></div>', "A\nB\n\nC"),
        ("<P>A</P>", "A"),
    ],
)
def test_the_usual_descriptions_are_simple(markup: str, text: str) -> None:
    assert simple_text(markup) == text == html_text.extract_text(markup)


@pytest.mark.parametrize(
    "markup",
    [
        *("A <b>b</b>", "<p>A", "<p>A<p>B</p>", "<p>A<ul></ul></p>", "<p>A</b></p>", "<p>a < b</p>", "</p>"),
        *("<script>x</script>", "<p><script>x</script></p>", "<style>p{}</style>", "<!-- x --><p>A</p>"),
        *(
            '<p title="a>b">A</p>',
            "<p>&bogus; x</p>",
            "<p>AT&T</p>",
            "<p>&#31;</p>",
            "<table><tr><td>x</td></tr></table>",
        ),
        *("<p>A</p> tail", "<custom>A</custom>", "<p><img src=x onerror=alert(1)></p>", "<p>A</p><br>"),
    ],
)
def test_all_else_is_left_to_the_parser(markup: str) -> None:
    assert simple_text(markup) is None
