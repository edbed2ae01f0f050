"""A running app goes from one generation to the next, and back, and fails no request on the way."""

from __future__ import annotations

import gc
import json
import os
import socket
import subprocess
import sys
import threading
import weakref
from collections.abc import Iterator
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import quote

import pytest

from bundle import Bundle
from bundle.generations import roll_back
from dashapp import create_app
from dashapp.http.map_data import map_tag
from dashapp.parts.view import View
from dashapp.settings import REPOSITORY, Settings
from dashapp.site import Sites
from tests.parsed_html import attributes, text_of
from tests.sample_bundle import RECIPES, write_sample_bundle
from tests.waiting import PATIENCE, eventually


def publish(root: Path, generation: str, *, products: int) -> None:
    write_sample_bundle(root, products=products, recipes=RECIPES[:1], generation=generation)


@pytest.fixture
def served(tmp_path: Path) -> Iterator[tuple[Path, int]]:
    """A bundle's folder, and the port of gunicorn with two workers that serves it."""
    root = tmp_path / "data"
    publish(root, "g1", products=60)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    command = [sys.executable, "-m", "gunicorn", "dashapp.wsgi:server", "--bind", f"127.0.0.1:{port}"]
    environment = {**os.environ, "AKIN_DATA": str(root), "WEB_CONCURRENCY": "2"}
    log = tmp_path / "gunicorn.log"
    with log.open("wb") as output:
        process = subprocess.Popen(
            command, cwd=REPOSITORY, env=environment, stdout=output, stderr=subprocess.STDOUT
        )
    try:
        eventually(lambda: answers(port))
        yield root, port
    finally:
        process.terminate()
        process.wait(timeout=PATIENCE)


def answers(port: int) -> bool:
    try:
        return get(port, "/healthz")[0] == 200
    except OSError:
        return False


def get(port: int, address: str, body: bytes | None = None) -> tuple[int, str]:
    connection = HTTPConnection("127.0.0.1", port, timeout=PATIENCE)
    try:
        headers = {"Content-Type": "application/json"} if body else {}
        connection.request("POST" if body else "GET", address, body=body, headers=headers)
        response = connection.getresponse()
        return response.status, response.read().decode("utf-8", "replace")
    finally:
        connection.close()


class Visitors:
    """Threads that click through the shop all the time, and note every answer that is wrong."""

    def __init__(self, port: int) -> None:
        self.port = port
        self.failures: list[str] = []
        self.pages = self.pictures = 0
        self.counts: set[str] = set()
        self._stop = threading.Event()
        self._threads = [threading.Thread(target=self._visit) for _ in range(4)]

    def __enter__(self) -> Visitors:
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stop.set()
        for thread in self._threads:
            thread.join()

    def _visit(self) -> None:
        # The pause leaves the machine to the builds and to the server.
        while not self._stop.wait(0.2):
            try:
                self._look_around()
            except OSError as error:
                self.failures.append(repr(error))

    def _look_around(self) -> None:
        text = self._get("/")
        self.counts.add(count_in(text))
        # What another worker made is asked for after this one has gone on, or before it has.
        for address in thumbnails_in(text)[-3:]:
            self._get(address)
            self.pictures += 1
        for link in attributes(text, ".card-name", "href")[:1]:
            self._get(link)
        path = "/product/" + quote("plain")
        inputs = [
            {"id": "address", "property": "pathname", "value": path},
            {"id": "address", "property": "search", "value": ""},
        ]
        outputs = {"id": "page", "property": "children"}
        state = [{"id": "language", "property": "data", "value": "en"}]
        body = {"output": "page.children", "outputs": outputs, "inputs": inputs, "state": state}
        answer = self._get("/_dash-update-component", json.dumps(body).encode())
        if "cannot be read" in answer:
            self.failures.append(answer)
        self.pages += 1

    def _get(self, address: str, body: bytes | None = None) -> str:
        status, text = get(self.port, address, body)
        if status != 200:
            self.failures.append(f"{status} {address}")
        return text


def shown(port: int) -> set[str]:
    """The numbers of products that several workers say there are."""
    return {count_in(get(port, "/")[1]) for _ in range(8)}


