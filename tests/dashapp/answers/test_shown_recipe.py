"""What a score says, and whose look-alikes a product page shows."""

import re
from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from dashapp.addresses import arguments_of, product_href
from dashapp.shown_recipe import METRICS, ShownRecipe, shown_recipes
from tests.parsed_html import attributes, links_of, one, select, text_of
from tests.parsed_html import texts as texts_in
from tests.sample_bundle import NASTY_IDS, RECIPES

FAR, BACK = RECIPES[1:]
SWITCH = "nav[aria-label='Kinds of look-alikes']"


def recipe(metric: str, scores: tuple[float, float, float] = (0, 0, 0), **fields: Any) -> ShownRecipe:
    quantiles = dict(zip(("p01", "p50", "p99"), scores, strict=True))
    return ShownRecipe.from_manifest({"name": "r", "metric": metric, "top": 5, "scores": quantiles, **fields})


def texts(shown: ShownRecipe, *scores: float) -> list[str]:
    return [shown.shown(score) for score in scores]


def words(shown: ShownRecipe, *scores: float) -> list[str]:
    return [shown.word(score) for score in scores]


def test_a_cosine_is_written_as_it_is() -> None:
    assert texts(recipe("cosine"), 1.000001, 0.866, -0.2, -0.001) == ["1.00", "0.87", "−0.20", "0.00"]


@pytest.mark.parametrize(("metric", "way"), [("cosine", 1), ("dot", 1), ("euclidean", -1)])
def test_how_close_a_look_alike_is_is_said_in_a_word(metric: str, way: int) -> None:
    closeness = {"weak_below": way * 2.0, "close": way * 3.0, "very_close": way * 4.0}
    shown = recipe(metric, closeness=closeness)
    scores = [way * score for score in (4.5, 4, 3.9, 3, 2.9, 2, 1.9)]
    assert words(shown, *scores) == ["Very close"] * 2 + ["Close"] * 2 + ["Related"] * 2 + [""]
    assert [shown.is_weak(score) for score in scores] == [False] * 6 + [True]


def test_where_it_was_not_measured_nothing_is_weak() -> None:
    for shown in (recipe("cosine"), recipe("cosine", closeness={})):
        assert not shown.is_weak(-1)
        # Nor is anything called related.
        assert words(shown, -1, 1) == ["", ""] and shown.closeness(1) == ""


def test_every_recipe_has_a_label_that_people_understand_and_no_two_the_same() -> None:
    def labels(*given: str) -> list[str]:
        entry = {"metric": "cosine", "top": 5, "scores": {}}
        entries = [
            entry | {"name": f"vgg16-{place}", "label": label} for place, label in enumerate(given)
        ]
        return [shown.label for shown in shown_recipes(entries)]

    assert labels("", "", "", "") == ["Look-alikes", "Second opinion", "Third opinion", "Choice 4"]
    assert labels("Style", "Colour", "Both") == ["Style", "Colour", "Both"]
    assert labels("Style", "Style", "") == ["Style", "Style (2)", "Third opinion"]


@pytest.mark.parametrize(
    ("decimals", "text"), [({}, "0.87"), ({"decimals": 3}, "0.866"), ({"decimals": 0}, "1")]
)
def test_the_manifest_says_how_many_decimals(decimals: dict[str, int], text: str) -> None:
    assert texts(recipe("cosine", **decimals), 0.866) == [text]


@pytest.mark.parametrize(
    ("usual", "score", "text"),
    [
        (4321.0, 4123.456, "4,123"),
        (124.0, 97.46, "97"),
        (12.4, 12.4321, "12.4"),
        (1.3, 0.9876, "0.99"),
        (0.4, 0.51234, "0.51"),
        (0.034, 0.01234, "0.012"),
        (0.00034, 0.00012, "0.00012"),
        (1e-9, 0.000003, "0.000003"),
        (0.0, 0.5, "0.50"),
    ],
)
def test_a_distance_of_any_size_reads_well(usual: float, score: float, text: str) -> None:
    assert texts(recipe("euclidean", (usual / 2, usual, usual * 2)), score) == [text]


def test_every_metric_says_in_one_sentence_what_it_means() -> None:
    meanings = [metric.meaning for metric in METRICS.values()]
    assert len(set(meanings)) == 3
    assert all(meaning.endswith(".") and meaning.count(".") == 1 for meaning in meanings)


# --- the product page ---------------------------------------------------------------------------


def links(html: str, name: str) -> list[str]:
    return attributes(html, f"a.{name}", "href")


def chips(html: str) -> dict[str, str]:
    """The address behind each recipe of the switch."""
    return links_of(one(html, SWITCH))


def current(html: str) -> list[str]:
    return texts_in(html, "a.segment[aria-current=true]")


def numbers(html: str) -> list[str]:
    """The score of each card, from the text below “Why?”."""
    return [text.split(": ")[0].split(" ")[-1] for text in texts_in(html, ".why p:last-of-type")]


