import json
from pathlib import Path
from threading import get_ident

import pytest

from bundle import Bundle
from bundle.format import manifest_digest, thumbnail_file
from dashapp.parts.view import View
from dashapp.photo.memory import give_memory_back, trim_memory
from dashapp.settings import Settings
from dashapp.shown_recipe import Overlap
from dashapp.site import Sites, open_site
from tests.sample_bundle import write_sample_bundle


def test_opening_leaves_no_connection_that_a_fork_could_inherit(data: Path) -> None:
    site = open_site(Settings(data=data))
    assert not site.bundle._connection._open
    assert site.bundle.product("plain") is not None


def test_the_tag_of_thumbnails_follows_how_they_were_made(data: Path, tmp_path: Path) -> None:
    write_sample_bundle(tmp_path, products=4)
    one, same = open_site(Settings(data=data)), open_site(Settings(data=tmp_path))
    assert one.thumbnails_tag == same.thumbnails_tag
    assert len(one.thumbnails_tag) == 8


@pytest.mark.parametrize(("shapes", "expected"), [([(90, 120)], "portrait"), ([(120, 120)], "square")])
def test_tiles_take_the_shape_of_most_pictures(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, shapes: list[tuple[int, int]], expected: str
) -> None:
    monkeypatch.setattr("tests.sample_bundle._SHAPES", shapes)
    write_sample_bundle(tmp_path, products=4)
    assert open_site(Settings(data=tmp_path)).tile_shape == expected


def test_an_empty_catalogue_is_served(tmp_path: Path) -> None:
    from dashapp import create_app

    write_sample_bundle(tmp_path, products=0)
    response = create_app(Settings(data=tmp_path)).server.test_client().get("/")
    assert response.status_code == 200
    assert "There are no products." in response.text


def test_the_overlap_of_a_pair_is_known_by_its_names(data: Path) -> None:
    assert open_site(Settings(data=data)).overlaps == {frozenset({"sample", "far"}): Overlap(0.4149, 0.52)}


@pytest.mark.parametrize("change", [{"metric": "manhattan"}, {"scores": {"p01": 1}}, {"top": None}])
def test_a_recipe_that_cannot_be_shown_is_a_problem_and_not_a_crash(tmp_path: Path, change: dict) -> None:
    path = write_sample_bundle(tmp_path, products=3) / "manifest.json"
    manifest = json.loads(path.read_text())
    manifest["recipes"][1] |= change
    path.write_text(json.dumps({**manifest, "digest": manifest_digest(manifest)}))
    assert "describes a recipe that cannot be shown" in open_site(Settings(data=tmp_path)).problem


def test_of_a_large_bundle_the_first_thumbnails_are_looked_for(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashapp.site._CHECKED_AT_START", 10)
    folder = write_sample_bundle(tmp_path, products=120)
    first, *_, last = Bundle.open(tmp_path).page(limit=120).products
    (folder / thumbnail_file(last.images[0].id)).unlink()
    assert open_site(Settings(data=tmp_path)).problem == ""
    (folder / thumbnail_file(first.images[0].id)).unlink()
    assert f"{thumbnail_file(first.images[0].id)} is missing." in open_site(Settings(data=tmp_path)).problem
    assert open_site(Settings(data=tmp_path, thumbnails="https://files.example/t")).problem == ""


def test_a_site_is_prepared_before_it_is_shown(tmp_path: Path) -> None:
    write_sample_bundle(tmp_path, products=20)
    prepared: list[Bundle] = []
    site = open_site(Settings(data=tmp_path), prepared.append)
    assert prepared == [site.bundle]


def test_the_generations_that_follow_are_opened_by_two_threads_in_turn(tmp_path: Path) -> None:
    write_sample_bundle(tmp_path, products=4, generation="0")
    threads: list[int] = []
    sites = Sites(Settings(data=tmp_path), prepare=lambda bundle: threads.append(get_ident()))
    for generation in ("1", "2", "3", "4"):
        write_sample_bundle(tmp_path, products=4, generation=generation)
        # A page that is missing is looked for in the live generation, once it is open.
        site, _ = sites.view(lambda site: View(title="", body={}, status=404))
        assert site.bundle is not None and site.bundle.generation == generation
    _, first, second, third, fourth = threads
    assert first != second and (first, second) == (third, fourth)


def test_memory_is_given_back_where_the_c_library_can(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[tuple[str, tuple[int, ...]]] = []

    class CLibrary:
        def mallopt(self, *arguments: int) -> None:
            asked.append(("mallopt", arguments))

    monkeypatch.setattr("ctypes.CDLL", lambda name: CLibrary())
    give_memory_back()
    assert len(asked) == 2
    give_memory_back(arenas=2)
    assert asked[-1] == ("mallopt", (-8, 2))
    trim_memory()  # This library lacks it, as others than glibc do.
