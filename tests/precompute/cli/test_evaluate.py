"""`evaluate`, and the gate on drops that `diff` shares with it."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from precompute.cli.main import main
from tests.small_bundle import small_product, write_small_bundle

COUNT = 30


def write(root: Path, *, step: int, top: int = 3) -> Path:
    """Lists of the products at `step`, 2 `step`, … after each, of which every second is a cup."""
    catalogue = [small_product(f"p{n:02}", category=("Cups", "Lamps")[n % 2]) for n in range(COUNT)]
    lists = {
        each.id: [catalogue[(number + step * place) % COUNT].id for place in range(1, 6)]
        for number, each in enumerate(catalogue)
    }
    write_small_bundle(root, catalogue, lists, recipe={"top": top})
    return root


@pytest.fixture
def good(tmp_path: Path) -> Path:
    return write(tmp_path / "good", step=2)


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    return write(tmp_path / "bad", step=1)


def run(*arguments: object) -> int:
    return main([str(argument) for argument in arguments])


def test_a_bundle_is_measured(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("evaluate", good) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    assert "30 products under lite" in lines[0]
    # Wilson's interval of 30 of 30.
    assert "Same category, first 5 100.0 % 88.6 to 100.0 % 30" in lines
    assert "Cups 100.0 % 79.6 to 100.0 % 15" in lines


def test_the_same_as_json(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("evaluate", good, "--json") == 0
    (found,) = json.loads(capsys.readouterr().out)["recipes"]
    assert found["yardsticks"]["precision_at_1"] == {"value": 1.0, "low": 0.8865, "high": 1.0, "sample": 30}
    assert [each["category"] for each in found["categories"]] == ["Cups", "Lamps"]
    assert "other_picture_first" not in found["yardsticks"]


def test_two_bundles_are_compared(good: Path, bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("evaluate", bad, "--against", good) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    expected = "100.0 % 0.0 % -100.0 -100.0 to -100.0 30 worse"
    assert f"Same category, first look-alike {expected}" in lines


@pytest.mark.parametrize("name", ["all", "precision_at_5"])
def test_a_drop_fails(name: str, good: Path, bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("evaluate", bad, "--against", good, "--fail-on-drop", name, "--quiet") == 1
    assert "Same category, first 5: -60.0 (-60.0 to -60.0), worse than chance" in capsys.readouterr().err
    assert run("evaluate", good, "--against", bad, "--fail-on-drop", name) == 0
    assert run("evaluate", bad, "--against", good, "--fail-on-drop", "not_shown") == 0


def test_diff_fails_alike(good: Path, bad: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert run("diff", good, bad, "--fail-on-drop", "all") == 1
    assert "Dropped     Same category, first look-alike" in capsys.readouterr().out
    assert run("diff", good, bad, "--json", "--fail-on-drop", "precision_at_1") == 1
    found = json.loads(capsys.readouterr().out)
    assert len(found["dropped"]) == 1 and "precision_at_1" in found["yardsticks"]["worse"]
    assert run("diff", bad, good, "--fail-on-drop", "all") == 0
    assert run("diff", good, good, "--fail-on-drop", "all") == 0


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{good}", "--against", "nothing"], "Expected --against to be the folder of a bundle or a recipe"),
        (["{good}", "--against", "lite"], "Expected two different recipes. Received: lite twice"),
        (["{good}", "--recipe", "lit"], "Did you mean lite?"),
        (["{good}", "--fail-on-drop", "all"], "together with --against"),
        (["{good}", "--against", "{bad}", "--fail-on-drop", "colour_at_5"], "a yardstick measured in both"),
        (["{good}", "--against", "{other}"], "Expected bundles that share products"),
        (["{good}/none"], "no bundle at"),
    ],
)
def test_bad_input_is_one_sentence(
    arguments: list[str],
    words: str,
    good: Path,
    bad: Path,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    write_small_bundle(tmp_path / "other", "abc")
    named = {"good": good, "bad": bad, "other": tmp_path / "other"}
    assert run("evaluate", *(each.format(**named) for each in arguments), "--quiet") == 2
    captured = capsys.readouterr()
    assert words in captured.err and captured.err.count("\n") == 1 and captured.out == ""


def test_a_list_with_a_product_that_is_not_there_is_damage(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_small_bundle(tmp_path / "odd", "abc", {"a": ["gone"]})
    assert run("evaluate", tmp_path / "odd", "--quiet") == 2
    assert "cannot be read ('gone'): python -m precompute check." in capsys.readouterr().err


def clicked(path: Path, *, recipe: str, step: int) -> Path:
    """In the lists of ten products, what comes `step` later was clicked, and so was something unknown."""
    of = {"akin": "click", "hour": "2026-11-28T09Z", "list": "product", "recipe": recipe, "place": 1}
    events = [of | {"product": f"p{each:02}", "chosen": f"p{each + step:02}"} for each in range(10)]
    events.append(of | {"product": "p00", "chosen": "gone"})
    path.write_text("".join(json.dumps(event) + "\n" for event in events))
    return path


def test_clicks_in_lists_of_other_recipes_are_yardsticks(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    logs = [clicked(tmp_path / str(step), recipe="shown", step=step) for step in (4, 3)]
    assert run("evaluate", good, "--clicks", *logs) == 0
    lines = [" ".join(line.split()) for line in capsys.readouterr().out.splitlines()]
    # Lists have every second product: what comes 4 later, and not what comes 3 later.
    assert any(line.startswith("Products clicked, first 5 50.0 %") and line.endswith(" 10") for line in lines)


def test_two_recipes_that_were_not_shown_are_compared_by_clicks(
    good: Path, bad: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    log = clicked(tmp_path / "log", recipe="shown", step=10)
    assert run("evaluate", good, "--against", bad, "--clicks", log, "--json") == 0
    found = json.loads(capsys.readouterr().out)["differences"]["clicked_at_5"]
    assert (found["value"], found["sample"]) == (1.0, 10)


def test_a_recipe_is_not_judged_by_its_own_lists(
    good: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run("evaluate", good, "--clicks", clicked(tmp_path / "log", recipe="lite", step=2)) == 0
    said = capsys.readouterr().out
    assert "Not measured: Products clicked. Nothing was clicked in lists of other recipes" in said
    (tmp_path / "none").write_text("{}")
    assert run("evaluate", good, "--clicks", tmp_path / "none") == 2
    assert "akin: Expected --clicks with clicks that a dashboard wrote" in capsys.readouterr().err
