"""The HTML document around the pages: a complete page on first visit, which Dash then takes over."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from dash import Dash, dcc, html
from dash._hooks import HooksManager
from dash._utils import AttributeDict
from flask import Response, g, request

from dashapp.addresses import ABOUT, EVENTS, FOR_YOU, GALLERY, MAP, PHOTO, QUALITY, form_href, href_of
from dashapp.document.routes import view_of
from dashapp.document.theme import theme_fonts, theme_links
from dashapp.http.assets import ASSETS, asset_href, import_map, imported_by
from dashapp.http.device_files import live_recipe
from dashapp.http.previews import preview
from dashapp.language import N_, _, current
from dashapp.parts.markup import to_html
from dashapp.parts.templates import template_beside
from dashapp.parts.view import View, tab_title
from dashapp.parts.wording import day, products
from dashapp.site import Site, Sites

STYLESHEETS = (
    "vendor/bootstrap.min.css",
    "look.css",
    "akin.css",
    "gallery.css",
    "compare.css",
    "product.css",
    "map.css",
    "quality.css",
    "photo.css",
)

_LATER = "text/dash"

_UNUSED = ("/deps/polyfill@", "/dash_table/")
"""In the addresses of scripts that Dash adds and no page needs: what old browsers lack, and data tables."""

MAIN_SCRIPT = "akin.js"
"""The script that every page runs."""

EVENTS_SCRIPT = "events.js"
"""The script that sends what visitors see and click, where the setting says so."""

FONTS = {
    "text": "/assets/vendor/source-sans-3-latin-5.3.1.woff2",
    "heading": "/assets/vendor/newsreader-latin-400-5.3.0.woff2",
}
"""The fonts' addresses, exactly as in the stylesheet; their names change with their versions."""


_LINKS = {"shop": N_("Shop"), "contact": N_("Contact"), "imprint": N_("Imprint"), "privacy": N_("Privacy")}
"""What the links of a theme are called."""


class _Config(AttributeDict):
    """Dash's configuration, with the path that the request in progress reached the site below."""

    @property
    def requests_pathname_prefix(self) -> str:
        """What the addresses of Dash's scripts and callbacks begin with."""
        return href_of("/")


@contextmanager
def _no_settings_of_dash() -> Iterator[None]:
    """Keep from Dash what it would read of the environment: the settings are `AKIN_*` and no others."""
    kept = {name: os.environ.pop(name) for name in list(os.environ) if name.upper().startswith("DASH_")}
    try:
        yield
    finally:
        os.environ.update(kept)


def _fonts(site: Site) -> list[tuple[str, str]]:
    """The addresses and media types of the fonts that every page shows."""
    own = [href_of(path) for name, path in FONTS.items() if name not in site.theme.fonts]
    return [*((href, "font/woff2") for href in own), *theme_fonts(site)]


def _details(site: Site) -> dict[str, str]:
    """The links of the footer: about the page, and what the shop itself links."""
    given = site.theme.said_in(current().code).links
    links = {_(title): given[name] for name, title in _LINKS.items() if name in given}
    return {_("Quality"): href_of(QUALITY), _("About"): href_of(ABOUT), **links}


class ShopApp(Dash):
    """A Dash app whose documents already contain their page, with its title and HTTP status."""

    def __init__(self, sites: Sites) -> None:
        self.sites = sites
        # Dash would read what every installed package says of itself, for hooks that none of ours has.
        HooksManager._registered = True
        with _no_settings_of_dash():
            super().__init__(
                __name__,
                assets_folder=str(ASSETS),
                # The files of assets/ are linked with a hash of their content, which Dash's own links lack.
                include_assets_files=False,
                title="Akin",
                update_title="",
                add_log_handler=False,
            )
        self.config = _Config(self.config)
        # Dash asks the environment for this one when it is first needed.
        self._plotly_cloud = False  # type: ignore[assignment]
        self.layout = self._components

    def _components(self) -> html.Div:
        """What Dash's script begins with; it takes over the page that is there already."""
        return html.Div(
            [
                dcc.Location(id="address", refresh=False),
                dcc.Store(id="language", data=current().code),
                # The browser's script puts the ids of the products that the visitor viewed here when asked.
                dcc.Store(id="remembered"),
                html.Div(id="page", disable_n_clicks=True),
            ]
        )

    def index(self, *_: Any, **__: Any) -> Response:
        """The document of the requested address."""
        query = request.query_string.decode("latin-1")
        g.site, g.view = self.sites.view(lambda site: view_of(site, request.path, query))
        text: str = super().index()  # type: ignore[no-untyped-call]  # Dash's own is untyped
        return Response(text, status=g.view.status, mimetype="text/html")

    def interpolate_index(self, *__: Any, **parts: Any) -> str:
        """Fill the template with Dash's parts and the page's."""
        lines = parts["scripts"].split("\n")
        scripts = "\n".join(line for line in lines if not any(name in line for name in _UNUSED))
        # Browsers run no script of this type. assets/dash.js loads them when a visitor is about to need them.
        parts["scripts"] = scripts.replace("<script src=", f'<script type="{_LATER}" src=')
        parts["renderer"] = parts["renderer"].replace("application/javascript", _LATER)
        around = surroundings(g.site)
        return document_of(
            g.site, g.view, around, address=href_of(request.path), waiting=g.view.waiting, **parts
        )


def surroundings(site: Site) -> dict[str, Any]:
    """What the document has around every page of a site, in the language of the request."""
    built = ""
    if site.bundle:
        built = products(site.bundle.count)
        # A day on all pages of a static site would change each of them with every build.
        if not site.is_static:
            built = _("{products}, updated {day}", products=built, day=day(site.bundle.manifest["created"]))
    return {
        "is_static": site.is_static,
        "language": current(),
        "name": site.name,
        "theme": site.theme.said_in(current().code),
        "themed": theme_links(site),
        "built": built,
        "stylesheets": [asset_href(name) for name in STYLESHEETS],
        "icon": asset_href("icon.svg"),
        "fonts": _fonts(site),
        "early_script": asset_href("early.js"),
        "main_script": asset_href(MAIN_SCRIPT),
        "events": href_of(EVENTS) if site.settings.events else "",
        "events_script": asset_href(EVENTS_SCRIPT),
        "import_map": import_map(),
        "preloads": [asset_href(name) for name in imported_by(MAIN_SCRIPT)],
        "gallery": href_of(GALLERY),
        "search_action": form_href(GALLERY),
        "for_you": href_of(FOR_YOU),
        "ways": {_("For you"): href_of(FOR_YOU)} | ({_("Map"): href_of(MAP)} if site.has_map else {}),
        "details": _details(site),
        "by_photo": href_of(PHOTO) if live_recipe(site) else "",
    }


def document_of(
    site: Site, view: View, around: Mapping[str, Any], *, address: str, waiting: bool = False, **parts: str
) -> str:
    """The HTML document of a page at an `address`; `around` is what `surroundings` gives.

    `parts` has what Dash adds to it. A page that is `waiting` needs Dash at once.
    """
    return template_beside(__file__, "document.html").render(
        parts,
        **around,
        waiting=waiting,
        first_picture=view.first_picture,
        tab_title=tab_title(site, view),
        search=view.search,
        current=address,
        page=to_html(view.body),
        preview=preview(site, view, card=str(around["themed"]["card"])),
    )
