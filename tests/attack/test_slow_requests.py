"""Clients that send a part of a request, or take a part of the answer, hold up nobody."""

from __future__ import annotations

import re
import resource
import socket
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import pytest

from tests.attack import clients
from tests.attack.clients import answer, ask, connect, waiting
from tests.serving import REPOSITORY, serving

ATTACKS = {
    "a body of which one byte comes": clients.SLOW_BODY,
    "a body that no one reads": clients.SLOW_BODY_NOBODY_READS,
    "a chunk that does not end": clients.SLOW_CHUNKS,
    "a head that does not end": clients.SLOW_HEAD,
    "nothing": clients.SILENT,
}
PLOTLY = "/_dash-component-suites/plotly/package_data/plotly.min.js"
"""An answer of some megabytes, which comes from memory; that of /assets/ comes from a file."""

pytestmark = pytest.mark.slow

SOON = 120.0
"""Seconds: far more than an answer takes on a busy machine, far less than any attack lasts."""


@contextmanager
def deployed(data: Path, log: Path, *, deadlines: str) -> Iterator[str]:
    """The server as it is deployed, but for its deadlines."""
    configuration = Path(__file__).with_name(f"{deadlines}.conf.py")
    with serving(data, log, GUNICORN_CMD_ARGS=f"--config {configuration}") as address:
        yield address
    assert "Traceback" not in log.read_text()