def thumbnails_in(html: str) -> list[str]:
    return attributes(html, "img[src^='/thumbnails/']", "src")


def count_in(html: str) -> str:
    """The number of products that a gallery's first page says there are."""
    return text_of(html, ".count").removesuffix(" products").rpartition(" ")[2]


@pytest.mark.slow
def test_two_builds_and_a_way_back_fail_no_request(served: tuple[Path, int]) -> None:
    root, port = served
    with Visitors(port) as visitors:
        eventually(lambda: visitors.pages > 5)
        for generation, products in (("g2", 70), ("g3", 50)):
            publish(root, generation, products=products)
            eventually(lambda products=products: shown(port) == {str(products)})
        roll_back(root)
        eventually(lambda: shown(port) == {"70"})
        # Two at once: what was shown is removed before the app has gone on.
        publish(root, "g4", products=55)
        publish(root, "g5", products=65)
        eventually(lambda: shown(port) == {"65"})
    assert visitors.failures == []
    assert visitors.counts >= {"60", "70", "50", "65"} and visitors.pictures > 20


def test_a_page_of_the_generation_before_keeps_its_pictures(tmp_path: Path) -> None:
    publish(tmp_path, "g1", products=60)
    client = create_app(Settings(data=tmp_path)).server.test_client()
    pictures = thumbnails_in(client.get("/").text)
    publish(tmp_path, "g2", products=4)
    eventually(lambda: "4 products" in client.get("/").text)
    assert len(pictures) > 20
    assert {client.get(address).status_code for address in pictures} == {200}


def test_the_bundle_that_another_replaces_is_freed_at_once(tmp_path: Path) -> None:
    publish(tmp_path, "g1", products=30)
    app = create_app(Settings(data=tmp_path))
    client = app.server.test_client()
    gc.disable()
    try:
        first = app.sites.current().bundle
        points = f"/map/{map_tag(first)}/points"
        searches = ("/?q=cup&sort=price", "/?q=saucerr&colour=red")
        for address in (*searches, "/product/plain", points, "/api/v1/products"):
            assert client.get(address).status_code == 200
        alive = weakref.ref(first)
        del first
        assert alive() is not None
        publish(tmp_path, "g2", products=40)
        eventually(lambda: "40 products" in client.get("/").text)
        eventually(lambda: alive() is None)
    finally:
        gc.enable()


def test_a_picture_and_a_page_of_a_generation_not_yet_shown_are_found(tmp_path: Path) -> None:
    publish(tmp_path, "g1", products=4)
    client = create_app(Settings(data=tmp_path)).server.test_client()
    publish(tmp_path, "g2", products=60)
    other = create_app(Settings(data=tmp_path)).server.test_client()
    (*_, picture) = thumbnails_in(other.get("/").text)
    assert client.get(picture).status_code == 200
    publish(tmp_path, "g3", products=90)
    assert client.get("/product/sku-0080").status_code == 200


def test_a_generation_that_is_removed_while_it_is_shown_is_left_at_once(tmp_path: Path) -> None:
    publish(tmp_path, "g1", products=30)
    sites = Sites(Settings(data=tmp_path))
    removed = sites.current().bundle
    answered = []

    def make(site: object) -> View:
        answered.append(site)
        if len(answered) == 1:
            publish(tmp_path, "g2", products=30)
            publish(tmp_path, "g3", products=30)
            assert not removed.folder.exists()
            return View(body=[], title="", status=503)
        return View(body=[], title="")

    site, view = sites.view(make)
    assert view.status == 200 and site.bundle.generation == Bundle.open(tmp_path).generation == "g3"


def test_a_generation_that_is_damaged_does_not_take_the_place_of_one_that_is_not(tmp_path: Path) -> None:
    publish(tmp_path, "g1", products=30)
    sites = Sites(Settings(data=tmp_path))
    publish(tmp_path, "g2", products=30)
    (tmp_path / "g2" / "report.json").write_text("")
    assert sites.thumbnail("00000000", "0" * 64) is None
    assert sites.current().bundle.generation == "g1"
    publish(tmp_path, "g3", products=30)
    assert sites.thumbnail("00000000", "0" * 64) is None
    assert sites.current().bundle.generation == "g3"
