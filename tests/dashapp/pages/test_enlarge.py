"""The link to a picture's large version, and what it leads to."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bundle import Bundle
from dashapp import create_app
from dashapp.settings import Settings
from tests.parsed_html import select
from tests.sample_bundle import write_sample_bundle

LARGE = 400


def write_large(folder: Path) -> Path:
    write_sample_bundle(folder, products=30, large=LARGE)
    return folder


@pytest.fixture(scope="module")
def root(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_large(tmp_path_factory.mktemp("large"))


def client_of(root: Path, **settings: str) -> FlaskClient:
    return create_app(Settings(data=root, **settings)).server.test_client()


def test_a_picture_links_to_its_large_version(root: Path) -> None:
    client = client_of(root)
    link = select(client.get("/product/plain").text, "a.enlarge")[0]
    assert link.get("aria-label") == "Enlarge the picture"
    answer = client.get(link.get("href"))
    assert answer.status_code == 200 and answer.mimetype == "image/webp"
    assert "immutable" in answer.headers["Cache-Control"]


def test_a_page_loads_no_large_picture(root: Path) -> None:
    page = client_of(root).get("/product/plain").text
    sources = [f"{image.get('src')} {image.get('srcset')}" for image in select(page, "img")]
    assert sources and not [source for source in sources if ".large." in source]


def test_without_large_pictures_there_is_no_link(tmp_path: Path, client: FlaskClient) -> None:
    root = write_large(tmp_path)
    assert not select(client.get("/product/plain").text, "a.enlarge")
    with Bundle.open(root) as bundle:
        image = bundle.product("plain").images[0]
        bundle.large_picture(image.id).unlink()
        assert bundle.large_picture("x") is None
    # The seal finds the missing file, unless the pictures are elsewhere.
    elsewhere = client_of(root, thumbnails="https://files.example/t")
    link = select(elsewhere.get("/product/plain").text, "a.enlarge")[0]
    assert link.get("href") == f"https://files.example/t/{image.id[:2]}/{image.id}.large.webp"


@pytest.mark.parametrize("kind", ["huge", "large.large", "", "small.large"])
def test_no_other_kind_is_served(root: Path, kind: str) -> None:
    client = client_of(root)
    href = select(client.get("/product/plain").text, "a.enlarge")[0].get("href")
    assert client.get(href.replace(".large.", f".{kind}.")).status_code == 404
