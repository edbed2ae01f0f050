"""Answers `POST /api/v1/similar`: who may ask, who waits for whom, and what comes back."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import numpy as np
from flask import Request, Response

from bundle import Bundle, Product
from dashapp.answers.look_alikes import LookAlike, folded
from dashapp.api.operations import FILTERS, filters_of
from dashapp.api.parameters import Parameter, read_all
from dashapp.api.problems import Problem
from dashapp.api.records import similar_record
from dashapp.photo.live.rates import Rates, client_of
from dashapp.photo.live.turns import BusyError, Places, Turns
from dashapp.photo.live.uploads import read_photos
from dashapp.settings import EVERY_ORIGIN, Settings

if TYPE_CHECKING:
    from dashapp.photo.live.engine import Engine, Found
    from dashapp.site import Site

logger = logging.getLogger(__name__)

MOST = 300
"""The most products that one answer lists."""

AT_ONCE = 8
"""Photos that one worker receives, keeps waiting and answers at a time; `gunicorn.conf.py` has threads for
more."""

PATIENCE = 15.0
"""Seconds that a photo waits for its turn at the most."""

_AGAIN = 3
"""Seconds after which whoever was told that all are busy may try again."""

_FOLDED_FROM = 4
"""How many products are looked at for each one that is asked for, as near-identical ones count once."""
_MOST_FOLDED = 1_000
_DECIMALS = 6


def live_parameters(site: Site, bundle: Bundle) -> tuple[Parameter, ...]:
    """The parameters of the operation's query."""
    fields = {"type": "string", "enum": ["ids"]}
    limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": site.recipes[0].top}
    box = {"type": "string", "maxLength": 100, "default": ""}
    return (
        Parameter("limit", "How many look-alikes to list, at the most.", limit),
        Parameter("fields", "ids: only ids and scores, and near-identical products each by itself.", fields),
        Parameter("box", "The part of a photo that is the body: x,y,width,height as shares of it.", box),
        *FILTERS,
    )


class LiveApi:
    """Answers requests with photos, for one process."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._rates = Rates(settings.live_rate)
        self._places = Places(AT_ONCE)
        self._turns = Turns(patience=PATIENCE)

    def warm_up(self, engine: Engine | None) -> None:
        """Open the extractor in a thread, once a worker is there, so that no visitor waits for it."""
        if engine is not None:
            Thread(target=self._open, args=(engine,), name="live-warm-up", daemon=True).start()

    def _open(self, engine: Engine) -> None:
        size = engine.form.input_size
        try:
            with self._turns.turn():
                engine.extractor(np.zeros((size, size, 3), np.uint8))
        except Exception:
            logger.exception("The extractor of the live search could not be opened.")

    def answer(self, request: Request, site: Site, bundle: Bundle, engine: Engine) -> Response:
        """The look-alikes of the request's photos. Raises `Problem` where there is no such answer."""
        started = perf_counter()
        self._check_origin(request)
        client = client_of(request)
        seconds = self._rates.ask(client)
        if seconds:
            raise _later(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"Expected at most {self._settings.live_rate} photos a minute. Try again in {seconds} s.",
                seconds,
            )
        values = read_all(live_parameters(site, bundle), request.args)
        with _busy_as_problem(), self._places.place(client):
            photos = read_photos(request, box=values["box"])
            lean = values["fields"] == "ids"
            count = values["limit"] if lean else min(_FOLDED_FROM * values["limit"], _MOST_FOLDED)
            flags = bundle.admitted(filters_of(values))
            admitted = None if flags is None else np.frombuffer(flags, np.bool_)
            with self._turns.turn():
                found = engine.search(photos, count=count, admitted=admitted)
        total = bundle.count if admitted is None else int(admitted.sum())
        body = {"recipe": engine.recipe, "runtime": engine.runtime, "photos": len(photos), "total": total}
        similar = _ids(engine, found) if lean else _records(site, bundle, found, values["limit"])
        response = Response(
            json.dumps(body | {"similar": similar}, ensure_ascii=False, separators=(",", ":")),
            mimetype="application/json",
        )
        response.cache_control.no_store = True
        times = found.milliseconds | {"total": (perf_counter() - started) * 1000}
        response.headers["Server-Timing"] = ", ".join(
            f"{name};dur={value:.1f}" for name, value in times.items()
        )
        return response

    def _check_origin(self, request: Request) -> None:
        """Refuse what a page of another site asks for: its visitors' photos are not ours to work for."""
        origin = request.headers.get("Origin")
        allowed = self._settings.cors
        if origin is None or allowed == (EVERY_ORIGIN,) or origin in allowed:
            return
        own = {request.host.lower(), urlsplit(self._settings.address).netloc}
        if urlsplit(origin).netloc.lower() not in own - {""}:
            raise Problem(
                HTTPStatus.FORBIDDEN, f"Pages of {origin!r} may not search here: AKIN_CORS does not name it."
            )


def _ids(engine: Engine, found: Found) -> list[dict[str, Any]]:
    return [{"id": engine.ids[position], "score": score} for position, score in _entries(found)]


def _records(site: Site, bundle: Bundle, found: Found, limit: int) -> list[dict[str, Any]]:
    scores = dict(_entries(found))
    products = bundle.products_at(scores)
    score_of = {products[position].id: score for position, score in scores.items() if position in products}
    groups = folded(_in_order(scores, products))[:limit]
    return [
        similar_record(site, LookAlike(first, score_of[first.id], tuple(more))) for first, *more in groups
    ]


def _in_order(positions: Iterable[int], products: dict[int, Product]) -> list[Product]:
    return [products[position] for position in positions if position in products]


def _entries(found: Found) -> list[tuple[int, float]]:
    scores = np.round(found.ranked.scores.astype(np.float64), _DECIMALS) + 0.0
    return list(zip(found.ranked.positions.tolist(), scores.tolist(), strict=True))


@contextmanager
def _busy_as_problem() -> Iterator[None]:
    try:
        yield
    except BusyError:
        raise _later(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "Too many photos are being searched with at the moment. Try again in a few seconds.",
            _AGAIN,
        ) from None


def _later(status: HTTPStatus, detail: str, seconds: int) -> Problem:
    problem = Problem(status, detail)
    problem.headers["Retry-After"] = str(seconds)
    return problem
