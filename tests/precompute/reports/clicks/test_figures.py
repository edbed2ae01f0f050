"""Visitors' habits that are known are found again, and long lists are not taken for bad ones."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from zlib import crc32

import numpy as np
import pytest

from precompute.reports.clicks.counting import OTHER, ClickCounts, count
from precompute.reports.clicks.examination import Harvest
from precompute.reports.clicks.figures import KindFigures, figures_of
from precompute.reports.clicks.reading import Event, PassedOver
from precompute.reports.clicks.report import bias_sentences, read_clicks, verdict
from precompute.shared.errors import UserError
from tests.click_logs import HOUR, Visitors, write_log


def counted(*visitors: Visitors) -> ClickCounts:
    return count((event for each in visitors for event in as_events(each)), PassedOver())


def as_events(visitors: Visitors) -> Iterable[Event]:
    for said in visitors.events():
        of = (said["list"], said["product"], said["recipe"], said["hour"])
        split = said.get("split", "")
        if said["akin"] == "view":
            yield Event(*of, shown=tuple(said["shown"]), split=split)
        else:
            yield Event(*of, chosen=said["chosen"], place=said["place"], split=split)


def product_lists(*visitors: Visitors) -> KindFigures:
    (kind,) = figures_of(counted(*visitors))
    return kind


def test_intervals_cover_the_chance_of_each_place() -> None:
    covered = []
    for seed in range(6):
        visitors = Visitors(lists=3_000, products=150, seed=seed)
        kind = product_lists(visitors)
        assert [place.shown for place in kind.places] == [3_000] * visitors.length
        for place, looks in zip(kind.places, visitors.looks(), strict=True):
            truth = looks * visitors.liking
            covered.append(place.rate.low <= truth <= place.rate.high)
            # An interval that says nothing covers everything.
            assert place.rate.high - place.rate.low < 0.6 * truth + 0.02
    assert 0.9 <= np.mean(covered) <= 1


def test_a_long_list_of_equally_good_products_is_not_taken_for_a_bad_one() -> None:
    short = Visitors("short", lists=8_000, length=5, moved=True, seed=1)
    long = Visitors("long", lists=8_000, length=20, moved=True, seed=2)
    kind = product_lists(short, long)
    figures = {each.name: each for each in kind.recipes}
    # What is simply divided is wrong: the places further down are looked at less.
    assert figures["short"].per_shown.low > 1.3 * figures["long"].per_shown.high
    for each in figures.values():
        assert each.usual.low <= 1 <= each.usual.high and each.usual.high - each.usual.low < 0.2
        assert each.corrected is not None
        assert each.corrected.low <= short.liking <= each.corrected.high


def test_a_recipe_that_finds_what_is_liked_more_gets_more_than_the_usual() -> None:
    bad = Visitors("bad", lists=5_000, liking=0.1, seed=1)
    good = Visitors("good", lists=5_000, liking=0.2, length=20, seed=2)
    kind = product_lists(bad, good)
    figures = {each.name: each for each in kind.recipes}
    assert figures["good"].usual.low > 1.1 and figures["bad"].usual.high < 0.8


@pytest.mark.slow
@pytest.mark.parametrize("fading", [0.0, 0.7])
def test_how_often_a_place_is_looked_at_is_found_where_products_move(fading: float) -> None:
    covered = []
    for seed in range(2):
        visitors = Visitors(lists=6_000, fading=fading, liking=0.3, moved=True, seed=seed)
        examination = product_lists(visitors).examination
        assert examination is not None and 6 in examination.relative
        for place, estimate in examination.relative.items():
            truth = visitors.looks()[place - 1]
            covered.append(estimate.low <= truth <= estimate.high)
            assert abs(estimate.value - truth) < 0.15
    assert np.mean(covered) >= 0.85


def test_where_products_stay_at_their_places_nothing_is_claimed() -> None:
    kind = product_lists(Visitors(lists=4_000))
    assert kind.examination is None and all(each.corrected is None for each in kind.recipes)
    first, second = bias_sentences(kind)
    assert first.startswith("Place 1 gets ") and "both count" in first
    assert "cannot be told" in second


def test_sentences_say_what_the_place_explains() -> None:
    sentences = bias_sentences(product_lists(Visitors(lists=8_000, moved=True)))
    assert sentences[1].startswith("The same product at place 6 gets 0.3")


def test_clicks_of_few_products_are_not_taken_for_many() -> None:
    # Where everything happens on a handful of products, chance has more room than many lists suggest.
    few = product_lists(Visitors(products=5, lists=4_000)).all.per_list
    many = product_lists(Visitors(products=1_000, lists=4_000)).all.per_list
    assert (few.high - few.low) > 2 * (many.high - many.low)


def test_places_are_those_of_the_files(tmp_path: Path) -> None:
    path = write_log(tmp_path / "events", Visitors(lists=50), Visitors(kind="widget", lists=80, length=3))
    report = read_clicks([path])
    assert [each.kind for each in report.kinds] == ["widget", "product"]
    assert (report.lists, report.first, report.last) == (130, HOUR, HOUR)
    assert len(report.kinds[0].places) == 3 and report.kinds[0].categories == []
    assert report.clicks == path.read_text().count('"click"')


def test_categories_are_those_of_the_lists_products() -> None:
    events = list(as_events(Visitors(lists=300, products=10)))
    found = count(events, PassedOver(), category_of=lambda each: None if each == "p0" else f"c{each[1:]}")
    names = {name for _, name in found.categories}
    assert names == {f"c{number}" for number in range(1, 10)}
    shown = {name: tally.lists.sum() for (_, name), tally in found.categories.items()}
    assert shown["c3"] == sum(each.product == "p3" and not each.place for each in events)


def test_the_memory_has_a_limit_however_much_the_files_name(monkeypatch: pytest.MonkeyPatch) -> None:
    from precompute.reports.clicks import counting

    monkeypatch.setattr(counting, "_MOST_GROUPS", 3)
    monkeypatch.setattr(counting, "_MOST_CATEGORIES", 3)
    passed = PassedOver()
    events = (Event("product", f"p{each}", f"r{each}", HOUR, shown=("a",)) for each in range(20))
    found = count(events, passed, category_of=lambda each: each)
    assert len(found.groups) == 3 and passed.bad == 17
    events = (Event("product", f"p{each}", "r", HOUR, shown=("a",)) for each in range(20))
    found = count(events, PassedOver(), category_of=lambda each: each)
    assert len(found.categories) == 4 and found.categories["product", OTHER].lists.sum() == 17


def test_lists_beyond_the_memory_are_a_sample_of_products() -> None:
    visitors = Visitors(lists=20_000, products=400, liking=0.3, moved=True)
    harvest = Harvest(most=3_000)
    for event in as_events(visitors):
        harvest.add(event, crc32(str(event.product).encode()))
        assert harvest._kept <= 3_000
    examination = harvest.examination("product")
    assert examination is not None and 20 < examination.products < 200
    sixth = examination.relative[6]
    assert sixth.low <= visitors.looks()[5] <= sixth.high


def test_files_without_an_event_are_one_sentence(tmp_path: Path) -> None:
    path = tmp_path / "access.log"
    path.write_text('127.0.0.1 "GET /" 200\n')
    with pytest.raises(UserError, match=r"^Expected lines .* wrote with AKIN_EVENTS\. Received: "):
        read_clicks([path])


def compared(first: float, second: float, *, seed: int, lists: int = 1_500) -> KindFigures:
    """Two recipes that are liked so much, each for half of the products, and lists that visitors chose."""
    pair = "colour,style"
    return product_lists(
        Visitors("colour", lists=lists, liking=first, seed=2 * seed, split=pair),
        Visitors("style", lists=lists, liking=second, seed=2 * seed + 1, split=pair),
        Visitors("style", lists=500, liking=0.9, seed=seed),
    )


@pytest.mark.slow
def test_equally_good_recipes_are_seldom_told_apart() -> None:
    found = [compared(0.15, 0.15, seed=seed).halves for seed in range(20)]
    assert all(len(each) == 1 for each in found)
    assert sum(each[0].difference.excludes_zero for each in found) <= 3
    undecided = next(each[0] for each in found if not each[0].difference.excludes_zero)
    assert verdict(undecided).startswith("It cannot be told which brings more: ")


def test_a_better_recipe_is_told() -> None:
    (halves,) = compared(0.1, 0.2, seed=1).halves
    assert (halves.first.name, halves.second.name) == ("colour", "style")
    assert (halves.first.lists, halves.second.lists) == (1_500, 1_500)
    assert halves.difference.low > 0.1
    assert verdict(halves).startswith("style brings more: ")
    assert verdict(halves).endswith(" more clicks per 100 lists than colour.")
    (turned,) = compared(0.2, 0.1, seed=1).halves
    assert verdict(turned).startswith("colour brings more: ")
