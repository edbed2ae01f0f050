"""How the widget's script is served: its address stays, so it is kept for an hour only."""

import json
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashapp import create_app
from dashapp.language import codes
from dashapp.settings import Settings


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
    assert len(response.data) < 6500
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


def test_it_brings_its_messages_in_every_language(client: FlaskClient) -> None:
    text = client.get("/widget.js").text
    (line,) = (line for line in text.splitlines() if "const TRANSLATIONS" in line)
    messages = json.loads(line.partition("= ")[2].partition("; //")[0])
    assert set(messages) == {*codes()} - {"en"}
    assert messages["de"] == {"More like this": "Ähnliche Produkte", "was": "vorher"}
