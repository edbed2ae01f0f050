"""Serves the pictures, with addresses that name their content and so may be kept for good."""

from __future__ import annotations

from flask import Blueprint, Flask, Response, send_file

from dashapp.site import Sites

YEAR = 31_536_000
"""Seconds that a browser may keep what has its content's hash in its address."""


def register_thumbnails(server: Flask, sites: Sites) -> None:
    """Serve `/thumbnails/<tag>/<image id>.webp`; another tag or an unknown image is a 404."""
    blueprint = Blueprint("thumbnails", __name__)

    @blueprint.get("/thumbnails/<tag>/<image_id>.webp")
    def thumbnail(tag: str, image_id: str) -> Response:
        path = sites.thumbnail(tag, image_id)
        if path is None:
            return Response("There is no such picture.\n", status=404, mimetype="text/plain")
        response = send_file(path, mimetype="image/webp", etag=image_id, max_age=YEAR)
        response.cache_control.immutable = True
        return response

    server.register_blueprint(blueprint)
