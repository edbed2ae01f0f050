"""With Keras, a product's list is computed anew and compared with what is stored."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bundle import Bundle
from bundle import format as fmt
from dashapp import create_app
from dashapp.settings import Settings
from dashapp.site import open_site
from precompute.models import registry
from tests.live_builds import use_projected

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module")
def projected() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as patch:
        use_projected(patch)
        yield


@pytest.fixture(scope="module")
def keras(live_folders: tuple[Path, Path], projected: None) -> FlaskClient:
    settings = Settings(data=live_folders[1], live="keras", live_rate=10_000)
    return create_app(settings).server.test_client()


def test_every_list_is_what_keras_gives_now(live_folders: tuple[Path, Path], projected: None) -> None:
    site = open_site(Settings(data=live_folders[1], live="keras"))
    for product in site.bundle.page(limit=100).products:
        found = site.check(product)
        assert found.from_pictures
        assert (found.same, found.of, found.differences) == (20, 20, ())
        assert found.largest_difference < 1e-4


def tampered(folders: tuple[Path, Path], target: Path, product_id: str, change) -> Settings:
    """A copy of the bundle whose seal is as it was, and in which one list is another."""
    shutil.copytree(folders[1], target)
    bundle = Bundle.open(target)
    recipe = bundle.recipes[0]
    path = bundle.folder / fmt.shard_file(recipe["name"], fmt.shard_of(product_id, recipe["shards"]))
    lists = json.loads(path.read_text())
    change(lists[product_id])
    lines = ",\n".join(f"{json.dumps(name)}: {json.dumps(entries)}" for name, entries in lists.items())
    text = "{\n" + lines + "\n}\n"
    # Of the same size, as the dashboard looks at sizes when it starts.
    path.write_text(text)
    table = bundle.folder / "files.tsv"
    name, size = path.relative_to(bundle.folder).as_posix(), len(text.encode())
    rows = [line.split("\t") for line in table.read_text().splitlines()]
    table.write_text("".join(f"{sha}\t{size if file == name else was}\t{file}\n" for sha, was, file in rows))
    manifest = json.loads((bundle.folder / "manifest.json").read_text())
    manifest["files"]["sha256"] = fmt.sha256_of(table)
    manifest["digest"] = fmt.manifest_digest(manifest)
    (bundle.folder / "manifest.json").write_text(json.dumps(manifest))
    return Settings(data=target, live="keras")


def other_product(entries: list) -> None:
    entries[2][0] = entries[3][0]


def other_score(entries: list) -> None:
    entries[4][1] += 0.001


def swapped(entries: list) -> None:
    entries[0], entries[1] = entries[1], entries[0]


def shorter(entries: list) -> None:
    entries.pop()


@pytest.mark.parametrize(
    ("change", "places"), [(other_product, [3]), (other_score, [5]), (swapped, [1, 2]), (shorter, [20])]
)
def test_a_list_that_was_changed_is_found(
    change, places: list[int], live_folders: tuple[Path, Path], tmp_path: Path, projected: None
) -> None:
    settings = tampered(live_folders, tmp_path / "data", "cups/0000.png", change)
    site = open_site(settings)
    found = site.check(site.bundle.product("cups/0000.png"))
    assert [each.place for each in found.differences] == places
    assert found.same == 20 - len(places)
    untouched = site.check(site.bundle.product("hats/0001.png"))
    assert untouched.same == untouched.of == 20


def test_where_the_pictures_have_gone_their_stored_embeddings_are_compared(
    live_folders: tuple[Path, Path], tmp_path: Path, projected: None
) -> None:
    shutil.copytree(live_folders[1], tmp_path / "data")
    sources = tmp_path / "data" / "store" / "sources.json"
    sources.write_text(json.dumps(json.loads(sources.read_text()) | {"folder": str(tmp_path)}))
    site = open_site(Settings(data=tmp_path / "data", live="keras"))
    found = site.check(site.bundle.product("cups/0000.png"))
    assert not found.from_pictures
    assert found.same == found.of == 20


def test_the_api_has_it_where_it_can(keras: FlaskClient, live_folders: tuple[Path, Path]) -> None:
    answer = keras.get("/api/v1/similar?id=cups/0000.png&limit=1&live=true")
    assert answer.status_code == 200 and answer.cache_control.no_store
    assert answer.json["live"]["same"] == answer.json["live"]["of"] == 20
    assert answer.json["live"]["differences"] == []
    assert "live" not in keras.get("/api/v1/similar?id=cups/0000.png&limit=1").json
    hosted = create_app(Settings(data=live_folders[1], live="litert")).server.test_client()
    assert hosted.get("/api/v1/similar?id=cups/0000.png&live=true").status_code == 400


def test_photos_are_searched_with_by_keras(keras: FlaskClient, live_folders: tuple[Path, Path]) -> None:
    data = (live_folders[0] / "hats/0001.png").read_bytes()
    answer = keras.post("/api/v1/similar?fields=ids&limit=3", data=data).json
    assert (answer["runtime"], answer["similar"][0]) == ("keras", {"id": "hats/0001.png", "score": 1.0})


def test_other_weights_than_the_bundle_s_are_one_sentence(
    live_folders: tuple[Path, Path], projected: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = Settings(data=live_folders[1], live="keras")
    client = create_app(settings).server.test_client()
    plan = registry.plan_extractor
    monkeypatch.setattr(
        registry,
        "plan_extractor",
        lambda *given, **options: replace(plan(*given, **options), weights_sha256="0" * 64),
    )
    data = (live_folders[0] / "hats/0001.png").read_bytes()
    answer = client.post("/api/v1/similar", data=data)
    assert answer.status_code == 503
    assert "Expected the weights of projected that the bundle was built with" in answer.json["detail"]
