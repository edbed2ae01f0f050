"""How scripts find each other: by an import map that leads to addresses that may be kept for good."""

import json
import re
from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml import html

from dashapp.http.assets import ASSETS, asset_href, imported_by

SCRIPTS = sorted(path.name for path in ASSETS.glob("*.js"))
PAGES = ("akin.js", "map.js", "photo.js", "about.js")


def imports(name: str) -> set[str]:
    """The scripts that a script imports, as a tool that reads line by line sees them."""
    text = (ASSETS / name).read_text(encoding="utf-8")
    return {Path(found).name for found in re.findall(r'from "(\./[^"]+)";', text)}


@pytest.mark.parametrize("address", ["/", "/product/plain", "/map", "/nowhere"])
def test_every_script_that_is_imported_has_an_address_that_is_kept(client: FlaskClient, address: str) -> None:
    (script,) = html.fromstring(client.get(address).text).xpath("//script[@type='importmap']")
    mapped = json.loads(script.text)["imports"]
    assert mapped.keys() == {f"/assets/{name}" for script in SCRIPTS for name in imports(script)}
    for plain, hashed in mapped.items():
        assert hashed == asset_href(plain.removeprefix("/assets/"))
        assert client.get(hashed).cache_control.immutable


def test_the_map_stands_before_what_it_is_for(client: FlaskClient) -> None:
    page = client.get("/").text
    assert page.index('type="importmap"') < page.index('rel="modulepreload"') < page.index('type="module"')


def test_what_every_page_runs_is_fetched_at_once(client: FlaskClient) -> None:
    links = html.fromstring(client.get("/").text).xpath("//link[@rel='modulepreload']/@href")
    assert links == [asset_href(name) for name in imported_by("akin.js")]


@pytest.mark.parametrize("name", PAGES)
def test_what_a_script_imports_includes_what_that_imports(name: str) -> None:
    found = set(imported_by(name))
    assert found >= imports(name)
    assert all(imports(each) <= found for each in found)


def test_what_a_page_begins_by_its_address_no_script_imports() -> None:
    # A browser without import maps would run it twice: once from each of its addresses.
    assert not {name for script in SCRIPTS for name in imports(script)} & set(PAGES)


def test_of_dash_a_page_gets_what_it_needs(client: FlaskClient) -> None:
    addresses = html.fromstring(client.get("/").text).xpath("//script[@type='text/dash']/@src")
    assert [re.split(r"[@.]", Path(each).name)[0] for each in addresses] == [
        *("react", "react-dom", "prop-types", "dash_bootstrap_components", "dash_renderer"),
        *("dash_core_components", "dash_core_components-shared", "dash_html_components"),
    ]
