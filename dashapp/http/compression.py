"""Compresses responses where that is worthwhile, for hosts whose router does not."""

from __future__ import annotations

import gzip
from functools import lru_cache

from flask import Flask, Response, request

_WORTH = frozenset(
    {
        "text/html",
        "text/css",
        "text/javascript",
        "application/javascript",
        "application/json",
        "application/xml",
        "application/octet-stream",  # the points of the map
        "image/svg+xml",
    }
)
_SMALLEST = 1000
"""Bodies below this many bytes are not compressed: headers would outweigh the saving."""


def register_compression(server: Flask) -> None:
    """Compress with gzip if the browser accepts it and the body is large enough."""

    @server.after_request
    def compress(response: Response) -> Response:
        if response.mimetype not in _WORTH or response.status_code in (204, 206):
            return response
        response.vary.add("Accept-Encoding")
        if response.status_code == 304 or not request.accept_encodings["gzip"] or response.content_encoding:
            return response
        response.direct_passthrough = False
        body = response.get_data()
        if len(body) < _SMALLEST:
            return response
        kept = request.path.startswith(("/assets/", "/_dash-component-suites/", "/widget.js")) or (
            request.path.endswith("/points")
        )
        response.set_data(_squeezed_once(body) if kept else gzip.compress(body, 5, mtime=0))
        response.content_encoding = "gzip"
        etag, _ = response.get_etag()
        if etag:
            response.set_etag(etag, weak=True)
        return response


@lru_cache(maxsize=128)
def _squeezed_once(body: bytes) -> bytes:
    return gzip.compress(body, 9, mtime=0)