def test_the_first_recipe_is_the_default_and_its_address_is_bare(client: FlaskClient) -> None:
    html = client.get("/product/plain").text
    assert current(html) == ["Style"]
    assert chips(html) == {
        each.label: product_href("plain", recipe=each.name if each != RECIPES[0] else "") for each in RECIPES
    }
    assert client.get("/product/plain?recipe=sample").text.count("recipe=sample") == 0


def test_a_recipe_shows_its_own_lists_scores_and_sentences(client: FlaskClient) -> None:
    html = client.get(product_href("plain", recipe=FAR.name)).text
    assert current(html) == [FAR.label]
    assert numbers(html) == [f"{10 + 0.1 * place:.1f}" for place in range(FAR.top)]
    assert "Distance 10.0: 0 is the same picture, and smaller is closer." in html
    assert "1 is the same picture" not in html
    assert links(html, "card-name")[0] == product_href(NASTY_IDS[2], recipe=FAR.name)
    assert text_of(html, "title").startswith(f"Sample mug 0, {FAR.label} · ")

    html = client.get(product_href(NASTY_IDS[2], recipe=BACK.name)).text
    assert numbers(html)[:2] == ["1.500", "1.450"]
    assert "Dot product 1.500: higher is more alike" in html


def test_cards_say_in_a_word_how_close_they_are_and_leave_the_number_to_why(client: FlaskClient) -> None:
    html = client.get("/product/sku-0100").text
    assert texts_in(html, ".card-closeness")[:6] == ["Very close"] * 2 + ["Close"] * 3 + ["Related"]
    assert not any("0.9" in text for text in texts_in(html, ".product-card .card-row > span"))


def test_a_list_in_which_nothing_is_alike_says_so_and_shows_the_nearest_all_the_same(
    client: FlaskClient,
) -> None:
    said = "Nothing here comes really close. These are the nearest there are."
    html = client.get(product_href("plain", recipe=FAR.name)).text
    assert texts_in(html, ".narrowed[role=status]") == [said]
    assert len(links(html, "card-name")) == FAR.top and set(texts_in(html, ".card-closeness")) == {""}
    assert said not in client.get("/product/plain").text
    # What is narrowed down is not what is judged: the whole list is.
    assert said not in client.get("/product/plain?stock=in&less=with%20space").text


def test_recipe_and_number_travel_on(client: FlaskClient) -> None:
    html = client.get(product_href("plain", recipe=BACK.name, shown=30)).text
    cards = links(html, "card-name")
    assert len(cards) == 30
    for href in cards:
        arguments = arguments_of(urlsplit(href).query)
        assert (arguments["recipe"], arguments["n"]) == (BACK.name, "30")
    assert all(arguments_of(urlsplit(href).query)["n"] == "30" for href in chips(html).values())
    assert all("recipe" not in href for href in links(client.get("/product/plain").text, "card-name"))


@pytest.mark.parametrize(
    ("shown", "compared"),
    [("", ""), (FAR.name, ""), (BACK.name, f"sample,{BACK.name}")],
)
def test_the_page_links_to_a_comparison_with_the_default(
    client: FlaskClient, shown: str, compared: str
) -> None:
    (href,) = links(client.get(product_href("plain", recipe=shown)).text, "more")
    assert urlsplit(href).path == "/compare/plain"
    assert arguments_of(urlsplit(href).query).get("recipes", "") == compared


def test_a_bundle_with_one_recipe_has_no_switch(single: FlaskClient) -> None:
    html = single.get("/product/plain").text
    assert "Recipes" not in html and "/compare/" not in html and not re.search(r"[?&;]recipe=", html)
    assert "1 is the same picture" in html


@pytest.mark.parametrize("page", ["/product/plain?recipe=", "/compare/plain?recipes=sample,"])
def test_an_unknown_recipe_is_a_404_that_names_the_others(client: FlaskClient, page: str) -> None:
    response = client.get(f"{page}%3Cscript%3Ealert(1)")
    assert response.status_code == 404
    assert text_of(response.text, "h1") == "There is no such list"
    (said, *_) = select(response.text, ".message p")
    assert "no look-alikes called “<script>alert(1)”" in said.text_content()
    assert attributes(said, "a", "href") == [
        "/product/plain",
        product_href("plain", recipe=FAR.name),
        product_href("plain", recipe=BACK.name),
    ]


def test_an_unknown_recipe_where_there_is_only_one(single: FlaskClient) -> None:
    response = single.get("/product/plain?recipe=far")
    assert response.status_code == 404
    (said, *_) = select(response.text, ".message p")
    assert "only these: Style." in said.text_content() and links_of(said) == {"Style": "/product/plain"}


def test_an_unknown_product_is_what_is_said_first(client: FlaskClient) -> None:
    response = client.get("/product/unknown?recipe=unknown")
    assert response.status_code == 404 and "This product does not exist" in response.text


def test_visitors_read_labels_as_text_and_no_names_of_networks(client: FlaskClient) -> None:
    html = client.get(product_href("plain", recipe=BACK.name)).text
    assert current(html) == [BACK.label] and not select(html, "i")
    for address in ("/product/plain", "/compare/plain"):
        html = client.get(address).text
        assert "Every second" not in html and not select(html, "main b")
        assert not {each.name for each in RECIPES} & {text.strip() for text in texts_in(html, "main *")}
