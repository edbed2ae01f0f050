"""The search on the gallery: what words find, what they are taken for, and ways on."""

from __future__ import annotations

from flask.testing import FlaskClient

from bundle import Product
from bundle.search.synonyms import SynonymRow
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
    html = client.get("/?q=mug+zeppelin").text
    assert links(html, named="All of Mugs 30") == ["/?category=Mugs"]
    assert text_of(html, ".others h2") == "Popular in Mugs"
    assert len(titles(html)) == 12
    html = client.get("/?q=zeppelin").text
    assert links(html, named="All of") == []
    assert text_of(html, ".others h2") == "Popular products"
    best = sorted((product for product, _ in sample_products()), key=lambda each: -(each.popularity or 0))
    assert titles(html)[0] == best[0].title
    assert text_of(client.get("/?q=samlpe+zeppelin").text, ".message").count("It was read as") == 1


def test_nothing_found_in_a_catalogue_without_popularity_shows_its_first(shop: Shop) -> None:
    html = shop(products(3)).get("/?q=zeppelin").text
    assert text_of(html, ".others h2") == "From the catalogue"
    assert titles(html) == ["Thing 0", "Thing 1", "Thing 2"]
    assert not select(shop([]).get("/?q=zeppelin").text, ".others")


ROOM = [
    Product(f"p{number}", title, ())
    for number, title in enumerate(["Round cushion", "Red cushion", "Floor lamp", "Lantern", "Sofa", "Couch"])
]
SYNONYMS = [
    SynonymRow("pillow", "cushions", "title", "cushion", own=False),
    SynonymRow("light", "lamps", "title", "lamp", own=False),
    SynonymRow("light", "lanterns", "title", "lantern", own=False),
    SynonymRow("couch", "sofas", "", "sofa", own=True),
]


def test_a_word_that_the_catalogue_lacks_says_what_is_shown_for_it(shop: Shop) -> None:
    client = shop(ROOM, synonyms=SYNONYMS)
    html = client.get("/?q=red+pillow").text
    assert titles(html) == ["Red cushion"]
    assert heading(html) == "“red pillow”"
    assert text_of(html, ".correction") == "Showing cushions for “pillow”. Search for “red pillow” instead"
    assert searched_for(html) == "red pillow"
    several = client.get("/?q=light").text
    assert text_of(several, ".correction").startswith("Showing lamps and lanterns for “light”.")
    assert sorted(titles(several)) == ["Floor lamp", "Lantern"]
    assert not select(client.get("/?q=cushion").text, ".correction")


def test_the_very_word_is_a_link_away_and_back(shop: Shop) -> None:
    client = shop(ROOM, synonyms=SYNONYMS)
    (as_typed,) = links(client.get("/?q=pillow").text, named="Search for “pillow” instead")
    html = client.get(as_typed).text
    assert heading(html) == "Nothing found"
    assert searched_for(html) == "pillow"
    assert links(html, named="“cushions” 2") == ["/?q=pillow"]


def test_a_shops_own_word_adds_to_what_is_found_and_says_so(shop: Shop) -> None:
    client = shop(ROOM, synonyms=SYNONYMS)
    html = client.get("/?q=couch").text
    assert sorted(titles(html)) == ["Couch", "Sofa"]
    assert text_of(html, ".correction") == "Also showing sofas for “couch”. Search for “couch” instead"
    assert titles(client.get("/?q=couch&exact=yes").text) == ["Couch"]
    assert titles(client.get("/?q=sofa").text) == ["Sofa"], "it was written one way"


def test_what_no_product_has_is_left_out_where_it_only_describes(shop: Shop) -> None:
    client = shop(ROOM, synonyms=SYNONYMS)
    html = client.get("/?q=bedside+lamp").text
    assert titles(html) == ["Floor lamp"]
    assert text_of(html, ".correction").startswith("Showing “lamp” for “bedside lamp”.")
    assert heading(client.get("/?q=red+bicycle").text) == "Nothing found"
    assert heading(client.get("/?q=bicycle+with+lamp").text) == "Nothing found"
    assert titles(client.get("/?q=cushion+for+the+bedside").text) == ["Round cushion", "Red cushion"]


def test_colours_are_words_of_the_search_in_the_language_of_the_page(client: FlaskClient) -> None:
    english = titles(client.get("/?q=black+mug").text)
    german = client.get("/?q=schwarze+mug", headers={"Accept-Language": "de"}).text
    assert titles(german) == english
    assert not select(german, ".correction")
    assert titles(client.get("/?q=schwarze+mug").text) != english, "an English page knows no German"


def test_a_plural_goes_without_saying(shop: Shop) -> None:
    rows = [SynonymRow("lanterns", "lantern", "title", "lantern", own=False)]
    html = shop(ROOM, synonyms=rows).get("/?q=lanterns").text
    assert titles(html) == ["Lantern"]
    assert not select(html, ".correction")
