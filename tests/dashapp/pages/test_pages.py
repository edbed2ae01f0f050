"""What the server sends for each address, before any script has run."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from bundle import Bundle
from dashapp.addresses import product_href
from tests.sample_bundle import HTML_TITLE, LONG_TITLE, NASTY_IDS


def titles(html: str) -> list[str]:
    return [unescape(title) for title in re.findall(r'class="card-name"[^>]*>(.*?)</a>', html)]


def heading(html: str) -> str:
    return unescape(re.search(r"<h1[^>]*>(.*?)</h1>", html).group(1))


def tab_title(html: str) -> str:
    return unescape(re.search(r"<title>(.*?)</title>", html).group(1))


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
    assert "O&#x27;Neill &amp; &lt;Co&gt;" in html and "<dt>Stock</dt><dd>few</dd>" in html
    assert "<dt>Nothing</dt>" not in html
    assert 'href="https://shop.example/p?a=1&amp;b=2" rel="noopener"' in html
    assert 'href="/">All products</a>' in html


def test_only_web_addresses_become_links(client: FlaskClient) -> None:
    assert "javascript:" not in client.get(product_href("/leading")).text


def test_all_pictures_of_a_product_are_shown(client: FlaskClient) -> None:
    html = client.get(product_href("plain")).text
    figure = html[html.index('class="pictures"') : html.index("product-text")]
    assert figure.count("<img") == 2


def test_look_alikes_come_with_score_and_bar(client: FlaskClient) -> None:
    html = client.get(product_href("plain")).text
    assert '<meter aria-hidden="true" max="1" min="0" value="0.980"></meter><span>0.98</span>' in html
    assert "1 is the same picture" in html


@pytest.mark.parametrize(
    ("asked", "shown"), [("30", 30), ("5", 5), ("1", 5), ("40", 32), ("999", 32), ("abc", 20), ("0", 20)]
)
def test_the_address_says_how_many_look_alikes(client: FlaskClient, asked: str, shown: int) -> None:
    html = client.get(product_href("plain", shown=None) + f"?n={asked}").text
    assert len(titles(html)) == shown
    assert f'value="{shown}"' in html


def test_how_many_travels_on_to_the_next_product(client: FlaskClient) -> None:
    html = client.get(product_href("plain", shown=30)).text
    links = re.findall(r'class="card-name" href="([^"]*)"', html)
    assert len(links) == 30
    assert all(urlsplit(unescape(link)).query.endswith("n=30") for link in links)


def test_unknown_products_and_pages_are_real_404s(client: FlaskClient) -> None:
    for address in ("/product/unknown", "/product/", "/nowhere", "/product%2Fplain/x", "/a//b"):
        response = client.get(address)
        assert response.status_code == 404, address
        assert "See all products" in response.text and "react-entry-point" in response.text


def test_html_in_a_title_stays_text(client: FlaskClient) -> None:
    html = client.get(product_href(NASTY_IDS[1])).text
    assert tab_title(html) == f"{HTML_TITLE} · Shop & <Co>"
    assert heading(html) == HTML_TITLE
    assert "<script>alert" not in html
    assert html.count('id="_dash-config"') == 1


def test_the_document_describes_the_product_for_those_who_share_it(client: FlaskClient) -> None:
    html = client.get(product_href("plain")).text
    tags = dict(re.findall(r'<meta (?:name|property)="([^"]+)" content="([^"]*)">', html))
    assert tags["og:title"] == "Sample mug 0 · Shop &amp; &lt;Co&gt;"
    assert tags["description"] == "Products that look like Sample mug 0. Mugs. €12.50."
    assert tags["og:image"].startswith("http://localhost/thumbnails/")
    assert client.get(urlsplit(tags["og:image"]).path).status_code == 200


@pytest.mark.parametrize("address", ["/", "/product/plain", "/product/plain?recipe=far", "/compare/plain"])
def test_headings_are_in_order(client: FlaskClient, address: str) -> None:
    levels = re.findall(r"<h(\d)", client.get(address).text)
    assert levels[0] == "1" and levels.count("1") == 1 and set(levels) <= {"1", "2"}


def test_long_titles_are_whole(client: FlaskClient) -> None:
    assert heading(client.get(product_href(NASTY_IDS[2])).text) == LONG_TITLE


def test_every_picture_has_its_size_and_a_text(client: FlaskClient) -> None:
    images = re.findall(r"<img[^>]*>", client.get("/").text)
    assert len(images) == 48
    assert all(re.search(r'alt="[^"]+" height="\d+"', image) for image in images)
    assert all(
        re.search(r' src="[^"]+" srcset="[^"]+ \d+w, [^"]+ \d+w" width="\d+"', image) for image in images
    )


@pytest.mark.parametrize(
    "address", ["/", "/?q=%FF%00&category=%FF", "/product/%FF", "/product/" + "x" * 3000]
)
def test_no_address_is_an_error_of_the_server(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code in (200, 404)
