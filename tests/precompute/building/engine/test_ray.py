"""Builds on a cluster of two machines with a core each, here on one: the bundle is the local one."""

from __future__ import annotations

import hashlib
import json
import os
import signal
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("ray", reason="Ray is not installed (requirements-cluster.txt)")

from ray.cluster_utils import Cluster

from bundle import Bundle
from precompute.building.build import BuildSettings, build
from precompute.building.engine import LOCAL, EngineChoice, ray_engine, ray_lists
from precompute.building.engine.kept_tiles import KeptTiles
from precompute.building.engine.worker import MachineAnswer
from precompute.doctor import Finding, diagnose, diagnosis
from precompute.embeddings import embedded_catalogue
from precompute.fitting.choice import Chosen
from precompute.fitting.fit import FitSettings, fit
from precompute.models.recipe import RECIPES
from precompute.shared.errors import UserError
from tests.drawn_pictures import BROKEN, encoded, picture

pytestmark = [pytest.mark.slow, pytest.mark.kill]

MEMORY = 150 * 1024 * 1024
"""Bytes of each machine's store of objects."""

RAY = EngineChoice("ray", tile=12)
RECIPE = replace(RECIPES["efficientnet-lite0"], top=3, depth=5)


@pytest.fixture(scope="module")
def cluster() -> Iterator[Cluster]:
    found = Cluster(
        initialize_head=True,
        head_node_args={"num_cpus": 1, "object_store_memory": MEMORY, "include_dashboard": False},
    )
    found.add_node(num_cpus=1, object_store_memory=MEMORY)
    found.wait_for_nodes()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("RAY_ADDRESS", found.address)
        yield found
    found.shutdown()


