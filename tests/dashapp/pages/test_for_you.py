"""Recommendations from an address and from what a browser remembers."""

import json
import re
from html import unescape
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from flask.testing import FlaskClient

from dashapp import create_app
from dashapp.addresses import arguments_of, for_you_href
from dashapp.settings import Settings
from tests.sample_bundle import NASTY_IDS, write_sample_bundle


def remembered(client: FlaskClient, ids: Any, search: str = "", **headers: str) -> Any:
    """What the server answers to a browser that sends what it remembers."""
    (output,) = (
        each["output"]
        for each in client.get("/_dash-dependencies").json
        if any(one["id"] == "remembered" for one in each["inputs"])
    )
    state = [
        {"id": "address", "property": "pathname", "value": "/for-you"},
        {"id": "address", "property": "search", "value": search},
    ]
    asked = {
        "output": output,
        "outputs": {"id": "page", "property": output.split(".")[-1]},
        "inputs": [{"id": "remembered", "property": "data", "value": ids}],
        "changedPropIds": ["remembered.data"],
        "state": state,
    }
    return client.post("/_dash-update-component", json=asked, headers=headers)


def page_of(client: FlaskClient, ids: Any, search: str = "") -> str:
    response = remembered(client, ids, search)
    assert response.status_code == 200
    return json.dumps(response.json, ensure_ascii=False)


def cards(text: str) -> list[str]:
    """The addresses of the cards, in a document or in an answer to a callback."""
    in_html = re.findall(r'class="card-name" href="([^"]*)"', text)
    return list(map(unescape, in_html)) or re.findall(r'"href": "([^"]*)", "className": "card-name"', text)


def test_likes_of_the_address_are_blended(client: FlaskClient) -> None:
    html = client.get("/for-you?like=sku-0060&like=sku-0063").text
    assert "<h1>More like these</h1>" in html
    # 64: 4th and 1st; 65: 5th and 2nd; … 61 and 62 are in one list each, so they come after those in both.
    assert cards(html)[:3] == ["/product/sku-0064", "/product/sku-0065", "/product/sku-0066"]
    assert len(cards(html)) == 24
    assert not {"/product/sku-0060", "/product/sku-0063"} & set(cards(html))
    assert "<p>Close to Sample mug 63 and Sample mug 60.</p>" in html


def test_a_like_is_a_chip_that_goes(client: FlaskClient) -> None:
    html = client.get("/for-you?like=sku-0060&like=sku-0063&less=sku-0070").text
    rows = re.findall(r'<a aria-label="([^"]*): remove" class="chip removable" href="([^"]*)"', html)
    assert [(name, unescape(href)) for name, href in rows] == [
        ("Like Sample mug 60", "/for-you?like=sku-0063&less=sku-0070"),
        ("Like Sample mug 63", "/for-you?like=sku-0060&less=sku-0070"),
        ("Less like Sample bowl 70", "/for-you?like=sku-0060&like=sku-0063"),
    ]


def test_less_like_one_takes_away_what_is_near_it(client: FlaskClient) -> None:
    before = cards(client.get("/for-you?like=sku-0060").text)
    after = cards(client.get("/for-you?like=sku-0060&less=sku-0059&less=sku-0062").text)
    assert before[:3] == ["/product/sku-0061", "/product/sku-0062", "/product/sku-0063"]
    assert "/product/sku-0062" not in after
    # The last of 60's list is the only one that is not in 59's too: it passes most of those that are.
    assert "/product/sku-0110" in after and "/product/sku-0110" not in before


def test_what_was_seen_is_left_out_until_asked_for(tmp_path: Path) -> None:
    write_sample_bundle(tmp_path, products=8)
    few = create_app(Settings(data=tmp_path)).server.test_client()
    html = few.get("/for-you?like=plain&like=50%25").text
    assert len(cards(html)) == 6 and not {"/product/plain", "/product/50%25"} & set(cards(html))
    (href,) = re.findall(r'class="chip" href="([^"]*)">Include these themselves', html)
    assert unescape(href) == "/for-you?like=plain&like=50%25&seen=yes"
    everything = few.get(unescape(href)).text
    assert len(cards(everything)) == 8 and "/product/plain" in cards(everything)
    assert '<a aria-current="true" class="chip" href="/for-you?like=plain&amp;like=50%25">Incl' in everything


