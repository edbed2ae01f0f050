"""Live mode starts or says in one sentence why not; without it, nothing of it is there."""

from __future__ import annotations

from pathlib import Path

import pytest

from bundle.live import host_memory
from dashapp import create_app
from dashapp.photo.live import start
from dashapp.photo.live.limit import memory_limit
from dashapp.settings import Settings, SettingsError
from tests.dashapp.test_command import run

LIVE_ONLY = ("dashapp.photo.live", "pictures", "numpy", "PIL", "ai_edge_litert", "precompute")


@pytest.mark.slow
def test_without_the_setting_nothing_of_it_is_imported(live_folders: tuple[Path, Path]) -> None:
    program = (
        "import sys\n"
        f"for name in {LIVE_ONLY}: sys.modules[name] = None\n"
        "import dashapp.wsgi\n"
        "client = dashapp.wsgi.server.test_client()\n"
        "assert client.get('/').status_code == 200\n"
        "assert client.post('/api/v1/similar', data=b'x').status_code == 405\n"
        "assert client.get('/api/v1/openapi.json').status_code == 200\n"
    )
    ran = run("-c", program, AKIN_DATA=str(live_folders[1]))
    assert ran.returncode == 0, ran.stderr


@pytest.mark.parametrize("live", ["litert", "browser"])
def test_a_bundle_without_a_live_part_is_refused(live: str, data: Path) -> None:
    with pytest.raises(SettingsError, match=f"AKIN_LIVE={live} cannot be served: the bundle at"):
        create_app(Settings(data=data, live=live))


@pytest.mark.slow
@pytest.mark.parametrize("arguments", [("-m", "dashapp"), ("-c", "import dashapp.wsgi")])
def test_all_that_is_seen_of_it_is_one_sentence(arguments: tuple[str, ...], data: Path) -> None:
    ran = run(*arguments, AKIN_LIVE="litert", AKIN_DATA=str(data))
    assert ran.returncode != 0
    assert "AKIN_LIVE=litert cannot be served: the bundle at" in ran.stderr
    assert "run: python -m precompute build SOURCE --live" in ran.stderr
    assert "Traceback" not in ran.stderr


def test_keras_without_the_store_is_one_sentence(data: Path) -> None:
    with pytest.raises(SettingsError, match="there is no store with its embeddings"):
        create_app(Settings(data=data, live="keras"))


@pytest.mark.parametrize(
    ("live", "package", "requirements"),
    [("litert", "ai_edge_litert", "requirements-live"), ("keras", "tensorflow", "requirements-precompute")],
)
def test_a_missing_package_is_one_sentence(
    live: str,
    package: str,
    requirements: str,
    live_folders: tuple[Path, Path],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    found = start.find_spec
    monkeypatch.setattr(start, "find_spec", lambda name: None if name == package else found(name))
    words = f"AKIN_LIVE={live} needs the package {package}, .*pip install -r {requirements}.txt"
    with pytest.raises(SettingsError, match=words):
        create_app(Settings(data=live_folders[1], live=live))


@pytest.mark.slow
def test_gunicorn_stops_with_the_sentence(data: Path) -> None:
    command = ("-m", "gunicorn", "dashapp.wsgi:server", "--bind", "127.0.0.1:0")
    ran = run(*command, AKIN_LIVE="litert", AKIN_DATA=str(data))
    assert ran.returncode != 0
    assert "AKIN_LIVE=litert cannot be served: the bundle at" in ran.stderr + ran.stdout
    assert "Traceback" not in ran.stderr


def test_a_folder_without_a_bundle_gives_the_usual_page(tmp_path: Path) -> None:
    client = create_app(Settings(data=tmp_path, live="litert")).server.test_client()
    assert client.get("/").status_code == 503
    assert client.post("/api/v1/similar", data=b"x").status_code in (405, 503)


@pytest.mark.parametrize("live", ["tensorflow", "LITERT"])
def test_another_value_is_refused(live: str) -> None:
    with pytest.raises(SettingsError, match="AKIN_LIVE to be one of keras, litert, browser"):
        Settings.from_environment({"AKIN_LIVE": live})


@pytest.mark.parametrize("rate", ["0", "-1", "many", "1000000000"])
def test_a_rate_is_a_whole_number(rate: str) -> None:
    with pytest.raises(SettingsError, match="AKIN_LIVE_RATE to be a whole number"):
        Settings.from_environment({"AKIN_LIVE_RATE": rate})


@pytest.mark.parametrize(("workers", "megabytes"), [(1, 363), (2, 486)])
def test_the_memory_of_a_server_is_what_was_measured(workers: int, megabytes: int) -> None:
    predicted = host_memory(rows=100_000, dimensions=1280, workers=workers)
    assert predicted == pytest.approx(megabytes * 10**6, rel=0.05)


def test_a_search_that_does_not_fit_is_one_sentence(
    live_folders: tuple[Path, Path], monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    settings = Settings(data=live_folders[1], live="litert")
    monkeypatch.setattr(start, "memory_limit", lambda: 512 * 1024**2)
    start.check_start(settings)
    assert caplog.messages == []
    monkeypatch.setattr(start, "memory_limit", lambda: 200_000_000)
    monkeypatch.setenv("WEB_CONCURRENCY", "2")
    start.check_start(settings)
    (said,) = caplog.messages
    assert "in 2 workers, but this machine allows 200 MB: set WEB_CONCURRENCY=1, " in said
    monkeypatch.setenv("WEB_CONCURRENCY", "1")
    start.check_start(settings)
    assert "in 1 worker, but" in caplog.messages[1] and "WEB_CONCURRENCY" not in caplog.messages[1]


def test_the_limit_of_a_container_counts(tmp_path: Path) -> None:
    for name, text in (("none", "max\n"), ("some", "536870912\n")):
        (tmp_path / name).write_text(text)
    files = tuple(str(tmp_path / name) for name in ("missing", "none", "some"))
    assert memory_limit(files) == 512 * 1024**2
    assert memory_limit(files[:2]) == memory_limit(())


@pytest.mark.slow
def test_searching_on_the_host_needs_nothing_of_the_other_half() -> None:
    ran = run("-c", "import dashapp.api.photo_answers, dashapp.photo.live.litert, sys; print(*sys.modules)")
    assert not {"tensorflow", "keras", "precompute", "pandas", "scipy"} & set(ran.stdout.split())
    assert "numpy" in ran.stdout.split()
