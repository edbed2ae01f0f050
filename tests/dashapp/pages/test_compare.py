"""Two recipes side by side: which lists, what is marked, what is counted."""

import dataclasses
from pathlib import Path
from urllib.parse import quote, urlsplit

import pytest
from flask.testing import FlaskClient
from lxml.html import HtmlElement

from bundle import Bundle
from dashapp import create_app
from dashapp.addresses import arguments_of, compare_href, product_href
from dashapp.settings import Settings
from tests.parsed_html import attributes, links_of, select, text_of, texts, words
from tests.sample_bundle import NASTY_IDS, RECIPES, write_sample_bundle

SAMPLE, FAR, BACK = (recipe.name for recipe in RECIPES)
STYLE, COLOUR, BOTH = (recipe.label for recipe in RECIPES)


def columns(html: str) -> list[HtmlElement]:
    return select(html, "section")


def marks(column: HtmlElement) -> list[str]:
    """The mark of each card, empty where it has none."""
    return ["".join(texts(card, ".card-mark")) for card in select(column, ".product-card")]


def names(html: str) -> list[str]:
    return texts(html, "h2")


def shared(html: str) -> str:
    return text_of(html, ".shared")


def test_without_recipes_the_first_two_are_compared(client: FlaskClient) -> None:
    response = client.get("/compare/plain")
    assert response.status_code == 200
    assert names(response.text) == [STYLE, COLOUR]
    assert text_of(response.text, "title") == "Sample mug 0, Style and Colour · Shop & <Co>"
    assert len(select(response.text, "h1")) == 1
    # As many of each as the one shows that shows fewer.
    assert [len(select(column, ".product-card")) for column in columns(response.text)] == [10, 10]


def test_each_list_is_the_recipes_own_and_in_its_order(client: FlaskClient, data: Path) -> None:
    bundle = Bundle.open(data)
    html = client.get(compare_href("plain", recipes=f"{BACK},{FAR}", shown=30)).text
    assert names(html) == [BOTH, COLOUR]
    for column, recipe in zip(columns(html), (BACK, FAR), strict=True):
        stored = bundle.neighbours("plain", recipe=recipe)[:30]
        hrefs = attributes(column, ".card-name", "href")
        assert hrefs == [compare_href(entry.id, recipes=f"{BACK},{FAR}", shown=30) for entry in stored]


def test_each_list_says_in_words_how_close_it_comes(client: FlaskClient) -> None:
    left, right = columns(client.get("/compare/plain").text)
    assert texts(left, ".card-closeness")[:3] == ["Very close", "Very close", "Close"]
    assert "Nothing here comes really close" in words(right) and "comes really close" not in words(left)


def test_what_both_lists_hold_is_marked_with_its_place_in_the_other(client: FlaskClient) -> None:
    left, right = columns(client.get("/compare/plain").text)
    there = range(1, 6)
    expected = [mark for place in there for mark in ("", f"in both · no. {place} there")]
    assert marks(left) == expected
    places = [2, 4, 6, 8, 10]
    assert marks(right) == [f"in both · no. {place} there" for place in places] + [""] * 5


@pytest.mark.parametrize(
    ("address", "sentence"),
    [
        ("/compare/plain", "5 of 10 are in both."),
        ("/compare/plain?n=20", "10 of 20 are in both."),
        ("/compare/plain?n=999", "15 of 30 are in both."),
        (f"/compare/plain?recipes={SAMPLE},{quote(BACK)}", "None of the 7 is in both."),
        (f"/compare/plain?recipes={FAR},{quote(BACK)}&n=30", "None of the 30 is in both."),
    ],
)
def test_a_sentence_counts_what_both_hold(client: FlaskClient, address: str, sentence: str) -> None:
    html = client.get(address).text
    assert shared(html) == sentence
    count = int(sentence.split()[0].replace("None", "0"))
    assert [sum(map(bool, marks(column))) for column in columns(html)] == [count, count]


def test_lists_that_are_the_same(tmp_path: Path) -> None:
    twin = dataclasses.replace(RECIPES[0], name="twin")
    for products, sentence in ((8, "All 7 are in both."), (2, "The only one is in both.")):
        root = tmp_path / str(products)
        write_sample_bundle(root, products=products, recipes=(RECIPES[0], twin))
        html = create_app(Settings(data=root)).server.test_client().get("/compare/plain").text
        assert shared(html) == sentence
        # With two recipes there is no other to choose.
        assert "Change" not in html


