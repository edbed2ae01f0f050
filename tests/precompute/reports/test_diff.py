"""`diff`: what it counts, by hand and against the build's own measures, and what it refuses."""

from __future__ import annotations

import dataclasses
import json
import random
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from bundle import Bundle, BundleError, Product, ProductImage
from bundle import format as fmt
from precompute.cli.main import main
from precompute.evaluation.overlap import overlap
from precompute.neighbours import NeighbourLists
from precompute.reports import difference as module
from precompute.reports.difference import changed_fields, compare, rank_biased_overlap
from precompute.shared.errors import UserError
from tests.sample_bundle import NASTY_IDS, write_sample_bundle
from tests.small_bundle import small_product, write_small_bundle

IDS = ["a", "b", "c", "d", "e"]
OLD = {"a": "bcde", "b": "acde", "c": "abde", "d": "abce", "e": "abcd"}


def pair(tmp_path: Path, old: dict[str, Any], new: dict[str, Any]) -> tuple[Bundle, Bundle]:
    write_small_bundle(tmp_path / "old", **old)
    write_small_bundle(tmp_path / "new", **new)
    return Bundle.open(tmp_path / "old"), Bundle.open(tmp_path / "new")


def run(*arguments: object) -> int:
    return main(["diff", *map(str, arguments)])


