"""The page of a difference: one file, safe whatever the catalogue says, in the dashboard's colours."""

from __future__ import annotations

import base64
import hashlib
import io
import re
from pathlib import Path

import pytest
from PIL import Image

from bundle import Bundle
from bundle import format as fmt
from precompute.reports.difference import MOST, compare
from precompute.reports.difference_page import ENTRIES, PRODUCTS, page, percent
from tests.parsed_html import first, one, select, text_of, texts, words
from tests.sample_bundle import HTML_TITLE, NASTY_IDS, write_sample_bundle
from tests.small_bundle import small_product, write_small_bundle

ROOT = Path(__file__).resolve().parents[3]
HOSTILE = "</title></style><script>alert(1)</script>\"' onload=alert(2) {{ 7 * 7 }} {% raw %}"


def page_of(old: Path, new: Path, **options: object) -> str:
    first, second = Bundle.open(old), Bundle.open(new)
    return page(compare(first, second, **options), old=first, new=second)


def test_what_left_and_what_came_is_marked_in_words(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "old", "abcde", {"a": "bcd"})
    write_small_bundle(tmp_path / "new", "abcde", {"a": "ceb"})
    text = page_of(tmp_path / "old", tmp_path / "new")
    row = first(text, "article")
    assert texts(row, "li .place") == ["1", "2", "3 left", "1 ↑up 1", "2 new", "3 ↓down 2"]
    assert "1 of 3 changed" in words(row)
    assert len(select(row, "li.left")) == len(select(row, "li.new")) == 1


def test_hostile_titles_and_ids_stay_text(tmp_path: Path) -> None:
    ids = [*NASTY_IDS, HOSTILE, "back`tick", "\udcff broken"][:-1]
    old = [small_product(one, title=f"{HOSTILE} {number}") for number, one in enumerate(ids)]
    new = [
        small_product(one, title=f"{HTML_TITLE} {number}", facts={HOSTILE: HOSTILE})
        for number, one in enumerate(reversed(ids))
    ]
    write_small_bundle(tmp_path / "old", old, recipe={"name": "lite"})
    write_small_bundle(tmp_path / "new", new)
    text = page_of(tmp_path / "old", tmp_path / "new")
    assert not select(text, "script")
    assert len(select(text, "style")) == 1 and len(select(text, "head title")) == 1
    known = {"class", "role", "aria-label", "aria-hidden", "title", "lang", "charset", "name", "content"}
    known |= {"http-equiv", "datetime", "viewbox", "width", "height", "x", "y", "rx"}
    assert {name.lower() for element in select(text, "*") for name in element.attrib} == known
    said = one(text, "html").text_content()
    assert "7 * 7" in said
    assert "\x00" not in text and "nul\\x00tab\\tline\\n" in said


def test_the_page_needs_no_other_file_and_runs_nothing(tmp_path: Path) -> None:
    write_sample_bundle(tmp_path / "old")
    write_sample_bundle(tmp_path / "new", products=90)
    text = page_of(tmp_path / "old", tmp_path / "new")
    assert not select(text, "script, link, img, iframe, object, a, form, [style]")
    assert set(re.findall(r"url\((.{5})", text)) == {"data:"}
    policy = one(text, "meta[http-equiv]").get("content")
    style = one(text, "style").text_content()
    digest = base64.b64encode(hashlib.sha256(style.encode()).digest()).decode()
    assert policy.startswith(f"default-src 'none'; style-src 'sha256-{digest}'; img-src data:;")


def test_a_page_has_an_end(tmp_path: Path) -> None:
    """It is bounded however much changed, and says how much it does not show."""
    write_sample_bundle(tmp_path / "old")
    ids = [product.id for product in Bundle.open(tmp_path / "old").page(limit=200).products]
    new = [*ids[30:], *(f"added {number}" for number in range(40))]
    write_small_bundle(tmp_path / "new", new, recipe={"top": 30, "depth": 50})
    text = page_of(tmp_path / "old", tmp_path / "new", top=30)
    articles = select(text, "article")
    assert len(articles) == MOST
    said = words(one(text, "html"))
    assert f"with {ENTRIES} entries of 30" in said
    assert f"40 products that the old bundle did not have. The first {PRODUCTS} are below" in said
    assert "30 products that the new bundle no longer has." in said
    longest = max(len(select(article, "li")) for article in articles)
    assert longest == ENTRIES + 5, "the old list is cut, the new one has five entries"


