"""A shop's own synonyms: what its file may hold, and what is said of one that holds something else."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from bundle.search.synonyms import SynonymRow
from precompute.shared.errors import UserError
from precompute.synonyms.shop_file import read_synonyms
from precompute.synonyms.write import checked_own_file


def read(folder: Path, text: str, *, encoding: str = "utf-8") -> list[tuple[str, str, str]]:
    path = folder / "synonyms.csv"
    path.write_text(text, encoding=encoding)
    rows = read_synonyms(path)
    assert all(row.own and row.field == "" for row in rows)
    return [(row.word, row.shown, row.phrase) for row in rows]


def test_a_word_means_one_or_several_others(tmp_path: Path) -> None:
    assert read(tmp_path, "word,means\nCouch,Sofa | Arm-chair\n\nsettee|divan,sofa\n") == [
        ("couch", "Sofa", "sofa"),
        ("couch", "Arm-chair", "arm chair"),
        ("settee", "sofa", "sofa"),
        ("divan", "sofa", "sofa"),
    ]


def test_two_way_rows_hold_in_both_directions(tmp_path: Path) -> None:
    text = "means;direction;word\nTrainers;two-way;Sneaker\nsofa;one-way;couch\n"
    assert read(tmp_path, text, encoding="utf-8-sig") == [
        ("sneaker", "Trainers", "trainers"),
        ("trainers", "Sneaker", "sneaker"),
        ("couch", "sofa", "sofa"),
    ]


def test_rows_that_say_the_same_count_once(tmp_path: Path) -> None:
    text = "word,means\nÄpfel,Obst\näpfel,Obst\nsofa,Sofa\n"
    assert read(tmp_path, text) == [("apfel", "Obst", "obst")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (
            "",
            r"Expected the columns word, means and, if needed, direction\. Received: .*, whose first row has",
        ),
        ("couch,sofa\n", r"whose first row has couch, sofa\.$"),
        ("word,means\ncouch,sofa\nsettee,\n", r"as means.* Received: “” in .*synonyms\.csv, row 3\.$"),
        ("word,means\n!,sofa\n", r"as word.* Received: “!” in .*row 2\.$"),
        ("word,means\na very long sort of thing,sofa\n", r"one to 3 words.*“a very long sort of thing”"),
        ("word,means,direction\ncouch,sofa,left\n", r"one-way or two-way\. Received: “left” in .*row 2\.$"),
        ("word,means\ncouch,sofa,settee\n", r"Expected 2 cells, with \| .* Received: 3 in .*row 2\.$"),
        ('word,means\n"couch,sofa\n', r"Expected CSV\. Received: .*synonyms\.csv, row 2, where"),
    ],
)
def test_a_file_that_is_not_understood_is_named_with_its_row(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UserError, match=re.compile(said)) as error:
        read(tmp_path, text)
    assert "\n" not in str(error.value)


def test_the_file_beside_the_catalogue_is_taken_unless_another_is_named(tmp_path: Path) -> None:
    assert checked_own_file(None, [tmp_path]) is None
    beside, other = tmp_path / "synonyms.csv", tmp_path / "other.csv"
    for path in (beside, other):
        path.write_text("word,means\ncouch,sofa\n")
    assert checked_own_file(None, [tmp_path / "no", tmp_path]) == beside
    assert checked_own_file(other, [tmp_path]) == other
    with pytest.raises(UserError, match="which is no file"):
        checked_own_file(tmp_path / "missing.csv", [tmp_path])


def test_a_row_has_the_words_as_a_search_has_them(tmp_path: Path) -> None:
    (tmp_path / "synonyms.csv").write_text("word,means\nsalt and pepper,Gewürze\n", encoding="utf-8")
    assert read_synonyms(tmp_path / "synonyms.csv") == [
        SynonymRow("salt pepper", "Gewürze", "", "gewurze", own=True)
    ]
