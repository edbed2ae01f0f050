"""Answers `POST /api/v1/similar`, and limits who may ask and how many photos are in progress."""

from __future__ import annotations

import json
import logging
import os
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from threading import Thread
from time import perf_counter
from typing import TYPE_CHECKING, Any

from flask import Request, Response

from bundle import Bundle, Product
from dashapp.answers.look_alikes import LookAlike, folded
from dashapp.api.cors import check_origin
from dashapp.api.operations import FILTERS, filters_of
from dashapp.api.parameters import Parameter, read_all
from dashapp.api.records import similar_record
from dashapp.http.rates import Rates, client_of
from dashapp.photo.live.start import can_search, check_start
from dashapp.photo.live.turns import BusyError, Places, Room, Turns
from dashapp.photo.live.uploads import ROOM, read_photos
from dashapp.photo.memory import give_memory_back
from dashapp.problems import later
from dashapp.settings import Settings

if TYPE_CHECKING:
    from dashapp.photo.live.engine import Engine, PhotoMatches
    from dashapp.site import Site

logger = logging.getLogger(__name__)

MOST = 300
"""The largest number of products in one answer."""

AT_ONCE = 8
"""The most photos that one worker handles at a time, waiting ones included. `gunicorn.conf.py` sets more
threads than this."""

PATIENCE = 15.0
"""The most seconds that a photo waits for its turn."""

_OURSELVES = ""
_AGAIN = 3
"""The Retry-After, in seconds, when all places are busy."""

_FOLDED_FROM = 4
"""How many products are fetched for each one requested, as near-duplicates count once."""
_MOST_FOLDED = 1_000


def live_parameters(site: Site, bundle: Bundle) -> tuple[Parameter, ...]:
    """The operation's query parameters."""
    fields = {"type": "string", "enum": ["ids"]}
    limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": site.recipes[0].top}
    box = {"type": "string", "maxLength": 100, "default": ""}
    return (
        Parameter("limit", "The most look-alikes to list.", limit),
        Parameter("fields", "ids: only ids and scores, with near-duplicates listed separately.", fields),
        Parameter("box", "The part of a photo sent as the body: x,y,width,height as fractions.", box),
        *FILTERS,
    )


class LiveApi:
    """Answers one process's requests with photos."""

    def __init__(self, settings: Settings) -> None:
        give_memory_back(arenas=2)
        self._settings = settings
        self._rates = Rates(settings.live_rate)
        self._places = Places(AT_ONCE)
        self._room = Room(ROOM)
        self._turns = Turns(patience=PATIENCE)

    def warm_up(self, engine: Engine | None) -> None:
        """Open the extractor in a thread when a worker starts, so that no visitor waits for it."""
        if engine is not None:
            Thread(target=self._open, args=(engine,), name="live-warm-up", daemon=True).start()

    def _open(self, engine: Engine) -> None:
        try:
            with self._turns.turn(_OURSELVES):
                engine.warm_up()
        except Exception:
            logger.exception("The extractor of the live search could not be opened.")

    def answer(self, request: Request, site: Site, bundle: Bundle, engine: Engine) -> Response:
        """The look-alikes of the request's photos. Raises `Problem` if the request cannot be answered."""
        started = perf_counter()
        check_origin(self._settings, doing="search")
        client = client_of(request)
        seconds = self._rates.ask(client)
        if seconds:
            raise later(
                HTTPStatus.TOO_MANY_REQUESTS,
                f"Expected at most {self._settings.live_rate} photos a minute. Try again in {seconds} s.",
                seconds,
                code="photos-too-often",
            )
        values = read_all(live_parameters(site, bundle), request.args)
        with _busy_as_problem(), self._places.place(client), self._room.room(client) as take:
            photos = read_photos(request, box=values["box"], take=take)
            lean = values["fields"] == "ids"
            count = values["limit"] if lean else min(_FOLDED_FROM * values["limit"], _MOST_FOLDED)
            admitted = bundle.admitted(filters_of(values))
            with self._turns.turn(client):
                found = engine.search(photos, count=count, admitted=admitted)
        total = bundle.count if admitted is None else sum(admitted)
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


def _ids(engine: Engine, found: PhotoMatches) -> list[dict[str, Any]]:
    return [{"id": engine.ids[position], "score": score} for position, score in found.entries]


def _records(site: Site, bundle: Bundle, found: PhotoMatches, limit: int) -> list[dict[str, Any]]:
    scores = dict(found.entries)
    products = bundle.products_at(scores)
    score_of = {products[position].id: score for position, score in scores.items() if position in products}
    groups = folded(_in_order(scores, products))[:limit]
    alike = [LookAlike(first, score_of[first.id], tuple(more)) for first, *more in groups]
    return [similar_record(site, site.recipes[0], each) for each in alike]


def _in_order(positions: Iterable[int], products: dict[int, Product]) -> list[Product]:
    return [products[position] for position in positions if position in products]


@contextmanager
def _busy_as_problem() -> Iterator[None]:
    try:
        yield
    except BusyError:
        raise later(
            HTTPStatus.SERVICE_UNAVAILABLE,
            "Too many photo searches are running at the moment. Try again in a few seconds.",
            _AGAIN,
            code="busy",
        ) from None


def open_live(settings: Settings) -> LiveApi | None:
    """What answers requests with photos; None if this process cannot search.

    Raises `SettingsError` if the setting, the installed packages and the bundle do not fit together.
    """
    # NumPy reads this on import. Its products here take a millisecond: more threads, beside those of the
    # extractor and of other workers, cost more than they gain.
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    check_start(settings)
    return LiveApi(settings) if can_search(settings) else None
