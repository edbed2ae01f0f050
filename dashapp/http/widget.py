"""Serves the script that puts look-alikes into a shop's own pages."""

from __future__ import annotations

from flask import Flask, Response, request

from dashapp.http.assets import ASSETS
from dashapp.language.catalogues import with_widget_messages

_HOUR = 3600
_DAY = 86_400


def register_widget(server: Flask, *, events: bool = False) -> None:
    """Serve `/widget.js`, whose address stays the same when its content changes.

    `events` says whether it sends what visitors see and click.
    """

    @server.get("/widget.js")
    def widget() -> Response:
        files = ("widget.js", "events.js") if events else ("widget.js",)
        text = "\n".join((ASSETS / file).read_text(encoding="utf-8") for file in files)
        response = Response(with_widget_messages(text), mimetype="text/javascript")
        response.cache_control.public = True
        response.cache_control.max_age = _HOUR
        response.cache_control.stale_while_revalidate = _DAY
        # Some pages load only resources that allow it (CORP).
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        response.add_etag()
        response.make_conditional(request)
        return response
