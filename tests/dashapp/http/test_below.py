"""The site below a path of a shop's host: every address that it names begins with that path and answers."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import replace
from html import unescape
from http.client import HTTPConnection
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from dash._configs import load_dash_env_vars
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bundle import Bundle
from bundle.live import WEB_START
from dashapp import create_app
from dashapp.http.assets import ASSETS
from dashapp.settings import Settings, SettingsError
from tests.parsed_html import first, one
from tests.sample_bundle import NASTY_IDS
from tests.serving import serving

SHOP = "https://mall.example"
PAGES = (
    "/",
    "/?q=mug&sort=price-up",
    "/?category=Bags&page=2",
    "/?q=zzzzzzzz",
    "/product/plain",
    "/product/a%2Fb?n=5&colour=same",
    "/product/unknown",
    "/compare/plain",
    "/for-you",
    "/for-you?like=plain&like=a%2Fb",
    "/map",
    "/photo",
    "/quality",
    "/about",
    "/nowhere",
)
DATA = (
    "/api/v1",
    "/api/v1/products",
    "/api/v1/products/plain",
    "/api/v1/similar?id=plain",
    "/api/v1/openapi.json",
    "/robots.txt",
    "/sitemap.xml",
    "/sitemap-1.xml",
)
ADDRESS = re.compile(rf"""(?:["']|, |<loc>|Sitemap: |Disallow: )((?:{re.escape(SHOP)})?/(?!/)[^"'<>\s]*)""")
"""What stands where an address does: first in an attribute, in JSON or a line, or later in a srcset."""

NOT_ASKED = ("/_dash", "/api/", "/compare/", "/photo/results", "/nowhere", "/product/unknown")
"""Ends of what is no page: lines of robots.txt, what takes a POST, and what is to be answered with 404."""

SIGNED = re.compile(r'"end_id": ?"[^"]*"')
"""What Dash signs anew for each document."""

Get = Callable[[str], TestResponse]


@pytest.fixture(scope="module")
def settings(data: Path) -> Settings:
    return Settings(data=data, title="Shop & <Co>", address=f"{SHOP}/look", cors=(SHOP,))


@pytest.fixture(scope="module")
def below(settings: Settings) -> FlaskClient:
    return create_app(settings).server.test_client()


def addresses(text: str) -> set[str]:
    """Every address of this host that a text has, but for ids of products that look like one."""
    return {found.rstrip(",") for found in ADDRESS.findall(unescape(text))} - set(NASTY_IDS)


def asked(address: str) -> str:
    """An address as a script asks for it: of the map's products, the page has only the beginning."""
    path = address.removeprefix(SHOP)
    return f"{path}positions=0" if path.endswith("/products?") else path


def check(client: FlaskClient, page: str, seen: set[str]) -> None:
    """Ask for all that a page names, each once."""
    text = client.get(f"/look{page}").text
    found = addresses(text)
    assert found, page
    for address in found - seen:
        seen.add(address)
        assert urlsplit(address).path.startswith("/look/"), f"{address} in {page}"
        if not address.endswith(NOT_ASKED):
            answer = client.get(asked(address))
            assert answer.status_code == 200, f"{address} in {page}: {answer.status_code}"


@pytest.mark.slow
def test_every_address_of_every_page_begins_with_the_path_and_answers(below: FlaskClient) -> None:
    seen: set[str] = set()
    for page in PAGES:
        check(below, page, seen)
    # That it looks at all of them is worth a look, too.
    kinds = (
        "/look/assets/",
        "/look/thumbnails/",
        "/look/product/",
        "/look/map/",
        "/look/_dash-component-suites/",
    )
    for kind in (
        *kinds,
        f"{SHOP}/look/product/plain",
        f"{SHOP}/look/thumbnails/",
        "/look/compare/",
        "/look/?",
    ):
        assert any(address.startswith(kind) for address in seen), kind


@pytest.mark.slow
def test_every_address_of_the_api_and_for_search_engines_does_too(below: FlaskClient) -> None:
    seen: set[str] = set()
    for page in DATA:
        if page.endswith("openapi.json"):
            document = below.get(f"/look{page}").json
            assert document["servers"] == [{"url": "/look"}]
            assert all(path.startswith("/api/v1") for path in document["paths"])
        else:
            check(below, page, seen)
    assert f"{SHOP}/look/sitemap-1.xml" in seen
    assert below.get("/look/api/v1/nothing").json["detail"].endswith("/look/api/v1 says what there is.")


def test_the_map_names_products_below_it(below: FlaskClient) -> None:
    stage = one(below.get("/look/map").text, ".map")
    products = below.get(f"{stage.get('data-products')}&positions=0,1").json
    assert all(each["href"].startswith("/look/product/") for each in products)
    assert all(each["image"].startswith("/look/thumbnails/") for each in products)


@pytest.mark.slow
def test_the_search_by_photo_is_below_it(live_folders: tuple[Path, Path]) -> None:
    with Bundle.open(live_folders[1]) as bundle:
        if not (bundle.folder / WEB_START).is_file():
            pytest.skip("npm cannot be reached, so the bundle has no runtime for browsers")
    client = create_app(
        Settings(data=live_folders[1], live="browser", address=f"{SHOP}/look")
    ).server.test_client()
    page = first(client.get("/look/photo").text, ".photo")
    for name in ("data-module", "data-results", "data-worker", "data-files"):
        assert str(page.get(name)).startswith("/look/"), name
    listed = client.get(str(page.get("data-files"))).json
    files = [
        *listed["vectors"],
        *(each for each in listed.values() if isinstance(each, dict) and "href" in each),
    ]
    assert len(files) > 5
    for file in files:
        assert file["href"].startswith("/look/live/")
        assert client.get(file["href"]).status_code == 200
    sent = client.post(str(page.get("data-results")), json={"similar": [["bags/0041.png", 1.0]]})
    assert sent.status_code == 200
    assert all(address.startswith("/look/") for address in addresses(sent.text))
    check(client, "/photo", {str(page.get("data-search"))})


def callback(client: FlaskClient, pathname: str, search: str = "") -> str:
    """What Dash's script is answered where a browser's address is this, as plain JSON."""
    values = {"pathname": pathname, "search": search}
    body = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [{"id": "address", "property": name, "value": value} for name, value in values.items()],
        "changedPropIds": ["address.pathname"],
        "state": [{"id": "language", "property": "data", "value": "en"}],
    }
    answer = client.post("/look/_dash-update-component", json=body)
    assert answer.status_code == 200
    return json.dumps(answer.json)


@pytest.mark.parametrize("page", ["/", "/product/a%2Fb", "/for-you?like=plain", "/map", "/quality"])
def test_the_page_that_dash_is_given_is_that_of_the_document(below: FlaskClient, page: str) -> None:
    path, mark, search = page.partition("?")
    answer = callback(below, f"/look{path}", mark + search)
    found = {each for each in addresses(answer) if not each.startswith("/look/assets/")}
    assert found and found <= addresses(below.get(f"/look{page}").text) | {f"/look{page}"}


def test_without_its_last_slash_it_is_the_gallery(below: FlaskClient) -> None:
    answer = below.get("/look?q=mug")
    assert (answer.status_code, answer.headers["Location"]) == (308, "/look/?q=mug")
    # A proxy that strips the path cannot tell the two apart, and a browser may stand at either.
    without, with_it = (addresses(callback(below, pathname)) for pathname in ("/look", "/look/"))
    assert without | {"/look/"} == with_it | {"/look"}
    assert len(with_it) > 100


def document(answer: TestResponse) -> str:
    assert answer.status_code == 200
    return SIGNED.sub("", answer.text)


def ways(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple[str, Get]]:
    """The ways to be below a path, each with what asks for a path of the site."""
    kept = create_app(settings).server.test_client()
    yield "AKIN_ADDRESS, kept", lambda path: kept.get(f"/look{path}")
    yield "AKIN_ADDRESS, stripped", kept.get
    origin_alone = replace(settings, address=SHOP)
    client = create_app(origin_alone).server.test_client()
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "127.0.0.1")
    forwarded = {"X-Forwarded-Prefix": "/look/"}
    yield "X-Forwarded-Prefix, stripped", lambda path: client.get(path, headers=forwarded)
    yield "X-Forwarded-Prefix, kept", lambda path: client.get(f"/look{path}", headers=forwarded)
    yield "WSGI", lambda path: client.get(path, environ_overrides={"SCRIPT_NAME": "/look"})
    monkeypatch.setenv("SCRIPT_NAME", "/look")
    named = create_app(origin_alone).server.test_client()
    yield "SCRIPT_NAME, kept", lambda path: named.get(f"/look{path}")
    yield "SCRIPT_NAME, stripped", named.get


