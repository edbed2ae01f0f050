"""A corpus of product pages: the ways in which shops tell programs of a product, and what is none of them.

A wrong price is worse than none: half of the pages here say things that are not to be taken for one.
"""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from precompute.collect.readers.markup import parse_page
from precompute.collect.readers.product_page import read_products
from precompute.sources import LeftOut, Record, SourceProduct, product_from
from tests.shop.pages import page, script

URL = "https://shop.example/p/mug"
IMAGE = "https://shop.example/mug.jpg"
MUG = {"@context": "https://schema.org", "@type": "Product", "name": "A mug", "image": IMAGE}


def meta(**properties: str) -> str:
    """Meta tags; two underscores stand for a colon."""
    pairs = ((name.replace("__", ":"), value) for name, value in properties.items())
    return "".join(f'<meta property="{name}" content="{value}">' for name, value in pairs)


OG = meta(og__type="product", og__title="A mug", og__image=IMAGE)
EURO = meta(product__price__currency="EUR")
THERE = meta(og__availability="instock")


def entries(html: str, url: str = URL) -> list[Record | LeftOut]:
    tree = parse_page(html)
    assert tree is not None
    return read_products(tree, url=url, base=url)[0]


def one(html: str) -> Record:
    (entry,) = entries(html)
    assert isinstance(entry, Record)
    return entry


def understood(record: Record) -> SourceProduct:
    """The product of a record, whose id `Web.complete` would give."""
    return product_from(replace(record, fields={"id": "mug"} | record.fields), ("mug.jpg",))


def offered(**offer: object) -> dict[str, object]:
    return MUG | {"offers": {"@type": "Offer"} | offer}


def raw(text: str) -> str:
    return f'<script type="application/ld+json">{text}</script>'


