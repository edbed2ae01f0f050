"""Serves the files of the shop's theme, and what tells browsers and phones about them.

The files' addresses change with the theme, so they are cached forever.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Blueprint, Flask, Response, send_file, send_from_directory

from bundle.theme import FOLDER, MODES
from dashapp.addresses import GALLERY, href_of
from dashapp.http.assets import ASSETS, asset_href
from dashapp.http.thumbnails import YEAR
from dashapp.site import Site, Sites

_TYPES = {
    ".css": "text/css",
    ".svg": "image/svg+xml",
    ".png": "image/png",
    ".woff2": "font/woff2",
    ".ttf": "font/ttf",
}

MANIFEST = "manifest.webmanifest"
"""The file that tells a phone how to keep the shop on its home screen."""

_DAY = 86_400
_HOUR = 3600

_FONTS = (".woff2", ".ttf")

_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; sandbox"
"""The policy of the theme's files where a browser opens one by itself: an SVG may draw, and nothing else."""


def theme_path(site: Site, name: str) -> str:
    """The path of a file of the theme below the site's own path."""
    return f"/{FOLDER}/{site.theme.tag}/{name}"


def theme_links(site: Site) -> Mapping[str, object]:
    """What the document says of the theme: addresses of files, and the colours of the header by mode.

    `touch_icon` is for phones that take no SVG.
    """
    theme = site.theme

    def href(name: str) -> str:
        return href_of(theme_path(site, name)) if name else ""

    return {
        "stylesheet": href(theme.stylesheet),
        "icon": (href(theme.icon), _TYPES[_ending(theme.icon)]) if theme.icon else None,
        "touch_icon": href(theme.icon) if theme.icon.endswith(".png") else "",
        "manifest": href_of(f"/{MANIFEST}") if theme.tag else "",
        "card": href(theme.card),
        "header_colours": theme.header_colours,
        "logos": [(mode, href(logo.file), logo) for mode, logo in theme.logos.items()],
    }


def theme_fonts(site: Site) -> list[tuple[str, str]]:
    """The addresses and media types of the theme's own fonts."""
    names = filter(None, dict.fromkeys(site.theme.fonts.values()))
    return [(href_of(theme_path(site, name)), _TYPES[_ending(name)]) for name in names]


def manifest(site: Site) -> str:
    """The web app manifest of the site, as JSON (W3C, Web Application Manifest)."""
    colours = site.theme.header_colours.get(MODES[site.theme.scheme == MODES[1]], "")
    page = site.theme.colours.get(MODES[site.theme.scheme == MODES[1]], {}).get("page", "")
    icon = site.theme.icon
    href = href_of(theme_path(site, icon)) if icon else asset_href("icon.svg")
    said: dict[str, Any] = {
        "name": site.name,
        "start_url": href_of(GALLERY),
        "scope": href_of(GALLERY),
        "display": "minimal-ui",
        "icons": [{"src": href, "sizes": "any", "type": _TYPES[_ending(icon or ".svg")]}],
    }
    said |= {name: value for name, value in (("theme_color", colours), ("background_color", page)) if value}
    return json.dumps(said, ensure_ascii=False, separators=(",", ":"))


def register_theme(server: Flask, sites: Sites) -> None:
    """Serve `/theme/<tag>/<name>`, `/manifest.webmanifest` and `/favicon.ico`. Unknown names are a 404."""
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
        if _ending(name) in _FONTS:
            # The widget sets its row in them, on pages of other origins.
            response.headers["Access-Control-Allow-Origin"] = "*"
            response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response

    @blueprint.get(f"/{MANIFEST}")
    def named() -> Response:
        response = Response(manifest(sites.current()), mimetype="application/manifest+json")
        response.cache_control.max_age = _HOUR
        return response

    @blueprint.get("/favicon.ico")
    def favicon() -> Response:
        site = sites.current()
        if not site.theme.icon:
            return send_from_directory(ASSETS, "favicon.ico", max_age=_DAY)
        address = href_of(theme_path(site, site.theme.icon))
        response = Response(status=HTTPStatus.FOUND, headers={"Location": address})
        response.cache_control.max_age = _HOUR
        return response

    server.register_blueprint(blueprint)


def _ending(name: str) -> str:
    return name[name.rindex(".") :]
