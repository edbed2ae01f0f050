"""Chooses the language of each request, and says so in its answer."""

from __future__ import annotations

from flask import Flask, Response, request

from dashapp.language.catalogues import SOURCE, codes, language
from dashapp.language.messages import current, speak

AUTO = "auto"
"""The choice of each visitor's own language."""

_API = "/api/"
"""Where programs ask: its texts are English, whoever asks."""

_DASH = "/_dash-"

_ERRORS = 400


def register_language(server: Flask, chosen: str) -> None:
    """Say each answer of `server` in the language with the code `chosen`, or with `AUTO` in the visitor's."""

    @server.before_request
    def choose() -> None:
        if request.path.startswith(_API):
            speak(language(SOURCE))
        else:
            speak(language(asked() if chosen == AUTO else chosen))

    @server.teardown_request
    def forget(_: BaseException | None) -> None:
        # What the thread makes outside of requests is English.
        speak(language(SOURCE))

    @server.after_request
    def name(response: Response) -> Response:
        if _is_said(response):
            response.content_language.add(current().code)
            if chosen == AUTO:
                response.vary.add("Accept-Language")
        return response


def asked() -> str:
    """The code of the language that a request's `Accept-Language` prefers; English if there is none of those.

    A language stands for all its regions, as RFC 4647 looks it up: de-AT asks for de.
    """
    known = codes()
    for tag, quality in request.accept_languages:
        code = tag.lower().partition("-")[0]
        if quality > 0 and code in known:
            return code
    return SOURCE


def speak_as_page(code: object) -> None:
    """Answer in the language of the page that asks, which its script names, whatever the browser prefers."""
    if isinstance(code, str) and code in codes():
        speak(language(code))


def _is_said(response: Response) -> bool:
    """Whether an answer has messages: pages, what Dash's script fetches of them, and sentences of errors."""
    if request.path.startswith(_API):
        return False
    if response.mimetype == "text/html":
        return True
    if response.mimetype == "application/json":
        return request.path.startswith(_DASH)
    return response.mimetype == "text/plain" and response.status_code >= _ERRORS