LD = json.dumps(offered(price="12.50", priceCurrency="EUR", availability="http://schema.org/InStock"))
CASED = {
    "@TYPE": "product",
    "NAME": "A mug",
    "Image": IMAGE,
    "OFFERS": {"@type": "offer", "Price": "12.50", "pricecurrency": "EUR", "Availability": "INSTOCK"},
}
PREFIXED = {
    "@type": "http://schema.org/Product",
    "schema:name": "A mug",
    "http://schema.org/image": IMAGE,
    "schema:offers": {
        "@type": "schema:Offer",
        "schema:price": 12.5,
        "schema:priceCurrency": "EUR",
        "schema:availability": {"@id": "schema:InStock"},
    },
}
JSON_LD = {
    "plain": raw(LD),
    "type with parameters": raw(LD).replace("ld+json", "LD+JSON; charset=utf-8"),
    "CDATA": raw(f"// <![CDATA[\n{LD}\n// ]]>"),
    "CDATA in comments": raw(f"/*<![CDATA[*/{LD}/*]]>*/"),
    "HTML comment around": raw(f"<!--\n{LD}\n-->"),
    "HTML comment before": raw(f"<!-- data of the page -->{LD}"),
    "comment": raw(f"/* own comment */\n{LD} // and more"),
    "line end in a text": raw(LD.replace("A mug", "A\n\tmug")),
    "semicolon": raw(f"{LD};"),
    "comma at the end": raw(LD.replace('"}}', '",}}')),
    "entities for quotes": raw(LD.replace('"', "&quot;")),
    "BOM": raw("\ufeff" + LD),
    "two values": raw('{"@type": "Organization", "name": "Shop"}' + LD),
    "an escape that JSON does not know": raw(LD.replace("schema", "sch\\ema")),
    "other case": script(CASED),
    "vocabulary in names": script(PREFIXED),
    "graph": script({"@graph": [{"@type": "WebPage"}, json.loads(LD)]}),
    "main entity of the page": script({"@type": "ItemPage", "mainEntity": json.loads(LD)}),
    "offer of an item": script(
        {
            "@type": "Offer",
            "price": "12.50",
            "priceCurrency": "EUR",
            "availability": "InStock",
            "itemOffered": MUG,
        }
    ),
    "offers as a list with the list price": script(
        MUG
        | {
            "offers": [
                {
                    "availability": "https://schema.org/InStock",
                    "priceSpecification": [
                        {
                            "price": "15.00",
                            "priceCurrency": "EUR",
                            "priceType": "https://schema.org/ListPrice",
                        },
                        {"price": "12.50", "priceCurrency": "EUR"},
                        {"price": "2.50", "priceCurrency": "EUR", "referenceQuantity": {"value": 100}},
                    ],
                }
            ]
        }
    ),
    "used ones too": script(
        MUG
        | {
            "offers": [
                {"price": 3, "priceCurrency": "EUR", "itemCondition": "https://schema.org/UsedCondition"},
                {
                    "price": 12.5,
                    "priceCurrency": "EUR",
                    "itemCondition": "https://schema.org/NewCondition",
                    "availability": "InStock",
                },
            ]
        }
    ),
    "sellers elsewhere": script(
        MUG
        | {
            "offers": {
                "@type": "AggregateOffer",
                "lowPrice": "12.50",
                "priceCurrency": "EUR",
                "offers": [
                    {
                        "price": "12.50",
                        "url": "https://seller.example/a",
                        "availability": "https://schema.org/InStock",
                    },
                    {"price": "13.00", "url": "https://seller.example/b"},
                ],
            }
        }
    ),
}
TAGS = {
    "microdata": (
        '<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">A mug</h1>'
        '<img itemprop="image" src="/mug.jpg"><div itemprop="offers" itemscope itemtype="https://schema.org/Offer">'
        '<span itemprop="price">€12.50</span><meta itemprop="priceCurrency" content="EUR">'
        '<link itemprop="availability" href="https://schema.org/InStock"></div></div>'
    ),
    "microdata in other case, by words": (
        '<div itemscope itemtype="http://schema.org/product"><h1 itemprop="Name">A mug</h1>'
        '<img itemprop="Image" src="data:image/gif;base64,R0" data-src="/mug.jpg">'
        '<p itemprop="Offers" itemscope><b itemprop="Price" content="12.50">12</b>'
        '<i itemprop="priceCurrency">EUR</i>'
        '<u itemprop="availability">In stock, ready to ship</u></p></div>'
    ),
    "microdata whose offer is not inside": (
        '<div itemscope itemtype="https://schema.org/Product"><h1 itemprop="name">A mug</h1>'
        '<img itemprop="image" src="/mug.jpg"></div><div itemscope itemtype="https://schema.org/Offer">'
        '<span itemprop="price" content="12.50">x</span><meta itemprop="priceCurrency" content="EUR">'
        '<link itemprop="availability" href="https://schema.org/InStock"></div>'
    ),
    "RDFa": (
        '<div vocab="https://schema.org/" typeof="Product"><h1 property="name">A mug</h1>'
        '<img property="image" src="/mug.jpg"><div property="offers" typeof="Offer">'
        '<span property="price" content="12.50">12</span>'
        '<span property="priceCurrency" content="EUR">€</span>'
        '<link property="availability" href="https://schema.org/InStock"></div></div>'
    ),
    "RDFa with prefixes": (
        '<div typeof="schema:Product"><h1 property="schema:name">A mug</h1><img rel="schema:image" '
        'property="schema:image" src="/mug.jpg"><div rel="schema:offers" typeof="schema:Offer">'
        '<span property="schema:price">12.50</span><span property="schema:priceCurrency">EUR</span>'
        '<span property="schema:availability" content="schema:InStock"></span></div></div>'
    ),
    "microdata without an item": (
        f'{OG}<meta itemprop="priceCurrency" content="EUR"><span itemprop="price" content="12.50">x</span>'
        '<link itemprop="availability" href="http://schema.org/InStock">'
    ),
}
HEADS = {
    "Open Graph": OG + EURO + meta(product__price__amount="12.50", product__availability="in stock"),
    "Open Graph by the names of Shopify": OG
    + '<meta name="og:price:amount" content="12.50"><meta name="og:price:currency" content="EUR">'
    '<meta name="og:availability" content="instock">',
    "labels": OG + '<meta name="twitter:label1" content="Price"><meta name="twitter:data1" content="€12.50">'
    '<meta name="twitter:label2" content="Availability"><meta name="twitter:data2" content="In stock">',
}
VARIATIONS = json.dumps(
    [
        {"display_price": 9, "is_in_stock": False, "sku": "W-1"},
        {"display_price": 12.5, "is_in_stock": True, "sku": "W-1"},
    ]
).replace('"', "&quot;")
SYSTEMS = {
    "WooCommerce": OG
    + '<meta property="og:price:currency" content="EUR"></head>'
    + f'<body class="single-product woocommerce"><form data-product_variations="{VARIATIONS}"></form>',
    "Shopify's theme": OG
    + '<script>Shopify.currency = {"active":"EUR","rate":"1.0"};</script><script type="application/json" '
    'data-product-json>{"handle":"mug","title":"A mug","variants":[{"price":900,"available":false},'
    '{"price":1250,"available":true}]}</script>',
    "Magento": OG + EURO + '</head><body><div class="product-info-main">'
    '<span class="old-price"><span data-price-amount="15" data-price-type="oldPrice"></span></span>'
    '<span data-price-amount="12.5" data-price-type="finalPrice"></span>'
    '<div class="stock available">In stock</div></div>'
    '<div class="related"><span data-price-amount="3" data-price-type="finalPrice"></span></div>',
    "PrestaShop": OG
    + EURO
    + '</head><body><div data-product="'
    + json.dumps(
        {
            "id_product": 7,
            "name": "A mug",
            "price_amount": 12.5,
            "price": "12,50 €",
            "availability": "available",
        }
    ).replace('"', "&quot;")
    + '"></div>',
    "BigCommerce": OG
    + '<script>var BCData = {"product_attributes":{"sku":"B-1","instock":true,"price":{"without_tax":'
    '{"formatted":"€12.50","value":12.5,"currency":"EUR"}}}};</script>',
    "Google's counter": OG + THERE + '<script>window.dataLayer.push({event: "view_item", '
    "ecommerce: {currency: 'EUR', items: [{item_id: 'G-1', item_name: 'A mug', price: 12.5,}]}});</script>",
    "Google's older counter": OG + THERE + '<script>dataLayer = [{"ecommerce":{"currencyCode":"EUR",'
    '"detail":{"products":[{"id":"G-1","name":"A mug","price":"12.50"}]}}}];</script>',
    "Facebook's counter": OG + THERE + '<script>fbq("track", "ViewContent", {content_ids: '
    "['F-1'], content_type: 'product', value: 12.50, currency: 'EUR'});</script>",
}


