"""Checks JSON bodies: an invalid one is the client's error, never the server's."""

from __future__ import annotations

import json
from typing import Any

from dash import Dash
from dash.exceptions import DependencyException
from flask import Flask, Response, request
from flask.json.provider import DefaultJSONProvider
from werkzeug.exceptions import BadRequest

CALLBACKS = "/_dash-update-component"
"""The address where a page's script asks Dash for updates."""

_LARGEST = 64 * 1024
"""The most bytes of a body there: far more than an address and what a browser remembers."""


class _Provider(DefaultJSONProvider):
    """Reads JSON as Flask does, which answers a `ValueError` with status 400."""

    def loads(self, s: str | bytes, **kwargs: Any) -> Any:
        try:
            value = super().loads(s, **kwargs)
        except RecursionError:
            raise ValueError("Its brackets are nested too deeply.") from None
        if "\\u" in (s if isinstance(s, str) else s.decode("latin-1")).lower():
            # A lone surrogate, which no database accepts, raises a ValueError here.
            json.dumps(value, ensure_ascii=False).encode()
        return value


def register_json_bodies(server: Flask, app: Dash) -> None:
    """Answer invalid bodies with 400, and requests for unknown scripts of Dash with 404."""
    server.json = _Provider(server)
    server.config["MAX_CONTENT_LENGTH"] = _LARGEST

    @server.before_request
    def check() -> None:
        if request.path == CALLBACKS and request.method == "POST":
            _check(app, request.get_json())

    @server.errorhandler(DependencyException)
    def no_such_script(_: Exception) -> Response:
        return Response("There is no such script.\n", status=404, mimetype="text/plain")


def _check(app: Dash, body: Any) -> None:
    """Raise `BadRequest` if a body is not what Dash's script sends for an existing callback."""
    if not isinstance(body, dict):
        raise BadRequest("Expected an object.")
    output = body.get("output")
    callback = app.callback_map.get(output) if isinstance(output, str) else None
    if callback is None:
        raise BadRequest("Expected output to be that of a callback.")
    for name, expected in (("inputs", callback["inputs"]), ("state", callback["state"])):
        sent = body.get(name, [])
        if not isinstance(sent, list) or [_named(each) for each in sent] != expected:
            raise BadRequest(f"Expected {name} to be those of the callback.")
    changed = body.get("changedPropIds", [])
    if not isinstance(changed, list) or not all(isinstance(each, str) for each in changed):
        raise BadRequest("Expected changedPropIds to be texts.")
    # If several callbacks change one property, each adds its own suffix to the name.
    place = _named(body.get("outputs"))
    if (
        place is None
        or not isinstance(place["property"], str)
        or (
            (place["id"], place["property"].partition("@")[0])
            != (callback["output"].component_id, callback["output"].component_property)
        )
    ):
        raise BadRequest("Expected outputs to be that of the callback.")


def _named(sent: object) -> dict[str, Any] | None:
    """The component and property that a value is said to belong to; None if nothing is said."""
    if not isinstance(sent, dict):
        return None
    return {"id": sent.get("id"), "property": sent.get("property")}