def test_what_is_no_longer_here_is_said_and_marked(client: FlaskClient) -> None:
    html = client.get("/for-you?like=gone&like=sku-0060&like=%3Cb%3E").text
    assert "2 products of these are no longer here." in html
    assert json.loads(unescape(re.findall(r'data-unknown="([^"]*)"', html)[0])) == ["gone", "<b>"]
    assert len(cards(html)) == 24
    nothing = client.get("/for-you?like=gone").text
    assert cards(nothing) == [] and "Nothing is near these." in nothing


@pytest.mark.parametrize("like", NASTY_IDS)
def test_every_id_can_be_liked(client: FlaskClient, like: str) -> None:
    html = client.get(for_you_href(likes=[like])).text
    assert "data-unknown" not in html
    assert len(cards(html)) == 24


def test_at_most_twenty_likes_count(client: FlaskClient) -> None:
    many = "&".join(f"like=sku-{number:04d}" for number in range(60, 110))
    html = client.get(f"/for-you?{many}").text
    assert html.count(': remove"') == 20


# --- what the browser remembers -----------------------------------------------------------------


def test_without_likes_the_page_waits_for_the_browser(client: FlaskClient) -> None:
    html = client.get("/for-you").text
    assert "<h1>For you</h1>" in html
    assert "kept in this browser and nowhere else" in html
    assert cards(html) == []
    asked = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [
            {"id": "address", "property": "pathname", "value": "/for-you"},
            {"id": "address", "property": "search", "value": ""},
        ],
        "changedPropIds": ["address.pathname"],
    }
    answer = json.dumps(client.post("/_dash-update-component", json=asked).json)
    assert '"data-waiting": "/for-you"' in answer and "data-address" not in answer


def test_what_is_remembered_makes_the_page_and_is_in_no_address_of_it(client: FlaskClient) -> None:
    text = page_of(client, ["sku-0063", "sku-0060"])
    assert '"data-address": "/for-you"' in text and "data-waiting" not in text
    assert cards(text)[:2] == ["/product/sku-0064", "/product/sku-0065"]
    assert re.findall(r'"data-forget": "([^"]*)"', text) == ["sku-0063", "sku-0060"]
    assert not [href for href in re.findall(r'"href": "([^"]*)"', text) if "like=" in href]


def test_the_latest_counts_most(client: FlaskClient) -> None:
    one, other = (cards(page_of(client, ids))[0] for ids in (["sku-0060", "plain"], ["plain", "sku-0060"]))
    assert one == "/product/sku-0061"
    assert other == "/product/" + quote(NASTY_IDS[1], safe="")


def test_wishes_of_the_address_count_beside_what_is_remembered(client: FlaskClient) -> None:
    ids = ["sku-0060", "sku-0061"]
    assert "/product/sku-0070" in cards(page_of(client, ids))
    text = page_of(client, ids, "?less=sku-0070&seen=yes")
    assert "/product/sku-0070" not in cards(text)
    less = [arguments_of(urlsplit(href).query) for href in re.findall(r'"href": "(/for-you[^"]*)"', text)]
    assert all("like" not in each for each in less)


def test_unknown_ids_are_left_out_and_named_to_be_forgotten(client: FlaskClient) -> None:
    text = page_of(client, ["gone", "sku-0060", "../../etc"])
    marked = re.findall(r'"data-unknown": ("\[.*?\]")', text)[0]
    assert json.loads(json.loads(marked)) == ["gone", "../../etc"]
    assert len(cards(text)) == 24


@pytest.mark.parametrize("ids", [[], None, "text", 7, {"a": 1}, [None, 3, ["sku-0060"]], [""]])
def test_nothing_to_go_by_is_said(client: FlaskClient, ids: Any) -> None:
    text = page_of(client, ids)
    assert "Nothing so far." in text and "See all products" in text
    assert cards(text) == []


def test_at_most_twenty_remembered_ones_count(client: FlaskClient) -> None:
    text = page_of(client, [f"sku-{number:04d}" for number in range(60, 110)])
    assert text.count("data-forget") == 20 + 1  # and the button that forgets all


def test_a_request_that_is_far_too_large_is_refused(client: FlaskClient) -> None:
    assert remembered(client, ["x" * 100_000]).status_code == 413


def test_the_page_keeps_nothing_and_needs_no_cookie(client: FlaskClient) -> None:
    response = remembered(client, ["sku-0060"])
    assert "Set-Cookie" not in response.headers
