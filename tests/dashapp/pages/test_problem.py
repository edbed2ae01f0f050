"""A bundle that is missing or broken: the app starts, and says so everywhere."""

import json
import logging
from pathlib import Path

import pytest

from dashapp import create_app
from dashapp.settings import Settings
from tests.sample_bundle import write_sample_bundle


def assert_says(root: Path, *sentences: str, log: pytest.LogCaptureFixture) -> None:
    client = create_app(Settings(data=root)).server.test_client()
    for address in ("/", "/product/plain", "/nowhere"):
        response = client.get(address)
        assert response.status_code == 503
        assert all(sentence in response.text for sentence in sentences), response.text
    assert client.get("/healthz").status_code == 503
    assert client.get("/_dash-layout").status_code == 200
    errors = [record.getMessage() for record in log.records if record.levelno >= logging.ERROR]
    assert len(errors) == 1
    assert all(sentence in errors[0] for sentence in sentences)


def test_no_bundle(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    missing = tmp_path / "nothing"
    assert_says(missing, f"There is no bundle at {missing}", "python -m precompute build", log=caplog)


def test_another_version(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    manifest = write_sample_bundle(tmp_path, products=3) / "manifest.json"
    manifest.write_text(json.dumps({**json.loads(manifest.read_text()), "version": 99}))
    assert_says(tmp_path, "bundle version 99", log=caplog)


def test_files_that_did_not_arrive(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    folder = write_sample_bundle(tmp_path, products=8)
    thumbnails = sorted(folder.glob("thumbnails/*/*"))
    for path in thumbnails[:5]:
        path.unlink()
    name = thumbnails[0].relative_to(folder).as_posix()
    assert_says(tmp_path, f"{name} is missing.", "And 2 more.", log=caplog)


def test_a_list_that_breaks_while_serving_is_a_503_and_not_a_crash(
    tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    folder = write_sample_bundle(tmp_path, products=8)
    client = create_app(Settings(data=tmp_path)).server.test_client()
    for path in folder.glob("neighbours/*/*"):
        path.unlink()
    response = client.get("/product/plain")
    assert response.status_code == 503
    assert "cannot be read" in response.text
    assert client.get("/").status_code == 200
