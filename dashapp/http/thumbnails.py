"""Serves the thumbnails. Their addresses identify their content, so they can be cached forever."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, send_file

from dashapp.site import Sites

YEAR = 31_536_000
"""How many seconds a browser may cache files with a content hash in their address."""


def register_thumbnails(server: Flask, sites: Sites) -> None:
    """Serve `/thumbnails/<tag>/<image id>.webp`, `….small.webp` and `….large.webp`, or a 404."""
    blueprint = Blueprint("thumbnails", __name__)

    @blueprint.get("/thumbnails/<tag>/<name>.webp")
    def thumbnail(tag: str, name: str) -> Response:
        image_id, dot, kind = name.partition(".")
        known = not dot or kind in ("small", "large")
        path = sites.thumbnail(tag, image_id, kind=kind) if known else None
        if path is None:
            return Response("There is no such picture.\n", status=404, mimetype="text/plain")
        response = send_file(path, mimetype="image/webp", etag=name, max_age=YEAR)
        response.cache_control.immutable = True
        # Pages of the shop show these pictures too, and some load only resources that allow it (CORP).
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    server.register_blueprint(blueprint)
