"""The one callback: it answers with the same page as the document of the same address."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from dashapp.addresses import product_href
from tests.sample_bundle import NASTY_IDS


def navigate(client: FlaskClient, pathname: str, search: str = "") -> dict[str, Any]:
    inputs = [
        {"id": "address", "property": "pathname", "value": pathname},
        {"id": "address", "property": "search", "value": search},
    ]
    body = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": inputs,
        "changedPropIds": ["address.pathname"],
        "state": [{"id": "language", "property": "data", "value": "en"}],
    }
    response = client.post("/_dash-update-component", json=body)
    assert response.status_code == 200
    return response.json["response"]["page"]["children"]["props"]


@pytest.mark.parametrize("product_id", NASTY_IDS)
def test_every_id_is_found_by_its_undecoded_path(client: FlaskClient, product_id: str) -> None:
    path, _, query = product_href(product_id).partition("?")
    page = navigate(client, path, f"?{query}" if query else "")
    document = client.get(product_href(product_id)).text
    assert page["data-address"] == product_href(product_id)
    assert page["data-title"].endswith(" · Shop & <Co>")
    assert page["data-title"].split("<")[0].split("&")[0] in document


def test_a_page_says_what_was_searched_for(client: FlaskClient) -> None:
    page = navigate(client, "/", "?q=mug&page=2")
    assert page["data-search"] == "mug"
    assert page["data-address"] == "/?q=mug&page=2"


def test_unknown_pages_are_pages_too(client: FlaskClient) -> None:
    assert navigate(client, "/product/unknown")["data-title"] == "This product does not exist · Shop & <Co>"
    assert navigate(client, "/nowhere")["data-title"] == "This page does not exist · Shop & <Co>"
