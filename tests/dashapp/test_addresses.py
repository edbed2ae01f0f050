from urllib.parse import unquote, urlsplit

import pytest

from dashapp.addresses import (
    COMPARE,
    LAST_PAGE,
    GalleryQuery,
    arguments_of,
    compare_href,
    positive_number,
    product_href,
    product_id_of,
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


def test_gallery_query_round_trip() -> None:
    query = GalleryQuery(search="mug & cup", category="Größen/Maße", page=3)
    assert GalleryQuery.from_arguments(arguments_of(urlsplit(query.href).query)) == query


def test_defaults_leave_the_address_bare() -> None:
    assert GalleryQuery().href == "/"
    assert GalleryQuery(search="mug").href == "/?q=mug"


def test_unknown_arguments_are_ignored() -> None:
    assert GalleryQuery.from_arguments({"utm_source": "x", "page": "none"}) == GalleryQuery()
