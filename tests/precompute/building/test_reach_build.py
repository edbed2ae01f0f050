"""`--reach`: products that no list has are given a place, in a full build and in an incremental one."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from bundle import Bundle
from precompute.reports.evaluation import evaluate
from tests.builds import TINY, Tiny, content_of, run, write_pictures

RECIPE = replace(TINY, top=1, depth=1)


def lists_of(out: Path) -> dict[str, list[tuple[str, float]]]:
    bundle = Bundle.open(out)
    return {product.id: bundle.neighbours(product.id) for product in bundle.page(limit=1000).products}


def test_no_product_is_out_of_reach_and_no_list_changes(tiny: type[Tiny], tmp_path: Path) -> None:
    photos = write_pictures(tmp_path / "photos", 20)
    plain = run(photos, tmp_path / "plain", recipes=(RECIPE,)).recipes[0]
    given = run(photos, tmp_path / "reach", recipes=(RECIPE,), reach=True).recipes[0]
    assert plain.out_of_reach == given.out_of_reach > 0 and (plain.reach, given.reach) == (False, True)
    before, after = lists_of(tmp_path / "plain"), lists_of(tmp_path / "reach")
    assert {name: entries[:1] for name, entries in after.items()} == before
    assert {entry.id for entries in after.values() for entry in entries} == set(before)
    bundle = Bundle.open(tmp_path / "reach")
    (recipe,) = bundle.recipes
    added = [len(entries) - 1 for entries in after.values()]
    assert recipe["reached"] == {"products": sum(added), "most": max(added)}
    assert sum(added) == given.out_of_reach
    assert "reached" not in Bundle.open(tmp_path / "plain").recipes[0]
    for found in (bundle.report()["yardsticks"]["tiny"], evaluate(bundle, recipe).card.estimates()):
        reach = found["in_no_list"]
        assert (reach["value"] if isinstance(reach, dict) else reach.value) == 0
    assert plain.yardsticks["in_no_list"]["value"] == pytest.approx(plain.out_of_reach / 20)


def test_an_incremental_build_gives_the_same_places(tiny: type[Tiny], tmp_path: Path) -> None:
    photos = write_pictures(tmp_path / "photos", 20)
    run(photos, tmp_path / "data", recipes=(RECIPE,), reach=True)
    write_pictures(photos, 4, first=20)
    next(photos.rglob("*.png")).unlink()
    run(photos, tmp_path / "data", recipes=(RECIPE,), reach=True)
    run(photos, tmp_path / "fresh", recipes=(RECIPE,), reach=True)
    assert content_of(tmp_path / "data") == content_of(tmp_path / "fresh")
