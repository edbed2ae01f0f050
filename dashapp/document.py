"""The HTML document around the pages: a complete page on first visit, which Dash then takes over."""

from __future__ import annotations

from functools import cache
from html import escape
from pathlib import Path
from string import Template
from typing import Any

from dash import Dash, dcc, html
from flask import Response, g, request

from dashapp.addresses import ABOUT, FOR_YOU, MAP, PHOTO, QUALITY
from dashapp.http.assets import ASSETS, asset_href, import_map, imported_by
from dashapp.http.device_files import live_recipe
from dashapp.http.previews import preview
from dashapp.parts.markup import to_html
from dashapp.parts.view import tab_title
from dashapp.parts.wording import counted, day
from dashapp.routes import view_of
from dashapp.site import Site, Sites

STYLESHEETS = (
    "vendor/bootstrap.min.css",
    "akin.css",
    "gallery.css",
    "compare.css",
    "product.css",
    "map.css",
    "quality.css",
    "photo.css",
)

MAIN_SCRIPT = "akin.js"
"""What every page runs."""

FONT = "/assets/vendor/newsreader-latin-5.3.0.woff2"
"""The font's address, just as the stylesheet has it; its name changes with its version."""


_TEMPLATE = Template(Path(__file__).with_name("document.html").read_text(encoding="utf-8"))


class ShopApp(Dash):
    """A Dash app whose documents hold their page already, with its title and HTTP status."""

    def __init__(self, sites: Sites) -> None:
        self.sites = sites
        super().__init__(
            __name__,
            assets_folder=str(ASSETS),
            # The files of assets/ are linked with their content's hash, which Dash's own links lack.
            include_assets_files=False,
            external_stylesheets=[asset_href(name) for name in STYLESHEETS],
            title="Akin",
            update_title=None,
            add_log_handler=False,
        )
        self.layout = html.Div(
            [
                dcc.Location(id="address", refresh=False),
                # What the visitor looked at, of which the browser's script puts the ids here when asked.
                dcc.Store(id="remembered"),
                html.Div(id="page", disable_n_clicks=True),
            ]
        )

    def index(self, *_: Any, **__: Any) -> Response:
        """The document of the address that is asked for."""
        query = request.query_string.decode("latin-1")
        g.site, g.view = self.sites.view(lambda site: view_of(site, request.path, query))
        return Response(super().index(), status=g.view.status, mimetype="text/html")

    def interpolate_index(self, **parts: str) -> str:
        """Fill the template in one pass, so that nothing a product says can stand for a part of it."""
        view, site = g.view, g.site
        built = ""
        if site.bundle:
            created = site.bundle.manifest["created"]
            built = f"{counted(site.bundle.count, 'product')}, updated {day(created)}"
        texts = {
            "tab_title": tab_title(site, view),
            "name": site.name,
            "search": view.search,
            "built": built,
            "icon": asset_href("icon.svg"),
            "font": FONT,
            "early_script": asset_href("early.js"),
            "main_script": asset_href(MAIN_SCRIPT),
        }
        ways = {"For you": FOR_YOU} | ({"Map": MAP} if site.has_map else {})
        dash_parts = {name: parts[name] for name in ("metas", "css", "config", "scripts", "renderer")}
        return _TEMPLATE.substitute(
            {name: escape(text) for name, text in texts.items()},
            page=to_html(view.body),
            import_map=import_map(),
            preloads=_preloads(),
            ways=_links(ways),
            by_photo=_by_photo(site),
            details=_links({"Quality": QUALITY, "About Akin": ABOUT}),
            preview=preview(site, view),
            **dash_parts,
        )


@cache
def _preloads() -> str:
    """What makes a browser fetch all that the main script imports at once, rather than script by script."""
    hrefs = (asset_href(name) for name in imported_by(MAIN_SCRIPT))
    return "".join(f'<link rel="modulepreload" href="{href}">' for href in hrefs)


def _by_photo(site: Site) -> str:
    """The way to the search by photo, which stands in the search field; empty where there is none."""
    if live_recipe(site) is None:
        return ""
    current = ' aria-current="page"' if request.path == PHOTO else ""
    name = "Search by photo"
    return f"""<a class="by-photo" href="{PHOTO}" aria-label="{name}" title="{name}"{current}>
          <svg viewBox="0 0 24 24" width="22" height="22" aria-hidden="true">
            <path d="M4 8h3.2l1.6-2.5h6.4L16.8 8H20v11H4z" />
            <circle cx="12" cy="13" r="3.4" />
          </svg>
        </a>"""


def _links(ways: dict[str, str]) -> str:
    current = {"aria-current": "page"}
    return to_html(
        [html.A(text, href=href, **current if href == request.path else {}) for text, href in ways.items()]
    )