@pytest.fixture(scope="module")
def server(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """One whose deadlines no test waits for."""
    log = tmp_path_factory.mktemp("log") / "gunicorn.log"
    with deployed(data, log, deadlines="patient") as address:
        yield address


@pytest.fixture(scope="module")
def impatient(data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[str, Path]]:
    """One whose deadlines are short, with its log."""
    log = tmp_path_factory.mktemp("log") / "gunicorn.log"
    with deployed(data, log, deadlines="impatient") as address:
        yield address, log


@pytest.mark.parametrize("attack", ATTACKS)
def test_pages_are_served_while_clients_keep_requests_back(server: str, attack: str) -> None:
    with waiting(server, ATTACKS[attack], count=40):
        for path in ("/healthz", "/", "/product/plain"):
            assert ask(server, path, seconds=SOON)[0] == 200


def test_pages_are_served_while_clients_take_no_answer(server: str) -> None:
    large = f"GET {PLOTLY} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    assert len(_whole(server, large)) > 1_000_000
    with waiting(server, large, count=16, takes=4096):
        assert ask(server, "/healthz", seconds=SOON)[0] == 200
        assert ask(server, "/product/plain", seconds=SOON)[0] == 200


def test_pages_are_served_while_clients_do_not_close_what_was_answered(server: str) -> None:
    with waiting(server, b"GET /healthz HTTP/1.0\r\n\r\n", count=40):
        assert ask(server, "/healthz", seconds=SOON)[0] == 200


def test_there_is_room_for_one_more_where_silent_clients_have_taken_every_place(server: str) -> None:
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    many = 1200
    if hard < many + 200:
        pytest.skip(f"a process may open {hard} files here, too few to take every place")
    resource.setrlimit(resource.RLIMIT_NOFILE, (max(soft, many + 200), hard))
    try:
        with waiting(server, clients.SILENT, count=many):
            assert ask(server, "/healthz", seconds=SOON)[0] == 200
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


@pytest.mark.parametrize(
    ("attack", "status"),
    [
        ("a body of which one byte comes", b"408"),
        ("a body that no one reads", b"200"),
        ("a chunk that does not end", b"408"),
        ("a head that does not end", b"408"),
    ],
)
def test_a_request_has_so_much_time(impatient: tuple[str, Path], attack: str, status: bytes) -> None:
    address, _ = impatient
    with waiting(address, ATTACKS[attack], count=3) as clients:
        for client in clients:
            told = answer(client)
            assert told.startswith(b"HTTP/1.1 " + status) and b"\r\nConnection: close\r\n" in told


def test_an_answer_that_no_one_takes_is_given_up(impatient: tuple[str, Path]) -> None:
    address, _ = impatient
    large = f"GET {PLOTLY} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    whole = len(_whole(address, large))
    with connect(address, receive_buffer=4096) as client:
        client.sendall(large)
        # Nothing is read for longer than the client has; then there is only what was on its way.
        with connect(address) as other:
            other.sendall(clients.SLOW_HEAD)
            answer(other)
            other_again = connect(address)
            other_again.sendall(clients.SLOW_BODY)
            answer(other_again)
            other_again.close()
        received = b""
        with suppress(ConnectionResetError):
            received = answer(client)
        assert len(received) < whole


def test_a_late_request_is_one_line_in_the_log(impatient: tuple[str, Path]) -> None:
    address, log = impatient
    before = len(log.read_text())
    with waiting(address, clients.SLOW_BODY, count=1) as (client,):
        answer(client)
    ask(address)
    lines = [line for line in log.read_text()[before:].splitlines() if "/healthz" not in line]
    assert len(lines) == 1 and " 408 " in lines[0]


def test_one_connection_serves_request_after_request(server: str) -> None:
    head = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    body = "POST /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello"
    coded = "POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunks = coded + "3;a=b\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n"
    last = "GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    with connect(server) as client:
        client.sendall((head + body + chunks + head + last).encode())
        told = answer(client)
    assert re.findall(rb"HTTP/1\.1 (\d+)", told) == [b"200", b"405", b"405", b"200", b"200"]


@pytest.mark.parametrize("path", ["/assets/vendor/bootstrap.min.css", PLOTLY])
def test_what_is_taken_slowly_arrives_whole(server: str, path: str) -> None:
    request = f"GET {path} HTTP/1.1\r\nHost: x\r\n\r\n".encode()
    with connect(server, receive_buffer=65_536) as client:
        client.sendall(request * 2 + request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        received = b""
        while part := client.recv(50_000):
            received += part
    once = _whole(server, request).partition(b"\r\n\r\n")[2]
    if path.startswith("/assets/"):
        assert once == (REPOSITORY / path.removeprefix("/")).read_bytes()
    assert received.count(once) == 3 and received.endswith(once)


def test_a_head_is_answered_without_a_body(server: str) -> None:
    with connect(server) as client:
        client.sendall(b"HEAD /assets/akin.css HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
        head, _, body = answer(client).partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 200") and body == b""


def test_bytes_may_come_one_at_a_time(server: str) -> None:
    with connect(server) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for byte in b"POST /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Length: 3\r\n\r\nabc":
            client.sendall(bytes([byte]))
        assert answer(client).startswith(b"HTTP/1.1 405")


def test_a_client_is_asked_for_the_body_that_it_keeps_back(server: str) -> None:
    with connect(server) as client:
        client.sendall(
            b"POST /healthz HTTP/1.1\r\nHost: x\r\nExpect: 100-continue\r\nContent-Length: 3\r\n"
            b"Connection: close\r\n\r\n"
        )
        assert client.recv(100) == b"HTTP/1.1 100 Continue\r\n\r\n"
        client.sendall(b"abc")
        assert answer(client).startswith(b"HTTP/1.1 405")


@pytest.mark.parametrize(
    ("request_", "status"),
    [
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nX: " + b"x" * 40_000, b"431"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab", b"400"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: " + b"9" * 400 + b"\r\n\r\n", b"200"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n", b"400"),
        (b"GET /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: gzip\r\n\r\n0\r\n\r\n", b"400"),
        (b"POST /healthz HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n", b"405"),
        (b"\x16\x03\x01\r\n\r\n", b"400"),
        (clients.SLOW_BODY.replace(b"60000", b"900000000"), b"413"),
    ],
)
def test_what_is_no_request_ends_at_once(server: str, request_: bytes, status: bytes) -> None:
    with connect(server) as client:
        client.sendall(request_)
        assert answer(client).startswith(b"HTTP/1.1 " + status)


def _whole(address: str, request: bytes) -> bytes:
    with connect(address) as client:
        client.sendall(request.replace(b"\r\n\r\n", b"\r\nConnection: close\r\n\r\n"))
        return answer(client)
