"""The pages on quality and about Akin: what they say, where it leads, and what older bundles lack."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient
from lxml.html import HtmlElement

from bundle import Bundle, BundleError
from dashapp.addresses import product_href
from dashapp.answers.quality_report import QualityReport
from dashapp.pages.quality import quality_page
from dashapp.parts.markup import to_html
from dashapp.settings import Settings
from dashapp.shown_recipe import ShownRecipe
from dashapp.site import open_site
from tests.parsed_html import Page, attributes, links_of, parse, select, text_of, texts, words
from tests.sample_bundle import RECIPES


def spoken(page: Page) -> str:
    """What a page says, each element's text apart from the next one's."""
    return " ".join(" ".join(parse(page).itertext()).split())


def section(html: str, heading: str) -> HtmlElement:
    (found,) = (part for part in select(html, "section") if texts(part, "h2") == [heading])
    return found


def links(page: Page) -> list[str]:
    return attributes(page, ".card-name", "href")


def test_the_first_sentence_says_how_good_it_is_and_what_chance_would_give(
    client: FlaskClient, data: Path
) -> None:
    html = client.get("/quality").text
    sizes = [count for _, count in Bundle.open(data).categories()]
    chance = sum(size * (size - 1) for size in sizes) / sum(sizes) / 119
    opening = "Of a product’s first 5 look-alikes, 50% are from its own category. Picked at random, it would"
    assert f"{opening} be {chance:.0%}." in spoken(html)
    rows = [spoken(row) for row in select(section(html, "Look-alikes of the same category"), "tr")]
    assert rows[:2] == ["The first one 83% 78–88% 90 products", "The first 5 50% 45–55% 90 products"]
    assert len(select(html, "h1")) == 1


def test_figures_of_what_learned_from_labels_are_said_to_flatter_it(data: Path, monkeypatch) -> None:
    with Bundle.open(data) as bundle:
        site = open_site(Settings(data=data))
        assert "learned from labels" not in to_html(quality_page(site, bundle, arguments={}).body)
        monkeypatch.setitem(bundle.recipes[0], "heads", [{"sha256": "0" * 64, "weight": 1.0}])
        assert "learned from labels" in to_html(quality_page(site, bundle, arguments={}).body)


def test_categories_come_weakest_first_and_lead_to_their_products(client: FlaskClient) -> None:
    part = section(client.get("/quality").text, "Category by category")
    rows = [spoken(row) for row in select(part, "tbody tr")]
    assert rows == [
        "Mugs 22 70% 65–75% 12% 7–17% 40% 35–45%",
        "Bowls & <Plates> 30 90% 85–95% 80% 75–85% –",
    ]
    href = links_of(part)["Bowls & <Plates>"]
    assert client.get(href).status_code == 200 and "Sample" in client.get(href).text


def test_no_yardstick_stands_alone(client: FlaskClient) -> None:
    rows = [spoken(row) for row in select(section(client.get("/quality").text, "Other yardsticks"), "tr")]
    assert len(rows) == 3
    assert rows[0].startswith("The same product’s other picture") and rows[0].endswith(
        "12% 8–18% 14 products"
    )
    assert rows[1].endswith("1.50 1.25 to 1.75 120 products")
    assert rows[2].endswith("5% 0–10% 120 products")


def test_scores_are_three_histograms_with_their_middles(client: FlaskClient) -> None:
    part = section(client.get("/quality").text, "How near look-alikes are")
    rows = select(part, ".histogram")
    assert [len(select(row, ".bar")) for row in rows] == [40, 40, 40]
    assert len(select(rows[0], ".bar-40")) == 10 and len(select(rows[0], ".bar-0")) == 30
    labels = attributes(part, "[aria-label]", "aria-label")
    assert labels[0] == "Best look-alike of each product: half of them lie below 0.88"
    assert labels[2].endswith("below 0.25")
    assert not select(part, "[style]")


@pytest.mark.parametrize(
    ("name", "heading", "sentence", "total"),
    [
        ("hubs", "Products in the most lists", "is in 60 lists, those of 50% of all", 50),
        ("orphans", "Products in no list", "77 products, 64% of all, are in no other", 55),
        ("twins", "The same picture more than once", "12 groups of products", 12),
    ],
)
def test_each_figure_leads_to_its_products(
    client: FlaskClient, name: str, heading: str, sentence: str, total: int
) -> None:
    part = section(client.get("/quality").text, heading)
    assert sentence in spoken(part)
    assert links_of(part)[f"See all {total}"] == f"/quality?list={name}"
    page = client.get(f"/quality?list={name}")
    assert page.status_code == 200 and text_of(page.text, "h1") == heading
    assert links(page.text)[: len(links(part))] == links(part)
    for href in links(part):
        assert client.get(href).status_code == 200


def test_a_list_has_pages(client: FlaskClient, data: Path) -> None:
    first, second = (client.get(f"/quality?list=orphans&page={page}").text for page in (1, 2))
    assert "1–48 of 55, the first of 77" in spoken(first) and "49–55 of 55" in spoken(second)
    ids = [product.id for product in Bundle.open(data).products_at(range(20, 75)).values()]
    assert links(first) + links(second) == [product_href(each) for each in ids]
    assert attributes(first, "a[rel=next]", "href") == ["/quality?list=orphans&page=2"]
    assert not select(second, "a[rel=next]")
    assert client.get("/quality?list=orphans&page=3").status_code == 404
    assert client.get("/quality?list=twins&page=2").status_code == 404


def test_what_was_left_out_is_named_with_its_reason(client: FlaskClient) -> None:
    part = section(client.get("/quality").text, "Left out")
    assert "broken.jpg" in words(part) and "It is no picture." in words(part)


def test_what_was_not_measured_of_a_recipe_is_not_there(client: FlaskClient) -> None:
    html = client.get(f"/quality?recipe={RECIPES[1].name}").text
    headings = texts(html, "h2")
    assert headings == ["The same picture more than once", "Left out", "How far far agrees with the others"]
    assert "41%" in words(section(html, headings[-1]))
    gone = client.get(f"/quality?list=hubs&recipe={RECIPES[1].name}")
    assert gone.status_code == 404 and "It was not measured." in gone.text


def test_recipes_are_switched_by_links(client: FlaskClient, single: FlaskClient) -> None:
    html = client.get("/quality").text
    assert links_of(html)["far"] == "/quality?recipe=far" and select(html, "[aria-current=true]")
    assert not select(single.get("/quality").text, "[data-switch=recipe]")


@pytest.mark.parametrize(
    "report",
    [
        {"yardsticks": []},
        {"yardsticks": {"sample": {"precision_at_1": {"value": "much"}}}},
        {"scores": {"sample": {"edges": [0, 1], "first": [1, 2]}}},
        {"hubs": {"sample": {}}},
        {"left_out": ["x"]},
    ],
)
def test_a_report_that_makes_no_sense_is_named(
    data: Path, report: dict, monkeypatch: pytest.MonkeyPatch
) -> None:
    bundle = Bundle.open(data)
    monkeypatch.setattr(Bundle, "report", lambda self: report)
    with pytest.raises(BundleError, match="is invalid"):
        QualityReport.of(bundle, ShownRecipe.from_manifest(bundle.recipes[0]))


def test_an_old_report_gives_a_page_that_says_so(
    client: FlaskClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Bundle, "report", lambda self: {})
    html = client.get("/quality?recipe=%3Ci%3Eback%20%26%20%22co%22").text
    assert not select(html, "section") and "without quality measurements" in html
    before = {"categories": {"sample": [{"category": "Mugs", "products": 22, "precision_at_1": 0.7}]}}
    monkeypatch.setattr(Bundle, "report", lambda self: before)
    assert "Category by category" not in client.get("/quality").text


def test_about_says_what_it_is_and_what_is_kept(client: FlaskClient) -> None:
    response = client.get("/about")
    assert response.status_code == 200
    text = spoken(response.text)
    assert "Shop & <Co> shows 120 products" in text
    for sentence in (
        "Style (sample)",
        "Every second <b>one</b>",
        "4 May 2025",
        "no cookie",
        "Forget all of it",
    ):
        assert sentence in text
    assert {"/quality", "/api/v1/openapi.json"} <= set(attributes(response.text, "a", "href"))
    assert client.get("/api/v1/openapi.json").status_code == 200
    assert "0" * 64 in response.text and "0" * 12 in texts(response.text, "code")
