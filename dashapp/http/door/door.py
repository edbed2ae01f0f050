"""Asks every request for a name and a password, by HTTP Basic authentication (RFC 7617)."""

from __future__ import annotations

from http import HTTPStatus
from pathlib import Path

from flask import Flask, Request, Response, request

from dashapp.http.door.guard import Admission, Guard, Said
from dashapp.http.door.users import UsersError
from dashapp.http.rates import client_of
from dashapp.language import N_, _
from dashapp.settings import SettingsError

OPEN = "/healthz"
"""The one address that answers without a name, for the host's health checks."""

_ANSWERS = {
    Admission.REFUSED: (
        HTTPStatus.UNAUTHORIZED,
        N_("This shop is not public yet. Reload the page, and sign in with your name and password."),
    ),
    Admission.BUSY: (
        HTTPStatus.TOO_MANY_REQUESTS,
        N_("Too many passwords were tried. Wait for {seconds} s, then reload the page."),
    ),
    Admission.BROKEN: (
        HTTPStatus.SERVICE_UNAVAILABLE,
        N_("Nobody can sign in now, because the list of users cannot be read. The shop's log says why."),
    ),
}


def register_door(server: Flask, users: Path) -> None:
    """Answer only requests of those whom the file `users` names; only the language is registered before.

    Basic authentication, because browsers then send name and password by themselves with pages, pictures,
    scripts, callbacks and requests to the API, without a cookie, and programs can send them.
    Raises `SettingsError` if the file cannot be used.
    """
    try:
        guard = Guard(users)
    except UsersError as error:
        raise SettingsError(f"AKIN_USERS: {error}") from error

    @server.before_request
    def ask() -> Response | None:
        if request.path == OPEN:
            return None
        sent = _credentials(request)
        said = guard.ask(client_of(request), *sent) if sent else Said(Admission.REFUSED)
        return None if said.admission is Admission.OPEN else _refusal(said)

    # Flask calls these in reverse order, so this one sees what all others have set.
    @server.after_request
    def keep_private(response: Response) -> Response:
        if request.path != OPEN:
            response.cache_control.public = False
            response.cache_control.private = True
            response.vary.add("Authorization")
            # Browsers send name and password with pictures on pages of other sites too.
            response.headers["Cross-Origin-Resource-Policy"] = "same-origin"
        return response


def _credentials(request: Request) -> tuple[str, str] | None:
    """The name and password of a request; None if it has none, or in another form."""
    try:
        sent = request.authorization
    except ValueError:
        # Werkzeug 3.1.9 lets this one through where base64 holds other characters than ASCII.
        return None
    if sent is None or sent.type != "basic" or sent.username is None or sent.password is None:
        return None
    return sent.username, sent.password


def _refusal(said: Said) -> Response:
    status, text = _ANSWERS[said.admission]
    shown = _(text, seconds=str(said.wait))
    response = Response(f"{shown}\n", status=status.value, mimetype="text/plain")
    response.cache_control.no_store = True
    if said.admission is Admission.REFUSED:
        response.headers["WWW-Authenticate"] = 'Basic realm="Akin", charset="UTF-8"'
    if said.wait:
        response.headers["Retry-After"] = str(said.wait)
    return response
