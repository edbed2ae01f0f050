"""JSON-LD as pages write it by mistake: what cannot mean anything else is read, and the rest is named."""

from __future__ import annotations

import pytest

from precompute.collect.readers.json_text import read_values
from precompute.collect.readers.markup import parse_page
from precompute.collect.readers.product_page import read_products
from precompute.sources.records import LeftOut

PRODUCT = (
    '{"@context":"https://schema.org/","@type":"Product","name":"Own mug","sku":"S1","image":"/img/1.jpg",'
    '"offers":{"@type":"Offer","price":"12.50","priceCurrency":"EUR"}}'
)


def page(script: str, kind: str = "application/ld+json") -> list[object]:
    """What a page with this script gives."""
    text = f'<html><head><script type="{kind}">{script}</script></head><body><h1>Mug</h1></body></html>'
    url = "https://shop.example/own-mug"
    return list(read_products(parse_page(text), url=url, base=url)[0])


@pytest.mark.parametrize(
    "script",
    [
        PRODUCT.replace('"', "'"),
        PRODUCT.replace('"name":', "name:").replace('"@type":', "@type:"),
        PRODUCT.replace('"S1"', "undefined"),
        PRODUCT.replace('"S1",', '"S1",,'),
        PRODUCT.replace('{"@context"', '{,"@context"'),
        PRODUCT.replace('"sku"', '\u00a0"sku"'),
        PRODUCT.replace('"', "&#34;"),
        PRODUCT.replace('"', "&#x22;"),
        PRODUCT.replace('"', "&amp;quot;"),
        '"' + PRODUCT.replace('"', '\\"') + '"',
        f"var product = {PRODUCT};",
        f"({PRODUCT})",
        PRODUCT.replace('"Product"', '" Product "'),
        PRODUCT.replace('"S1"', "None"),
        PRODUCT.replace('"S1"', ""),
        PRODUCT.replace('"S1"', "00123"),
    ],
)
def test_scripts_that_are_no_json(script: str) -> None:
    (found,) = page(script)
    assert not isinstance(found, LeftOut)
    assert (found.fields["title"], found.fields["price"]) == ("Own mug", "12.50")


@pytest.mark.parametrize(
    "script",
    [
        PRODUCT[:-1],
        PRODUCT.replace('"Own mug"', '"1/2" thick"'),
        PRODUCT[:-1].replace('"', "&#34;"),
        PRODUCT.replace('"S1"', "sku()"),
    ],
)
def test_what_may_mean_anything_is_named(script: str) -> None:
    (found,) = page(script)
    assert isinstance(found, LeftOut) and "cannot be parsed" in found.reason


@pytest.mark.parametrize("kind", ["application/json+ld", "text/ld+json", "application/ld-json"])
def test_the_kind_of_script_may_be_misspelt(kind: str) -> None:
    (found,) = page(PRODUCT, kind)
    assert not isinstance(found, LeftOut)


@pytest.mark.parametrize(("written", "read"), [("12,50", "12,50"), (".50", ".50"), ("+12.50", "+12.50")])
def test_numbers_that_json_lacks(written: str, read: str) -> None:
    assert read_values('{"price":' + written + ', "sku": 007, "name": ": 1,5 ,"}') == (
        [{"price": read, "sku": "007", "name": ": 1,5 ,"}],
        "",
    )


def test_a_text_alone_stays_one() -> None:
    assert read_values('"[not a list"') == (["[not a list"], "")
