"""Puts the app together."""

from __future__ import annotations

from dash import Dash
from flask import Flask, Response

from bundle import BundleError
from bundle.parcel.keep import keep
from dashapp.addresses import ABOUT, COMPARE, FOR_YOU, MAP, PHOTO, PRODUCT, QUALITY
from dashapp.api import register_api
from dashapp.api.addresses import ROOT
from dashapp.api.events import EventsApi
from dashapp.document.routes import register_navigation
from dashapp.document.shop_app import ShopApp
from dashapp.document.theme import register_theme
from dashapp.http.below import BelowPath
from dashapp.http.compression import register_compression
from dashapp.http.crawlers import register_crawlers
from dashapp.http.device_files import register_live_files
from dashapp.http.door import register_door
from dashapp.http.headers import register_headers
from dashapp.http.json_bodies import register_json_bodies
from dashapp.http.map_data import prepare_map, register_map
from dashapp.http.thumbnails import register_thumbnails
from dashapp.http.widget import register_widget
from dashapp.language.requests import register_language
from dashapp.pages.found_cards import register_photo_answers
from dashapp.parts.right_of_way import register_right_of_way
from dashapp.photo.memory import give_memory_back
from dashapp.settings import Settings, SettingsError, script_name_of
from dashapp.site import Sites, missing_split


def create_app(settings: Settings | None = None) -> Dash:
    """Make an app for the bundle in `settings`, which by default come from the environment.

    If the bundle is missing or damaged, the app still starts, and every page says what is wrong with status
    503. Raises `SettingsError` for an invalid setting, for a bundle that cannot be fetched from its address,
    for a file of users that cannot be used, for a file of events that cannot be written, for recipes to
    compare that the bundle lacks, and for live mode if the bundle or a package that it needs is missing.
    """
    settings = settings or Settings.from_environment()
    have_bundle(settings)
    give_memory_back()
    live = None
    if settings.live:
        from dashapp.api.photo_answers import open_live

        live = open_live(settings)
    sites = Sites(settings, prepare=prepare_map)
    site = sites.current()
    if settings.split and site.bundle is not None and not site.split:
        raise SettingsError(missing_split(settings, site.recipes))
    app = ShopApp(sites)
    register_right_of_way(app.server)
    register_language(app.server, settings.language)
    if settings.users is not None:
        register_door(app.server, settings.users)
    register_json_bodies(app.server, app)
    register_navigation(app, sites)
    register_thumbnails(app.server, sites)
    register_theme(app.server, sites)
    register_map(app.server, sites)
    register_live_files(app.server, sites)
    register_photo_answers(app.server, sites)
    events = EventsApi(settings) if settings.events else None
    register_api(app.server, sites, live=live, events=events)
    if live is not None:
        # What a worker does first when it starts; no request waits for it.
        app.server.extensions["worker-start"] = [lambda: live.warm_up(sites.current().engine)]
    register_widget(app.server, sites, events=bool(settings.events))
    register_crawlers(app.server, sites)
    _register_plain_routes(app)
    register_headers(app.server, app.csp_hashes(), pictures=settings.thumbnails, frames=settings.frame)
    register_compression(app.server)
    path = settings.path or script_name_of()
    app.server.wsgi_app = BelowPath(app.server.wsgi_app, path=path, own=_own_names(app.server))
    return app


def have_bundle(settings: Settings) -> None:
    """Fetch the bundle that `settings` name an address of, unless it is there. Raises `SettingsError`."""
    if settings.bundle_url is not None:
        try:
            keep(settings.bundle_url, settings.data, allowed=settings.bundle_private)
        except BundleError as error:
            raise SettingsError(f"AKIN_BUNDLE_URL: {error}") from error


def _own_names(server: Flask) -> frozenset[str]:
    """What the site's own paths begin with."""
    pages = (PRODUCT, COMPARE, FOR_YOU, MAP, PHOTO, QUALITY, ABOUT)
    paths = (*pages, ROOT, *(rule.rule for rule in server.url_map.iter_rules()))
    names = {path.split("/")[1] for path in paths}
    return frozenset(name for name in names if name and "<" not in name)


def _register_plain_routes(app: ShopApp) -> None:
    server: Flask = app.server

    @server.get("/healthz")
    def healthz() -> Response:
        site = app.sites.current()
        if site.bundle is None:
            return Response(site.problem + "\n", status=503, mimetype="text/plain")
        return Response("ok\n", mimetype="text/plain")

    @server.errorhandler(404)
    def elsewhere(_: Exception) -> Response:
        # Dash's catch-all rule does not match line breaks, which an id may contain.
        return app.index()
