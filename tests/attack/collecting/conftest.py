"""What attacks on a collection share: a shop with one good product, and a server that sends what it likes."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

import pytest

from tests.precompute.collect.conftest import collect, site
from tests.shop.goods import goods
from tests.shop.pages import give_pictures, page, script
from tests.shop.server import Site

__all__ = ["collect", "shop", "site"]

GOOD = script({"@type": "Product", "name": "A mug", "sku": "good", "image": "/img/1000-1.jpg"})


@pytest.fixture
def shop(site: Site) -> Callable[[str], None]:
    """Lets the start page lead to a good product, and to one bad address."""

    def lead_to(bad: str) -> None:
        give_pictures(site, goods(1))
        site.give("/p/good", page(GOOD))
        site.give("/", page("", f'<a href="/p/good">x</a><a href="{bad}">x</a>'))

    return lead_to


class Raw:
    """A server on loopback that answers a path with bytes as they are, piece by piece, and then hangs up."""

    def __init__(self, port: int) -> None:
        self.url = f"http://127.0.0.1:{port}"
        self.answers: dict[str, Callable[[], Iterator[bytes]]] = {}
        self.asked: list[str] = []


@contextmanager
def raw_server() -> Iterator[Raw]:
    """A `Raw` that answers while the context lasts; what it is not told of is a product's page."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            path = self.rfile.readline().decode("latin-1").split(" ")[1]
            while self.rfile.readline().strip():
                pass
            raw.asked.append(path)
            with suppress(OSError):
                for piece in raw.answers.get(path, nothing)():
                    self.wfile.write(piece)

    def nothing() -> Iterator[bytes]:
        yield b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"

    class Server(socketserver.ThreadingTCPServer):
        daemon_threads = True
        allow_reuse_address = True

    server = Server(("127.0.0.1", 0), Handler)
    raw = Raw(server.server_address[1])
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    try:
        yield raw
    finally:
        server.shutdown()
        server.server_close()
