"""The API as a client sees it: what it holds, what it refuses, what may be kept."""

import gzip
import json
from pathlib import Path
from urllib.parse import quote

import pytest
from flask.testing import FlaskClient

from bundle import Bundle
from bundle.search.query import Query
from dashapp import create_app
from dashapp.settings import Settings
from tests.sample_bundle import DEPTH, NASTY_IDS, RECIPES, write_sample_bundle


@pytest.fixture(scope="module")
def bundle(data: Path) -> Bundle:
    return Bundle.open(data)


def ids(answer: dict) -> list[str]:
    return [product["id"] for product in answer["products"]]


def test_the_root_says_what_there_is(client: FlaskClient, bundle: Bundle) -> None:
    about = client.get("/api/v1").json
    assert (about["title"], about["generation"], about["products"]) == ("Shop & <Co>", bundle.generation, 120)
    assert [recipe["name"] for recipe in about["recipes"]] == [recipe.name for recipe in RECIPES]
    assert [recipe["lower_is_better"] for recipe in about["recipes"]] == [False, True, False]
    assert {each["name"]: each["products"] for each in about["categories"]} == dict(bundle.categories())
    assert client.get(about["openapi"]).json["openapi"].startswith("3.1")


@pytest.mark.parametrize("product_id", NASTY_IDS)
def test_any_id_can_be_asked_for(client: FlaskClient, product_id: str) -> None:
    escaped = quote(product_id, safe="")
    product = client.get(f"/api/v1/product?id={escaped}").json
    assert product["id"] == product_id
    assert client.get(product["page"]).status_code == 200
    similar = client.get(product["similar"]).json
    assert similar["id"] == product_id and similar["similar"]
    if product_id not in (".", ".."):
        assert client.get(f"/api/v1/products/{escaped}").json == product
        assert client.get(f"/api/v1/products/{escaped}/similar").json == similar


def test_a_product_has_all_that_the_bundle_knows(client: FlaskClient, bundle: Bundle) -> None:
    known = bundle.product("sku-0045")
    product = client.get("/api/v1/products/sku-0045").json
    for name in (
        "title",
        "category",
        "brand",
        "price",
        "currency",
        "in_stock",
        "popularity",
        "compare_at_price",
    ):
        assert product[name] == (getattr(known, name) if getattr(known, name) != "" else None), name
    for name in ("description", "variants", "twins"):
        assert product[name] == (getattr(known, name) or None), name
    assert (product["tags"], product["colours"]) == (list(known.tags), list(known.colours))
    assert product["facts"] == known.facts
    assert [image["id"] for image in product["images"]] == [image.id for image in known.images]


def test_pictures_are_where_and_as_large_as_it_says(client: FlaskClient) -> None:
    from io import BytesIO

    from PIL import Image

    images = client.get("/api/v1/products/plain").json["images"]
    assert len(images) == 2
    for thumbnail in (image[size] for image in images for size in ("large", "small")):
        response = client.get(thumbnail["src"])
        assert Image.open(BytesIO(response.data)).size == (thumbnail["width"], thumbnail["height"])
        assert response.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
        assert response.cache_control.immutable


def test_an_address_of_the_shop_is_given_only_where_it_is_one(client: FlaskClient, bundle: Bundle) -> None:
    assert bundle.product("with space").url.startswith("javascript:")
    assert client.get("/api/v1/products/with%20space").json["url"] is None
    assert client.get("/api/v1/products/plain").json["url"] == "https://shop.example/p?a=1&b=2"


def test_pages_of_the_list_make_up_the_catalogue(client: FlaskClient, bundle: Bundle) -> None:
    pages = [client.get(f"/api/v1/products?limit=50&offset={offset}").json for offset in (0, 50, 100)]
    assert [page["total"] for page in pages] == [120] * 3
    listed = [product_id for page in pages for product_id in ids(page)]
    assert listed == bundle.product_ids(offset=0, limit=1000)
    assert client.get("/api/v1/products?offset=120").json["products"] == []


@pytest.mark.parametrize(
    ("query", "fits"),
    [
        ("category=Mugs", lambda each: each["category"].startswith("Mugs")),
        ("brand=Nord&brand=%C3%84lva", lambda each: each["brand"] in ("Nord", "Älva")),
        ("tag=new", lambda each: "new" in each["tags"]),
        ("colour=red&colour=blue", lambda each: {"red", "blue"} & set(each["colours"])),
        ("in_stock=true", lambda each: each["in_stock"] is True),
        ("on_sale=true", lambda each: each["compare_at_price"] and each["compare_at_price"] > each["price"]),
        ("min_price=20&max_price=40", lambda each: 20 <= each["price"] <= 40),
        ("q=bowl", lambda each: "bowl" in each["title"].lower() or "bowl" in each["category"].lower()),
    ],
)
def test_filters_leave_what_fits(client: FlaskClient, query: str, fits) -> None:
    everything = client.get("/api/v1/products?limit=100").json["products"]
    everything += client.get("/api/v1/products?limit=100&offset=100").json["products"]
    found = client.get(f"/api/v1/products?limit=100&{query}").json
    known = [each["id"] for each in everything if each["price"] is not None or "price" not in query]
    fitting = {each["id"] for each in everything if each["id"] in known and each["category"] and fits(each)}
    assert fitting and fitting <= set(ids(found))
    assert found["total"] == len(found["products"]) < 120
    assert all(fits(each) for each in found["products"] if each["category"])


