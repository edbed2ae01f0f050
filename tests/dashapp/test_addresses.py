from dataclasses import replace
from urllib.parse import unquote, urlsplit

import pytest

from bundle import Filters, Query
from dashapp.addresses import (
    COMPARE,
    LAST_PAGE,
    GalleryQuery,
    arguments_of,
    compare_href,
    href_of,
    hrefs_of,
    positive_number,
    product_href,
    product_id_of,
    written_by,
)
from tests.sample_bundle import NASTY_IDS


@pytest.mark.parametrize("product_id", NASTY_IDS)
@pytest.mark.parametrize("shown", [None, 40])
def test_product_id_survives_its_address(product_id: str, shown: int | None) -> None:
    href = product_href(product_id, shown=shown)
    parts = urlsplit(href)
    arguments = arguments_of(parts.query)
    assert product_id_of(unquote(parts.path), arguments) == product_id
    assert arguments.get("n") == (str(shown) if shown else None)
    assert parts.fragment == "" and href.isascii() and href.isprintable() and " " not in href


@pytest.mark.parametrize("product_id", NASTY_IDS)
def test_no_address_has_a_segment_that_browsers_resolve_away(product_id: str) -> None:
    segments = urlsplit(product_href(product_id)).path.split("/")
    assert not {".", ".."} & {unquote(segment) for segment in segments}


@pytest.mark.parametrize("product_id", NASTY_IDS)
def test_product_id_survives_the_address_of_a_comparison(product_id: str) -> None:
    parts = urlsplit(compare_href(product_id, recipes="a,b", shown=7))
    arguments = arguments_of(parts.query)
    assert product_id_of(unquote(parts.path), arguments, page=COMPARE) == product_id
    assert (arguments["recipes"], arguments["n"]) == ("a,b", "7")


def test_addresses_read_well() -> None:
    assert product_href("x", recipe="vgg16-fc2", shown=7) == "/product/x?recipe=vgg16-fc2&n=7"
    assert compare_href("x", recipes="a,b") == "/compare/x?recipes=a,b"
    assert compare_href("x") == "/compare/x"


@pytest.mark.parametrize("path", ["/", "/compare/x", "/products/x", "/productx", "/thumbnails/a"])
def test_other_paths_are_no_products(path: str) -> None:
    assert product_id_of(path, {}) is None


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("7", 7),
        ("007", 7),
        ("0", None),
        ("-3", None),
        ("", None),
        ("abc", None),
        ("1.5", None),
        ("²", None),
        ("٣", None),
        ("1000000000", LAST_PAGE),
        ("9" * 5000, LAST_PAGE),
    ],
)
def test_positive_number(text: str, number: int | None) -> None:
    assert positive_number(text) == number


GALLERIES = {
    "/": GalleryQuery(),
    "/?q=mug": GalleryQuery(Query("mug")),
    "/?q=mug%20%26%20cup&category=Gr%C3%B6%C3%9Fen%2FMa%C3%9Fe&page=3": GalleryQuery(
        Query("mug & cup", Filters("Größen/Maße")), page=3
    ),
    "/?brand=O%27Neill%20%26%20%3CCo%3E&brand=Nord&tag=new,%2050%20%25&stock=in&sale=on": GalleryQuery.of(
        brands=("O'Neill & <Co>", "Nord"), tags=("new, 50 %",), in_stock=True, on_sale=True
    ),
    "/?min=0&max=12.5&currency=EUR": GalleryQuery.of(lowest=0.0, highest=12.5, currency="EUR"),
    "/?max=1234567.89&sort=price-down": GalleryQuery(
        Query(filters=Filters(highest=1234567.89), sort="price-down")
    ),
    "/?sort=shuffle&seed=7&all=brand&page=2": GalleryQuery(
        Query(sort="shuffle", seed=7), page=2, unfolded="brand"
    ),
}


@pytest.mark.parametrize("address", GALLERIES)
def test_every_state_of_the_gallery_has_its_address(address: str) -> None:
    query = GALLERIES[address]
    assert query.href == address
    found = GalleryQuery.from_arguments(arguments_of(urlsplit(address).query))
    # The names of colours are the language's, not the address's.
    assert replace(found, query=replace(found.query, colour_names=())) == query


@pytest.mark.parametrize(
    ("given", "bounds"),
    [
        ("min=20&max=10", (10, 20)),
        ("min=-5&max=-1", (None, None)),
        ("min=abc&max=", (None, None)),
        ("min=nan&max=inf", (None, None)),
        ("min=1e400", (None, None)),
        ("min=12,50", (12.5, None)),
        ("max=0", (None, 0)),
        (f"max={'9' * 5000}", (None, 1e20)),
    ],
)
def test_prices_that_make_no_sense_are_not_given(given: str, bounds: tuple) -> None:
    filters = GalleryQuery.from_arguments(arguments_of(given)).query.filters
    assert (filters.lowest, filters.highest) == bounds


@pytest.mark.parametrize(
    "given", ["sort=DROP", "seed=-1", "stock=yes", "utm_source=x", "page=none", "colour="]
)
def test_what_is_unknown_counts_as_not_given(given: str) -> None:
    assert GalleryQuery.from_arguments(arguments_of(given)) == GalleryQuery()


def test_no_address_is_too_long_to_be_read() -> None:
    given = arguments_of("&".join(f"brand={number:0>1000}" for number in range(1000)) + "&q=" + "x" * 10_000)
    query = GalleryQuery.from_arguments(given).query
    assert len(query.search) == 200 and len(query.filters.brands) <= 50


def test_half_a_character_is_no_text() -> None:
    arguments = arguments_of("?q=\ud800mug&brand=%ED%A0%80")
    assert arguments["q"] == "?mug"
    assert "".join(arguments.values()).encode()


@pytest.mark.parametrize("kind", ["brand", "tag"])
def test_addresses_that_differ_in_one_argument_are_those_of_each_alone(kind: str) -> None:
    arguments = GalleryQuery.of(category="Home > Café", brands=("A & B",), in_stock=True).arguments()
    values = [(), ("Zoë, C",), ("A & B", "+")]
    alone = [href_of("/", **{**arguments, kind: value}) for value in values]
    assert list(hrefs_of("/", kind, values, arguments=arguments)) == alone
    with written_by(lambda path, given: f"{path} {sorted(given)} {given.get(kind)}"):
        written = list(hrefs_of("/", kind, values, arguments=arguments))
        assert written == [href_of("/", **{**arguments, kind: value}) for value in values] != alone


def test_the_only_argument_of_several_addresses_may_be_empty() -> None:
    assert list(hrefs_of("/map", "q", [("mug",), ()], arguments={"q": ""})) == ["/map?q=mug", "/map"]
