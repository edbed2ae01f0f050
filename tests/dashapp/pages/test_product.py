"""What may be asked of a product's look-alikes, and what the page says of them."""

import re
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from flask.testing import FlaskClient

from bundle import Bundle, Product
from dashapp.addresses import arguments_of, product_href, product_id_of
from tests.sample_bundle import NASTY_IDS

PAGE = product_href("sku-0100")


@pytest.fixture(scope="module")
def bundle(data: Path) -> Bundle:
    return Bundle.open(data)


def cards(html: str) -> list[str]:
    """The ids of the cards on a page."""
    section = html[html.index("<section>") :]
    return [
        product_id_of(unquote(urlsplit(href).path), arguments_of(urlsplit(href).query))
        for href in map(unescape, re.findall(r'class="card-name" href="([^"]*)"', section))
    ]


def chips(html: str, label: str = "Which look-alikes") -> dict[str, tuple[str, bool]]:
    """The chips of a row: the address behind each, and whether it is on."""
    row = html[html.index(f'aria-label="{label}"') :].partition("</nav>")[0]
    found = re.findall(r'<a( aria-current="true")?[^>]* href="([^"]*)"[^>]*>(.*?)</a>', row)
    return {re.sub("<.*?>", "", text): (unescape(href), bool(on)) for on, href, text in found}


def status(html: str) -> str:
    return "".join(re.findall(r'class="narrowed" role="status">(.*?)</p>', html))


def test_the_chips_are_what_the_catalogue_knows(client: FlaskClient) -> None:
    found = chips(client.get(PAGE).text)
    assert list(found) == ["Same category", "In stock", "On sale", "Similar price", "Cheaper", "Also brown"]
    assert not any(on for _, on in found.values())
    # This one has no category and no price.
    assert list(chips(client.get(product_href("sku-0039")).text)) == ["In stock", "On sale", "Also beige"]


def near(one: Product, other: Product) -> bool:
    return other.price is not None and abs(other.price - one.price) <= one.price / 4


HOLDS = {
    "Same category": lambda one, other: other.category in (one.category, f"{one.category} > Espresso"),
    "In stock": lambda one, other: other.in_stock is True,
    "On sale": lambda one, other: (other.compare_at_price or 0) > (other.price or 0),
    "Similar price": near,
    "Cheaper": lambda one, other: other.price is not None and other.price < one.price,
    "Also brown": lambda one, other: "brown" in other.colours,
}


def admitted(bundle: Bundle, *names: str) -> list[str]:
    """The ids of the whole stored list that the chips of these names leave, worked out without the app."""
    one = bundle.product("sku-0100")
    others = bundle.products(entry.id for entry in bundle.neighbours(one.id))
    return [other.id for other in others if all(HOLDS[name](one, other) for name in names)]


@pytest.mark.parametrize("chip", HOLDS)
def test_a_chip_narrows_the_list_down_and_back(client: FlaskClient, bundle: Bundle, chip: str) -> None:
    html = client.get(PAGE).text
    narrowed = client.get(chips(html)[chip][0]).text
    left = admitted(bundle, chip)
    firsts = [name for name in left if bundle.product(name).twins in ("", name)]
    assert cards(narrowed) == firsts[:20]
    href, on = chips(narrowed)[chip]
    assert on and cards(client.get(href).text) == cards(html)


def test_the_two_prices_exclude_each_other_and_other_wishes_add_up(client: FlaskClient) -> None:
    html = client.get(f"{PAGE}?price=near&stock=in").text
    found = chips(html)
    assert [name for name, (_, on) in found.items() if on] == ["In stock", "Similar price"]
    assert arguments_of(urlsplit(found["Cheaper"][0]).query) == {"stock": "in", "price": "lower"}


def test_wishes_for_a_sale_are_said(client: FlaskClient, bundle: Bundle) -> None:
    left = len(admitted(bundle, "On sale", "In stock"))
    html = client.get(f"{PAGE}?stock=in&sale=on").text
    assert status(html) == f"Only {left} of the 50 closest are in stock and on sale."


def test_few_are_said_to_be_few(client: FlaskClient, bundle: Bundle) -> None:
    html = client.get(f"{PAGE}?stock=in&category=same&price=near").text
    left = admitted(bundle, "Same category", "In stock", "Similar price")
    assert cards(html) == left and 1 < len(left) < 20
    assert status(html) == (
        f"Only {len(left)} of the 50 closest are in Mugs, in stock and at a similar price."
    )


def test_many_are_counted_and_shared_cards_explained(client: FlaskClient, bundle: Bundle) -> None:
    html = client.get(f"{PAGE}?stock=in").text
    left = len(admitted(bundle, "In stock"))
    assert len(cards(html)) == 20
    assert status(html) == f"{left} of the 50 closest are in stock."
    all_of_them = client.get(f"{PAGE}?stock=in&n=50").text
    made = len(cards(all_of_them))
    assert 20 < made < left
    assert status(all_of_them) == (
        f"Only {left} of the 50 closest are in stock. Variants share a card, which makes {made}."
    )
    assert status(client.get(PAGE).text) == ""


def test_none_left_offers_all_of_them(client: FlaskClient) -> None:
    html = client.get("/product/plain?price=lower&n=30").text
    assert cards(html) == []
    assert status(html) == "None of the 50 closest is cheaper."
    assert '<a class="button" href="/product/plain?n=30">Show all of them</a>' in html