def test_lists_that_meet_in_one_product(tmp_path: Path) -> None:
    write_sample_bundle(tmp_path, products=14, recipes=(RECIPES[0], RECIPES[2]))
    html = create_app(Settings(data=tmp_path)).server.test_client().get("/compare/plain").text
    assert shared(html) == "1 of 7 is in both."
    assert [marks(column)[-1] for column in columns(html)] == ["in both · no. 7 there"] * 2


def test_a_product_that_nothing_looks_like(tmp_path: Path) -> None:
    write_sample_bundle(tmp_path, products=1)
    response = create_app(Settings(data=tmp_path)).server.test_client().get("/compare/plain")
    assert response.status_code == 200
    assert response.text.count("Nothing looks like this one yet.") == 2


def test_the_whole_catalogue_is_spoken_of_where_its_figures_are_known(client: FlaskClient) -> None:
    known = "Over the whole catalogue the two lists share 41% of their products"
    assert known in client.get("/compare/plain").text
    assert known in client.get(f"/compare/plain?recipes={FAR},{SAMPLE}").text
    assert "agree to 52%" in client.get("/compare/plain").text
    assert "whole catalogue" not in client.get(compare_href("plain", recipes=f"{SAMPLE},{BACK}")).text


def test_each_side_can_take_another_recipe(client: FlaskClient) -> None:
    html = client.get("/compare/plain?n=30").text
    folded = select(html, ".compare details:not(.why):not(.variants)")
    assert [attributes(part, "a", "href") for part in folded] == [
        [
            "/compare/plain?n=30",
            compare_href("plain", recipes=f"{FAR},{SAMPLE}", shown=30),
            compare_href("plain", recipes=f"{BACK},{FAR}", shown=30),
        ],
        [
            compare_href("plain", recipes=f"{FAR},{SAMPLE}", shown=30),
            "/compare/plain?n=30",
            compare_href("plain", recipes=f"{SAMPLE},{BACK}", shown=30),
        ],
    ]
    assert [len(select(part, "[aria-current]")) for part in folded] == [1, 1]


def test_one_name_alone_is_compared_with_the_first_other(client: FlaskClient) -> None:
    assert names(client.get(f"/compare/plain?recipes={FAR}").text) == [COLOUR, STYLE]
    assert names(client.get(f"/compare/plain?recipes={SAMPLE},").text) == [STYLE, COLOUR]


def test_the_way_back_keeps_the_left_recipe_and_the_number(client: FlaskClient) -> None:
    html = client.get(compare_href("plain", recipes=f"{BACK},{SAMPLE}", shown=30)).text
    assert links_of(html)["Back to the product"] == product_href("plain", recipe=BACK, shown=30)


@pytest.mark.parametrize("asked", [f"{FAR},{FAR}", f"{FAR},{SAMPLE},{BACK}"])
def test_anything_but_two_offers_pairs(client: FlaskClient, asked: str) -> None:
    response = client.get(compare_href("plain", recipes=asked))
    assert response.status_code == 404
    assert "Choose two different kinds of look-alikes to see them side by side." in response.text
    ways = attributes(response.text, ".ways a", "href")
    offered = [arguments_of(urlsplit(href).query) for href in ways]
    assert offered == [{"recipes": f"{FAR},{SAMPLE}"}, {"recipes": f"{FAR},{BACK}"}, {}]


def test_one_recipe_alone_cannot_be_compared(single: FlaskClient) -> None:
    response = single.get("/compare/plain")
    assert response.status_code == 404
    assert "has one kind of look-alikes only" in response.text
    assert links_of(response.text)["Back to the product"] == "/product/plain"


@pytest.mark.parametrize("product_id", NASTY_IDS)
def test_every_id_can_be_compared(client: FlaskClient, product_id: str) -> None:
    response = client.get(compare_href(product_id))
    assert response.status_code == 200
    assert shared(response.text) == "5 of 10 are in both."


def test_an_unknown_product_has_no_comparison(client: FlaskClient) -> None:
    for address in ("/compare/unknown", "/compare/"):
        response = client.get(address)
        assert response.status_code == 404 and "This product does not exist" in response.text


def test_crawlers_are_asked_to_leave_comparisons_alone(client: FlaskClient) -> None:
    assert "Disallow: /compare/\n" in client.get("/robots.txt").text
