"""Answers `POST /api/v1/events`: checks what a script says of a list, and has it written down.

What is written says nothing of who it was: no address, no cookie, no browser, and of the time only the hour.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from http import HTTPStatus
from typing import Any

from flask import Request, Response
from werkzeug.exceptions import BadRequest, RequestEntityTooLarge

from bundle import Bundle
from dashapp.api.cors import check_origin
from dashapp.api.event_log import LONGEST_LINE, EventLog
from dashapp.http.rates import Rates, client_of
from dashapp.problems import Problem, later, unusable
from dashapp.settings import Settings
from dashapp.site import Site

LISTS = ("product", "for-you", "photo", "compare", "widget")
"""The kinds of lists. That of a photo is of a product if the photo is its picture."""

_OF_A_PRODUCT = {"product": True, "for-you": False, "compare": True, "widget": True}

_SPLIT = ("product", "widget")
"""The lists that the setting `AKIN_SPLIT` chooses the recipe of."""

MOST_PLACES = 50
"""Only so many first places of a list count."""

CLIENT_RATE = 240
"""How many events a minute one client may send to each worker."""

TOTAL_RATE = 6_000
"""How many events a minute all clients together may send to each worker."""

_FIELDS = {
    "view": ("akin", "list", "product", "recipe", "shown"),
    "click": ("akin", "list", "product", "recipe", "chosen", "place"),
}


class EventsApi:
    """Answers one process's requests with events, and passes them on to `log`.

    Raises `SettingsError` if the setting names a file that cannot be written.
    """

    def __init__(self, settings: Settings, *, clock: Callable[[], datetime] = lambda: datetime.now(UTC)):
        self.log = EventLog(settings.events)
        self._settings = settings
        self._clock = clock
        self._rates = Rates(CLIENT_RATE)
        self._all = Rates(TOTAL_RATE)

    def answer(self, request: Request, site: Site, bundle: Bundle) -> Response:
        """Take an event down, and answer with status 204. Raises `Problem` if it cannot be one."""
        check_origin(self._settings, doing="send events")
        taken = Response(status=HTTPStatus.NO_CONTENT)
        taken.cache_control.no_store = True
        if request.headers.get("DNT") == "1" or request.headers.get("Sec-GPC") == "1":
            return taken
        if seconds := self._rates.ask(client_of(request)) or self._all.ask(""):
            detail = f"Expected fewer events. Try again in {seconds} s."
            raise later(HTTPStatus.TOO_MANY_REQUESTS, detail, seconds)
        event = _checked(_body(request), site, bundle)
        event |= _half(event, site)
        line = json.dumps(
            {"akin": event.pop("akin"), "hour": self._clock().strftime("%Y-%m-%dT%HZ"), **event},
            ensure_ascii=False,
            separators=(",", ":"),
        ).encode()
        if len(line) >= LONGEST_LINE:
            raise _too_large()
        self.log.put(line)
        return taken


def _body(request: Request) -> Any:
    request.max_content_length = LONGEST_LINE
    try:
        # A browser sends no JSON to another origin without asking first, so the type is not looked at.
        return request.get_json(force=True, cache=False)
    except RequestEntityTooLarge:
        raise _too_large() from None
    except BadRequest:
        raise Problem(HTTPStatus.BAD_REQUEST, "Expected an event as JSON. Received: no JSON.") from None


def _too_large() -> Problem:
    return Problem(
        HTTPStatus.REQUEST_ENTITY_TOO_LARGE, f"Expected an event of at most {LONGEST_LINE:,} bytes."
    )


def _checked(sent: Any, site: Site, bundle: Bundle) -> dict[str, Any]:
    """The event, with its fields in order. Raises `Problem` that names the field that is wrong."""
    kind = sent.get("akin") if isinstance(sent, dict) else None
    if not isinstance(kind, str) or kind not in _FIELDS:
        raise _wrong("akin", f"one of {', '.join(_FIELDS)}", kind)
    fields = _FIELDS[kind]
    if sent.keys() != set(fields):
        raise _wrong("fields", ", ".join(fields), ", ".join(map(str, sent)))
    _check_one_of(sent, "list", LISTS)
    _check_one_of(sent, "recipe", tuple(recipe.name for recipe in site.recipes))
    ids = [] if sent["product"] is None else [sent["product"]]
    if bool(ids) is not _OF_A_PRODUCT.get(sent["list"], bool(ids)):
        raise _wrong("product", "a product's id, or null for a list of no product", sent["product"])
    if kind == "view":
        shown = sent["shown"]
        if not isinstance(shown, list) or not 1 <= len(shown) <= MOST_PLACES:
            raise _wrong("shown", f"a list of 1 to {MOST_PLACES} ids", shown)
        ids += shown
    else:
        place = sent["place"]
        if type(place) is not int or not 1 <= place <= MOST_PLACES:
            raise _wrong("place", f"a whole number from 1 to {MOST_PLACES}", place)
        ids.append(sent["chosen"])
    _check_known(bundle, ids)
    if kind == "view" and len(set(shown)) < len(shown):
        raise _wrong("shown", "a list of different ids", shown)
    return {field: sent[field] for field in fields}


def _half(event: Mapping[str, Any], site: Site) -> dict[str, str]:
    """The two recipes that are compared, if the event is of a list that has its recipe by this."""
    if not site.split or event["list"] not in _SPLIT:
        return {}
    if site.recipe_for(event["product"]) != site.recipe(event["recipe"]):
        return {}  # An address or a page named the recipe.
    return {"split": ",".join(sorted(recipe.name for recipe in site.split))}


def _check_one_of(sent: Mapping[str, Any], field: str, choices: tuple[str, ...]) -> None:
    if not isinstance(sent[field], str) or sent[field] not in choices:
        raise _wrong(field, f"one of {', '.join(choices)}", sent[field])


def _check_known(bundle: Bundle, ids: list[Any]) -> None:
    for each in ids:
        if not isinstance(each, str):
            raise _wrong("ids", "texts", each)
    known = {product.id for product in bundle.products(ids)}
    for each in ids:
        if each not in known:
            raise _wrong("ids", "those of products", each)


def _wrong(field: str, expected: str, received: object) -> Problem:
    text = str(received) if isinstance(received, str | int | None) else type(received).__name__
    return unusable(field, expected, text[:100])
