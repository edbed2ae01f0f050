"""Elements as plain data are what Dash's own would have been."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import dash
import pytest
from dash._utils import to_json
from dash.development.base_component import Component

from dashapp.addresses import product_href
from dashapp.document.routes import view_of
from dashapp.parts import html
from dashapp.settings import Settings
from dashapp.site import open_site

BEYOND_DASH = {"loading", "sizes"}
"""Properties of HTML that React knows and that Dash leaves out of some elements."""

PAGES = (
    ("/", ""),
    (product_href("sku-0045"), "?recipe=far&less=sku-0048"),
    ("/product/plain", "?price=near&stock=in"),
    ("/compare/plain", ""),
    ("/for-you", ""),
    ("/for-you", "?like=sku-0045&like=plain&less=sku-0050"),
    ("/nowhere", ""),
)


def written(component: Any) -> Any:
    return json.loads(to_json(component))


def test_an_element_is_what_dash_writes_for_its_own() -> None:
    for module in (html, dash.html):
        assert written(
            module.Div(
                [module.A("a", href="/x", className="y", **{"aria-label": "z"}), None, "text"],
                id="d",
                hidden=True,
                disable_n_clicks=True,
            )
        ) == {
            "type": "Div",
            "namespace": "dash_html_components",
            "props": {
                "id": "d",
                "hidden": True,
                "disable_n_clicks": True,
                "children": [
                    {
                        "type": "A",
                        "namespace": "dash_html_components",
                        "props": {"children": "a", "href": "/x", "className": "y", "aria-label": "z"},
                    },
                    None,
                    "text",
                ],
            },
        }


@pytest.mark.parametrize("name", [name for name in vars(html) if name in dash.html.__all__])
def test_each_element_is_one_of_dash(name: str) -> None:
    theirs = written(getattr(dash.html, name)("text"))
    theirs["props"].pop("disable_n_clicks", None)
    assert getattr(html, name)("text") == theirs


def test_no_element_that_dash_does_not_have() -> None:
    with pytest.raises(AttributeError):
        html.Divv("text")


@pytest.mark.parametrize(("path", "query"), PAGES)
def test_pages_use_no_property_that_the_browser_would_not_know(data: Path, path: str, query: str) -> None:
    elements = list(walk(view_of(open_site(Settings(data=data)), path, query).body))
    assert len(elements) > 3
    for element in elements:
        known = set(getattr(dash.html, element["type"])()._prop_names) | BEYOND_DASH
        unknown = {
            name for name in element["props"] if name not in known and not name.startswith(("data-", "aria-"))
        }
        assert not unknown, element


def walk(node: Any) -> Iterator[dict]:
    if isinstance(node, list | tuple):
        for each in node:
            yield from walk(each)
    elif isinstance(node, dict):
        yield node
        yield from walk(node["props"].get("children"))
    elif isinstance(node, Component):
        yield from walk(getattr(node, "children", None))
