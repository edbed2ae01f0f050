"""Serves the API: finds the operation, reads its parameters, and sets caching headers."""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from typing import TYPE_CHECKING

from flask import Flask, Response, request
from werkzeug.datastructures import MultiDict

from bundle import Bundle, BundleError
from dashapp.addresses import EVENTS, href_of
from dashapp.api.addresses import OPENAPI, ROOT, SIMILAR, product_id_in
from dashapp.api.cors import allow_origins
from dashapp.api.events import EventsApi
from dashapp.api.operations import OPERATIONS
from dashapp.api.parameters import read_all
from dashapp.api.specification import specification
from dashapp.problems import Problem
from dashapp.settings import REPOSITORY
from dashapp.site import Site, Sites

if TYPE_CHECKING:
    from dashapp.api.photo_answers import LiveApi

logger = logging.getLogger(__name__)

_METHODS = "GET, HEAD, OPTIONS"
_EVENT_METHODS = "POST, OPTIONS"

_FRESH = 60
"""How many seconds an answer may be cached without revalidation."""

_STALE = 600
"""How many seconds longer it may be used while it is revalidated."""


def register_api(
    server: Flask, sites: Sites, *, live: LiveApi | None = None, events: EventsApi | None = None
) -> None:
    """Answer every request below `/api`.

    `live` answers those with photos in live mode, and `events` those with what visitors see and click.
    """
    program = _program_digest()

    # This runs before Flask's routing, which merges the slashes of an id and rejects line breaks in it.
    @server.before_request
    def answer() -> Response | None:
        if request.path != "/api" and not request.path.startswith("/api/"):
            return None
        site = sites.current()
        try:
            response = (
                _answer(site, program, live)
                if events is None or request.path != EVENTS
                else _answer_event(site, events)
            )
        except Problem as problem:
            response = problem.response()
        if response.status_code == HTTPStatus.METHOD_NOT_ALLOWED:
            response.headers.setdefault("Allow", _methods(site))
        posts = _takes_photos(site) or (events is not None and request.path == EVENTS)
        allow_origins(response, site.settings.cors, posts=posts)
        return response


def _takes_photos(site: Site) -> bool:
    return site.engine is not None and request.path == SIMILAR


def _methods(site: Site) -> str:
    return f"{_METHODS}, POST" if _takes_photos(site) else _METHODS


def _answer_event(site: Site, events: EventsApi) -> Response:
    if request.method == "OPTIONS":
        return Response(status=HTTPStatus.NO_CONTENT, headers={"Allow": _EVENT_METHODS})
    if request.method != "POST":
        problem = Problem(HTTPStatus.METHOD_NOT_ALLOWED, f"Expected POST. Received: {request.method}.")
        problem.headers["Allow"] = _EVENT_METHODS
        raise problem
    if site.bundle is None:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, site.problem)
    with _failures_as_problems():
        return events.answer(request, site, site.bundle)


def _answer(site: Site, program: bytes, live: LiveApi | None) -> Response:
    if request.method == "OPTIONS":
        return Response(status=HTTPStatus.NO_CONTENT, headers={"Allow": _methods(site)})
    if request.method not in _methods(site).split(", "):
        detail = f"Expected one of {_methods(site)}. Received: {request.method}."
        raise Problem(HTTPStatus.METHOD_NOT_ALLOWED, detail)
    if site.bundle is None:
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, site.problem)
    if request.method == "POST" and site.engine is not None and live is not None:
        with _failures_as_problems():
            return live.answer(request, site, site.bundle, site.engine)
    etag = _etag(site, site.bundle, program)
    # Only an answer given before has an ETag, so a match can be confirmed without making it again.
    response = Response(status=HTTPStatus.NOT_MODIFIED, mimetype="application/json")
    if etag not in request.if_none_match.as_set(include_weak=True):
        with _failures_as_problems():
            body = _body(site, site.bundle)
        response = Response(body, mimetype="application/json")
    if "live" in request.args:
        # A newly computed comparison must not be cached.
        response.cache_control.no_store = True
        return response
    response.set_etag(etag)
    response.cache_control.public = True
    response.cache_control.max_age = _FRESH
    response.cache_control.stale_while_revalidate = _STALE
    return response


@contextmanager
def _failures_as_problems() -> Iterator[None]:
    try:
        yield
    except (BundleError, sqlite3.Error) as error:
        logger.exception("An answer could not be made from the bundle.")
        raise Problem(HTTPStatus.SERVICE_UNAVAILABLE, str(error)) from error


def _body(site: Site, bundle: Bundle) -> str:
    path, given = request.path, MultiDict(request.args)
    if path == OPENAPI:
        read_all((), given)
        return _json(specification(site, bundle))
    by_path = product_id_in(path)
    if by_path is not None:
        path, product_id = by_path
        given.add("id", product_id)
    operation = OPERATIONS.get(path)
    if operation is None:
        detail = f"There is nothing at {href_of(request.path)!r}; {href_of(ROOT)} says what there is."
        raise Problem(HTTPStatus.NOT_FOUND, detail)
    return _json(operation.answer(site, bundle, read_all(operation.parameters(site, bundle), given)))


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"))


def _etag(site: Site, bundle: Bundle, program: bytes) -> str:
    """The ETag of the answer to this request: a hash of everything that the answer depends on."""
    query = request.query_string.decode("latin-1")
    settings = (site.name, site.hosted_live, site.settings.split)
    parts = (bundle.manifest["digest"], *settings, href_of(request.path), query)
    return hashlib.sha256(program + json.dumps(parts).encode()).hexdigest()[:32]


def _program_digest() -> bytes:
    """The SHA-256 of the code that makes the answers, so that a new release invalidates cached answers."""
    digest = hashlib.sha256()
    for package in ("bundle", "dashapp"):
        for path in sorted((REPOSITORY / package).rglob("*.py")):
            digest.update(path.read_bytes())
    return digest.digest()
