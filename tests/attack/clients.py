"""Clients that keep a server waiting, each in a way of its own."""

from __future__ import annotations

import socket
import time
import urllib.request
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager

from tests.waiting import PATIENCE

CALLBACK = "/_dash-update-component"

_JSON = "Host: x\r\nContent-Type: application/json\r\n"

SLOW_BODY = f"POST {CALLBACK} HTTP/1.1\r\n{_JSON}Content-Length: 60000\r\n\r\n{{".encode()
SLOW_BODY_NOBODY_READS = b"GET /about HTTP/1.1\r\nHost: x\r\nContent-Length: 60000\r\n\r\nx"
SLOW_CHUNKS = f"POST {CALLBACK} HTTP/1.1\r\n{_JSON}Transfer-Encoding: chunked\r\n\r\n5\r\n{{".encode()
SLOW_HEAD = b"GET /about HTTP/1.1\r\nHos"
SILENT = b""


def connect(address: str, *, receive_buffer: int | None = None) -> socket.socket:
    """A connection to a server, which takes little at once where `receive_buffer`, in bytes, is small."""
    host, port = address.removeprefix("http://").split(":")
    client = socket.socket()
    client.settimeout(PATIENCE)
    if receive_buffer:
        client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
    client.connect((host, int(port)))
    return client


@contextmanager
def waiting(
    address: str, data: bytes, *, count: int, takes: int | None = None
) -> Iterator[list[socket.socket]]:
    """So many clients that have sent `data` and stay; they take hardly anything where `takes` is small."""
    with ExitStack() as stack:
        clients = [stack.enter_context(connect(address, receive_buffer=takes)) for _ in range(count)]
        for client in clients:
            client.sendall(data)
        yield clients


def answer(client: socket.socket) -> bytes:
    """All that the server says until it closes the connection."""
    parts = []
    while part := client.recv(65536):
        parts.append(part)
    return b"".join(parts)


def ask(address: str, path: str = "/healthz", *, seconds: float = PATIENCE) -> tuple[int, float]:
    """The status of a page, and the seconds that it took. Raises where it takes more than `seconds`."""
    started = time.monotonic()
    with urllib.request.urlopen(address + path, timeout=seconds) as response:
        response.read()
    return response.status, time.monotonic() - started
