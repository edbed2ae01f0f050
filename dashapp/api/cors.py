"""Sends CORS headers, which say whose pages may read the API (the setting `AKIN_CORS`)."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlsplit

from flask import Response, request

from dashapp.problems import Problem
from dashapp.settings import EVERY_ORIGIN, Settings

_DAY = 86_400
_READING = ("GET, HEAD", "If-None-Match")


def allow_origins(response: Response, origins: tuple[str, ...], *, posts: bool = False) -> None:
    """Let pages of `origins` read a response and revalidate it with an ETag.

    `posts` says whether they may send something here.
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
        methods, headers = ("GET, HEAD, POST", "Content-Type, If-None-Match") if posts else _READING
        response.headers["Access-Control-Allow-Methods"] = methods
        response.headers["Access-Control-Allow-Headers"] = headers
        response.headers["Access-Control-Max-Age"] = str(_DAY)


def check_origin(settings: Settings, *, doing: str) -> None:
    """Refuse requests from pages of origins that the setting does not allow; `doing` is what they would do.

    Raises `Problem`.
    """
    origin = request.headers.get("Origin")
    allowed = settings.cors
    if origin is None or allowed == (EVERY_ORIGIN,) or origin in allowed:
        return
    own = {request.host.lower(), urlsplit(settings.address).netloc}
    if origin.lower().partition("://")[2] not in own - {""}:
        raise Problem(
            HTTPStatus.FORBIDDEN, f"Pages of {origin!r} may not {doing} here: AKIN_CORS does not name it."
        )
