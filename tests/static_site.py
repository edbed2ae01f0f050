"""A static site behind a plain server of files, which also leads the addresses of a server's pages there."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from functools import partial
from http import HTTPStatus
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from urllib.parse import unquote, urlsplit

from dashapp.addresses import Arguments, arguments_of, product_id_of
from dashapp.document.static_addresses import NotOnStaticSite, StaticAddresses
from precompute.reports.site.source import Source
from precompute.reports.site.writing import write_site


def write_static_site(data: Path, out: Path, *, below: str = "") -> None:
    """Write the site of a bundle, for the path `below` of a host."""
    write_site(Source(data, f"http://static.example{below}", "Sample Shop"), out, processes=1)


@contextmanager
def serving_files(folder: Path, *, below: str = "") -> Iterator[str]:
    """The address of a server of the files in `folder`, whose site is below a path."""
    handler = partial(_Handler, directory=str(folder), below=below)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_port}{below}"
        server.shutdown()


class _Handler(SimpleHTTPRequestHandler):
    """Serves files, and leads addresses of the server's pages to the static site's."""

    def __init__(self, *given: object, below: str, **more: object) -> None:
        self.below = below
        super().__init__(*given, **more)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        """Serve a file, or lead on to it."""
        there = _static_address(self.path, self.below)
        if there in ("", self.path):
            super().do_GET()
        else:
            self.send_response(HTTPStatus.FOUND)
            self.send_header("Location", there)
            self.end_headers()

    def end_headers(self) -> None:
        """Let browsers keep what the site's `_headers` say that they may."""
        if self.path.removeprefix(self.below).startswith(("/assets/", "/thumbnails/")):
            self.send_header("Cache-Control", "public, max-age=31536000, immutable")
        super().end_headers()

    def translate_path(self, path: str) -> str:
        """See `SimpleHTTPRequestHandler`."""
        return super().translate_path(path.removeprefix(self.below))

    def send_error(self, code: int, message: str | None = None, explain: str | None = None) -> None:
        """Show the site's own page for what is not there."""
        page = Path(self.directory) / "404.html"
        if code != HTTPStatus.NOT_FOUND:
            super().send_error(code, message, explain)
            return
        content = page.read_bytes()
        self.send_response(code)
        self.send_header("Content-Type", "text/html")
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_: object) -> None:
        """Say nothing."""


def _static_address(address: str, below: str) -> str:
    """Where a page of the server is on the static site; empty where the address is not a page's."""
    parts = urlsplit(address)
    path = parts.path.removeprefix(below)
    if path.endswith("/") and path != "/":
        return ""
    arguments: Arguments = arguments_of(parts.query)
    for page in ("/product/", "/compare/"):
        product_id = product_id_of(unquote(path), arguments, page=page)
        if product_id:
            arguments = Arguments([("id", product_id), *arguments.items()])
            path = page
    given = {name: arguments.every(name) for name in arguments}
    if path in ("/", "/product/", "/compare/", "/for-you", "/map", "/quality", "/about", "/photo"):
        with suppress(NotOnStaticSite):
            return StaticAddresses(below)(path, given)
    return ""
