"""Thumbnails may be served by another host, and then need not be in the deploy."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from bundle import Bundle
from dashapp.app import create_app
from dashapp.settings import Settings, SettingsError
from tests.sample_bundle import write_sample_bundle

ADDRESS = "https://files.example/akin/thumbnails"


@pytest.fixture
def client(tmp_path: Path):
    shutil.rmtree(write_sample_bundle(tmp_path, products=20) / "thumbnails")
    return create_app(Settings(data=tmp_path, thumbnails=ADDRESS)).server.test_client()


def test_pages_and_the_api_name_the_other_host(client, tmp_path: Path) -> None:
    image = Bundle.open(tmp_path).page(limit=1).products[0].images[0].id
    large, small = (f"{ADDRESS}/{image[:2]}/{image}{kind}.webp" for kind in ("", ".small"))
    gallery, page = client.get("/").text, client.get("/product/plain").text
    assert f"{small} 45w, {large} 90w" in gallery
    assert f'property="og:image" content="{large}"' in page
    assert client.get("/api/v1/products/plain").json["images"][0]["large"]["src"] == large
    assert "/thumbnails/" not in (gallery + page).replace(ADDRESS, "")


def test_pictures_may_come_from_that_folder_and_no_other(client) -> None:
    policy = client.get("/").headers["Content-Security-Policy"]
    assert f"img-src 'self' data: {ADDRESS}/;" in policy


def test_without_the_setting_they_are_missed(tmp_path: Path) -> None:
    shutil.rmtree(write_sample_bundle(tmp_path, products=20) / "thumbnails")
    assert create_app(Settings(data=tmp_path)).server.test_client().get("/").status_code == 503


def test_whatever_else_is_missing_is_still_missed(tmp_path: Path) -> None:
    (write_sample_bundle(tmp_path, products=20) / "report.json").unlink()
    client = create_app(Settings(data=tmp_path, thumbnails=ADDRESS)).server.test_client()
    assert "report.json is missing" in client.get("/").text


@pytest.mark.parametrize(
    "text", ["files.example", "ftp://files.example", "https://a.example/x y", "https://a.example/;x"]
)
def test_another_kind_of_address_is_refused(text: str) -> None:
    with pytest.raises(SettingsError, match="Expected AKIN_THUMBNAILS to be the address of a folder"):
        Settings.from_environment({"AKIN_THUMBNAILS": text})


def test_a_slash_at_the_end_makes_no_difference() -> None:
    assert Settings.from_environment({"AKIN_THUMBNAILS": f"{ADDRESS}/"}).thumbnails == ADDRESS
