"""What a score says, and whose look-alikes a product page shows."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from dashapp.addresses import arguments_of, product_href
from dashapp.shown_recipe import METRICS, ShownRecipe
from tests.parsed_html import attributes, links_of, one, select, text_of
from tests.parsed_html import texts as texts_in
from tests.sample_bundle import NASTY_IDS, RECIPES

FAR, BACK = RECIPES[1:]
NAMES = [each.name for each in RECIPES]


def recipe(metric: str, scores: tuple[float, float, float] = (0, 0, 0), **fields: Any) -> ShownRecipe:
    quantiles = dict(zip(("p01", "p50", "p99"), scores, strict=True))
    return ShownRecipe.from_manifest({"name": "r", "metric": metric, "top": 5, "scores": quantiles, **fields})


def bars(shown: ShownRecipe, *scores: float) -> list[float]:
    return [round(shown.shown(score).fullness, 6) for score in scores]


def texts(shown: ShownRecipe, *scores: float) -> list[str]:
    return [shown.shown(score).text for score in scores]


def test_a_cosine_fills_its_bar_by_itself_and_is_clipped_there_but_not_in_its_number() -> None:
    assert bars(recipe("cosine"), 1.000001, 1, 0.866, 0.25, 0, -0.2) == [1, 1, 0.866, 0.25, 0, 0]
    assert texts(recipe("cosine"), 1.000001, 0.866, -0.2, -0.001) == ["1.00", "0.87", "−0.20", "0.00"]


def test_a_distance_has_a_longer_bar_the_smaller_it_is() -> None:
    distances = recipe("euclidean", (10, 14, 30))
    assert bars(distances, 0, 10, 12, 14, 22, 30, 99) == [1, 1, 0.75, 0.5, 0.25, 0, 0]


def test_a_dot_product_has_a_longer_bar_the_higher_it_is() -> None:
    products = recipe("dot", (-10, 0, 30))
    assert bars(products, 99, 30, 15, 0, -5, -10, -99) == [1, 1, 0.75, 0.5, 0.25, 0, 0]


@pytest.mark.parametrize("metric", ["euclidean", "dot"])
def test_scores_that_are_all_the_same_have_full_bars(metric: str) -> None:
    assert bars(recipe(metric, (3, 3, 3)), 3) == [1]
    assert bars(recipe(metric, (0, 0, 0)), 0) == [1]


def test_many_copies_of_one_picture_leave_the_other_bars_their_length() -> None:
    assert bars(recipe("euclidean", (0, 0, 8)), 0, 2, 4, 8) == [1, 0.375, 0.25, 0]


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
    return {
        text: href for text, href in links_of(one(html, "nav[aria-label=Recipes]")).items() if text in NAMES
    }


def current(html: str) -> list[str]:
    return texts_in(html, "a.chip[aria-current=true]")


def numbers(html: str) -> list[str]:
    return texts_in(html, "meter + span")


def test_the_first_recipe_is_the_default_and_its_address_is_bare(client: FlaskClient) -> None:
    html = client.get("/product/plain").text
    assert current(html) == ["sample"]
    assert chips(html) == {
        each.name: product_href("plain", recipe=each.name if each != RECIPES[0] else "") for each in RECIPES
    }
    assert client.get("/product/plain?recipe=sample").text.count("recipe=sample") == 0


def test_a_recipe_shows_its_own_lists_scores_and_sentences(client: FlaskClient) -> None:
    html = client.get(product_href("plain", recipe=FAR.name)).text
    assert current(html) == [FAR.name]
    assert numbers(html) == [f"{10 + 0.1 * place:.1f}" for place in range(FAR.top)]
    assert "a distance between pictures: 0 is the same picture, and smaller is closer." in html
    assert "1 is the same picture" not in html
    assert links(html, "card-name")[0] == product_href(NASTY_IDS[2], recipe=FAR.name)
    assert text_of(html, "title").startswith(f"Sample mug 0 by {FAR.name} · ")

    html = client.get(product_href(NASTY_IDS[2], recipe=BACK.name)).text
    assert numbers(html)[:2] == ["1.500", "1.450"]
    assert "The number is a dot product: higher is more alike" in html


def test_one_score_has_one_bar_whatever_the_list(client: FlaskClient) -> None:
    html = client.get(product_href("sku-0070", recipe=FAR.name) + "&n=50").text
    bars = dict(zip(numbers(html), attributes(html, "meter", "value"), strict=True))
    assert bars["12.4"] == "0.500"
    assert next(iter(bars.values())) == "1.000"


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
    assert "Recipes" not in html and "/compare/" not in html and "recipe=" not in html
    assert "1 is the same picture" in html


@pytest.mark.parametrize("page", ["/product/plain?recipe=", "/compare/plain?recipes=sample,"])
def test_an_unknown_recipe_is_a_404_that_names_the_others(client: FlaskClient, page: str) -> None:
    response = client.get(f"{page}%3Cscript%3Ealert(1)")
    assert response.status_code == 404
    assert text_of(response.text, "h1") == "There is no such recipe"
    (said, *_) = select(response.text, ".message p")
    assert "no look-alikes by “<script>alert(1)”" in said.text_content()
    assert attributes(said, "a", "href") == [
        "/product/plain",
        product_href("plain", recipe=FAR.name),
        product_href("plain", recipe=BACK.name),
    ]


def test_an_unknown_recipe_where_there_is_only_one(single: FlaskClient) -> None:
    response = single.get("/product/plain?recipe=far")
    assert response.status_code == 404
    (said, *_) = select(response.text, ".message p")
    assert "only by sample." in said.text_content() and links_of(said) == {"sample": "/product/plain"}


def test_an_unknown_product_is_what_is_said_first(client: FlaskClient) -> None:
    response = client.get("/product/unknown?recipe=unknown")
    assert response.status_code == 404 and "This product does not exist" in response.text


def test_names_and_descriptions_stay_text(client: FlaskClient) -> None:
    for address in (product_href("plain", recipe=FAR.name), "/compare/plain"):
        html = client.get(address).text
        assert any(text.startswith(FAR.description) for text in texts_in(html, "section > p"))
        assert not select(html, "main b")
    html = client.get(product_href("plain", recipe=BACK.name)).text
    assert current(html) == [BACK.name] and not select(html, "i")
