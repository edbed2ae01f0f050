"""A web server on loopback that gives what it is told to give, and remembers everything it was asked."""

from __future__ import annotations

import hashlib
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import parse_qsl, urlsplit


@dataclass(frozen=True)
class Asked:
    """One request: when it came, for which path and query, with which headers, and the answer."""

    at: float
    path: str
    headers: dict[str, str]
    status: int


@dataclass(frozen=True)
class Reply:
    """What a route answers; a `body` that is no bytes is sent piece by piece, and its length not told.

    `tagged` answers have an ETag and can be asked for conditionally. `broken` ones close the connection after
    half of the body.
    """

    body: bytes | Iterator[bytes] = b""
    status: int = 200
    kind: str = "text/html; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    tagged: bool = True
    broken: bool = False


Route = Callable[[dict[str, str]], Reply]


class Site:
    """Routes by path, and what was asked of them. A route gets the query's parameters."""

    def __init__(self, server: ThreadingHTTPServer) -> None:
        self.server = server
        self.routes: dict[str, Route] = {}
        self.asked: list[Asked] = []
        self.before: Callable[[str], Reply | None] = lambda path: None
        """Called with each path; what it gives is answered in place of the route's reply."""

    @property
    def url(self) -> str:
        """The site's address, without a slash at the end."""
        host, port = self.server.server_address[:2]
        return f"http://{host}:{port}"

    def give(
        self, path: str, body: bytes | str, kind: str = "text/html; charset=utf-8", **options: object
    ) -> None:
        """Let a path answer with a body."""
        data = body.encode() if isinstance(body, str) else body
        self.routes[path] = lambda query: Reply(data, kind=kind, **options)

    def paths(self, beginning: str = "/") -> list[str]:
        """The paths and queries that were asked for, in order."""
        return [each.path for each in self.asked if each.path.startswith(beginning)]

    def reply(self, target: str) -> Reply:
        """The answer to a request."""
        parts = urlsplit(target)
        route = self.routes.get(parts.path)
        early = self.before(target)
        if early is not None:
            return early
        return route(dict(parse_qsl(parts.query))) if route else Reply(b"<html>Not here</html>", status=404)


@contextmanager
def serving(host: str = "127.0.0.1") -> Iterator[Site]:
    """A site that answers while the context lasts."""
    server = ThreadingHTTPServer((host, 0), _Handler)
    server.daemon_threads = True
    server.site = Site(server)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield server.site
    finally:
        server.shutdown()
        server.server_close()


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        site, at = self.server.site, time.monotonic()
        reply = site.reply(self.path)
        headers = {"Content-Type": reply.kind, **reply.headers}
        status, body = reply.status, reply.body
        if reply.tagged and status == 200 and isinstance(body, bytes):
            headers["ETag"] = f'"{hashlib.sha256(body).hexdigest()[:16]}"'
            if self.headers.get("If-None-Match") == headers["ETag"]:
                status, body = 304, b""
        given = {name.lower(): value for name, value in self.headers.items()}
        site.asked.append(Asked(at, self.path, given, status))
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        try:
            self._send(body, status, broken=reply.broken)
        except (BrokenPipeError, ConnectionResetError):
            self.close_connection = True

    def _send(self, body: bytes | Iterator[bytes], status: int, *, broken: bool) -> None:
        if isinstance(body, bytes):
            if status != 304:
                self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body[: len(body) // 2] if broken else body)
            self.close_connection = self.close_connection or broken
            return
        self.send_header("Connection", "close")
        self.end_headers()
        self.close_connection = True
        for piece in body:
            self.wfile.write(piece)
            self.wfile.flush()

    def log_message(self, *_: object) -> None:
        """Nobody reads it."""
