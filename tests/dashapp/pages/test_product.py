"""What may be asked of a product's look-alikes, and what the page says of them."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from flask.testing import FlaskClient

from bundle import Bundle, Product
from dashapp.addresses import arguments_of, product_href, product_id_of
from tests.dashapp.pages.test_pages import facts_of
from tests.parsed_html import attributes, first, links_of, one, select, text_of, texts, words
from tests.sample_bundle import NASTY_IDS

PAGE = product_href("sku-0100")


@pytest.fixture(scope="module")
def bundle(data: Path) -> Bundle:
    return Bundle.open(data)


def cards(html: str) -> list[str]:
    """The ids of the cards on a page."""
    return [
        product_id_of(unquote(urlsplit(href).path), arguments_of(urlsplit(href).query))
        for href in attributes(html, "section .card-name", "href")
    ]


def chips(html: str, label: str = "Which look-alikes") -> dict[str, tuple[str, bool]]:
    """The chips of a row: the address behind each, and whether it is on."""
    row = select(one(html, f"nav[aria-label='{label}']"), "a")
    return {words(chip): (chip.get("href"), chip.get("aria-current") == "true") for chip in row}


def status(html: str) -> str:
    return "".join(texts(html, ".narrowed[role=status]"))


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
    assert links_of(html)["Show all of them"] == "/product/plain?n=30"


def test_wishes_travel_to_the_next_product_and_through_recipes(client: FlaskClient) -> None:
    html = client.get(f"{PAGE}?stock=in&colour=same&less=sku-0050").text
    for href in attributes(html, ".card-name", "href"):
        assert arguments_of(urlsplit(href).query) == {"stock": "in", "colour": "same"}
    recipes = [href for href, _ in chips(html, "Kinds of look-alikes").values()]
    assert len(recipes) == 3 and all("stock=in&colour=same&less=sku-0050" in href for href in recipes)


@pytest.mark.parametrize("query", ["price=", "price=free", "stock=out", "colour=blue", "category=Mugs"])
def test_wishes_that_make_no_sense_count_as_not_given(client: FlaskClient, query: str) -> None:
    assert cards(client.get(f"{PAGE}?{query}").text) == cards(client.get(PAGE).text)


def test_variants_share_a_card_that_opens(client: FlaskClient, bundle: Bundle) -> None:
    html = client.get(product_href("sku-0029")).text
    assert cards(html)[0] == "sku-0030"
    opened = first(html, ".variants")
    assert text_of(opened, "summary") == "+2 variants"
    assert [(link.get("href"), link.get("title")) for link in select(opened, "a")] == [
        (product_href(name), bundle.product(name).title) for name in ("sku-0031", "sku-0032")
    ]
    assert len(select(opened, "img[src*='.small.webp']")) == 2


def test_a_products_own_variants_are_beside_it_and_not_in_its_list(client: FlaskClient) -> None:
    html = client.get(product_href("sku-0046")).text
    beside = attributes(html, "nav[aria-label='Also available as'] a", "href")
    assert beside == [product_href("sku-0045"), product_href("sku-0047")]
    assert not {"sku-0045", "sku-0047"} & set(cards(html))
    assert "Also available as" not in client.get("/product/plain").text


def test_less_like_one_is_a_link_on_its_card_and_a_chip_that_goes(client: FlaskClient) -> None:
    html = client.get(PAGE).text
    before = cards(html)[0]
    less = first(html, "a.less").get("href")
    assert arguments_of(urlsplit(less).query) == {"less": before}
    without = client.get(less).text
    assert before not in cards(without) and len(cards(without)) == 20
    ((text, (href, _)),) = chips(without, "Less like these").items()
    assert text == f"Less like {words(first(html, '.card-name'))}×"
    assert href == PAGE
    second = first(without, "a.less").get("href")
    assert arguments_of(urlsplit(second).query).every("less") == (before, cards(without)[0])


def test_every_card_says_why(client: FlaskClient) -> None:
    html = client.get(PAGE).text
    assert all(name.startswith("Why? ") for name in attributes(html, ".why summary", "aria-label"))
    reasons = texts(html, "details.why p:first-child")
    assert len(reasons) == len(cards(html)) == 20
    assert reasons[0] == "At a similar price. Closer than 99.99% of pairs."
    assert reasons[3] == "Also in Mugs. Closer than 99.9% of pairs."
    assert texts(html, "details.why p + p")[0] == (
        "Similarity 0.98: 1 is the same picture, and higher is more alike."
    )
    assert "Closer than" not in client.get(f"{PAGE}?recipe=far").text


def test_before_and_after_are_those_of_the_category(client: FlaskClient, bundle: Bundle) -> None:
    html = client.get(PAGE).text
    assert text_of(html, "nav.beside span") == "In Mugs"
    assert [(link.get("href"), link.get("rel")) for link in select(html, "nav.beside a")] == [
        ("/product/sku-0092", "prev"),
        ("/product/sku-0108", "next"),
    ]
    assert attributes(client.get("/product/plain").text, "nav.beside a[hidden]", "rel") == ["prev"]
    before, after = bundle.beside(bundle.product("sku-0119"))
    assert before.category == "" and after is None


def test_brand_stock_tags_and_description_are_shown(client: FlaskClient) -> None:
    html = client.get(product_href(NASTY_IDS[6])).text
    assert facts_of(html)["Brand"] == "O'Neill & <Co>"
    assert "The 6th <i>sample</i> & no other.\nIt is round." in one(html, "main").text_content()
    assert text_of(html, "p.stock.stock-in") == "In stock"
    assert text_of(client.get(product_href(NASTY_IDS[5])).text, "p.stock.stock-out") == "Out of stock"
    assert not select(client.get(product_href(NASTY_IDS[10])).text, ".stock")


def test_several_pictures_have_a_way_to_each(client: FlaskClient) -> None:
    html = client.get("/product/plain").text
    ways = select(html, ".picture-ways a")
    assert [(way.get("aria-label"), way.get("href")) for way in ways] == [
        ("Picture 1 of 2", "#picture-1"),
        ("Picture 2 of 2", "#picture-2"),
    ]
    assert all(one(html, way.get("href")) is not None for way in ways)
    assert not select(client.get(PAGE).text, ".picture-ways")
