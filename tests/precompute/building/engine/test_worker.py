"""What a worker does, in this process: refusals, and answers that differ."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from precompute.building.engine import EngineChoice, worker
from precompute.building.engine.ray_engine import RayEngine
from precompute.building.engine.worker import EmbeddingJob, MachineAnswer, Requested, embed_part
from precompute.embeddings.embed import EmbeddingTask
from precompute.embeddings.picture_maker import PictureMaker
from precompute.shared import machine
from precompute.shared.errors import UserError
from precompute.store import PictureStore, Store
from tests.builds import TINY, Tiny, tiny_plan
from tests.drawn_pictures import encoded, picture


@pytest.fixture(autouse=True)
def _alone(monkeypatch: pytest.MonkeyPatch) -> None:
    """No extractor is open yet, and this process uses all cores again afterwards."""
    monkeypatch.setattr(worker, "_extractors", {})
    monkeypatch.setattr(machine, "_most", [])
    monkeypatch.setattr(worker, "plan_extractor", tiny_plan)


def job_of(photos: Path, out: Path, **changes: object) -> EmbeddingJob:
    store, maker, plan = Store(out), PictureMaker(64), tiny_plan(TINY)
    requested = Requested(TINY, "litert", "cpu", plan.key)
    embeddings, pictures = store.embeddings(plan.key), store.pictures(maker.fingerprint)
    for opened in (embeddings, pictures):
        opened.folder.mkdir(parents=True)
    job = EmbeddingJob(
        folder=photos,
        requested=(requested,),
        turns=(0,),
        stores=(embeddings.for_worker(),),
        maker=maker,
        pictures=pictures.for_worker(),
        extra=None,
        cores=1,
    )
    return replace(job, **changes)  # type: ignore[arg-type]


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.png").write_bytes(encoded(picture(number)))
    (folder / "broken.png").write_bytes(b"broken")
    return folder


def test_a_part_gives_its_ids_and_leaves_its_results_in_the_store(photos: Path, tmp_path: Path) -> None:
    found = embed_part(job_of(photos, tmp_path), ["0.png", "broken.png", "2.png"])
    assert list(found.embedded.images) == ["0.png", "2.png"]
    assert list(found.embedded.left_out) == ["broken.png"]
    store = Store(tmp_path)
    embeddings = store.embeddings(tiny_plan(TINY).key)
    assert sorted(found.embedded.images.values()) == [one.decode() for one in embeddings.known()]
    pictures = store.pictures(PictureMaker(64).fingerprint)
    assert all(pictures.holds(image_id) for image_id in found.embedded.images.values())


def test_a_process_opens_an_extractor_once(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    opened: list[object] = []

    class Counted(Tiny):
        def __init__(self) -> None:
            opened.append(self)

    monkeypatch.setattr("tests.builds.Tiny", Counted)
    job = job_of(photos, tmp_path)
    embed_part(job, ["0.png"])
    embed_part(job, ["1.png"])
    assert len(opened) == 1


@pytest.mark.parametrize("missing", ["catalogue", "store"])
def test_a_machine_without_a_folder_says_which(missing: str, photos: Path, tmp_path: Path) -> None:
    job = job_of(photos, tmp_path)
    gone = tmp_path / "elsewhere"
    if missing == "catalogue":
        job = replace(job, folder=gone)
    else:
        gone = job.pictures.folder
        gone.rmdir()
    with pytest.raises(UserError, match=f"Expected the folder {gone} on each machine of the cluster"):
        embed_part(job, ["0.png"])


def test_an_extractor_that_is_not_the_expected_one_is_refused(photos: Path, tmp_path: Path) -> None:
    job = job_of(photos, tmp_path)
    right = worker.answer(job.requested[0])
    expected = replace(job.requested[0], expected=right)
    embed_part(replace(job, requested=(expected,)), ["0.png"])
    worker._extractors.clear()
    wrong = replace(expected, expected=replace(right, vectors="0" * 64))
    with pytest.raises(UserError, match="other embeddings with the same versions"):
        embed_part(replace(job, requested=(wrong,)), ["1.png"])


def test_a_process_of_a_cluster_opens_extractors_for_its_own_cores_only(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    cores: list[int] = []

    class Asking(Tiny):
        def __init__(self) -> None:
            cores.append(machine.available_cores())

    monkeypatch.setattr("tests.builds.Tiny", Asking)
    job = job_of(photos, tmp_path)
    assert worker.ready(job.requested[0], 1) == worker.answer(job.requested[0])
    # What only asks keeps nothing open.
    assert len(worker._extractors) == 1
    embed_part(job, ["0.png"])
    assert cores == [1, 1]


def test_a_difference_names_what_differs() -> None:
    here = MachineAnswer({"pillow": "13.0.0", "numpy": "2.4.6"}, "a")
    assert here.difference(here) == ""
    assert (
        here.difference(MachineAnswer(here.facts | {"pillow": "12.0.0"}, "b"))
        == "pillow 12.0.0 instead of 13.0.0"
    )
    assert here.difference(MachineAnswer({"pillow": "13.0.0"}, "a")) == "numpy missing instead of 2.4.6"
    assert "another kind of processor" in here.difference(MachineAnswer(here.facts, "b"))


def test_damaged_thumbnails_are_made_again_where_a_new_recipe_embeds_their_pictures(
    photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    plan, out = tiny_plan(TINY), tmp_path / "out"
    monkeypatch.setattr(
        "precompute.building.engine.ray_engine._checked",
        lambda plan, *, mixed: Requested(TINY, "litert", "cpu", plan.key),
    )
    monkeypatch.setattr(
        "precompute.building.engine.ray_engine._embedded_parts",
        lambda job, files, *, gpu: iter([embed_part(job, files)]),
    )

    def embedded(key: str) -> PictureStore:
        maker = PictureMaker(64)
        pictures, embeddings = Store(out).pictures(maker.fingerprint), Store(out).embeddings(key)
        found = RayEngine(EngineChoice("ray")).embedding([plan])(
            photos,
            ["0.png", "1.png"],
            [EmbeddingTask(TINY, plan.open, embeddings)],
            maker=maker,
            pictures=pictures,
            advance=lambda count, known=0: None,
        )
        assert sorted(found.images) == ["0.png", "1.png"]
        return pictures

    damaged = next(embedded("a" * 8).folder.rglob("*.webp"))
    damaged.unlink()
    assert embedded("b" * 8).damaged == 1
    assert damaged.is_file()
