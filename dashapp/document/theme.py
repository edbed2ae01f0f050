"""Serves the files of the shop's theme. Their addresses change with the theme, so they are cached forever."""

from __future__ import annotations

from collections.abc import Mapping

from flask import Blueprint, Flask, Response, send_file

from bundle.theme import FOLDER
from dashapp.addresses import href_of
from dashapp.http.thumbnails import YEAR
from dashapp.site import Site, Sites

_TYPES = {
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
}

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""The policy of the theme's files where a browser opens one by itself: an SVG may draw, and nothing else."""


def theme_path(site: Site, name: str) -> str:
    """The path of a file of the theme below the site's own path."""
    return f"/{FOLDER}/{site.theme.tag}/{name}"


def theme_links(site: Site) -> Mapping[str, object]:
    """What the document links of the theme: addresses of `stylesheet`, `icon` and `logos`."""
    theme = site.theme

    def href(name: str) -> str:
        return href_of(theme_path(site, name)) if name else ""

    return {
        "stylesheet": href(theme.stylesheet),
        "icon": (href(theme.icon), _TYPES[_ending(theme.icon)]) if theme.icon else None,
        "logos": [(mode, href(logo.file), logo) for mode, logo in theme.logos.items()],
    }


def theme_fonts(site: Site) -> list[tuple[str, str]]:
    """The addresses and media types of the theme's own fonts."""
    names = filter(None, dict.fromkeys(site.theme.fonts.values()))
    return [(href_of(theme_path(site, name)), _TYPES[_ending(name)]) for name in names]


def register_theme(server: Flask, sites: Sites) -> None:
    """Serve `/theme/<tag>/<name>`; an unknown one gives a 404."""
    blueprint = Blueprint("theme", __name__)

    @blueprint.get(f"/{FOLDER}/<tag>/<name>")
    def file(tag: str, name: str) -> Response:
        path = sites.theme_file(tag, name)
        if path is None:
            return Response("There is no such file.\n", status=404, mimetype="text/plain")
        response = send_file(path, mimetype=_TYPES[_ending(name)], etag=f"{tag}-{name}", max_age=YEAR)
        response.cache_control.public = True
        response.cache_control.immutable = True
        response.headers["Content-Security-Policy"] = _POLICY
        return response

    server.register_blueprint(blueprint)


def _ending(name: str) -> str:
    return name[name.rindex(".") :]
