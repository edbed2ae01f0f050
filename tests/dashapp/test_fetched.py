"""A host that fetches its bundle before it starts, and does not start without."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from bundle import Bundle
from bundle.parcel.pack import Parcel, pack
from dashapp import create_app
from dashapp.settings import REPOSITORY, Settings, SettingsError
from tests.serving import serving


@pytest.fixture
def parcel(data: Path, tmp_path: Path) -> Parcel:
    with Bundle.open(data) as bundle:
        return pack(bundle, tmp_path / "akin.tar.gz")


def address_of(parcel: Parcel) -> str:
    return f"file://{parcel.path}#sha256={parcel.sha256}"


def settings_for(root: Path, address: str) -> Settings:
    return Settings.from_environment({"AKIN_DATA": str(root), "AKIN_BUNDLE_URL": address})


def test_it_fetches_and_serves(parcel: Parcel, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    root = tmp_path / "data"
    client = create_app(settings_for(root, address_of(parcel))).server.test_client()
    assert client.get("/product/plain").status_code == 200
    said = capsys.readouterr().err
    assert f"akin: Fetching the bundle from file://{parcel.path} …\n" in said
    assert f"akin: {parcel.generation} is live.\n" in said
    parcel.path.unlink()
    again = create_app(settings_for(root, address_of(parcel))).server.test_client()
    assert again.get("/healthz").status_code == 200
    assert capsys.readouterr().err == ""


def test_it_does_not_start_with_another_bundle(parcel: Parcel, data: Path, tmp_path: Path) -> None:
    address = f"file://{parcel.path}#sha256={'0' * 64}"
    for root in (tmp_path / "data", data):
        with pytest.raises(
            SettingsError, match=r"^AKIN_BUNDLE_URL: Expected file://.* to have the SHA-256 0000"
        ):
            create_app(settings_for(root, address))


@pytest.mark.slow
@pytest.mark.parametrize("command", [["-m", "dashapp"], ["-c", "import dashapp.wsgi"]])
def test_a_bundle_that_is_not_there_is_one_sentence(tmp_path: Path, command: list[str]) -> None:
    address = f"file://{tmp_path}/none.tar.gz#sha256={'0' * 64}"
    environment = {**os.environ, "AKIN_DATA": str(tmp_path / "data"), "AKIN_BUNDLE_URL": address}
    ran = subprocess.run(
        [sys.executable, *command], cwd=REPOSITORY, env=environment, capture_output=True, text=True
    )
    assert ran.returncode != 0 and "Traceback" not in ran.stderr
    assert f"AKIN_BUNDLE_URL: {tmp_path}/none.tar.gz cannot be read" in ran.stderr


@pytest.mark.slow
def test_gunicorn_fetches_once_before_its_workers(parcel: Parcel, tmp_path: Path) -> None:
    log = tmp_path / "log"
    with serving(tmp_path / "data", log, AKIN_BUNDLE_URL=address_of(parcel), WEB_CONCURRENCY="3"):
        pass
    said = log.read_text()
    assert said.count("Fetching the bundle") == 1
    assert said.index(f"{parcel.generation} is live.") < said.index("Booting worker")


@pytest.mark.parametrize("text", ["example", "10.0.0.1/8", ",", "10.0.0.0/99"])
def test_what_is_no_network_is_one_sentence(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^Expected AKIN_BUNDLE_PRIVATE to be addresses or networks"):
        Settings.from_environment({"AKIN_BUNDLE_PRIVATE": text})


def test_networks_are_named_with_blanks_or_commas() -> None:
    found = Settings.from_environment({"AKIN_BUNDLE_PRIVATE": "10.0.0.0/8, fd00::/8 192.168.1.7"})
    assert [str(each) for each in found.bundle_private] == ["10.0.0.0/8", "fd00::/8", "192.168.1.7/32"]


def test_an_address_without_a_hash_is_one_sentence() -> None:
    with pytest.raises(
        SettingsError, match=r"^Expected AKIN_BUNDLE_URL to be an https:// or file:/// address"
    ):
        Settings.from_environment({"AKIN_BUNDLE_URL": "https://files.example/akin.tar.gz"})
