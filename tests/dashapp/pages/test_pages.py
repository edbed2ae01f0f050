"""What the server sends for each address, before any script has run."""

from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from bundle import Bundle
from dashapp import create_app
from dashapp.addresses import product_href
from dashapp.settings import Settings
from tests.parsed_html import attributes, links_of, one, select, text_of, texts, words
from tests.sample_bundle import HTML_TITLE, LONG_TITLE, NASTY_IDS, RECIPES, write_sample_bundle


def titles(html: str) -> list[str]:
    return texts(html, ".card-name")


def heading(html: str) -> str:
    return text_of(html, "h1")


def tab_title(html: str) -> str:
    return text_of(html, "title")


def facts_of(html: str) -> dict[str, str]:
    """What the list on a product's page says, by its terms."""
    return dict(zip(texts(html, "dt"), texts(html, "dd"), strict=True))


@pytest.mark.parametrize("product_id", NASTY_IDS)
def test_every_id_has_its_page(client: FlaskClient, data: Path, product_id: str) -> None:
    response = client.get(product_href(product_id))
    product = Bundle.open(data).product(product_id)
    assert response.status_code == 200
    assert heading(response.text) == product.title.strip()
    assert len(titles(response.text)) == 20


def test_product_page_says_what_is_known(client: FlaskClient) -> None:
    html = client.get(product_href("a//b/")).text
    assert "€15.50" in html
    facts = facts_of(html)
    assert facts["Brand"] == "O'Neill & <Co>" and facts["Stock"] == "few" and "Nothing" not in facts
    assert attributes(html, "a[rel=noopener]", "href") == ["https://shop.example/p?a=1&b=2"]
    assert links_of(html)["All products"] == "/"


def test_only_web_addresses_become_links(client: FlaskClient) -> None:
    assert "javascript:" not in client.get(product_href("/leading")).text


def test_all_pictures_of_a_product_are_shown(client: FlaskClient) -> None:
    html = client.get(product_href("plain")).text
    assert len(select(html, ".pictures img")) == 2


@pytest.mark.parametrize(
    ("asked", "shown"), [("30", 30), ("5", 5), ("1", 5), ("40", 32), ("999", 32), ("abc", 20), ("0", 20)]
)
def test_the_address_says_how_many_look_alikes(client: FlaskClient, asked: str, shown: int) -> None:
    html = client.get(product_href("plain", shown=None) + f"?n={asked}").text
    assert len(titles(html)) == shown
    assert one(html, "input[type=range]").get("value") == str(shown)


def test_how_many_travels_on_to_the_next_product(client: FlaskClient) -> None:
    html = client.get(product_href("plain", shown=30)).text
    links = attributes(html, ".card-name", "href")
    assert len(links) == 30
    assert all(urlsplit(link).query.endswith("n=30") for link in links)


def test_unknown_products_and_pages_are_real_404s(client: FlaskClient) -> None:
    for address in ("/product/unknown", "/product/", "/nowhere", "/product%2Fplain/x", "/a//b"):
        response = client.get(address)
        assert response.status_code == 404, address
        assert (
            "See all products" in links_of(response.text)
            and one(response.text, "#react-entry-point") is not None
        )


def test_html_in_a_title_stays_text(client: FlaskClient) -> None:
    html = client.get(product_href(NASTY_IDS[1])).text
    assert tab_title(html) == f"{HTML_TITLE} · Shop & <Co>"
    assert heading(html) == HTML_TITLE
    assert not [script for script in select(html, "script") if script.text_content().startswith("alert")]
    assert one(html, "#_dash-config") is not None


def test_the_document_describes_the_product_for_those_who_share_it(client: FlaskClient) -> None:
    html = client.get(product_href("plain")).text
    tags = {tag.get("name") or tag.get("property"): tag.get("content") for tag in select(html, "meta")}
    assert tags["og:title"] == "Sample mug 0 · Shop & <Co>"
    assert tags["description"] == "Products that look like Sample mug 0 · Mugs · €12.50"
    assert tags["og:image"].startswith("http://localhost/thumbnails/")
    assert client.get(urlsplit(tags["og:image"]).path).status_code == 200


@pytest.mark.parametrize("address", ["/", "/product/plain", "/product/plain?recipe=far", "/compare/plain"])
def test_headings_are_in_order(client: FlaskClient, address: str) -> None:
    levels = [heading.tag for heading in select(client.get(address).text, "h1, h2, h3, h4, h5, h6")]
    assert levels[0] == "h1" and levels.count("h1") == 1 and set(levels) <= {"h1", "h2"}


def test_long_titles_are_whole(client: FlaskClient) -> None:
    assert heading(client.get(product_href(NASTY_IDS[2])).text) == LONG_TITLE


def test_every_picture_has_its_size_and_the_link_beside_it_its_name(client: FlaskClient) -> None:
    images = select(client.get("/").text, ".product-card img")
    assert len(images) == 48
    for image in images:
        assert image.get("alt") == "" and image.get("src")
        assert int(image.get("width")) > 0 and int(image.get("height")) > 0
        widths = [each.rpartition(" ")[2] for each in image.get("srcset").split(", ")]
        assert len(widths) == 2 and all(width.endswith("w") for width in widths)


def test_pages_that_find_nothing_show_what_there_is(client: FlaskClient) -> None:
    for address in ("/product/unknown", "/nowhere"):
        response = client.get(address)
        assert response.status_code == 404
        assert links_of(response.text)["See all products"] == "/"
        assert len(select(response.text, ".others .product-card")) == 12


def test_a_catalogue_of_one_product_says_so(tmp_path: Path) -> None:
    write_sample_bundle(tmp_path, products=1, recipes=RECIPES[:1])
    client = create_app(Settings(data=tmp_path)).server.test_client()
    product = client.get("/product/plain").text
    assert "This is the only product so far." in one(product, "main section").text_content()
    assert not select(product, ".product-card") and not select(product, ".choices")
    for address in ("/", "/quality", "/quality?list=hubs", "/about", "/map", "/compare/plain"):
        assert "0%" not in words(one(client.get(address).text, "main")).split(), address


@pytest.mark.parametrize(
    "address", ["/", "/?q=%FF%00&category=%FF", "/product/%FF", "/product/" + "x" * 3000]
)
def test_no_address_is_an_error_of_the_server(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code in (200, 404)
