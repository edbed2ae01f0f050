"""Every kind of source goes from its address to a page of the dashboard."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path

import pytest

from dashapp.app import create_app
from dashapp.settings import Settings
from precompute.cli.main import main
from precompute.sources import SourceProduct, read_catalogue
from tests import builds
from tests.shop import pages, platforms
from tests.shop.goods import goods
from tests.shop.server import Site

COUNT = 12


def _shopify(site: Site) -> str:
    platforms.shopify(site, goods(COUNT), page_size=5)
    return site.url


def _woocommerce(site: Site) -> str:
    platforms.woocommerce(site, goods(COUNT))
    return site.url


def _feed(site: Site) -> str:
    platforms.merchant_feed(site, goods(COUNT))
    return f"{site.url}/feed.xml"


def _csv(site: Site) -> str:
    platforms.give_pictures(site, goods(COUNT))
    rows = "".join(
        f"{each.number};{each.name};img/{each.number}-1.jpg;{each.price}\n" for each in goods(COUNT)
    )
    site.give("/export.csv", f"id;title;image;price\n{rows}", "text/csv")
    return f"{site.url}/export.csv"


def _pages(site: Site) -> str:
    pages.web_shop(site, goods(COUNT))
    return site.url


def _sitemap(site: Site) -> str:
    pages.sitemap(site, pages.web_shop(site, goods(COUNT)), "/maps/all.xml")
    site.give("/robots.txt", f"User-agent: *\nSitemap: {site.url}/maps/all.xml", "text/plain")
    return site.url


KINDS = {
    "shopify": _shopify,
    "woocommerce": _woocommerce,
    "table": _feed,
    "sitemap": _sitemap,
    "pages": _pages,
}


def products_in(folder: Path) -> dict[str, SourceProduct]:
    return {product.id: product for product in read_catalogue(folder).products}


EACH = [pytest.param(kind, marks=[] if kind in ("shopify", "pages") else pytest.mark.slow) for kind in KINDS]


@pytest.mark.parametrize("kind", EACH)
def test_an_address_becomes_a_dashboard(kind, site, collect, tmp_path, tiny):
    source = KINDS[kind](site)
    done = collect(source, "--json")
    assert done.code == 0, done.err
    summary = json.loads(done.out)
    assert (summary["kind"], summary["products"]) == (kind, COUNT)
    builds.run(tmp_path / "catalogue", tmp_path / "data")
    client = create_app(Settings(data=tmp_path / "data")).server.test_client()
    page = client.get("/").get_data(as_text=True)
    for good in goods(COUNT):
        assert good.name in page.replace("Nº", "No.")


@pytest.mark.slow
def test_one_command_builds_a_shop_with_the_real_extractor(site, tmp_path, capsys):
    source = _shopify(site)
    data = tmp_path / "data"
    command = ["build", source, "--out", str(data), "--rate", "100", "--allow-private", "127.0.0.1"]
    assert main(command) == 0
    assert "Products    12 with 24 distinct pictures" in capsys.readouterr().out
    # Built again, with all that is dropped then, what was collected is still there.
    asked = len(site.asked)
    assert main([*command, "--prune"]) == 0
    assert "known before" in capsys.readouterr().out
    assert {each.status for each in site.asked[asked:] if each.path != "/robots.txt"} == {304}
    client = create_app(Settings(data=data)).server.test_client()
    page = client.get("/product/7000000001000").get_data(as_text=True)
    assert "Schale No. 1000" in page and "90.00" in page
    assert client.get("/api/v1/products/7000000001000/similar").get_json()
    # A source folder that holds the bundle does not take the collected catalogue for a part of itself.
    (tmp_path / "own.png").write_bytes(builds.encoded(builds.picture(1)))
    assert [product.id for product in read_catalogue(tmp_path).products] == ["own.png"]


def test_shopify_products_are_understood(site, collect, tmp_path):
    assert collect(_shopify(site)).code == 0
    product = products_in(tmp_path / "catalogue")["7000000001001"]
    assert product.title == "ランプ No. 1001"
    assert (product.category, product.brand, product.tags) == (
        "Lamps",
        "Töpferei & Söhne",
        ("new", "handmade"),
    )
    # The lowest price of what can be had: the smallest is sold out.
    assert (product.price, product.currency, product.in_stock) == (90.0, "EUR", True)
    assert product.description.split("\n")[0] == "It's ランプ No. 1001."
    assert product.url == f"{site.url}/products/good-1001"
    assert product.facts == {"size": "S | M | L"}
    assert len(product.files) == 2


def test_a_collection_of_a_shop_is_collected_alone(site, collect, tmp_path):
    _shopify(site)
    every = site.routes["/products.json"]
    site.routes["/collections/new/products.json"] = lambda query: every(
        query | {"limit": "2", "page": query["page"]}
    )
    site.give("/collections/new", "<html>New</html>")
    done = collect(f"{site.url}/collections/new", "--max-products", "3")
    assert done.code == 0 and "/collections/new/products.json" in done.err
    assert len(products_in(tmp_path / "catalogue")) == 3
    assert "/products.json" not in site.paths("/products.json")


def test_a_list_that_gives_its_first_page_for_every_other_ends(site, collect):
    _shopify(site)
    every = site.routes["/products.json"]
    site.routes["/products.json"] = lambda query: every(query | {"page": "1"})
    assert collect(site.url).code == 0
    assert len(site.paths("/products.json")) == 2


def test_woocommerce_products_are_understood(site, collect, tmp_path):
    assert collect(_woocommerce(site)).code == 0
    product = products_in(tmp_path / "catalogue")["1001"]
    assert product.title == "ランプ No. 1001 – blue"
    assert product.category == "Living > Lamps"
    assert (product.price, product.currency, product.in_stock) == (1011.5, "EUR", False)
    assert product.facts == {"colour": "Blue", "sku": "W-1001"}
    assert product.popularity == 3


def test_paths_in_a_remote_table_are_addresses(site, collect, tmp_path):
    done = collect(_csv(site))
    assert done.code == 0, done.err
    assert len(products_in(tmp_path / "catalogue")) == COUNT
    assert site.paths("/img/1000-1.jpg") == ["/img/1000-1.jpg"]


def test_a_local_table_may_mix_addresses_and_paths(site, tmp_path, tiny, capsys, monkeypatch):
    monkeypatch.setattr("precompute.cli.build.recipes_of", lambda arguments: (builds.TINY,))
    platforms.give_pictures(site, goods(3))
    shop = tmp_path / "shop"
    shop.mkdir()
    (shop / "own.png").write_bytes(builds.encoded(builds.picture(7)))
    (tmp_path / "secret.png").write_bytes(builds.encoded(builds.picture(8)))
    address = goods(1)[0].images(site)[0]
    images = {"far": address, "near": "own.png", "out": "../secret.png", "file": "file:///etc/passwd"}
    (shop / "goods.csv").write_text(
        "id,image\n" + "".join(f"{name},{image}\n" for name, image in images.items())
    )
    options = ["--out", str(tmp_path / "data"), "--rate", "100", "--allow-private", "127.0.0.1", "--json"]
    assert main(["build", str(shop / "goods.csv"), *options]) == 0
    assert json.loads(capsys.readouterr().out)["products"] == 2
    report = json.loads((tmp_path / "data/collected/goods.csv/collected.json").read_text())
    reasons = {entry["file"].rpartition(": ")[2]: entry["reason"] for entry in report["left_out"]}
    assert "outside of the catalogue's folder" in reasons["../secret.png"]
    assert "not an http or https address" in reasons["file:///etc/passwd"]


@pytest.mark.parametrize("kind", ["sitemap", "pages"])
def test_web_pages_of_all_shapes_are_understood(kind, site, collect, tmp_path):
    assert collect(KINDS[kind](site)).code == 0
    products = products_in(tmp_path / "catalogue")
    by_url: dict[str, SourceProduct] = {product.url: product for product in products.values()}
    assert set(by_url) == {f"{site.url}/p/{good.handle}" for good in goods(COUNT)}
    # What has no number of its own is called by its address.
    assert "p/good-1005" in products and "D-1000" in products


def test_from_a_category_only_what_it_leads_to_is_collected(site, collect, tmp_path):
    paths = pages.web_shop(site, goods(8))
    mugs = site.routes["/category/mugs"]({}).body
    site.give("/category/mugs", mugs.replace(b"</body>", b'<a href="/category/lamps">Lamps</a></body>'))
    assert collect(f"{site.url}/category/mugs").code == 0
    urls = {product.url for product in products_in(tmp_path / "catalogue").values()}
    assert urls == {f"{site.url}{path}" for path in paths[:4]}


def test_a_number_that_many_pages_have_is_none_and_a_translation_is_no_product(site, collect, tmp_path):
    def page_of(name: str, sku: str, picture: int) -> str:
        image = f"/img/{1000 + picture}-1.jpg"
        return pages.page(pages.script({"@type": "Product", "name": name, "sku": sku, "image": image}))

    pages.give_pictures(site, goods(4))
    for path, made in {
        "/de/p/eins": page_of("Eins", "A-1", 0),
        "/en/p/one": page_of("One", "A-1", 0),
        "/en/p/two": page_of("Two", "N/A", 1),
        "/en/p/three": page_of("Three", "N/A", 2),
    }.items():
        site.give(path, made)
    links = "".join(f'<a href="{path}">x</a>' for path in list(site.routes) if "/p/" in path)
    site.give("/", pages.page("", links))
    done = collect(site.url)
    assert "its id 'A-1' is a repeat: the first product is kept" in done.out
    assert set(products_in(tmp_path / "catalogue")) == {"A-1", "en/p/two", "en/p/three"}


def test_a_sitemap_without_products_gives_way_to_links(site, collect, tmp_path):
    pages.web_shop(site, goods(4))
    site.give("/about", "<html>About us</html>")
    pages.sitemap(site, ["/about"])
    done = collect(site.url)
    assert done.code == 0 and "following links instead" in done.err
    assert len(products_in(tmp_path / "catalogue")) == 4


def test_a_closed_list_is_said_and_pages_are_read_instead(site, collect, tmp_path):
    pages.web_shop(site, goods(4))
    start = site.routes["/"]({}).body
    site.give("/", start.replace(b"<head>", b'<head><link href="//cdn.shopify.com/a.css">'))
    done = collect(site.url)
    assert done.code == 0
    assert "looks like a Shopify shop whose /products.json is closed (the server answered 404" in done.err
    assert len(products_in(tmp_path / "catalogue")) == 4


@pytest.mark.slow
def test_the_same_shop_gives_the_same_bytes(site, collect, tmp_path):
    _pages(site)
    assert collect(site.url).code == 0
    first = (tmp_path / "catalogue/products.csv").read_bytes()
    (tmp_path / "catalogue").rename(tmp_path / "before")
    # Whatever the order of the answers.
    assert collect(site.url, polite=("--rate", "30", "--allow-private", "127.0.0.1")).code == 0
    assert (tmp_path / "catalogue/products.csv").read_bytes() == first


def test_the_kind_can_be_forced(site, collect, tmp_path):
    _shopify(site)
    pages.web_shop(site, goods(2))
    _done: Callable = collect
    assert _done(site.url, "--source", "pages").code == 0
    assert len(products_in(tmp_path / "catalogue")) == 2
    assert not site.paths("/products.json")
    done = collect(site.url, "--source", "woocommerce")
    assert done.code == 2 and "the store API of a WooCommerce shop" in done.err and "404" in done.err
