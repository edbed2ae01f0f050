"""Recommendations from an address and from what a browser remembers."""

import json
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

import pytest
from flask.testing import FlaskClient
from lxml.html import HtmlElement

from dashapp import create_app
from dashapp.addresses import arguments_of, for_you_href
from dashapp.settings import Settings
from tests.parsed_html import attributes, components, one, select, text_of, texts
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
        {"id": "language", "property": "data", "value": "en"},
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


def cards(html: str) -> list[str]:
    """The addresses of the cards in a document."""
    return attributes(html, ".card-name", "href")


def made(answer: str, name: str) -> list[str]:
    """A property of each component in an answer to a callback that has it."""
    return [each[name] for each in components(answer) if name in each]


def cards_made(answer: str) -> list[str]:
    """The addresses of the cards in an answer to a callback."""
    return [each["href"] for each in components(answer) if each.get("className") == "card-name"]


def test_likes_of_the_address_are_blended(client: FlaskClient) -> None:
    html = client.get("/for-you?like=sku-0060&like=sku-0063").text
    assert text_of(html, "h1") == "More like these"
    # 64: 4th and 1st; 65: 5th and 2nd; … 61 and 62 are in one list each, so they come after those in both.
    assert cards(html)[:3] == ["/product/sku-0064", "/product/sku-0065", "/product/sku-0066"]
    assert len(cards(html)) == 24
    assert not {"/product/sku-0060", "/product/sku-0063"} & set(cards(html))
    assert "Close to Sample mug 63 and Sample mug 60." in texts(html, ".why p")


def test_a_like_is_a_chip_that_goes(client: FlaskClient) -> None:
    html = client.get("/for-you?like=sku-0060&like=sku-0063&less=sku-0070").text
    chips = select(html, "a.chip.removable")
    assert [(chip.get("aria-label"), chip.get("href")) for chip in chips] == [
        ("Like Sample mug 60: remove", "/for-you?like=sku-0063&less=sku-0070"),
        ("Like Sample mug 63: remove", "/for-you?like=sku-0060&less=sku-0070"),
        ("Less like Sample bowl 70: remove", "/for-you?like=sku-0060&like=sku-0063"),
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
    (chip,) = seen_chips(html)
    assert chip.get("href") == "/for-you?like=plain&like=50%25&seen=yes" and not chip.get("aria-current")
    everything = few.get(chip.get("href")).text
    assert len(cards(everything)) == 8 and "/product/plain" in cards(everything)
    (chip,) = seen_chips(everything)
    assert chip.get("href") == "/for-you?like=plain&like=50%25" and chip.get("aria-current") == "true"


def seen_chips(html: str) -> list[HtmlElement]:
    return [chip for chip in select(html, "a.chip") if chip.text_content() == "Include these themselves"]


def test_what_is_no_longer_here_is_said_and_marked(client: FlaskClient) -> None:
    html = client.get("/for-you?like=gone&like=sku-0060&like=%3Cb%3E").text
    assert "2 products of these are no longer here." in html
    assert json.loads(one(html, "[data-unknown]").get("data-unknown")) == ["gone", "<b>"]
    assert len(cards(html)) == 24
    nothing = client.get("/for-you?like=gone").text
    assert cards(nothing) == [] and "Nothing is near these." in nothing


@pytest.mark.parametrize("like", NASTY_IDS)
def test_every_id_can_be_liked(client: FlaskClient, like: str) -> None:
    html = client.get(for_you_href(likes=[like])).text
    assert not select(html, "[data-unknown]")
    assert len(cards(html)) == 24


def test_at_most_twenty_likes_count(client: FlaskClient) -> None:
    many = "&".join(f"like=sku-{number:04d}" for number in range(60, 110))
    html = client.get(f"/for-you?{many}").text
    assert len(select(html, "[aria-label$=': remove']")) == 20


# --- what the browser remembers -----------------------------------------------------------------


def test_without_likes_the_page_waits_for_the_browser(client: FlaskClient) -> None:
    html = client.get("/for-you").text
    assert text_of(html, "h1") == "For you"
    assert "stored only in this browser" in html
    assert cards(html) == []
    asked = {
        "output": "page.children",
        "outputs": {"id": "page", "property": "children"},
        "inputs": [
            {"id": "address", "property": "pathname", "value": "/for-you"},
            {"id": "address", "property": "search", "value": ""},
        ],
        "changedPropIds": ["address.pathname"],
        "state": [{"id": "language", "property": "data", "value": "en"}],
    }
    answer = json.dumps(client.post("/_dash-update-component", json=asked).json)
    assert made(answer, "data-waiting") == ["/for-you"] and not made(answer, "data-address")


def test_what_is_remembered_makes_the_page_and_is_in_no_address_of_it(client: FlaskClient) -> None:
    text = page_of(client, ["sku-0063", "sku-0060"])
    assert made(text, "data-address") == ["/for-you"] and not made(text, "data-waiting")
    assert cards_made(text)[:2] == ["/product/sku-0064", "/product/sku-0065"]
    assert made(text, "data-forget") == ["sku-0063", "sku-0060"]
    assert not [href for href in made(text, "href") if "like=" in href]


def test_the_latest_counts_most(client: FlaskClient) -> None:
    orders = (["sku-0060", "plain"], ["plain", "sku-0060"])
    here, there = (cards_made(page_of(client, ids))[0] for ids in orders)
    assert here == "/product/sku-0061"
    assert there == "/product/" + quote(NASTY_IDS[1], safe="")


def test_wishes_of_the_address_count_beside_what_is_remembered(client: FlaskClient) -> None:
    ids = ["sku-0060", "sku-0061"]
    assert "/product/sku-0070" in cards_made(page_of(client, ids))
    text = page_of(client, ids, "?less=sku-0070&seen=yes")
    assert "/product/sku-0070" not in cards_made(text)
    here = [urlsplit(href) for href in made(text, "href") if href.startswith("/for-you")]
    assert here and all("like" not in arguments_of(each.query) for each in here)


def test_unknown_ids_are_left_out_and_named_to_be_forgotten(client: FlaskClient) -> None:
    text = page_of(client, ["gone", "sku-0060", "../../etc"])
    (unknown,) = made(text, "data-unknown")
    assert json.loads(unknown) == ["gone", "../../etc"]
    assert len(cards_made(text)) == 24


@pytest.mark.parametrize("ids", [[], None, "text", 7, {"a": 1}, [None, 3, ["sku-0060"]], [""]])
def test_nothing_to_go_by_is_said(client: FlaskClient, ids: Any) -> None:
    text = page_of(client, ids)
    assert "Nothing so far." in text and "See all products" in text
    assert cards_made(text) == []


def test_at_most_twenty_remembered_ones_count(client: FlaskClient) -> None:
    text = page_of(client, [f"sku-{number:04d}" for number in range(60, 110)])
    assert len(made(text, "data-forget")) == 20


def test_a_request_that_is_far_too_large_is_refused(client: FlaskClient) -> None:
    assert remembered(client, ["x" * 100_000]).status_code == 413


def test_the_page_keeps_nothing_and_needs_no_cookie(client: FlaskClient) -> None:
    response = remembered(client, ["sku-0060"])
    assert "Set-Cookie" not in response.headers
