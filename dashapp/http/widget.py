"""Serves the script that puts look-alikes into a shop's own pages."""

from __future__ import annotations

from flask import Flask, Response, send_from_directory

from dashapp.settings import REPOSITORY

_HOUR = 3600
_DAY = 86_400


def register_widget(server: Flask) -> None:
    """Serve `/widget.js`, whose address stays the same when its content changes."""

    @server.get("/widget.js")
    def widget() -> Response:
        response = send_from_directory(REPOSITORY / "assets", "widget.js", max_age=_HOUR)
        response.cache_control.stale_while_revalidate = _DAY
        # Some pages load only resources that allow it (CORP).
        response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
        return response