def test_a_bundle_is_the_same_as_itself(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    write_sample_bundle(tmp_path)
    assert run(tmp_path, tmp_path, "--fail-over", 0) == 0
    printed = capsys.readouterr().out
    assert "0 added, 0 removed, 0 edited" in printed
    assert "120 compared by their first 20: 120 the same" in printed
    assert "0.00% changed, 0 of 2,400" in printed


def test_lists_are_counted_as_the_docs_define_it(tmp_path: Path) -> None:
    new = OLD | {"a": "ebcd", "b": "cade", "c": "a", "d": ""}  # one of three changed, another order, two, all
    found = compare(*pair(tmp_path, {"products": IDS, "lists": OLD}, {"products": IDS, "lists": new}))
    lists = found.lists
    assert (found.top, lists.compared, lists.same, lists.reordered, lists.changed) == (3, 5, 1, 1, 3)
    assert (lists.entries, lists.changed_entries) == (15, 1 + 0 + 2 + 3)
    assert lists.share == pytest.approx(6 / 15)
    assert [(one.id, one.changed, one.entries) for one in found.most_changed] == [
        ("d", 3, 3),
        ("c", 2, 3),
        ("a", 1, 3),
        ("b", 0, 3),
    ]
    assert found.most_changed[2].old == ("b", "c", "d") and found.most_changed[2].new == ("e", "b", "c")


def test_added_and_removed_products_are_told_from_changed_lists(tmp_path: Path) -> None:
    old = {"products": ["a", "b", "c"]}
    new = {"products": ["x/1\n", "a", "b"], "lists": {"a": ["x/1\n", "b"], "b": ["a", "x/1\n"]}}
    found = compare(*pair(tmp_path, old, new))
    assert (found.added, found.removed, found.edited) == (["x/1\n"], ["c"], [])
    lists = found.lists
    assert (lists.compared, lists.changed_entries, lists.came_added, lists.left_removed) == (2, 2, 2, 2)


@pytest.mark.parametrize(("old", "new"), [("", "bc"), ("bc", "")])
def test_lists_that_are_empty_on_one_side_changed_altogether(tmp_path: Path, old: str, new: str) -> None:
    found = compare(
        *pair(
            tmp_path,
            {"products": "abc", "lists": dict.fromkeys("abc", old)},
            {"products": "abc", "lists": dict.fromkeys("abc", new)},
        )
    )
    assert (found.lists.share, found.lists.overlap) == (1, 0)


def test_lists_that_are_empty_on_both_sides_are_the_same(tmp_path: Path) -> None:
    found = compare(*pair(tmp_path, {"products": ["a"]}, {"products": ["a"]}))
    assert (found.lists.same, found.lists.entries, found.lists.share, found.lists.overlap) == (1, 0, 0, 1)


def test_bundles_without_a_common_product_fail_any_limit(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    pair(tmp_path, {"products": "abc"}, {"products": "xyz"})
    assert run(tmp_path / "old", tmp_path / "new") == 0
    assert "no product is in both bundles" in capsys.readouterr().out
    page = tmp_path / "page.html"
    assert run(tmp_path / "old", tmp_path / "new", "--fail-over", 1, "--json", "--html", page) == 1
    found = json.loads(capsys.readouterr().out)
    assert (found["lists"]["share"], found["lists"]["overlap"], found["over"]) == (None, None, True)
    assert "no product in common" in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("field", [each.name for each in dataclasses.fields(Product) if each.name != "id"])
def test_every_field_of_a_product_is_compared(field: str) -> None:
    product = small_product("a", facts={"Brand": "x", "Size": "y"})
    others = {"images": (ProductImage("f" * 64, 24, 30),), "facts": {"Brand": "other", "Size": "y"}}
    edited = dataclasses.replace(product, **{field: others.get(field, "other")})
    assert changed_fields(product, edited) == (("facts.Brand",) if field == "facts" else (field,))
    assert changed_fields(product, product) == ()


def test_facts_that_come_and_go_are_named_and_a_thumbnail_size_is_no_edit() -> None:
    old = small_product("a", facts={"Size": "y", "Colour": ""})
    new = small_product("a", facts={"Size": "y", "Material": "wool"})
    assert changed_fields(old, new) == ("facts.Colour", "facts.Material")
    larger = ProductImage(old.images[0].id, 48, 60)
    assert changed_fields(old, dataclasses.replace(old, images=(larger,))) == ()


def test_another_picture_is_told_from_other_facts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    new = [small_product("a", picture="other"), small_product("b", title="New name", price=3.5), "c"]
    pair(tmp_path, {"products": "abc"}, {"products": new})
    assert run(tmp_path / "old", tmp_path / "new", "--json") == 0
    assert json.loads(capsys.readouterr().out)["edited"] == [
        {"id": "a", "fields": ["images"], "picture": True},
        {"id": "b", "fields": ["title", "price"], "picture": False},
    ]
    assert run(tmp_path / "old", tmp_path / "new") == 0
    assert "2 edited, 1 of them with another picture" in capsys.readouterr().out


def test_rank_biased_overlap_is_that_of_the_evaluation() -> None:
    generator = np.random.default_rng(5)
    ids = [f"p{number}" for number in range(12)]
    rows = [np.stack([generator.permutation(12)[:7] for _ in ids]) for _ in range(2)]
    first, second = (
        NeighbourLists(ids=ids, rows=each, scores=np.zeros(each.shape), search={"engine": "exact"})
        for each in rows
    )
    ours = [
        rank_biased_overlap([ids[row] for row in one], [ids[row] for row in other])
        for one, other in zip(*rows, strict=True)
    ]
    assert np.mean(ours) == pytest.approx(overlap(first, second, cut=7)["rank_biased_overlap"], abs=1e-4)
    assert rank_biased_overlap(ids, ids) == 1
    assert rank_biased_overlap(ids, ids[::-1]) < 1
    assert rank_biased_overlap("ab", "cd") == rank_biased_overlap("ab", "") == 0
    assert rank_biased_overlap("", "") == 1


def test_bundles_with_other_numbers_of_files_are_compared_list_by_list(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The reader looks each list up by itself, and so gives the same figures in another way."""
    monkeypatch.setattr(fmt, "SHARD_BYTES", 600)
    generator = random.Random(3)
    ids = [*NASTY_IDS, *(f"sku {number}" for number in range(60))]
    old, new = (
        {one: generator.sample([other for other in ids if other != one], 5) for one in ids} for _ in range(2)
    )
    write_small_bundle(tmp_path / "old", ids, old)
    monkeypatch.setattr(fmt, "SHARD_BYTES", 2500)
    write_small_bundle(tmp_path / "new", ids[::-1], new)
    first, second = Bundle.open(tmp_path / "old"), Bundle.open(tmp_path / "new")
    assert first.recipes[0]["shards"] > second.recipes[0]["shards"] > 1
    tops = [
        {one: {entry.id for entry in bundle.neighbours(one)[:4]} for one in ids} for bundle in (first, second)
    ]
    expected = sum(len(tops[0][one] - tops[1][one]) for one in ids)
    for found in (compare(first, second, top=4), compare(second, first, top=4)):
        assert (found.lists.compared, found.lists.changed_entries) == (len(ids), expected)
        assert found.added == found.removed == found.edited == []
        assert len(found.most_changed) == module.MOST


def test_one_bundle_alone_is_compared_with_what_a_rollback_would_bring(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_small_bundle(tmp_path, "abc", generation="one", created="2025-05-01T00:00:00+00:00")
    assert run(tmp_path) == 2
    assert "Expected two bundles, or one with two generations" in capsys.readouterr().err
    write_small_bundle(tmp_path, "abcd", generation="two", created="2025-05-02T00:00:00+00:00")
    for arguments in ([tmp_path], [tmp_path / "one", tmp_path / "two"], [tmp_path / "one", tmp_path]):
        assert run(*arguments, "--json") == 0
        found = json.loads(capsys.readouterr().out)
        assert (found["added"], found["removed"]) == (["d"], [])
        assert found["new"]["folder"] == str(tmp_path / "two")


def test_the_first_recipes_are_compared_and_what_they_differ_in_is_named(tmp_path: Path) -> None:
    other = {"name": "wide", "metric": "dot", "top": 2, "fingerprint": "1" * 64}
    found = compare(
        *pair(tmp_path, {"products": IDS, "lists": OLD}, {"products": IDS, "lists": OLD, "recipe": other})
    )
    assert (found.old.recipe, found.new.recipe, found.top) == ("lite", "wide", 2)
    assert found.recipe_changes == ("name", "top", "metric")


def test_what_a_build_measured_is_no_change_of_the_recipe(tmp_path: Path) -> None:
    measured = {"pairs": {"sampled": 3}, "closeness": {"close": 0.4}}
    measured |= {"embeddings": "2" * 64, "fingerprint": "2" * 64}
    found = compare(
        *pair(tmp_path, {"products": IDS, "lists": OLD}, {"products": IDS, "lists": OLD, "recipe": measured})
    )
    assert found.recipe_changes == ()


def test_a_recipe_can_be_chosen_where_both_have_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    write_sample_bundle(tmp_path / "old")
    write_small_bundle(tmp_path / "new", ["plain"], recipe={"name": "far"})
    found = compare(Bundle.open(tmp_path / "old"), Bundle.open(tmp_path / "new"), recipe="far")
    assert found.old.recipe == found.new.recipe == "far"
    assert run(tmp_path / "old", tmp_path / "new", "--recipe", "sample") == 2
    error = capsys.readouterr().err
    assert f"'sample', which {Bundle.open(tmp_path / 'new').folder} does not" in error


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["{tmp}/old", "{tmp}/nowhere"], "There is no bundle at"),
        (["{tmp}/empty", "{tmp}/new"], "is not a bundle"),
        (["{tmp}/old", "{tmp}/new", "--recipe", "lit"], "Did you mean lite?"),
        (["{tmp}/old", "{tmp}/new", "--top", "0"], "Expected --top from 1 to 5"),
        (["{tmp}/old", "{tmp}/new", "--top", "6"], "Received: 6"),
        (["{tmp}/old", "{tmp}/new", "--fail-over", "1.5"], "Expected --fail-over from 0 to 1. Received: 1.5"),
        (["{tmp}/old", "{tmp}/new", "--fail-over", "nan"], "Received: nan"),
        (["{tmp}/old", "{tmp}/new", "--html", "{tmp}/empty"], "Received: the folder"),
        (["{tmp}/old", "{tmp}/new", "--html", "{tmp}/none/x.html"], "in a folder that exists"),
    ],
)
def test_bad_input_is_one_sentence(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], arguments: list[str], words: str
) -> None:
    pair(tmp_path, {"products": "abc"}, {"products": "abc"})
    (tmp_path / "empty").mkdir()
    assert run(*(argument.format(tmp=tmp_path) for argument in arguments)) == 2
    captured = capsys.readouterr()
    assert words in captured.err and captured.err.startswith("akin: ") and captured.err.count("\n") == 1
    assert captured.out == ""


def test_a_page_that_cannot_be_written_is_named_and_leaves_nothing(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    old, new = pair(tmp_path, {"products": "abc"}, {"products": "abc"})
    monkeypatch.setattr(Path, "write_text", full)
    assert run(old.folder, new.folder, "--html", tmp_path / "page.html") == 2
    assert "page.html cannot be written (No space left on device)" in capsys.readouterr().err
    assert sorted(path.name for path in tmp_path.iterdir()) == ["new", "old"]


@pytest.mark.parametrize("content", ["", "[]", '{"a": 1}', '{"a": [["b"]]}'])
def test_a_damaged_file_of_lists_is_named(tmp_path: Path, content: str) -> None:
    old, new = pair(tmp_path, {"products": "abc"}, {"products": "abc"})
    (new.folder / fmt.shard_file("lite", 0)).write_text(content)
    with pytest.raises(BundleError, match=r"lite/000.json cannot be read"):
        compare(old, new)


def test_a_recipe_that_does_not_say_how_much_it_shows_is_named(tmp_path: Path) -> None:
    old, new = pair(tmp_path, {"products": "abc"}, {"products": "abc"})
    del new.recipes[0]["depth"]
    with pytest.raises(UserError, match="does not say the depth of its recipe"):
        compare(old, new)


@pytest.mark.parametrize(("limit", "code"), [("0.4", 0), ("0.39", 1), ("0", 1), ("1", 0)])
def test_more_change_than_is_allowed_exits_with_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], limit: str, code: int
) -> None:
    new = OLD | {"a": "ebcd", "b": "cade", "c": "a", "d": ""}  # 6 of 15 entries, as above
    pair(tmp_path, {"products": IDS, "lists": OLD}, {"products": IDS, "lists": new})
    assert run(tmp_path / "old", tmp_path / "new", "--fail-over", limit) == code
    assert ("Too much" in capsys.readouterr().out) == (code == 1)
    assert run(tmp_path / "old", tmp_path / "new", "--fail-over", limit, "--quiet") == code
    captured = capsys.readouterr()
    assert captured.out == ""
    assert ("40.00% of the entries changed" in captured.err) == (code == 1)


def test_a_title_cannot_drive_the_terminal(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    pair(tmp_path, {"products": "abc"}, {"products": ["a", "b", small_product("n", title="\x1b[2J\nAkin")]})
    assert run(tmp_path / "old", tmp_path / "new") == 0
    printed = capsys.readouterr().out
    assert "\x1b" not in printed and r"n  \x1b[2J\nAkin" in printed
