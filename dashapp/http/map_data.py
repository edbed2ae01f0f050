"""Serves the map's script: a recipe's points, the products at some of them, and which of them are meant."""

from __future__ import annotations

import hashlib
import json
import logging
import sqlite3
import sys
from array import array
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import Blueprint, Flask, Response, request

from bundle import Bundle, BundleError, Product
from bundle.caches import cached_with_owner
from bundle.search.query import category_name, category_path
from dashapp.addresses import (
    MAP,
    GalleryQuery,
    arguments_of,
    href_of,
    product_href,
    with_arguments,
)
from dashapp.http.thumbnails import YEAR
from dashapp.language import _
from dashapp.shown_recipe import ShownRecipe
from dashapp.site import Site, Sites

logger = logging.getLogger(__name__)

COLOURS = 10
"""How many groups have their own colour; the stylesheet defines as many."""

MOST = 100
"""The most products in one request."""

_LAYOUT = 1
"""The version of the data's layout. Changing it makes browsers fetch anew what they cached."""

_LAST_GROUP = 0xFFFF


def map_tag(bundle: Bundle) -> str:
    """The part of the addresses that changes with the bundle, so that answers can be cached forever."""
    return hashlib.sha256(f"{_LAYOUT} {bundle.manifest['digest']}".encode()).hexdigest()[:12]


def points_href(site: Site, bundle: Bundle, recipe: ShownRecipe) -> str:
    """The address of a recipe's points."""
    return href_of(f"{MAP}/{map_tag(bundle)}/points", recipe=site.in_address(recipe))


def products_href(bundle: Bundle, site: Site, recipe: ShownRecipe) -> str:
    """The address of products, to which `&positions=` with numbers and commas is added."""
    arguments = with_arguments("", recipe=site.in_address(recipe)) or "?"
    return href_of(f"{MAP}/{map_tag(bundle)}/products") + arguments


def matching_href(bundle: Bundle, query: GalleryQuery) -> str:
    """The address that says which products a query means; empty if it means all."""
    arguments = replace(query, page=1, unfolded="").arguments()
    address = href_of(f"{MAP}/{map_tag(bundle)}/matching", **arguments)
    return address if "?" in address else ""


def groups_of(categories: Sequence[tuple[str, int]]) -> dict[str, int]:
    """The groups of categories that the map colours, with their numbers of products, largest first.

    Category paths are cut to the longest prefix that gives no more groups than colours. If that gives only
    one group, or even the first part gives too many, they are cut to the shortest prefix that gives several
    groups. Categories with one part form their own groups.
    """
    deepest = max((len(category_path(name)) for name, _ in categories), default=0)
    cuts = [_cut(categories, depth) for depth in range(1, deepest + 1)]
    fitting = [groups for groups in cuts if 1 < len(groups) <= COLOURS]
    several = [groups for groups in cuts if len(groups) > 1]
    chosen = fitting[-1] if fitting else (several or cuts or [Counter()])[0]
    return dict(sorted(chosen.items(), key=lambda group: (-group[1], group[0])))


def group_name(category: str, groups: Mapping[str, int]) -> str:
    """The group of a category, or empty text."""
    path = category_path(category)
    names = (category_name(path[:depth]) for depth in range(len(path), 0, -1))
    return next((name for name in names if name in groups), "")


def points(bundle: Bundle, recipe: str) -> bytes | None:
    """The points of a recipe's map, or None where it has none.

    Three columns, each of one little-endian 16-bit number for every product in the catalogue's order: x, y,
    and its group's place in `groups_of` from 1 on, or 0. Raises `BundleError` if the map cannot be read or
    does not have one place for each product.
    """
    places = bundle.map_places(recipe)
    return None if places is None else places + _group_column(bundle)


@cached_with_owner()
def is_mapped(bundle: Bundle, recipe: str) -> bool:
    """Whether a recipe has a map. Raises `BundleError` if it cannot be read."""
    return bundle.map_places(recipe) is not None


