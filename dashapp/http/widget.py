"""Serves the script that puts look-alikes into a shop's own pages."""

from __future__ import annotations

import json

from flask import Flask, Response, request

from bundle.theme import FOLDER, Theme
from dashapp.http.assets import ASSETS
from dashapp.language.catalogues import with_widget_messages
from dashapp.site import Site, Sites

_HOUR = 3600
_DAY = 86_400


_COLOURS = ("accent", "tile")
"""What the row takes of the theme's colours; text and ground are those of the page that it is on."""


def with_look(script: str, site: Site) -> str:
    """The widget's script with its stylesheet and the look of the site's theme.

    Raises `LookupError` if it has no places for them.
    """
    css = (ASSETS / "widget.css").read_text(encoding="utf-8").partition("*/")[2]
    lines = " ".join(line.strip() for line in css.splitlines())
    places = {'const CSS = "";': f"const CSS = {_json(lines)};", "const THEME = {};": _theme(site.theme)}
    for place, filled in places.items():
        if script.count(place) != 1:
            raise LookupError(f"Expected widget.js to say once: {place!r}.")
        script = script.replace(place, filled)
    return script


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _theme(theme: Theme) -> str:
    return f"const THEME = {_json(_look(theme))};"


def _look(theme: Theme) -> dict[str, object]:
    """Colours by mode, the radius of pictures, and the typefaces, with addresses below the site's."""
    look: dict[str, object] = {
        mode: {name: colours[name] for name in _COLOURS} for mode, colours in theme.colours.items()
    }
    if theme.radius is not None:
        look["radius"] = theme.radius
    for name, family in theme.families.items():
        file = theme.fonts.get(name)
        look[name] = {"family": family} | ({"file": f"{FOLDER}/{theme.tag}/{file}"} if file else {})
    return look


def register_widget(server: Flask, sites: Sites, *, events: bool = False) -> None:
    """Serve `/widget.js`, whose address stays the same when its content changes.

    `events` says whether it sends what visitors see and click.
    """

    @server.get("/widget.js")
    def widget() -> Response:
        files = ("widget.js", "events.js") if events else ("widget.js",)
        text = "\n".join((ASSETS / file).read_text(encoding="utf-8") for file in files)
        text = with_look(with_widget_messages(text), sites.current())
        response = Response(text, mimetype="text/javascript")
        response.cache_control.public = True
        response.cache_control.max_age = _HOUR
        response.cache_control.stale_while_revalidate = _DAY
        # Some pages load only resources that allow it (CORP).
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.add_etag()
        response.make_conditional(request)
        return response
