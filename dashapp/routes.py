"""Which page an address shows."""

from __future__ import annotations

import logging
import sqlite3
from urllib.parse import unquote

from dash import Dash, Input, Output, html
from dash.development.base_component import Component

from bundle import BundleError
from dashapp.addresses import COMPARE, GALLERY, PRODUCT, arguments_of, product_id_of
from dashapp.pages.compare import compare_page
from dashapp.pages.gallery import gallery_page
from dashapp.pages.not_found import not_found
from dashapp.pages.problem import problem_page
from dashapp.pages.product import product_page
from dashapp.site import Site, Sites
from dashapp.view import View

logger = logging.getLogger(__name__)

_PAGES = {GALLERY: gallery_page}
_PRODUCT_PAGES = {PRODUCT: product_page, COMPARE: compare_page}


def view_of(site: Site, path: str, query: str) -> View:
    """The page at a decoded path and a query string. A bundle that fails gives the page that says so."""
    if site.bundle is None:
        return problem_page(site.problem)
    arguments = arguments_of(query)
    try:
        if path in _PAGES:
            return _PAGES[path](site, site.bundle, arguments=arguments)
        for page, make in _PRODUCT_PAGES.items():
            product_id = product_id_of(path, arguments, page=page)
            if product_id is None:
                continue
            product = site.bundle.product(product_id)
            if product is None:
                return not_found(product=True)
            return make(site, site.bundle, product, arguments=arguments)
        return not_found(product=False)
    except (BundleError, sqlite3.Error) as error:
        logger.exception("A page could not be made from the bundle.")
        return problem_page(str(error))


def register_navigation(app: Dash, sites: Sites) -> None:
    """Show the page of the browser's address, and the next one wherever it changes to."""

    @app.callback(
        Output("page", "children"),
        Input("address", "pathname"),
        Input("address", "search"),
        prevent_initial_call=True,
    )
    def show(pathname: str, search: str) -> Component:
        site, view = sites.view(lambda site: view_of(site, unquote(pathname), search))
        # The browser's script waits for its own address here: only then are the cards in their place.
        marks = {
            "data-address": pathname + search,
            "data-title": tab_title(site, view),
            "data-search": view.search,
        }
        return html.Div(view.body, **marks)


def tab_title(site: Site, view: View) -> str:
    """What the browser's tab says of a page."""
    return f"{view.title} · {site.name}" if view.title else site.name