def test_wishes_travel_to_the_next_product_and_through_recipes(client: FlaskClient) -> None:
    html = client.get(f"{PAGE}?stock=in&colour=same&less=sku-0050").text
    for href in map(unescape, re.findall(r'class="card-name" href="([^"]*)"', html)):
        assert arguments_of(urlsplit(href).query) == {"stock": "in", "colour": "same"}
    recipes = [href for href, _ in chips(html, "Recipes").values()]
    assert all("stock=in&colour=same&less=sku-0050" in href for href in recipes if "compare" not in href)


@pytest.mark.parametrize("query", ["price=", "price=free", "stock=out", "colour=blue", "category=Mugs"])
def test_wishes_that_make_no_sense_count_as_not_given(client: FlaskClient, query: str) -> None:
    assert cards(client.get(f"{PAGE}?{query}").text) == cards(client.get(PAGE).text)


def test_variants_share_a_card_that_opens(client: FlaskClient, bundle: Bundle) -> None:
    html = client.get(product_href("sku-0029")).text
    assert cards(html)[0] == "sku-0030"
    opened = html[html.index('class="variants"') :].partition("</details>")[0]
    assert "<summary>+2 variants</summary>" in opened
    assert re.findall(r'href="/product/([^"]*)" title="([^"]*)"', opened) == [
        (name, bundle.product(name).title) for name in ("sku-0031", "sku-0032")
    ]
    assert opened.count(".small.webp") == 2


def test_a_products_own_variants_are_beside_it_and_not_in_its_list(client: FlaskClient) -> None:
    html = client.get(product_href("sku-0046")).text
    nav = html[html.index('aria-label="Also available as"') :].partition("</nav>")[0]
    assert re.findall(r'href="/product/([^"]*)"', nav) == ["sku-0045", "sku-0047"]
    assert not {"sku-0045", "sku-0047"} & set(cards(html))
    assert "Also available as" not in client.get("/product/plain").text


def test_less_like_one_is_a_link_on_its_card_and_a_chip_that_goes(client: FlaskClient) -> None:
    html = client.get(PAGE).text
    first = cards(html)[0]
    less = unescape(re.findall(r'class="less" href="([^"]*)"', html)[0])
    assert arguments_of(urlsplit(less).query) == {"less": first}
    without = client.get(less).text
    assert first not in cards(without) and len(cards(without)) == 20
    ((text, (href, _)),) = chips(without, "Less like these").items()
    assert text == f"Less like {title_of_first(html)}×"
    assert href == PAGE
    second = unescape(re.findall(r'class="less" href="([^"]*)"', without)[0])
    assert arguments_of(urlsplit(second).query).every("less") == (first, cards(without)[0])


def title_of_first(html: str) -> str:
    return re.findall(r'class="card-name"[^>]*>(.*?)</a>', html)[0]


def test_every_card_says_why(client: FlaskClient) -> None:
    html = client.get(PAGE).text
    reasons = re.findall(
        r'<details class="why"[^>]*><summary aria-label="Why\? [^"]*">Why\?</summary>.*?<p>(.*?)</p>', html
    )
    assert len(reasons) == len(cards(html)) == 20
    assert reasons[0] == "At a similar price. Closer than 99.99% of pairs."
    assert reasons[3] == "Also in Mugs. Closer than 99.9% of pairs."
    assert "Closer than" not in client.get(f"{PAGE}?recipe=far").text


def test_before_and_after_are_those_of_the_category(client: FlaskClient, bundle: Bundle) -> None:
    html = client.get(PAGE).text
    nav = html[html.index('class="beside"') :].partition("</nav>")[0]
    assert ">In Mugs</span>" in nav
    assert re.findall(r'href="([^"]*)" rel="(\w+)"', nav) == [
        ("/product/sku-0092", "prev"),
        ("/product/sku-0108", "next"),
    ]
    first = client.get("/product/plain").text
    nav = first[first.index('class="beside"') :].partition("</nav>")[0]
    assert re.findall(r'<a [^>]*hidden rel="(\w+)"', nav) == ["prev"]
    before, after = bundle.beside(bundle.product("sku-0119"))
    assert before.category == "" and after is None


def test_brand_stock_tags_and_description_are_shown(client: FlaskClient) -> None:
    html = client.get(product_href(NASTY_IDS[6])).text
    assert "<dt>Brand</dt><dd>O&#x27;Neill &amp; &lt;Co&gt;</dd>" in html
    assert "The 6th &lt;i&gt;sample&lt;/i&gt; &amp; no other.\nIt is round." in html
    assert '<p class="stock stock-in">In stock</p>' in html
    assert '<p class="stock stock-out">Out of stock</p>' in client.get(product_href(NASTY_IDS[5])).text
    assert 'class="stock' not in client.get(product_href(NASTY_IDS[10])).text


def test_several_pictures_have_a_way_to_each(client: FlaskClient) -> None:
    html = client.get("/product/plain").text
    assert re.findall(r'aria-label="(Picture [^"]*)" href="#(picture-\d)"', html) == [
        ("Picture 1 of 2", "picture-1"),
        ("Picture 2 of 2", "picture-2"),
    ]
    assert all(f'id="picture-{number}"' in html for number in (1, 2))
    assert "picture-ways" not in client.get(PAGE).text