@pytest.fixture(scope="module")
def photos(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Pictures of two categories, one of them on two products, and files that are left out."""
    folder = tmp_path_factory.mktemp("photos")
    for number in range(40):
        path = folder / ("cups" if number % 2 else "hats") / f"{number}.png"
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(encoded(picture(number)))
    (folder / "cups" / "again.png").write_bytes(encoded(picture(0)))
    for name, (make, _) in list(BROKEN.items())[:3]:
        (folder / "hats" / name).write_bytes(make())
    return folder


@pytest.fixture(scope="module")
def local(photos: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    out = tmp_path_factory.mktemp("local")
    return files_of(build(BuildSettings(source=photos, out=out, recipes=(RECIPE,))).folder)


def settings(photos: Path, out: Path, *, engine: EngineChoice = RAY) -> BuildSettings:
    return BuildSettings(source=photos, out=out, recipes=(RECIPE,), engine=engine)


def files_of(folder: Path) -> dict[str, str]:
    """The hash of each file of a generation, without what clocks say."""
    found = {}
    for path in sorted(path for path in folder.rglob("*") if path.is_file()):
        name = path.relative_to(folder).as_posix()
        content = path.read_bytes()
        if name in ("report.json", "manifest.json"):
            content = json.dumps(_without_clocks(json.loads(content))).encode()
        if name != "files.tsv":  # It has the hash of report.json.
            found[name] = hashlib.sha256(content).hexdigest()
    return found


def _without_clocks(value: dict[str, Any]) -> dict[str, Any]:
    clocks = ("seconds", "generation", "created", "digest", "files")
    return {name: entry for name, entry in value.items() if name not in clocks}


def test_the_bundle_is_the_local_one(
    cluster: Cluster, photos: Path, local: dict[str, str], tmp_path: Path
) -> None:
    summary = build(settings(photos, tmp_path))
    assert files_of(summary.folder) == local
    assert summary.known == 0
    with Bundle.open(tmp_path) as bundle:
        assert bundle.mismatches(contents=True) == []
    # Again from what is known, though all thumbnails are damaged.
    for thumbnail in (tmp_path / "store" / "pictures").rglob("*.webp"):
        thumbnail.unlink()
        thumbnail.write_bytes(b"damaged")
    again = build(settings(photos, tmp_path))
    assert files_of(again.folder) == local
    assert again.known == 0
    assert not list((tmp_path / "store").rglob("*.new"))


def test_workers_write_to_a_shared_store_and_the_bundle_may_be_elsewhere(
    cluster: Cluster, photos: Path, local: dict[str, str], tmp_path: Path
) -> None:
    shared = tmp_path / "shared"
    summary = build(replace(settings(photos, tmp_path / "data"), store=str(shared)))
    assert files_of(summary.folder) == local
    with Bundle.open(tmp_path / "data") as bundle:
        assert bundle.mismatches(contents=True) == []
    assert list(shared.glob("embeddings/*/*.parquet"))
    assert not list(shared.glob("tiles/*/*.arrow"))


def test_the_doctor_and_fit_find_on_workers_what_they_find_here(
    cluster: Cluster, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def found(engine: EngineChoice, out: Path) -> tuple[Chosen, list[Finding]]:
        chosen = settings(photos, out, engine=engine)
        # The doctor finds the embeddings that were fitted on, and measures their pictures.
        return fit(FitSettings(chosen, out / "fitted.toml")).chosen, diagnose(chosen).findings

    here = found(LOCAL, tmp_path / "here")

    def nothing_here(*arguments: Any, **options: Any) -> None:
        raise AssertionError("the driver embedded pictures")

    monkeypatch.setattr(embedded_catalogue, "embed_files", nothing_here)
    monkeypatch.setattr(diagnosis, "embed_all", nothing_here)
    there = found(RAY, tmp_path / "there")
    assert there == here
    assert {finding.kind for finding in there[1]} > {"damaged-picture"}
    turned = [sorted((tmp_path / name).glob("store/embeddings/*-turned-*")) for name in ("here", "there")]
    assert len(turned[0]) == len(turned[1]) == 3
    assert not list((tmp_path / "there" / "store").rglob("tiles/*/*.arrow"))


def test_approximate_lists_are_found_by_shards(cluster: Cluster, photos: Path, tmp_path: Path) -> None:
    """Shards of at most eight products, so that each gives all that it has: the lists are the exact ones."""
    engine = EngineChoice("ray", tile=2)
    approximate = build(
        replace(settings(photos, tmp_path / "by shards", engine=engine), search="approximate")
    )
    exact = build(replace(settings(photos, tmp_path / "exact", engine=LOCAL), search="exact"))
    lists = [
        {path.name: path.read_bytes() for path in each.folder.rglob("neighbours/*/*.json")}
        for each in (approximate, exact)
    ]
    assert lists[0] == lists[1] != {}
    with Bundle.open(tmp_path / "by shards") as bundle:
        search = bundle.recipes[0]["search"]
    assert search["engine"] == "approximate" and search["index"].endswith(", 6 shards")
    assert (search["recall"], search["sample"]) == (1, 41)


@pytest.fixture(params=["worker", "machine"])
def killed(request: pytest.FixtureRequest, cluster: Cluster) -> Callable[[], None]:
    """Kills a worker that embeds, or a whole machine with all its processes; a new one follows."""

    def kill() -> None:
        if request.param == "machine":
            other = next(node for node in cluster.list_all_nodes() if node is not cluster.head_node)
            cluster.remove_node(other, allow_graceful=False)
            cluster.add_node(num_cpus=1, object_store_memory=MEMORY)
        else:
            for number in workers():
                os.kill(number, signal.SIGKILL)

    return kill


def workers() -> list[int]:
    """The processes that run a task of an embedding now."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            if path.read_bytes().startswith(b"ray::embed_part"):
                found.append(int(path.parent.name))
        except OSError:
            continue
    return found


def test_the_bundle_is_the_same_after_a_kill(
    killed: Callable[[], None],
    photos: Path,
    local: dict[str, str],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    add, done = ray_engine._add, []

    def add_and_kill(*arguments: Any) -> None:
        add(*arguments)
        if not done:
            killed()
        done.append(None)

    monkeypatch.setattr(ray_engine, "_add", add_and_kill)
    assert files_of(build(settings(photos, tmp_path)).folder) == local
    assert len(done) > 1


def test_a_picture_that_kills_workers_is_left_out_by_name(
    cluster: Cluster, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    embed_part = ray_engine.embed_part

    def deadly(job: Any, files: list[str]) -> Any:
        if "cups/17.png" in files:
            os.kill(os.getpid(), signal.SIGKILL)
        return embed_part(job, files)

    def with_one_that_is_gone() -> list[dict[str, Any]]:
        return [*nodes(), nodes()[0] | {"NodeID": "0" * 56}]

    nodes = ray_engine.nodes
    # Which machines there are, a cluster knows some seconds late.
    monkeypatch.setattr(ray_engine, "nodes", with_one_that_is_gone)
    monkeypatch.setattr(ray_engine, "embed_part", deadly)
    summary = build(settings(photos, tmp_path))
    left_out = {entry.file: entry.reason for entry in summary.left_out}
    assert left_out.pop("cups/17.png") == "every worker that read it crashed"
    assert len(left_out) == 3 and not any("worker" in reason for reason in left_out.values())
    assert summary.products == 40


def test_a_build_goes_on_with_the_tiles_that_are_kept(
    cluster: Cluster, photos: Path, local: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    compute = ray_lists.RayTiles.compute

    class StoppedError(Exception):
        pass

    def compute_some(self: ray_lists.RayTiles, tiles: Any, reached: Any) -> Iterator[tuple[int, int]]:
        if reached is not None:
            raise StoppedError
        yield from compute(self, tiles, reached)

    monkeypatch.setattr(ray_lists.RayTiles, "compute", compute_some)
    with pytest.raises(StoppedError):
        build(settings(photos, tmp_path))
    kept = {path.name for path in (tmp_path / "store" / "tiles").rglob("*.arrow")}
    assert kept
    monkeypatch.setattr(ray_lists.RayTiles, "compute", compute)
    names, found = KeptTiles.names, []

    def names_there(self: KeptTiles) -> dict[tuple[int, int], str]:
        found.extend(names(self).values())
        return names(self)

    monkeypatch.setattr(KeptTiles, "names", names_there)
    again = build(settings(photos, tmp_path))
    assert files_of(again.folder) == local
    assert again.known == again.images == 40
    assert set(found) == kept
    # A build that is finished needs them no longer.
    assert not (tmp_path / "store" / "tiles").exists()


def test_a_machine_that_answers_otherwise_is_refused(
    cluster: Cluster, photos: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    answer, here = ray_engine.answer, os.getpid()

    def otherwise(requested: Any) -> MachineAnswer:
        found = answer(requested)
        return replace(found, facts=found.facts | {"pillow": "1.0"}) if os.getpid() == here else found

    monkeypatch.setattr(ray_engine, "answer", otherwise)
    with pytest.raises(UserError, match=r"pillow .* instead of 1\.0\. Install the same there"):
        build(settings(photos, tmp_path))
    assert not (tmp_path / "CURRENT").exists()
