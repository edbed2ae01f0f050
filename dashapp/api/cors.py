"""Sends CORS headers, which say whose pages may read the API (the setting `AKIN_CORS`)."""

from __future__ import annotations

from flask import Response, request

from dashapp.settings import EVERY_ORIGIN

_DAY = 86_400
_READING = ("GET, HEAD", "If-None-Match")


def allow_origins(response: Response, origins: tuple[str, ...], *, photos: bool = False) -> None:
    """Let pages of `origins` read a response and revalidate it with an ETag.

    `photos` says whether they may send photos here.
    """
    if not origins:
        return
    allowed = EVERY_ORIGIN
    if origins != (EVERY_ORIGIN,):
        # A response cached for one origin must not be given to another.
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