def test_sorting_is_the_reader_s(client: FlaskClient, bundle: Bundle) -> None:
    for sort in ("name", "price", "price-down", "popularity"):
        page = bundle.page(Query(sort=sort), limit=100)
        assert ids(client.get(f"/api/v1/products?limit=100&sort={sort}").json) == [
            product.id for product in page.products
        ], sort


def test_a_mistyped_word_says_what_was_searched_for(client: FlaskClient) -> None:
    assert client.get("/api/v1/products?q=smaple").json["searched"] == "sample"
    assert client.get("/api/v1/products?q=sample").json["searched"] == "sample"
    assert client.get("/api/v1/products").json["searched"] is None
    as_typed = client.get("/api/v1/products?q=smaple&exact=true").json
    assert (as_typed["searched"], as_typed["total"]) == ("smaple", 0)


def test_a_colour_and_an_id_are_searched_for(client: FlaskClient) -> None:
    black = client.get("/api/v1/products?q=black&limit=100").json["products"]
    assert black and all("black" in product["colours"] for product in black)
    answer = client.get("/api/v1/products?q=SKU-0060").json
    assert (ids(answer), answer["searched"]) == (["sku-0060"], "SKU-0060")


def test_look_alikes_are_the_stored_list(client: FlaskClient, bundle: Bundle) -> None:
    for recipe in RECIPES:
        address = f"/api/v1/similar?id=sku-0060&limit={DEPTH}&recipe={quote(recipe.name)}"
        answer = client.get(address).json
        stored = dict(bundle.neighbours("sku-0060", recipe=recipe.name))
        given = {}
        for entry in answer["similar"]:
            given[entry["product"]["id"]] = entry["score"]
            given |= {other: stored[other] for other in entry["near_identical"]}
        assert given == stored, recipe.name
        assert answer["total"] == len(answer["similar"])


def test_look_alikes_can_be_filtered(client: FlaskClient) -> None:
    of = client.get("/api/v1/products/sku-0100").json

    def similar(query: str) -> list[dict]:
        answer = client.get(f"/api/v1/similar?id=sku-0100&limit=50&{query}".removesuffix("&")).json
        return [entry["product"] for entry in answer["similar"]]

    everything = similar("")
    for query, fits in (
        ("same_category=true", lambda each: (each["category"] or "").startswith(of["category"])),
        ("in_stock=true", lambda each: each["in_stock"] is True),
        ("on_sale=true", lambda each: (each["compare_at_price"] or 0) > (each["price"] or 0)),
        ("same_colour=true", lambda each: of["colours"][0] in each["colours"]),
        ("price=lower", lambda each: each["price"] is not None and each["price"] < of["price"]),
        ("price=near", lambda each: each["price"] and abs(each["price"] - of["price"]) <= of["price"] / 4),
    ):
        found = similar(query)
        assert 0 < len(found) < len(everything), query
        assert all(map(fits, found)), query


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        (
            "products?limit=101",
            "limit",
            "Expected limit to be a whole number from 1 to 100. Received: '101'.",
        ),
        ("products?limit=1.5", "limit", "Expected limit to be a whole number"),
        ("products?limit=%D9%A3", "limit", "Expected limit to be a whole number"),
        ("products?offset=-1", "offset", "Expected offset to be a whole number from 0"),
        ("products?min_price=nan", "min_price", "Expected min_price to be a number from 0"),
        ("products?max_price=1e999", "max_price", "Expected max_price to be a number from 0"),
        ("products?in_stock=yes", "in_stock", "Expected in_stock to be true or false. Received: 'yes'."),
        ("products?colour=mauve", "colour", "Expected colour to be one of black, grey"),
        ("products?sort=shuffle", "sort", "Expected sort to be one of name, price"),
        ("products?colours=red", "colours", "There is no parameter 'colours'. Expected one of q, category"),
        ("products?limit=3&limit=4", "limit", "Expected limit to be given once. Received: '3, 4'."),
        ("products?q=" + "x" * 201, "q", "Expected q to be text of at most 200 characters"),
        ("similar?id=plain&limit=51", "limit", "from 1 to 50"),
        ("similar?id=plain&recipe=vgg", "recipe", "Expected recipe to be one of sample, far"),
        ("similar", "id", "Expected id to be text. Received: ''."),
        ("product?id=", "id", "Expected id to be text. Received: ''."),
        ("products/plain?id=far", "id", "Expected id to be given once"),
        ("openapi.json?x=1", "x", "There is no parameter 'x'. There are none here."),
    ],
)
def test_what_cannot_be_read_is_named(client: FlaskClient, query: str, parameter: str, detail: str) -> None:
    response = client.get(f"/api/v1/{query}")
    assert (response.status_code, response.mimetype) == (400, "application/problem+json")
    assert response.json["parameter"] == parameter
    assert detail in response.json["detail"]
    assert (response.json["status"], response.json["title"]) == (400, "Bad Request")
    assert response.cache_control.no_store


