"""Stands between a browser and a server and keeps every request as it went over the wire, body and all.

A browser's own record of a request lacks what a form's files hold.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

from tests.waiting import PATIENCE

_HOPS = {"connection", "keep-alive", "transfer-encoding"}


@dataclass(frozen=True)
class Sent:
    """One request."""

    method: str
    path: str
    content_type: str
    body: bytes


@dataclass
class Recorder:
    """All requests so far; `address` is where browsers go."""

    address: str
    requests: list[Sent] = field(default_factory=list)

    def to(self, beginning: str) -> list[Sent]:
        """Those whose path begins so."""
        return [each for each in self.requests if each.path.startswith(beginning)]


@contextmanager
def recording(server: str) -> Iterator[Recorder]:
    """Serve what `server` serves, on another port."""
    upstream = urlsplit(server)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def _pass_on(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            content_type = self.headers.get("Content-Type", "")
            recorder.requests.append(Sent(self.command, self.path, content_type, body))
            connection = HTTPConnection(upstream.hostname, upstream.port, timeout=PATIENCE)
            connection.request(self.command, self.path, body=body or None, headers=dict(self.headers))
            response = connection.getresponse()
            content = response.read()
            connection.close()
            self.send_response(response.status)
            for name, value in response.getheaders():
                if name.lower() not in _HOPS | {"content-length"}:
                    self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_HEAD = do_POST = do_OPTIONS = _pass_on

        def log_message(self, *_: object) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as proxy:
        proxy.daemon_threads = True
        recorder = Recorder(f"http://127.0.0.1:{proxy.server_address[1]}")
        threading.Thread(target=proxy.serve_forever, daemon=True).start()
        yield recorder
        proxy.shutdown()