@pytest.mark.parametrize(
    "html",
    [*JSON_LD.values(), *TAGS.values(), *HEADS.values(), *SYSTEMS.values()],
    ids=[*JSON_LD, *TAGS, *HEADS, *SYSTEMS],
)
def test_every_way_gives_the_product(html):
    head = html if html.startswith(("<meta", "<script")) else ""
    record = one(f"<!doctype html><html><head>{head}" if head else page("", html))
    product = understood(record)
    assert (" ".join(product.title.split()), product.price) == ("A mug", 12.5)
    assert (product.currency, product.in_stock) == ("EUR", True)
    assert record.images == (IMAGE,)


NO_PRICE = {
    "nothing": script(offered(price="0.00", priceCurrency="EUR")),
    "words": OG + '<meta property="product:price:amount" content="call us">',
    "only a list price": script(
        MUG | {"offers": {"priceSpecification": [{"price": "15", "priceType": "https://schema.org/MSRP"}]}}
    ),
    "a range in a label": OG
    + '<meta name="twitter:label1" content="Price"><meta name="twitter:data1" content="€10 – €20">',
    "a label that is another": OG
    + '<meta name="twitter:label1" content="Reading time"><meta name="twitter:data1" content="12 minutes">',
    "loose prices that differ": OG + '<i itemprop="price">3</i><i itemprop="price">4</i>',
    "a list of things in a counter": OG
    + '<script>dataLayer.push({event:"view_item_list",ecommerce:{items:[{price:3},{price:4}]}})</script>',
    "a cart in a counter": OG
    + '<script>dataLayer.push({event:"add_to_cart",ecommerce:{items:[{item_id:"x",price:3}]}})</script>',
    "a variable in a counter": OG
    + '<script>dataLayer.push({event:"view_item",ecommerce:{items:[{price:getPrice()}]}})</script>',
    "prices of related products": script(MUG)
    + '<div class="related"><span data-price-amount="3" data-price-type="finalPrice"></span></div>',
    "a review": script(MUG | {"review": {"@type": "Review", "price": "3"}}),
    "the price of what it relates to": script(MUG | {"isRelatedTo": offered(price="3", priceCurrency="EUR")}),
    "for members": script(
        MUG | {"offers": {"priceSpecification": {"price": "3", "validForMemberTier": {"name": "Gold"}}}}
    ),
}


