"""What search engines and link previews find: heads of pages, robots.txt and the lists of pages."""

import json
import xml.etree.ElementTree as ElementTree
from dataclasses import replace
from html import unescape
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from flask.testing import FlaskClient

from bundle import Bundle
from dashapp import create_app
from dashapp.http import crawlers
from dashapp.http.previews import product_data
from dashapp.settings import Settings, SettingsError
from dashapp.site import open_site
from tests.parsed_html import one, select
from tests.sample_bundle import HTML_TITLE, NASTY_IDS

NAMESPACE = "{http://www.sitemaps.org/schemas/sitemap/0.9}"
PUBLIC = "https://look.example"


class Head:
    """What a document's head says: its metas and links by name, and its JSON-LD."""

    def __init__(self, text: str) -> None:
        head = one(text, "head")
        self.metas = {
            meta.get("property") or meta.get("name") or "": meta.get("content")
            for meta in select(head, "meta")
        }
        self.links = {link.get("rel"): link.get("href") for link in select(head, "link")}
        data = select(head, "script[type='application/ld+json']")
        self.data = [json.loads(script.text_content()) for script in data]


@pytest.fixture(scope="module")
def public(data: Path) -> FlaskClient:
    return create_app(Settings(data=data, address=PUBLIC)).server.test_client()


@pytest.mark.parametrize("product_id", NASTY_IDS)
def test_a_product_has_one_address_that_leads_to_it(client: FlaskClient, product_id: str) -> None:
    address = client.get(f"/api/v1/product?id={quote_all(product_id)}").json["page"]
    variant = address + ("&" if "?" in address else "?") + "n=5&utm_source=mail"
    for asked in (address, variant):
        head = Head(client.get(asked).text)
        assert head.links["canonical"] == head.metas["og:url"] == f"http://localhost{address}"
    assert head.data[0]["sku"] == product_id
    assert head.data[0]["url"] == head.links["canonical"]


def test_a_preview_has_title_description_and_picture(client: FlaskClient) -> None:
    head = Head(client.get("/product/with%20space").text)
    assert head.metas["og:title"] == f"{HTML_TITLE} · Shop & <Co>"
    assert head.metas["description"] == head.metas["og:description"] != ""
    assert head.metas["twitter:card"] == "summary"
    assert client.get(urlsplit(head.metas["og:image"]).path).mimetype == "image/webp"


def test_a_product_s_data_is_what_the_catalogue_says(client: FlaskClient) -> None:
    data = Head(client.get("/product/plain").text).data[0]
    assert (data["@context"], data["@type"]) == ("https://schema.org", "Product")
    assert (data["name"], data["category"]) == ("Sample mug 0", "Mugs")
    assert data["brand"] == {"@type": "Brand", "name": "Nord"}
    assert "description" not in data
    assert data["offers"] == {
        "@type": "Offer",
        "price": 12.5,
        "priceCurrency": "EUR",
        "availability": "https://schema.org/InStock",
        "url": "https://shop.example/p?a=1&b=2",
    }
    assert len(data["image"]) == 2 and all(each.startswith("http://localhost/") for each in data["image"])


def test_offers_say_only_what_is_known(data: Path) -> None:
    site = open_site(Settings(data=data))
    known = replace(site.bundle.product("plain"), url="")

    def offer(**changes: object) -> dict | None:
        return product_data(site, replace(known, **changes), origin="").get("offers")

    assert offer(in_stock=False)["availability"] == "https://schema.org/OutOfStock"
    assert "availability" not in offer(in_stock=None)
    assert "url" not in offer(url="javascript:alert(1)")
    assert offer(currency=" eur ")["priceCurrency"] == "EUR"
    assert "priceSpecification" not in offer()
    assert offer(compare_at_price=15.5)["priceSpecification"] == {
        "@type": "UnitPriceSpecification",
        "priceType": "https://schema.org/StrikethroughPrice",
        "price": 15.5,
        "priceCurrency": "EUR",
    }
    assert offer(price=None) is None
    assert offer(currency="€") is None and offer(currency="") is None


