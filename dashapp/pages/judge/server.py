"""The pages of judging by eye, for one person at the machine that serves them."""

from __future__ import annotations

from pathlib import Path
from threading import Lock

from flask import Flask, Response, abort, redirect, request, send_from_directory
from werkzeug.wrappers import Response as PlainResponse

from bundle import Bundle
from dashapp.http.assets import ASSETS, asset_href
from dashapp.http.headers import register_headers
from dashapp.http.thumbnails import register_thumbnails
from dashapp.pages.judge.session import Session
from dashapp.parts.templates import template_beside
from dashapp.settings import Settings, SettingsError
from dashapp.site import Sites

HUNDRED = 100

_HOSTS = {"127.0.0.1", "localhost"}


def two_recipes(bundle: Bundle, text: str) -> tuple[str, str]:
    """The two recipes that `A,B` names. Raises `SettingsError` unless the bundle has both."""
    held = [recipe["name"] for recipe in bundle.recipes]
    pairs = [(first, second) for first in held for second in held if first != second]
    found = next((pair for pair in pairs if ",".join(pair) == text), None)
    if found is None:
        raise SettingsError(
            f"Expected --judge to be two recipes of the bundle, as A,B; it has {', '.join(held)}. "
            f"Received: {text}."
        )
    return found


def create_judge(settings: Settings, recipes: str, *, answers: Path) -> tuple[Flask, Session]:
    """The app that shows two lists of a product side by side and keeps what people prefer, and its session.

    Raises `SettingsError` where there is nothing to judge, and `BundleError` where there is no bundle.
    """
    sites = Sites(settings)
    bundle = Bundle.open(settings.data)
    session = Session(bundle, two_recipes(bundle, recipes), answers)
    if not session.coming(1) and not session.answered:
        raise SettingsError(f"Expected lists that differ. Received: {recipes}, which show the same products.")
    app = Flask(__name__, static_folder=None)
    register_thumbnails(app, sites)
    register_headers(app, [], pictures=settings.thumbnails)
    _register_files(app)
    _register_pages(app, sites, session)
    return app, session


def _register_files(app: Flask) -> None:
    @app.before_request
    def from_here() -> None:
        # A page of another site must neither read from here nor answer in one's name.
        origin = request.headers.get("Origin", f"http://{request.host}")
        if request.host.partition(":")[0] not in _HOSTS or origin != f"http://{request.host}":
            abort(403)

    @app.get("/assets/<path:name>")
    def asset(name: str) -> Response:
        return send_from_directory(ASSETS, name)

    @app.get("/judge.<any(css,js):kind>")
    def own(kind: str) -> Response:
        return send_from_directory(Path(__file__).parent, f"judge.{kind}")


def _register_pages(app: Flask, sites: Sites, session: Session) -> None:
    # Answers come one after the other, whatever the browser sends at the same time.
    turn = Lock()

    def page(name: str, **values: object) -> Response:
        template = template_beside(__file__, name)
        styles = [asset_href(style) for style in ("vendor/bootstrap.min.css", "look.css", "akin.css")]
        files = {
            "stylesheets": [*styles, "/judge.css"],
            "icon": asset_href("icon.svg"),
            "early": asset_href("early.js"),
        }
        text = template.render(values, site=sites.current(), session=session, **files)
        return Response(text, mimetype="text/html", headers={"Cache-Control": "no-store"})

    def results(*, more: bool) -> Response:
        return page("results.html", preference=session.preference(), more=more)

    @app.get("/")
    def question() -> Response:
        with turn:
            coming = session.coming(2)
            pause = session.answered and session.answered % HUNDRED == 0 and "more" not in request.args
            if not coming or pause:
                return results(more=bool(coming))
            goal = (session.answered // HUNDRED + 1) * HUNDRED
            return page("question.html", question=coming[0], following=coming[1:], goal=goal)

    @app.get("/results")
    def so_far() -> Response:
        with turn:
            return results(more=bool(session.coming(1)))

    @app.post("/answer")
    def answer() -> PlainResponse:
        with turn:
            number = request.form.get("number", type=int)
            if number is not None:
                session.answer(request.form.get("answer", ""), number=number)
        return redirect("/", 303)

    @app.post("/undo")
    def undo() -> PlainResponse:
        with turn:
            session.undo()
        return redirect("/?more=1", 303)