@pytest.mark.parametrize(
    "page", ["/", "/product/a%2Fb", "/map", "/api/v1/similar?id=plain", "/sitemap-1.xml"]
)
def test_whoever_says_so_and_strips_it_or_not(
    settings: Settings, page: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    made = {way: document(get(page)) for way, get in ways(settings, monkeypatch)}
    assert len(made) == 7
    assert [way for way, text in made.items() if text != made["AKIN_ADDRESS, kept"]] == []


def test_the_word_of_anyone_else_does_not_count(client: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DYNO", "web.1")  # Heroku's router passes on what a client sends.
    for trusted in (None, "", "10.0.0.0/8"):
        if trusted is not None:
            monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
        answer = client.get("/", headers={"X-Forwarded-Prefix": "/evil", "X-Script-Name": "/evil"})
        assert "evil" not in answer.text


@pytest.mark.parametrize(
    "said", ["look", "//evil.example", "/a, /b", "/a/../b", "https://evil.example/", "/a b"]
)
def test_a_path_that_is_none_is_one_clear_sentence(
    client: FlaskClient, said: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "127.0.0.1")
    answer = client.get("/", headers={"X-Forwarded-Prefix": said})
    assert answer.status_code == 400
    assert "Expected the path that this site is below to be a path of letters" in answer.text
    monkeypatch.setenv("SCRIPT_NAME", said)
    with pytest.raises(SettingsError, match=r"^Expected SCRIPT_NAME to be a path of letters.* Received: '"):
        create_app(Settings(data=Path("nowhere")))


@pytest.mark.parametrize("path", ["/map", "/product/look", "/api", "/healthz", "/assets", "/widget.js"])
def test_a_path_that_one_of_its_own_begins_with_is_refused(data: Path, path: str) -> None:
    with pytest.raises(SettingsError, match=rf"no page of Akin has, such as /look. Received: '{path}'\.$"):
        create_app(Settings(data=data, address=SHOP + path))


def test_of_such_a_path_a_proxy_says_that_it_is_stripped(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", "*")
    page = client.get("/map", headers={"X-Forwarded-Prefix": "/map"}).text
    assert one(page, ".map").get("data-points", "").startswith("/map/map/")


def test_it_is_looked_after_at_the_root_too(below: FlaskClient) -> None:
    assert below.get("/healthz").text == below.get("/look/healthz").text == "ok\n"


def test_each_inline_script_is_named_in_the_policy_of_its_path(
    client: FlaskClient, below: FlaskClient
) -> None:
    policies = [
        client.get("/").headers["Content-Security-Policy"],
        below.get("/look/").headers["Content-Security-Policy"],
    ]
    assert policies[0] != policies[1]
    assert client.get("/").headers["Content-Security-Policy"] == policies[0]


def test_an_answer_of_one_path_is_not_kept_for_another(client: FlaskClient, below: FlaskClient) -> None:
    tags = {client.get("/api/v1").get_etag(), below.get("/look/api/v1").get_etag()}
    assert len(tags) == 2


@pytest.mark.parametrize("script", sorted(ASSETS.glob("*.js")), ids=lambda path: path.name)
def test_no_script_knows_where_the_site_is(script: Path) -> None:
    assert re.findall(r"""["'`]/[a-z?$][^"'`]*""", script.read_text(encoding="utf-8")) == []


def test_stray_variables_of_dash_change_nothing(
    data: Path, client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = {page: document(client.get(page)) for page in ("/", "/product/plain")}
    names = {name for name in load_dash_env_vars() if name.startswith("DASH_")}
    assert len(names) > 15
    for value in ("/stray/", "true", "12"):
        for name in (*names, "DASH_PROXY", "DASH_ENTERPRISE_ENV", *map(str.lower, names)):
            monkeypatch.setenv(name, "WORKSPACE" if name == "DASH_ENTERPRISE_ENV" else value)
        other = create_app(Settings(data=data, title="Shop & <Co>")).server.test_client()
        assert {page: document(other.get(page)) for page in before} == before
        assert other.get("/_dash-dependencies").status_code == 200
        assert os.environ["DASH_URL_BASE_PATHNAME"] == value


def status_of(host: str, path: str, **headers: str) -> tuple[int, str]:
    with closing(HTTPConnection(host, timeout=60)) as connection:
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        return answer.status, answer.read().decode()


@pytest.mark.slow
def test_gunicorn_takes_requests_with_and_without_it(data: Path, tmp_path: Path) -> None:
    with serving(data, tmp_path / "log", SCRIPT_NAME="/look", FORWARDED_ALLOW_IPS="127.0.0.1") as address:
        host = urlsplit(address).netloc
        for path in ("/look/about", "/about"):
            status, text = status_of(host, path)
            assert (status, one(text, ".brand").get("href")) == (200, "/look/")
        # A path that only begins with the same letters is another.
        assert status_of(host, "/lookbook")[0] == 404
        # What any client may say is no word of the host's.
        status, text = status_of(host, "/about", SCRIPT_NAME="/evil")
        assert (status, "evil" in text) == (200, False)
        assert status_of(host, "/healthz") == (200, "ok\n")
