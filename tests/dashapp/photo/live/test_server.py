"""Live search in a real gunicorn: who waits for whom, and that pages wait for no one."""

from __future__ import annotations

import http.client
import io
import json
import shutil
import socket
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import pytest
from flask import Flask, request
from werkzeug.exceptions import RequestTimeout

from dashapp import create_app
from dashapp.api.photo_answers import AT_ONCE
from dashapp.http.connection import LARGEST_BODY
from dashapp.photo.live import uploads
from dashapp.problems import Problem
from dashapp.settings import Settings
from pictures.limits import UPLOAD
from tests.builds import write_pictures
from tests.drawn_pictures import encoded, picture
from tests.live_builds import build_live, use_projected
from tests.serving import serving
from tests.waiting import PATIENCE, eventually

ADDRESS = "/api/v1/similar?fields=ids&limit=3"


class Visitor:
    """Someone with an address of their own, as a router tells it."""

    def __init__(self, server: str, number: int) -> None:
        self._host = server.removeprefix("http://")
        self._headers = {"X-Forwarded-For": f"203.0.113.{number}"}

    def ask(self, method: str, path: str, body: bytes | None = None) -> tuple[int, dict[str, str], bytes]:
        """The status, the headers and the body."""
        with closing(http.client.HTTPConnection(self._host, timeout=PATIENCE)) as connection:
            connection.request(method, path, body, self._headers)
            answer = connection.getresponse()
            return answer.status, dict(answer.headers), answer.read()


@pytest.fixture(scope="module")
def server(live_folders: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    log = tmp_path_factory.mktemp("log") / "gunicorn.log"
    settings = {
        "AKIN_LIVE": "litert",
        "AKIN_LIVE_RATE": "10000",
        "WEB_CONCURRENCY": "1",
        "FORWARDED_ALLOW_IPS": "127.0.0.1",
    }
    with serving(live_folders[1], log, **settings) as address:
        # What decodes and what embeds are there then.
        Visitor(address, 250).ask("POST", ADDRESS, encoded(picture(1)))
        yield address
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="module")
def large() -> bytes:
    """A photo that takes long to decode: 13 million pixels, nearly as many as a PNG may have."""
    return encoded(picture(1, width=4000, height=3250), "PNG", compress_level=1)


@contextmanager
def unfinished_uploads(server: str, count: int) -> Iterator[None]:
    """So many visitors who have sent the first byte of a photo, and no more."""
    host, port = server.removeprefix("http://").split(":")
    with ExitStack() as stack:
        for number in range(count):
            connection = stack.enter_context(socket.create_connection((host, int(port))))
            head = f"POST /api/v1/similar HTTP/1.1\r\nHost: x\r\nX-Forwarded-For: 198.51.100.{number}\r\n"
            connection.sendall(f"{head}Content-Length: 100000\r\n\r\nx".encode())
        yield


def ask_at_once(server: str, photo: bytes) -> list[int]:
    """What four visitors at once are answered."""
    with ThreadPoolExecutor(4) as pool:
        return list(pool.map(lambda number: Visitor(server, number).ask("POST", ADDRESS, photo)[0], range(4)))


@pytest.mark.slow
def test_four_visitors_at_once_are_all_served(server: str, large: bytes) -> None:
    # That they are served in the order in which they came, the test of turns proves.
    assert ask_at_once(server, large) == [200] * 4


@pytest.mark.slow
def test_past_the_limit_visitors_hear_at_once_that_all_are_busy_and_pages_are_served(
    server: str, large: bytes
) -> None:
    with ThreadPoolExecutor(2 * AT_ONCE) as pool:
        visitors = [Visitor(server, number) for number in range(2 * AT_ONCE)]
        searches = [pool.submit(each.ask, "POST", ADDRESS, large) for each in visitors]
        visitor = Visitor(server, 200)
        assert [visitor.ask("GET", "/product/cups%2F0000.png")[0] for _ in range(5)] == [200] * 5
        answers = [each.result() for each in searches]
    assert {status for status, *_ in answers} == {200, 503}
    for status, headers, body in answers:
        if status == 503:
            assert headers["Retry-After"] == "3" and "Try again" in json.loads(body)["detail"]