@pytest.mark.parametrize(
    "address",
    [
        "/api",
        "/api/",
        "/api/v1/",
        "/api/v2",
        "/api/v1/products/",
        "/api/v1/products//similar",
        "/api/v1/x\ny",
    ],
)
def test_other_addresses_below_api_are_problems_too(client: FlaskClient, address: str) -> None:
    response = client.get(quote(address))
    assert (response.status_code, response.mimetype) == (404, "application/problem+json")
    assert "/api/v1" in response.json["detail"]


def test_unknown_products_are_not_found(client: FlaskClient) -> None:
    for address in ("products/unknown", "products/unknown/similar", "product?id=unknown"):
        response = client.get(f"/api/v1/{address}")
        assert (response.status_code, response.json["status"]) == (404, 404)
        assert response.json["detail"] == "There is no product 'unknown'."


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "PATCH", "TRACE", "QUERY"])
def test_other_methods_are_refused(client: FlaskClient, method: str) -> None:
    response = client.open("/api/v1/products", method=method)
    assert (response.status_code, response.mimetype) == (405, "application/problem+json")
    assert response.headers["Allow"] == "GET, HEAD, OPTIONS"


def test_head_has_the_headers_alone(client: FlaskClient) -> None:
    for encoding in ("identity", "gzip"):
        headers = {"Accept-Encoding": encoding}
        got = client.get("/api/v1/products", headers=headers)
        asked = client.head("/api/v1/products", headers=headers)
        assert asked.data == b"" and asked.status_code == 200
        assert dict(asked.headers) == dict(got.headers)


def test_an_answer_at_hand_is_not_sent_again(client: FlaskClient) -> None:
    first = client.get("/api/v1/similar?id=plain")
    assert not first.headers["ETag"].startswith("W/")
    assert first.headers["Cache-Control"] == "public, max-age=60, stale-while-revalidate=600"
    for given in (first.headers["ETag"], f'"other", W/{first.headers["ETag"]}'):
        again = client.get("/api/v1/similar?id=plain", headers={"If-None-Match": given})
        assert (again.status_code, again.data) == (304, b"")
        for name in ("ETag", "Cache-Control", "Vary"):
            assert again.headers[name] == first.headers[name], name
    other = client.get("/api/v1/similar?id=a%2Fb", headers={"If-None-Match": first.headers["ETag"]})
    assert other.status_code == 200 and other.headers["ETag"] != first.headers["ETag"]


def test_what_does_not_exist_has_no_etag_that_holds(client: FlaskClient) -> None:
    assert client.get("/api/v1/product?id=unknown", headers={"If-None-Match": "*"}).status_code == 404


def test_another_generation_or_title_has_other_etags(data: Path, tmp_path: Path) -> None:
    write_sample_bundle(tmp_path, products=119)
    apps = [Settings(data=data), Settings(data=data, title="Other"), Settings(data=tmp_path)]
    tags = {create_app(each).server.test_client().get("/api/v1").headers["ETag"] for each in apps}
    assert len(tags) == 3


def test_answers_are_packed_for_those_who_ask(client: FlaskClient) -> None:
    plain = client.get("/api/v1/products?limit=100")
    packed = client.get("/api/v1/products?limit=100", headers={"Accept-Encoding": "gzip"})
    assert gzip.decompress(packed.data) == plain.data
    assert len(packed.data) < len(plain.data) / 4
    # The packed bytes are others, so the strong tag is not theirs; it still says whether they hold.
    assert packed.headers["ETag"] == f"W/{plain.headers['ETag']}"
    again = client.get("/api/v1/products?limit=100", headers={"If-None-Match": packed.headers["ETag"]})
    assert again.status_code == 304


def test_texts_come_as_they_are(client: FlaskClient) -> None:
    raw = client.get("/api/v1/products/with%20space").data.decode()
    assert json.loads(raw)["title"] == "<script>alert('x')</script> & \"Sons\" {%config%} $scripts"
    assert client.get("/api/v1/products/with%20space").headers["X-Content-Type-Options"] == "nosniff"


def test_without_a_bundle_everything_is_a_503(tmp_path: Path) -> None:
    client = create_app(Settings(data=tmp_path / "none")).server.test_client()
    for address in ("/api/v1", "/api/v1/products", "/api/v1/openapi.json", "/api/v1/nothing"):
        response = client.get(address)
        assert (response.status_code, response.mimetype) == (503, "application/problem+json")
        assert "There is no bundle at" in response.json["detail"]


def test_a_list_that_cannot_be_read_is_a_503(tmp_path: Path) -> None:
    folder = write_sample_bundle(tmp_path, products=8)
    client = create_app(Settings(data=tmp_path)).server.test_client()
    for path in folder.glob("neighbours/*/*"):
        path.unlink()
    response = client.get("/api/v1/similar?id=plain")
    assert (response.status_code, response.json["status"]) == (503, 503)
    assert client.get("/api/v1/products").status_code == 200
