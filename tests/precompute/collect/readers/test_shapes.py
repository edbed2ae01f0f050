"""What web pages say of their products, in the shapes in which shop systems write it."""

from __future__ import annotations

from contextlib import suppress
from types import SimpleNamespace

import pytest
from scrapy.http import HtmlResponse

from precompute.collect.readers import Target
from precompute.collect.readers.links import is_worth_asking, links_of, urgency_of
from precompute.collect.readers.markup import parse_page
from precompute.collect.readers.web import Web
from precompute.sources import Record, product_from
from tests.shop import pages
from tests.shop.goods import goods
from tests.shop.pages import page, script

SHOP = "https://shop.example"
HOSTS = frozenset({"shop.example"})
GOOD = goods(1)[0]
PATHS = {"yoast": f"/product/{GOOD.handle}/", "prestashop": f"/kitchen/{GOOD.handle}.html"}


def read(html: str, path: str = "/products/good-1000", *, follow: bool = False):
    response = HtmlResponse(f"{SHOP}{path}", body=html.encode(), encoding="utf-8")
    web = Web(SHOP, HOSTS, follow=follow, max_depth=5)
    found = web.read(Target(response.url, "page", response.url), response)
    return [web.complete(each, {}) for each in found.entries], [each.url for each in found.targets]


def one(html: str, path: str = "/products/good-1000") -> Record:
    (record,), _ = read(html, path)
    return record


@pytest.mark.parametrize("shape", pages.SHAPES)
def test_every_shape_gives_one_product(shape):
    html = pages.SHAPES[shape](GOOD, SimpleNamespace(url=SHOP))
    record = one(html, PATHS.get(shape, f"/products/{GOOD.handle}"))
    product = product_from(record, ("picture.jpg",))
    expected = 1299.0 if shape == "aggregate" else 1010.5
    assert (product.price, product.currency) == (expected, "EUR")
    assert product.title.replace("Nº", "No.").startswith(GOOD.name)
    assert record.images[0] == f"{SHOP}/img/1000-1.jpg"
    assert product.in_stock is {"prestashop": False, "open_graph": False, "aggregate": None}.get(shape, True)
    if shape in ("dawn", "yoast"):
        assert product.category == "Kitchen > Bowls"


def product(**fields: object) -> dict[str, object]:
    return {"@type": "Product", "name": "A mug", "image": "/a.jpg"} | fields


def test_relative_pictures_stand_on_the_page():
    assert one(page(script(product()))).images == (f"{SHOP}/a.jpg",)


def test_the_canonical_address_names_the_product():
    html = page('<link rel="canonical" href="/products/mug?utm_source=x">' + script(product()))
    record = one(html, "/collections/all/products/mug?variant=3")
    assert (record.place, record.fields["id"]) == (f"{SHOP}/products/mug", "products/mug")


def test_a_list_of_products_only_leads_to_them():
    listed = [product(url=f"/products/mug-{number}", name=f"Mug {number}") for number in (1, 2)]
    items = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "url": f"{SHOP}/products/mug-3"}]}
    records, targets = read(page(script(listed) + script(items)), "/mugs")
    assert not records
    assert targets == [f"{SHOP}/products/mug-{number}" for number in (1, 2, 3)]


def test_products_without_pages_of_their_own_are_told_apart():
    records, _ = read(page(script([product(name="One", sku="1"), product(name="Two", sku="2")])))
    assert [record.fields["id"] for record in records] == ["1", "2"]
    assert len({record.place for record in records}) == 2


def test_variants_that_are_listed_one_by_one_are_one_product():
    variants = [product(sku=f"m-{size}", image=f"/{size}.jpg") for size in "sml"]
    record = one(page(script(variants)))
    assert record.images == (f"{SHOP}/s.jpg", f"{SHOP}/m.jpg", f"{SHOP}/l.jpg")


def test_related_products_are_not_the_product():
    related = product(name="Another", url="/products/another")
    record = one(page(script(product(isRelatedTo=[related], isSimilarTo=related))))
    assert record.fields["title"] == "A mug"


def test_facts_and_groups_are_kept():
    group = {"@type": "ProductGroup", "productGroupID": "g-1"}
    more = [{"@type": "PropertyValue", "name": "Glaze", "value": "Blue"}]
    fields = one(
        page(script(product(color="Red", gtin13="4001", isVariantOf=group, additionalProperty=more)))
    ).fields
    assert (fields["colour"], fields["GTIN"], fields["Glaze"], fields["variants"]) == (
        "Red",
        "4001",
        "Blue",
        "g-1",
    )


@pytest.mark.parametrize(
    "html",
    [
        "",
        "\x00",
        "<",
        page(script(None)),
        page(script([[[[]]]])),
        page(
            script({"@type": ["Product", 5, None], "offers": 7, "image": [1, None, {}], "name": {"name": []}})
        ),
        page(script({"@graph": {"@graph": [{"@type": "Product"}]}})),
        page('<script type="application/ld+json">' + "[" * 100_000 + "</script>"),
        page(script({"@type": "Product", "@id": "#a", "brand": {"@id": "#a"}, "name": "Itself"})),
        '<?xml version="1.0" encoding="utf-16"?><html xmlns="http://www.w3.org/1999/xhtml"></html>',
        "<div itemscope itemtype='http://schema.org/Product' itemref='a a' id=a><p itemprop=name>x</p></div>",
        page('<meta property="og:type" content="product">'),
    ],
)
def test_what_is_damaged_or_hostile_gives_no_product_with_a_picture(html):
    records: list[Record] = []
    # What a parser raises, the collection reports by address and reason, and goes on.
    with suppress(Exception):
        records, _ = read(html)
    assert not [record for record in records if record.images]


def test_links_are_followed_that_may_lead_to_products():
    links = [
        *("/products/a?variant=2", "/products/a?utm_source=x", "/collections/all?page=2", "/about"),
        *(
            "/cart",
            "/account/login",
            "/collections/all?sort_by=price",
            "/x?filter[color]=red",
            "/search?q=mug",
        ),
        *(
            "https://elsewhere.example/products/b",
            "mailto:a@b.example",
            "javascript:void(0)",
            "//cdn.shop.example/c",
        ),
    ]
    anchors = "".join(f'<a href="{link}">x</a>' for link in links) + '<a rel="nofollow" href="/no">x</a>'
    assert list(links_of(parse_page(page("", anchors)), f"{SHOP}/", HOSTS)) == [
        *(
            f"{SHOP}/products/a",
            f"{SHOP}/collections/all?page=2",
            f"{SHOP}/about",
            "https://cdn.shop.example/c",
        ),
    ]
    closed = page('<meta name="robots" content="noindex, nofollow">', anchors)
    assert not list(links_of(parse_page(closed), f"{SHOP}/", HOSTS))


def test_products_come_first():
    urls = [
        f"{SHOP}/about",
        f"{SHOP}/collections/all",
        f"{SHOP}/products/a",
        f"{SHOP}/index.php?route=product/product",
    ]
    assert [urgency_of(url) for url in urls] == [2, 1, 0, 0]
    assert is_worth_asking(f"{SHOP}/index.php?route=product/product&product_id=4")
