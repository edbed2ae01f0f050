"""The page of a diagnosis: one file, safe whatever the catalogue says, and not without end."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest
from PIL import Image

from precompute.doctor import Diagnosis, diagnosis_page
from precompute.doctor.diagnosis_page import page
from tests.builds import use_tiny
from tests.parsed_html import attributes, one, select, words
from tests.precompute.doctor.conftest import diagnosed, photo, write_catalogue
from tests.precompute.doctor.test_command import HOSTILE


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Diagnosis]:
    """A shop of hostile words, a picture on many products, a damaged one and a file that nothing uses."""
    rows: dict[str, dict[str, object]] = {
        f"{number} {HOSTILE}": {"image": photo(1), "title": HOSTILE, "category": HOSTILE}
        for number in range(20)
    }
    rows |= {f"p{seed}": {"image": photo(seed)} for seed in range(2, 22)}
    rows["p3"]["price"] = HOSTILE
    rows["blank"] = {"image": Image.new("RGB", (300, 300), "white"), "title": ""}
    rows["damaged"] = {"image": b"no picture"}
    root = tmp_path_factory.mktemp("diagnosed")
    folder = write_catalogue(root / "shop", rows)
    (folder / "<b>nobody<b>.png").write_bytes(b"")
    with pytest.MonkeyPatch.context() as patch:
        use_tiny(patch)
        yield diagnosed(folder, root / "data", patch)


def test_hostile_words_stay_text_and_nothing_runs_or_loads(found: Diagnosis) -> None:
    text = page(found)
    assert not select(text, "script, link, img, iframe, object, form, b, [style]")
    assert len(select(text, "style")) == len(select(text, "title")) == len(select(text, "h1")) == 1
    assert set(re.findall(r"url\((.{5})", text)) == {"data:"}
    said = one(text, "html").text_content()
    assert HOSTILE.replace("\x1b", "\\x1b") in said and "\x1b" not in text
    assert "<b>nobody<b>.png" in said
    links = attributes(text, "a", "href")
    assert links and {link.removeprefix("#") for link in links} <= set(attributes(text, "[id]", "id"))


def test_all_findings_are_there_with_what_to_do(found: Diagnosis) -> None:
    said = words(one(page(found), "html"))
    assert said.count("problem") >= 3
    for kind, findings in found.kinds():
        assert kind.title in said and kind.advice in said
        assert all(" ".join(each.text.replace("\x1b", "\\x1b").split()) in said for each in findings)
    assert "and 8 more" in said, "of twenty products twelve are drawn"
    assert all(sentence in said for sentence in found.unchecked)


def test_a_page_has_no_more_pictures_than_it_may(found: Diagnosis, monkeypatch: pytest.MonkeyPatch) -> None:
    assert "The page has" not in page(found)
    monkeypatch.setattr(diagnosis_page, "PICTURES", 1)
    text = page(found)
    assert text.count("background-image:url") == 1
    assert "The page has 1 picture:" in text


def test_a_thumbnail_that_has_gone_leaves_a_gap(found: Diagnosis) -> None:
    folder = found.case.pictures.folder
    elsewhere = folder.rename(folder.with_name("elsewhere"))
    try:
        assert "background-image:url" not in page(found)
    finally:
        elsewhere.rename(folder)