@cached_with_owner()
def _group_column(bundle: Bundle) -> bytes:
    """The last of the columns of `points`, the same for every recipe."""
    groups = groups_of(bundle.categories())
    numbers = {name: min(number, _LAST_GROUP) for number, name in enumerate(groups, start=1)}
    categories, codes = bundle.category_codes()
    of_category = [numbers.get(group_name(category, groups), 0) for category in categories]
    group_column = array("H", map(of_category.__getitem__, codes))
    if sys.byteorder == "big":
        group_column.byteswap()
    return group_column.tobytes()


def prepare_map(bundle: Bundle) -> None:
    """Prepare what the map's points are made from, so that no visitor waits for it."""
    try:
        if is_mapped(bundle, bundle.recipes[0]["name"]):
            _group_column(bundle)
    except BundleError:
        logger.exception("The map could not be read from the bundle.")


def register_map(server: Flask, sites: Sites) -> None:
    """Serve `points`, `products` and `matching` below `/map/<tag>`; another bundle's tag gives a 404."""
    blueprint = Blueprint("map", __name__)

    @blueprint.get(f"{MAP}/<tag>/<any(points, products, matching):what>")
    def answer(tag: str, what: str) -> Response:
        site = sites.current()
        if site.bundle is None or tag != map_tag(site.bundle):
            return _plain(_("The catalogue has changed: load the page again."), 404)
        recipe = site.recipe(request.args.get("recipe", ""))
        if recipe is None:
            return _plain(_("There is no such list."), 404)
        try:
            response = _ANSWERS[what](site, site.bundle, recipe)
        except (BundleError, sqlite3.Error) as error:
            server.logger.exception("The map could not be read from the bundle.")
            return _plain(str(error), 503)
        if response.status_code == 200:
            response.cache_control.public = True
            response.cache_control.max_age = YEAR
            response.cache_control.immutable = True
        return response

    server.register_blueprint(blueprint)


def _points(__: Site, bundle: Bundle, recipe: ShownRecipe) -> Response:
    body = points(bundle, recipe.name)
    if body is None:
        return _plain(_("This list has no map."), 404)
    return Response(body, mimetype="application/octet-stream")


def _products(site: Site, bundle: Bundle, recipe: ShownRecipe) -> Response:
    texts = request.args.get("positions", "").split(",")
    if len(texts) > MOST or not all(text.isascii() and text.isdigit() and len(text) < 10 for text in texts):
        expected = f"Expected positions to be 1 to {MOST} numbers with commas between them."
        return _plain(expected, 400)
    found = bundle.products_at(int(text) for text in texts)
    records = [map_record(site, recipe, position, product) for position, product in sorted(found.items())]
    return Response(json.dumps(records, ensure_ascii=False), mimetype="application/json")


def _matching(__: Site, bundle: Bundle, ___: ShownRecipe) -> Response:
    """One byte for each product in the catalogue's order, 1 if the address's query means it."""
    query = GalleryQuery.from_arguments(arguments_of(request.query_string.decode("latin-1"))).query
    body = bundle.matching(query)
    return Response(bytes([1]) * bundle.count if body is None else body, mimetype="application/octet-stream")


_ANSWERS = {"points": _points, "products": _products, "matching": _matching}


def map_record(site: Site, recipe: ShownRecipe, position: int, product: Product) -> dict[str, Any]:
    """A product as the map's script shows it: its position, title and address, and its small picture."""
    record = {
        "position": position,
        "title": product.title,
        "href": product_href(product.id, recipe=site.in_address(recipe)),
    }
    for image in product.images[:1]:
        small = site.thumbnail_href(image, small=True)
        # Half of the thumbnail, rounded up.
        record |= {"image": small, "width": -(-image.width // 2), "height": -(-image.height // 2)}
    return record


def _cut(categories: Sequence[tuple[str, int]], depth: int) -> Counter[str]:
    groups: Counter[str] = Counter()
    for name, products in categories:
        groups[category_name(category_path(name)[:depth])] += products
    return groups


def _plain(sentence: str, status: int) -> Response:
    return Response(sentence + "\n", status=status, mimetype="text/plain")
