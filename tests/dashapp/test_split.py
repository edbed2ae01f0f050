"""Two recipes for halves of the products: the same one on a page, in the API and in what is written down."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from bundle import Bundle
from dashapp import create_app
from dashapp.settings import Settings, SettingsError
from tests.parsed_html import select
from tests.waiting import eventually

PAIR = ("sample", "far")


@pytest.fixture(scope="module")
def events(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("split") / "events"


@pytest.fixture(scope="module")
def split(data: Path, events: Path) -> FlaskClient:
    return create_app(Settings(data=data, split=PAIR, events=str(events))).server.test_client()


@pytest.fixture(scope="module")
def halves(data: Path, split: FlaskClient) -> dict[str, str]:
    """The recipe of each product, by the API."""
    ids = Bundle.open(data).product_ids(offset=0, limit=100)
    return {each: similar(split, each)["recipe"] for each in ids}


def similar(client: FlaskClient, product_id: str, **more: str) -> dict[str, Any]:
    found = client.get("/api/v1/similar", query_string={"id": product_id, **more}).json
    assert isinstance(found, dict)
    return found


def test_each_recipe_has_about_half_of_the_products(halves: dict[str, str]) -> None:
    counts = [list(halves.values()).count(name) for name in PAIR]
    assert sum(counts) == 100 and min(counts) > 30


def test_pages_and_the_api_agree_and_nobody_can_choose(split: FlaskClient, halves: dict[str, str]) -> None:
    for product_id in ("plain", "sku-0060", "sku-0061", "sku-0062"):
        expected = halves.get(product_id) or similar(split, product_id)["recipe"]
        text = split.get(f"/product/{product_id}").text
        (grid,) = select(text, "[data-list=product]")
        assert grid.get("data-recipe") == expected
        assert not select(text, "[data-switch=recipe]")
        assert not [each for each in select(text, ".card-name") if "recipe=" in each.get("href", "")]


def test_an_address_may_still_name_a_recipe_and_keeps_it(split: FlaskClient, halves: dict[str, str]) -> None:
    other = next(name for name in PAIR if name != halves["plain"])
    assert similar(split, "plain", recipe=other)["recipe"] == other
    text = split.get(f"/product/plain?recipe={other}").text
    assert select(text, "[data-list=product]")[0].get("data-recipe") == other
    assert all(f"recipe={other}" in each.get("href", "") for each in select(text, "[data-list] .card-name"))


def test_what_is_written_says_which_lists_are_compared(
    split: FlaskClient, halves: dict[str, str], events: Path
) -> None:
    other = next(name for name in PAIR if name != halves["plain"])
    event = {"akin": "view", "list": "product", "product": "plain", "shown": ["a/b"]}
    sent = [
        event | {"recipe": halves["plain"]},
        event | {"recipe": other},
        event | {"recipe": halves["plain"], "list": "widget"},
        event | {"recipe": halves["plain"], "list": "compare"},
    ]
    for each in sent:
        assert split.post("/api/v1/events", data=json.dumps(each)).status_code == 204
    text = eventually(events.read_text, lambda text: text.count("\n") == len(sent))
    said = [json.loads(line).get("split") for line in text.splitlines()]
    assert said == ["far,sample", None, "far,sample", None]


def test_the_api_says_that_recipes_are_compared(split: FlaskClient, client: FlaskClient) -> None:
    assert split.get("/api/v1").json["split"] == list(PAIR)
    assert client.get("/api/v1").json["split"] == []
    tags = {each.get("/api/v1/similar?id=plain").headers["ETag"] for each in (split, client)}
    assert len(tags) == 2


def test_the_order_of_the_names_changes_nothing(data: Path, halves: dict[str, str]) -> None:
    turned = create_app(Settings(data=data, split=PAIR[::-1])).server.test_client()
    assert {each: similar(turned, each)["recipe"] for each in halves} == halves


def test_recipes_that_the_bundle_lacks_are_one_sentence_at_the_start(data: Path) -> None:
    sentence = r"^Expected AKIN_SPLIT to be two of the bundle's recipes \(sample, .*Received: sample,none\.$"
    with pytest.raises(SettingsError, match=sentence):
        create_app(Settings(data=data, split=("sample", "none")))


@pytest.mark.parametrize("text", ["style", "style,style", "a,b,c", ",", "style,"])
def test_what_are_not_two_names_is_one_sentence(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^Expected AKIN_SPLIT to be the names of two .*Received: "):
        Settings.from_environment({"AKIN_SPLIT": text})
    assert Settings.from_environment({"AKIN_SPLIT": "style, colour"}).split == ("style", "colour")
