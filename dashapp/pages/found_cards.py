"""Makes the cards for the products that a page's script has found for a photo."""

from __future__ import annotations

from http import HTTPStatus

from flask import Flask, Response, request

from bundle import Bundle, BundleError, Neighbour, Product
from dashapp.addresses import arguments_of
from dashapp.http.device_files import live_recipe
from dashapp.language import _
from dashapp.pages.photo import RESULTS
from dashapp.pages.photo_results import photo_results
from dashapp.parts.markup import to_html
from dashapp.photo.query import PhotoQuery
from dashapp.site import Sites

MOST_RESULTS = 300
"""How many of the closest products a page's script sends."""

_LARGEST_REQUEST = 256 * 1024
"""The most bytes of ids and scores, far more than 300 of them need."""

_HIGHEST_SCORE = 1e6
"""Scores are cosines. Anything far outside their range, or NaN, is invalid."""


def register_photo_answers(server: Flask, sites: Sites) -> None:
    """Answer a POST to `RESULTS` with HTML.

    It takes the arguments of the page's address. Its body is JSON: `similar` has `[[id, score], …]`, best
    first. Without it, the stored list of the product in the address is used.
    """

    @server.post(RESULTS)
    def results() -> Response:
        site = sites.current()
        recipe = live_recipe(site)
        if recipe is None or site.bundle is None:
            return _problem(_("There is no search by photo here."), HTTPStatus.NOT_FOUND)
        request.max_content_length = _LARGEST_REQUEST
        query = PhotoQuery.from_arguments(arguments_of(request.query_string.decode("latin-1")))
        product = site.bundle.product(query.product) if query.product else None
        try:
            entries = _entries(site.bundle, product, recipe=recipe.name)
        except ValueError as error:
            return _problem(str(error), HTTPStatus.BAD_REQUEST)
        except BundleError as error:
            return _problem(str(error), HTTPStatus.SERVICE_UNAVAILABLE)
        stored = product if product and not _is_sent() else None
        found = photo_results(
            site,
            site.bundle,
            recipe,
            entries,
            query=query,
            product=product,
            check=site.check(stored) if stored and site.checks_lists else None,
        )
        response = Response(to_html(found), mimetype="text/html")
        response.cache_control.no_store = True
        return response


def _is_sent() -> bool:
    """Whether the body contains results."""
    sent = request.get_json(silent=True)
    return isinstance(sent, dict) and "similar" in sent


def _entries(bundle: Bundle, product: Product | None, *, recipe: str) -> list[Neighbour]:
    """Raises `ValueError` with a sentence if the body is invalid."""
    sent = request.get_json(silent=True)
    if product is not None and isinstance(sent, dict) and not _is_sent():
        return bundle.neighbours(product.id, recipe=recipe)
    similar = sent.get("similar") if isinstance(sent, dict) else None
    if not isinstance(similar, list) or not all(map(_is_entry, similar)):
        raise ValueError("Expected JSON with similar: pairs of an id and a score. Received: something else.")
    return [Neighbour(each, float(score)) for each, score in similar[:MOST_RESULTS]]


def _is_entry(entry: object) -> bool:
    if not isinstance(entry, list) or len(entry) != 2 or not isinstance(entry[0], str):
        return False
    return isinstance(entry[1], int | float) and abs(entry[1]) <= _HIGHEST_SCORE


def _problem(sentence: str, status: HTTPStatus) -> Response:
    return Response(sentence + "\n", status=status, mimetype="text/plain")