@pytest.mark.parametrize("name", NO_PRICE)
def test_what_is_no_price_of_the_product_is_not_taken_for_one(name):
    assert understood(one(page(NO_PRICE[name]))).price is None


@pytest.mark.parametrize(
    ("given", "found"),
    [
        ({"sku": "A-1"}, "A-1"),
        ({"sku": 1234}, "1234"),
        ({"SKU": "A-1"}, "A-1"),
        ({"productID": "sku:A-1"}, "A-1"),
        ({"sku": "N/A", "productID": "A-1"}, ""),
        ({"offers": [{"sku": "A-1", "price": 1}, {"sku": "A-1", "price": 2}]}, "A-1"),
        ({"offers": [{"sku": "A-1", "price": 1}, {"sku": "A-2", "price": 2}]}, ""),
        ({"mpn": "M-1"}, ""),
    ],
)
def test_numbers_of_products(given, found):
    assert one(page(script(MUG | given))).fields.get("id", "") == found


@pytest.mark.parametrize(
    ("value", "found"),
    [
        ("https://schema.org/InStock", True),
        ("http://schema.org/OutOfStock", False),
        ("instock", True),
        ("In Stock", True),
        ("OUT_OF_STOCK", False),
        ("schema:SoldOut", False),
        ({"@id": "https://schema.org/InStock"}, True),
        (["https://schema.org/Discontinued"], False),
        ("Auf Lager", True),
        ("Usually leaves us in a week", None),
        ("In stock from May on", None),
        ("", None),
    ],
)
def test_words_for_stock(value, found):
    record = one(page(script(offered(price="1", availability=value))))
    assert understood(record).in_stock is found


def test_codes_are_facts():
    fields = one(page(script(MUG | {"gtin13": "4006381333931", "mpn": "mpn:M-1", "isbn": "978"}))).fields
    assert (fields["GTIN"], fields["MPN"], fields["ISBN"]) == ("4006381333931", "M-1", "978")


def test_what_one_syntax_leaves_open_another_tells():
    tags = TAGS["microdata"].replace("A mug", "A mug – blue")
    record = one(page(script(MUG | {"sku": "A-1"}), tags))
    assert (record.fields["title"], record.fields["id"]) == ("A mug", "A-1")
    assert record.fields["price"] == "€12.50" and record.images == (IMAGE,)


def test_related_products_in_tags_are_not_the_page_s():
    others = "".join(
        f'<div itemscope itemtype="http://schema.org/Product"><b itemprop="name">Other {number}</b></div>'
        for number in range(3)
    )
    assert one(page(script(MUG), others)).fields["title"] == "A mug"


def test_a_product_may_give_an_address_of_another_host_as_its_own():
    html = page(script(MUG | {"url": "https://maker.example/cups/blue"}), "<h1>A mug</h1>")
    assert one(html).fields["url"] == URL


def test_a_path_is_read_once_for_all_products_of_a_page():
    crumbs = {
        "@type": "BreadcrumbList",
        "itemListElement": [
            {"@type": "ListItem", "position": number, "name": f"Part {number}", "item": f"/{number}"}
            for number in range(5000)
        ],
    }
    found = entries(page(script(crumbs) + script([MUG | {"name": f"Mug {n}"} for n in range(2000)])))
    assert len(found) == 2000
    (single,) = entries(page(script(crumbs) + script(MUG)))
    assert single.fields["category"].startswith("Part 0 > Part 1")


def test_more_than_a_page_can_show_is_said():
    found = entries(page(script([MUG | {"name": f"Mug {number}"} for number in range(5100)])))
    assert isinstance(found[-1], LeftOut) and "first 5,000" in found[-1].reason
