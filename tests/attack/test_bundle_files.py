"""Whatever lies in a bundle's folder gives a sentence: no program hangs, and no good generation is lost."""

from __future__ import annotations

import json
import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from bundle import Bundle, BundleError
from bundle import format as fmt
from bundle.generations import next_name, previous, roll_back
from dashapp import create_app
from dashapp.settings import Settings
from tests.small_bundle import write_small_bundle

BRACKETS = "[" * 50_000 + "]" * 50_000
NAMES = [f"20250501T00000000000{number}Z" for number in range(6)]


def publish(root: Path, number: int, *, products: int = 2) -> Path:
    """Publish the generation of a number and return its folder."""
    ids = [f"p{each}" for each in range(products)]
    return write_small_bundle(
        root, ids, generation=NAMES[number], created=f"2025-05-0{number + 1}T00:00:00+00:00"
    )


@pytest.fixture
def root(tmp_path: Path) -> Path:
    publish(tmp_path / "data", 0)
    publish(tmp_path / "data", 1)
    return tmp_path / "data"


@pytest.fixture
def live(root: Path) -> Path:
    return root / NAMES[1]


@pytest.mark.parametrize("name", [fmt.CURRENT, fmt.MANIFEST, fmt.CATALOGUE])
def test_a_pipe_in_the_place_of_a_file_is_a_sentence(root: Path, live: Path, name: str) -> None:
    path = root / name if name == fmt.CURRENT else live / name
    path.unlink()
    os.mkfifo(path)
    with pytest.raises(BundleError, match=name):
        Bundle.open(root)


@pytest.mark.parametrize("name", [fmt.FILES, fmt.REPORT, "thumbnails"])
def test_a_pipe_in_a_sealed_generation_is_named_and_not_opened(live: Path, name: str) -> None:
    path = next((live / name).rglob("*.webp")) if name == "thumbnails" else live / name
    path.unlink()
    os.mkfifo(path)
    named = path.relative_to(live).as_posix()
    wrong = Bundle.open_generation(live).mismatches(contents=True)
    assert len(wrong) == 1 and wrong[0].startswith(named) and "pipe, socket or device" in wrong[0]


@pytest.mark.parametrize("text", [BRACKETS, '{"a":' * 50_000 + "1" + "}" * 50_000, "[" * 50_000])
def test_brackets_without_end_are_a_sentence(root: Path, live: Path, text: str) -> None:
    (live / fmt.REPORT).write_text(text)
    bundle = Bundle.open(root)
    with pytest.raises(BundleError, match=r"report\.json cannot be read"):
        bundle.report()
    shard = next((live / fmt.NEIGHBOURS).rglob("*.json"))
    shard.write_text('{\n"p0": ' + text + "\n}\n")
    with pytest.raises(BundleError, match="cannot be read"):
        bundle.neighbours("p0")
    (live / fmt.MANIFEST).write_text(text)
    with pytest.raises(BundleError, match=r"manifest\.json is missing or broken"):
        Bundle.open(root)


@pytest.mark.parametrize("value", ["\ud800", json.loads("[" * 900 + "]" * 900)])
def test_a_manifest_that_no_build_writes_does_not_match_its_digest(live: Path, value: object) -> None:
    manifest = json.loads((live / fmt.MANIFEST).read_text())
    (live / fmt.MANIFEST).write_text(json.dumps(manifest | {"title": value}))
    wrong = Bundle.open_generation(live).mismatches()
    assert len(wrong) == 1 and wrong[0].startswith("manifest.json was changed")


def test_a_catalogue_with_a_changed_byte_is_a_sentence(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = write_small_bundle(tmp_path, ["p0", "p1"], recipe={"metric": "cosine"})
    path = folder / fmt.CATALOGUE
    # The same size, so that only a reader can notice: half a character in a title.
    data = path.read_bytes()
    path.write_bytes(data.replace(b"Title of p0", b"Title of \xe2\x82"))
    assert path.read_bytes() != data
    assert create_app(Settings(data=tmp_path)).server.test_client().get("/").status_code == 503
    (said,) = caplog.messages
    assert f"{path} cannot be read" in said and "deploy it again" in said


def test_a_name_without_end_is_no_live_generation(root: Path) -> None:
    (root / fmt.CURRENT).write_text("a" * 10_000_000)
    assert fmt.read_current(root) is None


@pytest.mark.parametrize("damage", ["thumbnails", "catalogue", "manifest", "everything"])
def test_a_damaged_live_generation_does_not_push_out_the_good_one_before_it(
    root: Path, live: Path, damage: str
) -> None:
    if damage == "thumbnails":
        next((live / fmt.THUMBNAILS).rglob("*.webp")).unlink()
    elif damage == "catalogue":
        (live / fmt.CATALOGUE).write_bytes(b"x")
    elif damage == "manifest":
        (live / fmt.MANIFEST).write_text(BRACKETS)
    else:
        shutil.rmtree(live)
    publish(root, 2)
    assert {NAMES[0], NAMES[2]} <= {path.name for path in root.iterdir()}
    before = previous(root)
    assert before is not None and before.folder.name == NAMES[0]
    assert roll_back(root).folder.name == NAMES[0]
    assert Bundle.open(root).mismatches(contents=True) == []


def test_of_whole_generations_only_the_one_before_is_kept(root: Path) -> None:
    for number in (2, 3, 4):
        publish(root, number)
    assert sorted(path.name for path in root.iterdir()) == [NAMES[3], NAMES[4], fmt.CURRENT]


def test_one_that_was_gone_back_from_is_not_gone_back_to(root: Path) -> None:
    roll_back(root)
    publish(root, 2)
    assert roll_back(root).folder.name == NAMES[0]


@pytest.mark.parametrize("left", [(), ("thumbnails",), (fmt.CATALOGUE, fmt.FILES), (fmt.MANIFEST, "live")])
def test_what_is_left_of_an_older_generation_is_tidied(root: Path, left: tuple[str, ...]) -> None:
    publish(root, 2)
    old = root / "20240101T000000000000Z"
    old.mkdir()
    for name in left:
        (old / name).mkdir() if "." not in name else (old / name).write_text("x")
    publish(root, 3)
    assert not old.exists()


@pytest.mark.parametrize("name", ["20240101T000000000000Z", "notes", "20241301T000000000000Z"])
def test_a_folder_that_may_be_someone_s_own_stays(root: Path, name: str) -> None:
    own = root / name
    own.mkdir()
    (own / "letter.txt").write_text("mine")
    elsewhere = root.parent / "elsewhere"
    elsewhere.mkdir()
    (root / "20240102T000000000000Z").symlink_to(elsewhere)
    publish(root, 2)
    assert (own / "letter.txt").read_text() == "mine" and elsewhere.is_dir()


def test_a_generation_of_the_year_9999_is_a_sentence(root: Path) -> None:
    (root / "99991231T235959999998Z").mkdir()
    now = datetime(2026, 1, 1, tzinfo=UTC)
    last = next_name(root, now)
    assert last == "99991231T235959999999Z"
    (root / last).mkdir()
    with pytest.raises(BundleError, match="remove the folder or rename it"):
        next_name(root, now)


@pytest.mark.parametrize("created", ["9999-12-31T23:59:59-23:59", "0001-01-01T00:00:00+23:59", 7, None, "x"])
def test_a_generation_of_any_date_has_a_place_in_the_order(root: Path, live: Path, created: object) -> None:
    manifest = json.loads((live / fmt.MANIFEST).read_text())
    (live / fmt.MANIFEST).write_text(json.dumps(manifest | {"created": created}))
    before = previous(root)
    assert before is not None and before.folder.name == NAMES[0]
