"""The part that compares titles: any script, no row depends on another, files as they were written."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from precompute.embeddings.titles import TitleModel, read_title, write_title
from precompute.fitting.titles import fit_titles
from precompute.models.heads import Head, open_head, write_arrays
from precompute.shared.errors import UserError

KINDS = ("linen cushion", "oak chair", "glass vase", "steel kettle")
WORDS = ("Ada", "Bo", "Cleo", "Dan", "Eve", "Finn")
TITLES = [f"{word} {kind}" for kind in KINDS for word in WORDS]


@pytest.fixture(scope="module")
def model() -> TitleModel:
    found = fit_titles(TITLES)
    assert found is not None
    return found


def alike(model: TitleModel, first: str, second: str) -> float:
    found = model.applied([first, second])
    return float(found[0] @ found[1])


def test_titles_of_a_kind_are_alike(model: TitleModel) -> None:
    assert alike(model, "Ada oak chair", "Bo oak chair") > 0.6
    assert alike(model, "Ada oak chair", "Bo glass vase") < 0.2
    assert alike(model, "Oaken chairs", "Bo oak chair") > 0.4
    assert alike(model, "ADA OAK CHAIR", "Ada oak chair") == pytest.approx(1)


@pytest.mark.parametrize(
    ("kinds", "words"),
    [
        (("木製椅子", "陶器花瓶", "麻布团"), ("红色", "蓝色", "绿色", "白色")),
        (("деревянный стул", "стеклянная ваза", "льняная подушка"), ("Анна", "Борис", "Вера", "Глеб")),
        (("كرسي خشبي", "مزهرية زجاجية", "وسادة كتان"), ("أحمر", "أزرق", "أخضر", "أبيض")),
    ],
)
@pytest.mark.parametrize("between", [" ", ""])
def test_any_script_will_do_with_spaces_and_without(
    kinds: tuple[str, ...], words: tuple[str, ...], between: str
) -> None:
    found = fit_titles([f"{word}{between}{kind}" for kind in kinds for word in words])
    assert found is not None
    first, same, other = (
        f"{word}{between}{kind}"
        for word, kind in ((words[0], kinds[0]), (words[1], kinds[0]), (words[1], kinds[1]))
    )
    assert alike(found, first, same) > alike(found, first, other) + 0.3


def test_a_title_does_not_depend_on_those_beside_it(model: TitleModel) -> None:
    titles = [*TITLES, "Zed tin box", ""]
    together = model.applied(titles)
    assert together.dtype == np.float32 and together.shape[1] == model.matrix.shape[1]
    for place, title in enumerate(titles):
        assert model.applied([title]).tobytes() == together[place].tobytes()
    assert np.allclose(np.linalg.norm(together[: len(TITLES)], axis=1), 1, atol=1e-6)
    assert not together[-1].any()


def test_titles_that_share_nothing_give_no_part() -> None:
    for titles in (["abc", "def", "ghi"], [""] * 9, []):
        assert fit_titles(titles) is None


def test_it_is_read_as_it_was_written(model: TitleModel, tmp_path: Path) -> None:
    path = write_title(tmp_path, "shop-title", model)
    again = fit_titles(TITLES)
    assert again is not None and write_title(tmp_path / "again", "shop-title", again).name == path.name
    found = read_title(open_head(path, 0.5))
    assert found.applied(TITLES).tobytes() == model.applied(TITLES).tobytes()


def test_a_file_that_is_none_or_was_changed_is_one_sentence(model: TitleModel, tmp_path: Path) -> None:
    head = open_head(write_title(tmp_path, "t", model), 1)
    head.file.write_bytes(head.file.read_bytes()[:-9])
    with pytest.raises(UserError, match="changed since the recipe was read"):
        read_title(head)
    matrix, terms = np.zeros((3, 2), np.float32), np.frombuffer(b"a\nb", np.uint8)
    wrong: tuple[dict[str, np.ndarray], ...] = (
        {"mean": np.zeros(3, np.float32), "matrix": matrix},
        {"matrix": matrix, "words_terms": terms},
        {"matrix": matrix, "words_terms": terms, "words_frequencies": np.zeros(2)},
    )
    for arrays in wrong:
        assert "Expected n-grams of titles" in refused(open_head(write_arrays(tmp_path, "t", arrays), 1))


def refused(head: Head) -> str:
    with pytest.raises(UserError) as error:
        read_title(head)
    return str(error.value)
