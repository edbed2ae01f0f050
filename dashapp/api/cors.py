"""Whose pages may read the API: the setting `AKIN_CORS` as headers."""

from __future__ import annotations

from flask import Response, request

from dashapp.settings import EVERY_ORIGIN

_DAY = 86_400
_READING = ("GET, HEAD", "If-None-Match")


def allow_origins(response: Response, origins: tuple[str, ...], *, photos: bool = False) -> None:
    """Let pages of `origins` read a response, and ask for it with the ETag that they have.

    `photos` says that they may send some here.
    """
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
        methods, headers = ("GET, HEAD, POST", "Content-Type, If-None-Match") if photos else _READING
        response.headers["Access-Control-Allow-Methods"] = methods
        response.headers["Access-Control-Allow-Headers"] = headers
        response.headers["Access-Control-Max-Age"] = str(_DAY)
