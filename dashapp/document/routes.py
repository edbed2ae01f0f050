"""Maps addresses to pages."""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Callable
from typing import Any
from urllib.parse import unquote

from dash import Dash, Input, Output, State
from werkzeug.exceptions import BadRequest

from bundle import Bundle, BundleError
from dashapp.addresses import (
    ABOUT,
    COMPARE,
    FOR_YOU,
    GALLERY,
    MAP,
    PHOTO,
    PRODUCT,
    QUALITY,
    arguments_of,
    path_of,
    product_id_of,
)
from dashapp.language.requests import speak_as_page
from dashapp.pages.about import about_page
from dashapp.pages.compare import compare_page
from dashapp.pages.for_you import for_you_page, remembered_page
from dashapp.pages.gallery import gallery_page
from dashapp.pages.map import map_page
from dashapp.pages.not_found import not_found
from dashapp.pages.photo import photo_page
from dashapp.pages.problem import problem_page
from dashapp.pages.product import product_page
from dashapp.pages.quality import quality_page
from dashapp.parts import html
from dashapp.parts.html import Component
from dashapp.parts.right_of_way import as_search, give_way
from dashapp.parts.view import View, tab_title
from dashapp.site import Site, Sites

logger = logging.getLogger(__name__)

_PAGES = {
    GALLERY: gallery_page,
    FOR_YOU: for_you_page,
    MAP: map_page,
    PHOTO: photo_page,
    QUALITY: quality_page,
    ABOUT: about_page,
}
_PRODUCT_PAGES = {PRODUCT: product_page, COMPARE: compare_page}


def view_of(site: Site, path: str, query: str) -> View:
    """The page at a decoded path and a query string. A failing bundle gives a page that says so."""
    arguments = arguments_of(query)

    def make_page(bundle: Bundle) -> View:
        if path in _PAGES:
            return _PAGES[path](site, bundle, arguments=arguments)
        for page, make in _PRODUCT_PAGES.items():
            product_id = product_id_of(path, arguments, page=page)
            if product_id is None:
                continue
            product = bundle.product(product_id)
            if product is None:
                return not_found(site, bundle, product=True)
            return make(site, bundle, product, arguments=arguments)
        return not_found(site, bundle, product=False)

    if path in (GALLERY, MAP) and arguments:
        return as_search(lambda: _made(site, make_page))
    return _made(site, make_page)


def _made(site: Site, make_page: Callable[[Bundle], View]) -> View:
    if site.bundle is None:
        return problem_page(site.problem)
    try:
        return make_page(site.bundle)
    except (BundleError, sqlite3.Error) as error:
        logger.exception("A page could not be made from the bundle.")
        return problem_page(str(error))


def register_navigation(app: Dash, sites: Sites) -> None:
    """Show the page of the browser's address, and update it when the address changes."""

    @app.callback(
        Output("page", "children"),
        Input("address", "pathname"),
        Input("address", "search"),
        State("language", "data"),
        prevent_initial_call=True,
    )
    def show(pathname: str, search: str, language: object) -> Component:
        speak_as_page(language)
        _check_address(pathname, search)
        site, view = sites.view(lambda site: view_of(site, path_of(unquote(pathname)), search))
        give_way()
        return _page(site, view, address=pathname + search)

    @app.callback(
        Output("page", "children", allow_duplicate=True),
        Input("remembered", "data"),
        State("address", "pathname"),
        State("address", "search"),
        State("language", "data"),
        prevent_initial_call=True,
    )
    def show_remembered(remembered: Any, pathname: str, search: str, language: object) -> Component:
        speak_as_page(language)
        _check_address(pathname, search)
        ids = [each for each in remembered if isinstance(each, str)] if isinstance(remembered, list) else []
        arguments = arguments_of(search)

        def make(site: Site) -> View:
            return _made(site, lambda bundle: remembered_page(site, bundle, ids, arguments=arguments))

        site, view = sites.view(make)
        return _page(site, view, address=pathname + search)


def _check_address(pathname: object, search: object) -> None:
    """Raise `BadRequest` for an invalid address: any program can send requests like a browser's."""
    if not isinstance(pathname, str) or not isinstance(search, str):
        raise BadRequest("Expected pathname and search to be texts.")


def _page(site: Site, view: View, *, address: str) -> Component:
    # The browser's script waits for its own address here, as only then are the cards in place. A page that is
    # itself waiting is not ready yet.
    marks = {
        "data-waiting" if view.waiting else "data-address": address,
        "data-title": tab_title(site, view),
        "data-search": view.search,
    }
    return html.Div(view.body, **marks)