@pytest.mark.slow
def test_uploads_that_never_end_hold_up_no_page_and_no_one_s_turn_at_the_model(server: str) -> None:
    visitor, small = Visitor(server, 201), encoded(picture(1))
    # Those of the test before may still be on their way out.
    eventually(lambda: ask_at_once(server, small) == [200] * 4)
    with unfinished_uploads(server, 5 * AT_ONCE):
        assert visitor.ask("GET", "/healthz")[0] == visitor.ask("GET", "/")[0] == 200
        assert ask_at_once(server, small) == [200] * 4, "who sends no photo has no place, and no turn"


@pytest.mark.slow
def test_a_body_that_is_too_large_is_answered_and_not_read(server: str) -> None:
    host, port = server.removeprefix("http://").split(":")
    with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
        connection.sendall(b"POST /api/v1/similar HTTP/1.1\r\nHost: x\r\nContent-Length: 900000000\r\n\r\n")
        assert connection.recv(1000).startswith(b"HTTP/1.1 413")


@pytest.mark.slow
def test_a_chunked_body_is_read_as_far_as_the_limit(server: str) -> None:
    small = encoded(picture(1))
    host, port = server.removeprefix("http://").split(":")

    def chunked(parts: int, content: bytes) -> bytes:
        with socket.create_connection((host, int(port)), timeout=PATIENCE) as connection:
            head = b"POST /api/v1/similar HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
            connection.sendall(head)
            try:
                for _ in range(parts):
                    connection.sendall(f"{len(content):x}\r\n".encode() + content + b"\r\n")
                connection.sendall(b"0\r\n\r\n")
            except (BrokenPipeError, ConnectionResetError):
                pass  # It had been answered by then.
            return connection.recv(1000)

    assert chunked(1, small).startswith(b"HTTP/1.1 200")
    assert chunked(20, bytes(1_000_000)).startswith(b"HTTP/1.1 413")


def test_the_server_lets_the_largest_photos_through() -> None:
    assert UPLOAD.bytes + uploads._AROUND + 64 * 1024 < LARGEST_BODY


def test_a_photo_that_did_not_arrive_in_time_is_a_problem() -> None:
    class Late(io.RawIOBase):
        def readable(self) -> bool:
            return True

        def readinto(self, buffer: object) -> int:
            raise RequestTimeout

    for content_type in ("image/png", "multipart/form-data; boundary=x"):
        environ = {"wsgi.input": Late(), "CONTENT_LENGTH": "1000", "CONTENT_TYPE": content_type}
        context = Flask("x").test_request_context("/", method="POST", environ_overrides=environ)
        with context, pytest.raises(Problem, match="did not arrive in time") as caught:
            uploads.read_photos(request)
        assert caught.value.status == 408


@pytest.mark.slow
def test_the_search_goes_live_with_its_generation(
    live_folders: tuple[Path, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_projected(monkeypatch)
    shutil.copytree(live_folders[0], tmp_path / "pictures")
    shutil.copytree(live_folders[1], tmp_path / "data")
    settings = Settings(data=tmp_path / "data", live="litert", live_rate=10_000)
    client = create_app(settings).server.test_client()
    write_pictures(tmp_path / "pictures", 5, first=40)
    data = (tmp_path / "pictures" / "bags" / "0041.png").read_bytes()
    before = client.post(ADDRESS, data=data).json
    assert before["total"] == 40 and before["similar"][0]["id"] != "bags/0041.png"
    build_live(tmp_path / "pictures", tmp_path / "data")
    answers: list[tuple[int, int]] = []

    def ask() -> bool:
        answer = client.post(ADDRESS, data=data)
        answers.append((answer.status_code, answer.json.get("total")))
        return answers[-1] == (200, 45)

    eventually(ask)
    assert set(answers) <= {(200, 40), (200, 45)} and answers[-1] == (200, 45)
    assert client.post(ADDRESS, data=data).json["similar"][0]["id"] == "bags/0041.png"
    build_live(tmp_path / "pictures", tmp_path / "data", live=False)
    for _ in range(20):
        assert client.post(ADDRESS, data=data).status_code == 200, (
            "one without a live part takes no one's place"
        )
        time.sleep(0.01)


@pytest.mark.slow
def test_threads_are_left_for_pages(monkeypatch: pytest.MonkeyPatch) -> None:
    from tests.dashapp.http.test_gunicorn import configuration

    monkeypatch.delenv("AKIN_LIVE", raising=False)
    usual = configuration(monkeypatch)["threads"]
    assert configuration(monkeypatch, AKIN_LIVE="litert")["threads"] == usual + AT_ONCE
