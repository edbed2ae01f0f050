"""Serves the site below a path of its host, as a shop's `/look/`, whoever strips that path or does not."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from typing import TYPE_CHECKING

from werkzeug.exceptions import BadRequest
from werkzeug.utils import redirect

from dashapp.settings import ServerSettings, SettingsError, site_path

if TYPE_CHECKING:
    from wsgiref.types import StartResponse, WSGIApplication, WSGIEnvironment

_FORWARDED = "HTTP_X_FORWARDED_PREFIX"


class BelowPath:
    """Tells the app which path its site is below, as `SCRIPT_NAME`, and the rest as `PATH_INFO`.

    The path is `path`; where that is empty, what a trusted proxy sends in `X-Forwarded-Prefix`, or else what
    the server says. `own` has the names that the site's own paths begin with: where one of them begins the
    path too, only a request whose path was stripped already can be told from others.
    """

    def __init__(self, app: WSGIApplication, *, path: str, own: Collection[str]) -> None:
        """Raises `SettingsError` where `path` begins with one of `own`."""
        if _first(path) in own:
            raise SettingsError(
                "Expected AKIN_ADDRESS or SCRIPT_NAME to have a path that no page of Akin has, such as "
                f"/look. Received: {path!r}."
            )
        self._app = app
        self._path = path
        self._own = own

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """Answer a request; the site's path without its last slash leads to the gallery's address."""
        script_name, path = str(environ.get("SCRIPT_NAME", "")), str(environ.get("PATH_INFO", ""))
        if script_name.endswith("/"):
            script_name, path = script_name[:-1], f"/{path}"
        try:
            below = self._path or _forwarded(environ) or site_path(script_name)
        except ValueError as error:
            refusal = BadRequest(f"Expected the path that this site is below to be {error}.")
            return refusal.get_response(environ)(environ, start_response)
        if below != script_name and _first(below) not in self._own and f"{path}/".startswith(f"{below}/"):
            path = path[len(below) :]
        if below and not path:
            query = environ.get("QUERY_STRING", "")
            there = redirect(f"{below}/?{query}" if query else f"{below}/", code=308)
            return there(environ, start_response)
        environ["SCRIPT_NAME"], environ["PATH_INFO"] = below, path
        return self._app(environ, start_response)


def _forwarded(environ: WSGIEnvironment) -> str:
    """What the header says, where it comes from a proxy whose word counts."""
    said = environ.get(_FORWARDED, "")
    if said and ServerSettings.from_environment().may_name_path(environ.get("REMOTE_ADDR", "")):
        return site_path(said)
    return ""


def _first(path: str) -> str:
    return path.removeprefix("/").partition("/")[0]
