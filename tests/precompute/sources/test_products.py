"""What becomes of a record's text: stock, categories, tags, descriptions, and what is not understood."""

from __future__ import annotations

import pytest

from precompute.sources import Record, SourceProduct, product_from
from precompute.sources.text import clean, line, plain
from precompute.sources.values.categories import category_from, slashes_separate, split_slashes
from precompute.sources.values.stock import stock_from


def product(decimal: str = "", **fields: str) -> SourceProduct:
    return product_from(Record("x", {"id": "1"} | fields, ("a.jpg",), decimal), ("a.jpg",))


@pytest.mark.parametrize(
    "text",
    [
        *(
            "in stock",
            "In_Stock",
            "InStock",
            "https://schema.org/InStock",
            "http://schema.org/LimitedAvailability",
        ),
        *(
            "true",
            "TRUE",
            "yes",
            "1",
            "12",
            "12.0",
            "available",
            "auf Lager",
            "Lieferbar",
            "en stock",
            "Disponible",
        ),
        *("5+", ">10", "Only 2 left", "5,0000", "1.200", "unlimited"),
    ],
)
def test_what_is_in_stock(text: str) -> None:
    assert stock_from(text) is True


@pytest.mark.parametrize(
    "text",
    [
        *(
            "out of stock",
            "out_of_stock",
            "OutOfStock",
            "https://schema.org/SoldOut",
            "false",
            "no",
            "0",
            "-3",
        ),
        *("sold out", "ausverkauft", "nicht verfügbar", "Rupture de stock", "épuisé", "agotado", "sin stock"),
        *("0,000", "Nej", "品切れ", "نفد"),
    ],
)
def test_what_is_not_in_stock(text: str) -> None:
    assert stock_from(text) is False


@pytest.mark.parametrize(
    "text", ["preorder", "https://schema.org/PreOrder", "backorder", "ask us", "2 weeks"]
)
def test_what_says_neither_is_a_fact(text: str) -> None:
    assert stock_from(text) is None
    made = product(in_stock=text)
    assert (made.in_stock, made.facts) == (None, {"availability": text})


@pytest.mark.parametrize(
    ("text", "path"),
    [
        ("Home > Kitchen > Mugs", "Home > Kitchen > Mugs"),
        ("Home>Kitchen>>Mugs", "Home > Kitchen > Mugs"),
        ("Home » Kitchen", "Home > Kitchen"),
        ("Home → Kitchen", "Home > Kitchen"),
        ("Home | Kitchen", "Home > Kitchen"),
        (" > Mugs > ", "Mugs"),
        ("Salt / Pepper", "Salt / Pepper"),
        ("杯子", "杯子"),
    ],
)
def test_categories_are_paths(text: str, path: str) -> None:
    assert category_from(text) == path
    assert product(category=text.replace(">", "&gt;")).category == path


def test_slashes_separate_where_paths_branch() -> None:
    assert slashes_separate(["Home/Kitchen", "Home/Bath", "Garden"])
    assert not slashes_separate(["Salt / Pepper", "Mugs", "Salt / Pepper"])
    assert not slashes_separate(["Home > Salt/Pepper", "Home > Salt/Sugar"])
    assert split_slashes("/Home/Kitchen/") == "Home > Kitchen"
    assert split_slashes("Home > Salt/Pepper") == "Home > Salt/Pepper"


def test_tags_stand_between_bars_or_commas() -> None:
    assert product(tags="red|light, bright| |red").tags == ("red", "light, bright")
    assert product(tags="red, light ,,").tags == ("red", "light")


def test_html_becomes_text() -> None:
    html = (
        "<p>Soft &amp; warm</p><ul><li>One</li><li>Two</li></ul><script>alert(1)</script><style>p{}</style>"
    )
    assert plain(html).split() == ["Soft", "&", "warm", "One", "Two"]
    assert plain(html).splitlines()[0] == "Soft & warm"
    assert plain("&lt;p&gt;Soft&lt;/p&gt;") == "Soft"
    assert plain("5 < 6 & 7 > 3\nnext") == "5 < 6 & 7 > 3\nnext"
    assert line("Frame <A4>, AT&amp;T\n black") == "Frame <A4>, AT&T black"