def test_each_picture_is_inside_once_and_is_small(tmp_path: Path) -> None:
    same = "one picture for all"
    new = [small_product(one, picture=same) for one in "abcd"]
    write_small_bundle(tmp_path / "old", "abcd")
    write_small_bundle(tmp_path / "new", new, {"a": "dcb"})
    text = page_of(tmp_path / "old", tmp_path / "new")
    pictures = re.findall(r"\.p\d+\{background-image:url\(data:image/webp;base64,([^)]*)\)\}", text)
    assert len(pictures) == len(set(pictures)) == 5
    for content in pictures:
        with Image.open(io.BytesIO(base64.b64decode(content))) as image:
            assert image.format == "WEBP" and max(image.size) <= 96
    expected = bytes.fromhex(hashlib.sha256(same.encode()).hexdigest()[:6])
    colours = []
    for content in pictures:
        with Image.open(io.BytesIO(base64.b64decode(content))) as image:
            colours.append(image.convert("RGB").getpixel((10, 10)))
    assert any(max(abs(a - b) for a, b in zip(colour, expected, strict=True)) < 12 for colour in colours), (
        "the picture of the new bundle is there"
    )


def test_a_damaged_thumbnail_leaves_a_gap(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "old", "abcd")
    folder = write_small_bundle(tmp_path / "new", "abcd", {"a": "dcb"})
    paths = [folder / fmt.thumbnail_file(small_product(one).images[0].id) for one in "abcd"]
    paths[0].unlink()
    paths[1].write_bytes(b"no picture")
    text = page_of(tmp_path / "new", tmp_path / "new")
    assert "background-image" not in text
    text = page_of(tmp_path / "old", tmp_path / "new")
    assert "Title of a" in text


@pytest.mark.parametrize(
    ("new", "heading"),
    [
        ({"a": "bcd"}, "Every list is the same"),
        ({"a": "cbd"}, "The same look-alikes, in another order"),
        ({"a": "bce"}, "6.7% of the look-alikes changed"),
        (dict.fromkeys("abcde", ""), "100% of the look-alikes changed"),
    ],
)
def test_the_heading_says_what_matters(tmp_path: Path, new: dict[str, str], heading: str) -> None:
    write_small_bundle(tmp_path / "old", "abcde", {"a": "bcd"})
    write_small_bundle(tmp_path / "new", "abcde", new)
    text = page_of(tmp_path / "old", tmp_path / "new")
    assert text_of(text, "h1") == heading


def test_another_recipe_is_said(tmp_path: Path) -> None:
    write_small_bundle(tmp_path / "old", "abc")
    write_small_bundle(tmp_path / "new", "abc", recipe={"metric": "dot", "weights": "f" * 64})
    assert "The recipe is another one: metric, weights." in page_of(tmp_path / "old", tmp_path / "new")


@pytest.mark.parametrize(
    ("share", "text"),
    [
        (None, "–"),
        (0, "0%"),
        (1, "100%"),
        (0.5, "50%"),
        (0.123, "12.3%"),
        (1e-4, "less than 0.1%"),
        (0.99999, "over 99.9%"),
    ],
)
def test_a_share_is_never_rounded_to_nothing_or_all(share: float | None, text: str) -> None:
    assert percent(share) == text


def test_the_colours_are_those_of_the_dashboard() -> None:
    ours = (ROOT / "precompute" / "reports" / "page.css").read_text(encoding="utf-8")
    theirs = (ROOT / "assets" / "look.css").read_text(encoding="utf-8")

    def colours(text: str, beginning: str) -> dict[str, str]:
        block = text[text.index(beginning) :].split("}")[0]
        return dict(re.findall(r"(--[a-z-]+): ([^;]+);", block))

    dark = ours.index("prefers-color-scheme: dark")
    for here, there in (
        (colours(ours, ":root {"), colours(theirs, '[data-bs-theme="light"]')),
        (colours(ours[dark:], ":root {"), colours(theirs, '[data-bs-theme="dark"]')),
    ):
        assert len(here) >= 9
        shared = here.keys() & there.keys()
        assert shared >= {"--paper", "--ink", "--accent", "--tile"}
        assert {name: here[name] for name in shared} == {name: there[name] for name in shared}
