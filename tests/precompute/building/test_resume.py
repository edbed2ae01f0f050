"""A build that ends at any point, in any way, costs at most what was in flight, and the next one goes on."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from types import FrameType
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from bundle import Bundle, BundleError
from precompute.building import build as builds
from precompute.embeddings import embed
from precompute.shared.errors import UserError
from precompute.store import parts
from tests.builds import Tiny, assert_tidy, content_of, fresh, run, tiny_plan, write_pictures
from tests.drawn_pictures import encoded, picture
from tests.killed_builds import OURS
from tests.repetition import thorough

ROOT = Path(__file__).resolve().parents[3]


@pytest.mark.kill
def test_killed_anywhere_it_goes_on_to_the_same_bundle(
    tiny: type[Tiny], tmp_path: Path, often: Callable[[int, int], int]
) -> None:
    kills, count = often(5, 25), often(24, 40)
    photos = write_pictures(tmp_path / "photos", count)
    out = tmp_path / "data"
    command = [sys.executable, "-m", "tests.killed_builds", str(photos), str(out), str(kills), "1"]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    places = json.loads(done.stdout)
    expected = content_of(Path(f"{out}-undisturbed"))
    embedded = []
    for number, place in enumerate(places):
        # Loading runs beside the rest, so that the last points may come after the last line.
        assert place["killed"] or number >= kills - 2, place
        killed = Path(f"{out}-{number}")
        tiny.pictures = 0
        run(photos, killed)
        embedded.append(tiny.pictures)
        assert content_of(killed) == expected, place
        assert_tidy(killed)
    # The later it was killed the less was left to do, and at last nothing.
    assert embedded == sorted(embedded, reverse=True), embedded
    assert embedded[0] == count and embedded[-1] == 0 and len(set(embedded)) > often(1, 4), embedded
    modules = {place["at"].split(".")[0] for place in places}
    assert len(modules) >= often(3, 6), modules


class Killed(BaseException):
    """Nobody catches this."""


def interrupted(source: Path, out: Path, *, calls: int) -> bool:
    """Build, and raise `Killed` at a call of a function of ours; whether it came to that."""
    count = 0

    def trace(frame: FrameType, event: str, _: Any) -> None:
        nonlocal count
        if any(name in frame.f_code.co_filename for name in OURS):
            count += 1
            if count == calls:
                raise Killed

    before = sys.gettrace()
    sys.settrace(trace)
    try:
        run(source, out)
    except Killed:
        return True
    finally:
        sys.settrace(before)
    return False


SEEDS = st.integers(0, 11)
CHANGES = st.one_of(
    st.tuples(st.just("write"), SEEDS, SEEDS),
    st.tuples(st.just("rename"), SEEDS, SEEDS),
    st.tuples(st.just("delete"), SEEDS, SEEDS),
    st.tuples(st.just("break"), SEEDS, SEEDS),
    st.tuples(st.just("build"), SEEDS, SEEDS),
    st.tuples(st.just("kill"), st.integers(1, 900), SEEDS),
)


def apply(photos: Path, change: tuple[str, int, int], pictures: list[bytes]) -> None:
    kind, one, other = change
    path, second = photos / f"{one:02}.png", photos / f"{other:02}.png"
    if kind == "write":
        path.write_bytes(pictures[other])
    elif kind == "rename" and path.exists():
        path.rename(second)
    elif kind == "delete":
        path.unlink(missing_ok=True)
    elif kind == "break":
        path.write_bytes(pictures[other][:50])


@pytest.mark.kill
@settings(
    max_examples=settings.default.max_examples // 10,
    derandomize=True,
    suppress_health_check=list(HealthCheck),
)
@given(changes=st.lists(CHANGES, min_size=3, max_size=12))
def test_whatever_came_before_a_build_is_the_one_without_a_past(
    tmp_path_factory: pytest.TempPathFactory, changes: list[tuple[str, int, int]]
) -> None:
    folder = tmp_path_factory.mktemp("past")
    photos = folder / "photos"
    source = write_pictures(folder / "source", 12)
    pictures = [path.read_bytes() for path in sorted(source.rglob("*.png"))]
    photos.mkdir()
    (photos / "kept.png").write_bytes(pictures[0])
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(builds, "plan_extractor", tiny_plan)
        patch.setattr(embed, "_COMMIT_EVERY", 0.0)
        patch.setattr(parts, "_MOST_SMALL", 3)
        for change in [*changes, ("build", 0, 0)]:
            apply(photos, change, pictures)
            if change[0] == "kill":
                interrupted(photos, folder / "data", calls=change[1])
                live_or_none(folder / "data")
            elif change[0] == "build":
                run(photos, folder / "data")
                assert_tidy(folder / "data")
        assert content_of(folder / "data") == fresh(photos, folder / "fresh")


def live_or_none(out: Path) -> None:
    """Whatever happened, what is live is whole."""
    try:
        bundle = Bundle.open(out)
    except BundleError:
        assert not (out / "CURRENT").exists()
    else:
        assert bundle.mismatches(contents=True) == []


def test_what_was_embedded_before_ctrl_c_is_not_embedded_again(
    tiny: type[Tiny], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    photos = write_pictures(tmp_path / "photos", 40)
    monkeypatch.setattr(embed, "_COMMIT_EVERY", 0.0)
    call = Tiny.__call__

    def stopped(self: Tiny, images: Any) -> Any:
        if Tiny.pictures >= 24:
            raise KeyboardInterrupt
        return call(self, images)

    monkeypatch.setattr(Tiny, "__call__", stopped)
    with pytest.raises(KeyboardInterrupt):
        run(photos, tmp_path / "data")
    monkeypatch.setattr(Tiny, "__call__", call)
    tiny.pictures = 0
    summary = run(photos, tmp_path / "data")
    assert (tiny.pictures, summary.known) == (16, 24)
    assert content_of(tmp_path / "data") == fresh(photos, tmp_path / "fresh")


def test_out_among_the_pictures_is_no_part_of_them(tiny: type[Tiny], tmp_path: Path) -> None:
    photos = write_pictures(tmp_path / "photos", 6)
    out = photos / "data"
    for _ in range(3):
        run(photos, out)
    assert Bundle.open(out).count == 6
    assert content_of(out) == fresh(photos, tmp_path / "fresh")
    with pytest.raises(UserError, match="Expected --out to be a different folder"):
        run(photos, photos)


@pytest.mark.parametrize(
    ("file", "content"),
    [
        ("map/tiny.json", '{"x": [1], "y": [2], "fitted": 12}'),
        thorough("map/tiny.json", '{"x": 1, "y": 2, "fitted": 12}'),
        thorough("map/tiny.json", json.dumps({"x": ["1"] * 12, "y": ["2"] * 12, "fitted": "12"})),
        thorough("files.tsv", "neither\n"),
        ("files.tsv", "0\t1\t\n"),
        ("catalogue.sqlite", None),
        ("manifest.json", "{}"),
    ],
)
def test_a_damaged_live_generation_is_no_hindrance(
    tiny: type[Tiny], tmp_path: Path, file: str, content: str | None
) -> None:
    photos = write_pictures(tmp_path / "photos", 12)
    out = tmp_path / "data"
    run(photos, out)
    damaged = Bundle.open(out).folder / file
    damaged.write_bytes(damaged.read_bytes()[:9000] if content is None else content.encode())
    run(photos, out, prune=True)
    assert content_of(out) == fresh(photos, tmp_path / "fresh")
    run(photos, out)
    assert_tidy(out)


def test_new_pictures_among_known_ones_wait_for_a_full_batch(
    tiny: type[Tiny], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(embed, "_WINDOW", 2)
    photos = write_pictures(tmp_path / "photos", 16)
    run(photos, tmp_path / "data")
    for seed, path in enumerate(sorted(photos.rglob("*.png"))[::2]):
        path.write_bytes(encoded(picture(100 + seed, width=24, height=20)))
    batches: list[int] = []
    call = Tiny.__call__

    def counting(self: Tiny, images: Any) -> Any:
        batches.append(len(images))
        return call(self, images)

    monkeypatch.setattr(Tiny, "__call__", counting)
    run(photos, tmp_path / "data")
    assert batches == [4, 4]
    assert content_of(tmp_path / "data") == fresh(photos, tmp_path / "fresh")