def test_what_cannot_be_seen_goes_from_the_ends_alone() -> None:
    assert clean("\ufeff \u200b\xa0 a\xa0b\u200dc \u200b\x00") == "a\xa0b\u200dc"
    assert clean("cafe\u0301") == "cafe\u0301"
    assert clean("x\ud83d\ude00y\ud83d") == "x😀y\ufffd"
    made = product_from(Record("x", {"id": "\ufeffÅ-1 "}, ("a.jpg",)), ("a.jpg",))
    assert made.id == "Å-1"


def test_the_price_is_what_is_paid_today() -> None:
    sale = product(price="15.00 USD", sale_price="12.00 USD")
    assert (sale.price, sale.compare_at_price, sale.currency, sale.facts) == (12, 15, "USD", {})
    assert product(price="15 USD", sale_price="0").price == 15
    assert product(price="15 USD", sale_price="20 USD").price == 15
    assert product(sale_price="9,50 €").price == 9.5


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"price": "80", "compare_at_price": "100"}, 100),
        ({"price": "80 €", "compare_at_price": "1.100,00 EUR"}, 1100),
        ({"price": "80", "compare_at_price": "100 €"}, 100),
        ({"price": "80", "compare_at_price": "100", "currency": "EUR"}, 100),
        ({"price": "80", "compare_at_price": "80"}, None),
        ({"price": "80", "compare_at_price": "79.99"}, None),
        ({"price": "80", "compare_at_price": "0"}, None),
        ({"price": "80 EUR", "compare_at_price": "100 USD"}, None),
        ({"price": "80 USD", "sale_price": "70 EUR"}, None),
        ({"compare_at_price": "100"}, None),
        ({"price": "on request", "compare_at_price": "100"}, None),
    ],
)
def test_a_former_price_is_a_higher_one_in_the_same_currency(
    given: dict[str, str], expected: float | None
) -> None:
    made = product(**given)
    assert made.compare_at_price == expected
    assert made.saving == pytest.approx(0 if expected is None else 1 - (made.price or 0) / expected)


def test_of_a_sale_and_a_recommended_price_the_shop_s_own_was_before() -> None:
    made = product(price="80", sale_price="60", compare_at_price="100")
    assert (made.price, made.compare_at_price, made.facts) == (60, 80, {"compare at price": "100"})
    active = product(price="60", sale_price="60", compare_at_price="100")
    assert (active.price, active.compare_at_price, active.facts) == (60, 100, {})


def test_a_former_price_that_is_no_number_stays_as_it_was_written() -> None:
    made = product(price="80", compare_at_price="ask us")
    assert (made.compare_at_price, made.facts) == (None, {"compare at price": "ask us"})


def test_a_code_goes_before_the_column_and_the_column_before_a_symbol() -> None:
    assert product(price="$12", currency="CAD").currency == "CAD"
    assert product(price="12 USD", currency="EUR").currency == "USD"
    assert product(price="12", currency="€").currency == "EUR"
    assert product(price="$12").currency == "$"
    assert product(currency="eur").currency == "EUR"


def test_what_is_not_understood_is_a_fact_as_it_was_written() -> None:
    made = product(price="on request", popularity="many", url="javascript:alert(1)", material_of="wood")
    assert (made.price, made.popularity, made.url) == (None, None, "")
    assert made.facts == {
        "material of": "wood",
        "price": "on request",
        "popularity": "many",
        "url": "javascript:alert(1)",
    }


def test_a_record_without_pictures_or_id_says_so() -> None:
    with pytest.raises(ValueError, match="no image"):
        product_from(Record("x", {"id": "1"}, ()), ())
    with pytest.raises(ValueError, match="no id"):
        product_from(Record("x", {"id": "\u200b"}, ("a.jpg",)), ("a.jpg",))


def test_what_many_products_say_is_one_text_in_memory() -> None:
    given = {
        "brand": "Oak & Co",
        "category": "Home > Mugs",
        "tags": "gift, new",
        "material": "glazed stoneware",
    }
    # Each row of a table is a text of its own, even where it says the same.
    one, other = (product(**{name: "".join(list(text)) for name, text in given.items()}) for _ in range(2))
    assert one.brand is other.brand and one.category is other.category
    assert one.tags[1] is other.tags[1]
    assert one.facts["material"] is other.facts["material"]
