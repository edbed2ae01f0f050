"""Whose pages may read the API: the setting `AKIN_CORS` as headers."""

from __future__ import annotations

from flask import Response, request

from dashapp.settings import EVERY_ORIGIN

_DAY = 86_400


def allow_origins(response: Response, origins: tuple[str, ...]) -> None:
    """Let pages of `origins` read a response, and ask for it with the ETag that they have."""
    if not origins:
        return
    allowed = EVERY_ORIGIN
    if origins != (EVERY_ORIGIN,):
        # What is kept for one origin must not be given to another.
        response.vary.add("Origin")
        allowed = request.headers.get("Origin", "")
        if allowed not in origins:
            return
    response.headers["Access-Control-Allow-Origin"] = allowed
    response.headers["Access-Control-Expose-Headers"] = "ETag"
    if request.method == "OPTIONS":
        response.headers["Access-Control-Allow-Methods"] = "GET, HEAD"
        response.headers["Access-Control-Allow-Headers"] = "If-None-Match"
        response.headers["Access-Control-Max-Age"] = str(_DAY)