def test_nothing_a_product_says_ends_its_data(data: Path) -> None:
    from dashapp.http.previews import preview
    from dashapp.parts.view import View

    site = open_site(Settings(data=data, address=PUBLIC))
    hostile = "</script><script>alert(1)</script><!-- \u2028 \\"
    product = replace(site.bundle.product("plain"), title=hostile, description=hostile)
    text = preview(site, View(title="", body=None, product=product))
    assert text.count("<script") == text.count("</script>") == 1
    assert "<!--" not in text and "\u2028" not in text
    written = json.loads(one(text, "script").text_content())
    assert written["name"] == written["description"] == hostile


def test_pages_of_no_product_have_no_product_s_data(client: FlaskClient) -> None:
    for address in ("/", "/product/unknown", "/nowhere"):
        head = Head(client.get(address).text)
        assert not head.data and "canonical" not in head.links, address
        assert head.metas["og:title"]


def test_the_public_address_is_the_setting_s(public: FlaskClient) -> None:
    for headers in ({}, {"Host": "evil.example"}):
        text = public.get("/product/plain", headers=headers).text
        head = Head(text)
        assert head.links["canonical"] == f"{PUBLIC}/product/plain"
        assert head.metas["og:image"].startswith(f"{PUBLIC}/thumbnails/")
        assert "evil.example" not in text
        assert f"Sitemap: {PUBLIC}/sitemap.xml" in public.get("/robots.txt", headers=headers).text


@pytest.mark.parametrize(
    "text", ["look.example", "ftp://look.example", "//x", "https://x/a b", "https://x//a", "https://x/../a"]
)
def test_a_public_address_that_is_none_is_one_clear_sentence(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^Expected AKIN_ADDRESS to be an address, for example"):
        Settings.from_environment({"AKIN_ADDRESS": text})
    assert Settings.from_environment({"AKIN_ADDRESS": f"{PUBLIC}/"}).address == PUBLIC


def test_the_index_names_lists_that_name_every_product(
    public: FlaskClient, data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(crawlers, "LISTED", 50)
    index = ElementTree.fromstring(public.get("/sitemap.xml").data)
    assert index.tag == f"{NAMESPACE}sitemapindex"
    lists = [each.text for each in index.iter(f"{NAMESPACE}loc")]
    assert lists == [f"{PUBLIC}/sitemap-{number}.xml" for number in (1, 2, 3)]
    pages = [
        each.text
        for address in lists
        for each in ElementTree.fromstring(public.get(urlsplit(address).path).data).iter(f"{NAMESPACE}loc")
    ]
    assert pages[0] == f"{PUBLIC}/"
    named = [address.removeprefix(f"{PUBLIC}/product/").removeprefix("?id=") for address in pages[1:]]
    assert [unquote(each) for each in named] == Bundle.open(data).product_ids(offset=0, limit=1000)
    for address in pages[:30]:
        assert public.get(address.removeprefix(PUBLIC)).status_code == 200, address


def test_lists_that_there_are_not(public: FlaskClient, tmp_path: Path) -> None:
    for address in ("/sitemap-0.xml", "/sitemap-2.xml"):
        assert public.get(address).status_code == 404
    without = create_app(Settings(data=tmp_path)).server.test_client()
    for address in ("/sitemap.xml", "/sitemap-1.xml"):
        assert without.get(address).status_code == 503


def test_robots_leave_alone_what_is_no_page(client: FlaskClient) -> None:
    text = client.get("/robots.txt").text
    for path in ("/api/", "/compare/", "/_dash"):
        assert f"Disallow: {path}\n" in text
    assert "Sitemap: http://localhost/sitemap.xml" in text


def quote_all(text: str) -> str:
    return "".join(f"%{byte:02X}" for byte in text.encode())


def test_heads_are_written_once(client: FlaskClient) -> None:
    text = unescape(client.get("/product/plain").text)
    for name in ('name="description"', 'property="og:title"', 'rel="canonical"', "application/ld+json"):
        assert text.count(name) == 1, name
