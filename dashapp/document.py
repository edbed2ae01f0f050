"""The HTML document around the pages: a complete page on first visit, which Dash then takes over."""

from __future__ import annotations

from functools import cache
from typing import Any

from dash import Dash, dcc, html
from flask import Response, g, request

from dashapp.addresses import ABOUT, FOR_YOU, MAP, PHOTO, QUALITY
from dashapp.http.assets import ASSETS, asset_href, import_map, imported_by
from dashapp.http.device_files import live_recipe
from dashapp.http.previews import preview
from dashapp.parts.markup import to_html
from dashapp.parts.templates import template_beside
from dashapp.parts.view import tab_title
from dashapp.parts.wording import counted, day
from dashapp.routes import view_of
from dashapp.site import Sites

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
            update_title="",
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
        text: str = super().index()  # type: ignore[no-untyped-call]  # Dash's own is untyped
        return Response(text, status=g.view.status, mimetype="text/html")

    def interpolate_index(self, *_: Any, **parts: Any) -> str:
        """Fill the template with Dash's parts and the page's."""
        view, site = g.view, g.site
        built = ""
        if site.bundle:
            created = site.bundle.manifest["created"]
            built = f"{counted(site.bundle.count, 'product')}, updated {day(created)}"
        template = template_beside(__file__, "document.html")
        return template.render(
            parts,
            tab_title=tab_title(site, view),
            name=site.name,
            search=view.search,
            built=built,
            icon=asset_href("icon.svg"),
            font=FONT,
            early_script=asset_href("early.js"),
            main_script=asset_href(MAIN_SCRIPT),
            import_map=import_map(),
            preloads=_preloads(),
            current=request.path,
            ways={"For you": FOR_YOU} | ({"Map": MAP} if site.has_map else {}),
            details={"Quality": QUALITY, "About Akin": ABOUT},
            by_photo=PHOTO if live_recipe(site) else "",
            page=to_html(view.body),
            preview=preview(site, view),
        )


@cache
def _preloads() -> tuple[str, ...]:
    """The scripts that the main one imports: a browser fetches them at once, not one after the other."""
    return tuple(asset_href(name) for name in imported_by(MAIN_SCRIPT))
