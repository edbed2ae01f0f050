"""The search on the gallery: what words find, what they are taken for, and ways on."""

from __future__ import annotations

from flask.testing import FlaskClient

from bundle import Product
from tests.dashapp.pages.test_gallery import Shop, links, products, searched_for, shop
from tests.dashapp.pages.test_pages import heading, titles
from tests.parsed_html import select, text_of
from tests.sample_bundle import sample_products

__all__ = ["shop"]


def test_a_mistyped_word_says_what_was_shown_instead(client: FlaskClient) -> None:
    html = client.get("/?q=samlpe+bowl").text
    assert heading(html) == "“sample bowl”"
    assert text_of(html, ".correction") == (
        "Showing “sample bowl” for “samlpe bowl”. Search for “samlpe bowl” instead"
    )
    assert searched_for(html) == "samlpe bowl"
    assert not select(client.get("/?q=sample").text, ".correction")


def test_the_search_as_it_was_typed_is_a_link_away(client: FlaskClient) -> None:
    html = client.get("/?q=samlpe+bowl&brand=Nord").text
    (as_typed,) = links(html, named="Search for “samlpe bowl” instead")
    assert as_typed == "/?q=samlpe%20bowl&exact=yes&brand=Nord"
    html = client.get(as_typed).text
    assert heading(html) == "Nothing found"
    assert searched_for(html) == "samlpe bowl"
    assert links(html, named="“sample bowl”") == ["/?q=samlpe%20bowl&brand=Nord"]


def test_a_colour_is_a_word_of_the_search(client: FlaskClient) -> None:
    sample = [product for product, _ in sample_products()]
    mugs = [each for each in sample if "mug" in f"{each.title} {each.category}".lower()]
    black = [each.title for each in mugs if "black" in each.colours]
    assert sorted(titles(client.get("/?q=black+mug").text)) == sorted(black)
    assert black


def test_an_id_is_found_and_not_corrected(shop: Shop) -> None:
    client = shop([Product(f"AB-10{n}", f"Own thing {n}", ()) for n in range(5)])
    assert titles(client.get("/?q=AB-103").text) == ["Own thing 3"]
    assert len(titles(client.get("/?q=ab-10").text)) == 5


def test_nothing_found_offers_what_would_find_something(client: FlaskClient) -> None:
    html = client.get("/?q=mug&category=Mugs&brand=Nord&tag=nothing").text
    assert heading(html) == "Nothing found"
    assert links(html, named="Without “nothing”") == ["/?q=mug&category=Mugs&brand=Nord"]
    assert links(html, named="Without “Nord”") == [], "it would not help"
    html = client.get("/?q=mug+zeppelin").text
    assert links(html, named="Only “mug”") == ["/?q=mug"]
    assert links(html, named="Only “zeppelin”") == []
    assert "“mug” is in 60 products, “zeppelin” is in none." in text_of(html, ".message")


def test_nothing_found_shows_the_nearest_category_and_popular_products(client: FlaskClient) -> None:
    html = client.get("/?q=zeppelin+mug").text
    assert links(html, named="All of Mugs 30") == ["/?category=Mugs"]
    assert text_of(html, ".others h2") == "Popular in Mugs"
    assert len(titles(html)) == 12
    html = client.get("/?q=zeppelin").text
    assert links(html, named="All of") == []
    assert text_of(html, ".others h2") == "Popular products"
    best = sorted((product for product, _ in sample_products()), key=lambda each: -(each.popularity or 0))
    assert titles(html)[0] == best[0].title
    assert text_of(client.get("/?q=zepplein+mgu+samlpe").text, ".message").count("It was read as") == 1


def test_nothing_found_in_a_catalogue_without_popularity_shows_its_first(shop: Shop) -> None:
    html = shop(products(3)).get("/?q=zeppelin").text
    assert text_of(html, ".others h2") == "From the catalogue"
    assert titles(html) == ["Thing 0", "Thing 1", "Thing 2"]
    assert not select(shop([]).get("/?q=zeppelin").text, ".others")
