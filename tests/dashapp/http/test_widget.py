"""How the widget's script is served: its address stays, so it is kept for an hour only."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bundle.theme import Theme, theme_files
from dashapp import create_app
from dashapp.language import codes
from dashapp.settings import Settings
from tests.sample_bundle import write_sample_bundle


def test_it_is_a_script_that_pages_of_any_origin_may_load(client: FlaskClient) -> None:
    response = client.get("/widget.js")
    assert response.mimetype == "text/javascript"
    assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert response.headers["X-Content-Type-Options"] == "nosniff"


def test_it_is_kept_for_an_hour_and_then_asked_after(client: FlaskClient) -> None:
    response = client.get("/widget.js", headers={"Accept-Encoding": "gzip"})
    assert response.cache_control.max_age == 3600
    assert not response.cache_control.immutable
    # Of these, 500 are its messages in all languages.
    assert len(response.data) < 7000
    again = client.get("/widget.js", headers={"If-None-Match": response.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


def test_it_is_there_while_there_is_no_bundle(tmp_path: Path) -> None:
    # Then the script asks the API, and that says what is wrong.
    assert create_app(Settings(data=tmp_path)).server.test_client().get("/widget.js").status_code == 200


@pytest.mark.parametrize(
    "forbidden", ["innerHTML", "outerHTML", "insertAdjacentHTML", "eval(", "document.write"]
)
def test_it_never_makes_html_of_text(client: FlaskClient, forbidden: str) -> None:
    assert forbidden not in client.get("/widget.js").text


def look_in(text: str) -> dict[str, object]:
    (line,) = (line for line in text.splitlines() if "const THEME" in line)
    look: dict[str, object] = json.loads(line.partition("= ")[2].partition("; //")[0])
    return look


def test_it_wears_the_theme(client: FlaskClient, tmp_path: Path) -> None:
    assert look_in(client.get("/widget.js").text) == {}
    colours = {"accent": "#123456", "tile": "#fedcba", "page": "#ffffff"}
    theme = Theme(
        tag="0123456789ab",
        colours={"light": colours, "dark": colours},
        radius=0,
        stylesheet="theme.css",
        fonts={"text": "text.woff2", "heading": ""},
        families={"text": '"Theme text"', "heading": '"Avenir Next", serif'},
    )
    write_sample_bundle(tmp_path, products=3, files=theme_files(theme, dict.fromkeys(theme.stored, b"x")))
    shop = create_app(Settings(data=tmp_path)).server.test_client()
    row = {"accent": "#123456", "tile": "#fedcba"}
    assert look_in(shop.get("/widget.js").text) == {
        "light": row,
        "dark": row,
        "radius": 0,
        "text": {"family": '"Theme text"', "file": "theme/0123456789ab/text.woff2"},
        "heading": {"family": '"Avenir Next", serif'},
    }
    # A page of another origin may load the typeface, and nothing else of the theme.
    allowed = {
        name: shop.get(f"/theme/0123456789ab/{name}").headers.get("Access-Control-Allow-Origin")
        for name in theme.stored
    }
    assert allowed == {"theme.css": None, "text.woff2": "*"}


def test_it_brings_its_messages_in_every_language(client: FlaskClient) -> None:
    text = client.get("/widget.js").text
    (line,) = (line for line in text.splitlines() if "const TRANSLATIONS" in line)
    messages = json.loads(line.partition("= ")[2].partition("; //")[0])
    assert set(messages) == {*codes()} - {"en"}
    assert messages["de"] == {"More like this": "Ähnliche Produkte", "was": "vorher"}
