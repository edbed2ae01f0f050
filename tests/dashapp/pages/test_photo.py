"""The search by photo on the server: its page, the files that a browser searches with, the cards it makes."""

from __future__ import annotations

import gzip
import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from bundle import Bundle, Neighbour
from dashapp import create_app
from dashapp.addresses import arguments_of
from dashapp.photo.query import PhotoQuery
from dashapp.settings import Settings
from tests.live_builds import use_projected, write_live_bundle
from tests.parsed_html import attributes, one, select, text_of, texts
from tests.sample_bundle import DEPTH, HTML_TITLE, write_sample_bundle
from tests.sample_live import SMALL_MODEL, WASM

RESULTS = "/photo/results"
FILES = "/live/files.json"


@pytest.fixture(scope="module")
def live_data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    root = tmp_path_factory.mktemp("live")
    write_sample_bundle(root, live=True)
    return root


@pytest.fixture(scope="module")
def bundle(live_data: Path) -> Bundle:
    return Bundle.open(live_data)


def client_of(data: Path, **settings: Any) -> FlaskClient:
    return create_app(Settings(data=data, title="Shop", **settings)).server.test_client()


@pytest.fixture(scope="module")
def device(live_data: Path) -> FlaskClient:
    """A shop whose visitors' browsers search."""
    return client_of(live_data, live="browser")


@pytest.fixture(scope="module")
def hosted(live_data: Path) -> FlaskClient:
    """A shop whose server searches."""
    return client_of(live_data, live="litert")


def found(client: FlaskClient, similar: object = None, *, query: str = "") -> TestResponse:
    return client.post(RESULTS + query, json={} if similar is None else {"similar": similar})


def shown(response: TestResponse) -> list[str]:
    assert response.status_code == 200, response.text
    return texts(response.text, ".card-name")


def ranking(bundle: Bundle, count: int) -> list[list[Any]]:
    """The first products of the catalogue, each a little further away."""
    ids = bundle.product_ids(offset=0, limit=count)
    return [[each, 1 - place / 1000] for place, each in enumerate(ids)]


# --- absent -----------------------------------------------------------------------------------------


@pytest.mark.parametrize("address", ["/photo", "/photo?product=plain", FILES, "/live/0/web/litert.js"])
def test_without_live_search_nothing_of_it_is_there(client: FlaskClient, address: str) -> None:
    assert client.get(address).status_code == 404
    assert found(client, []).status_code == 404


@pytest.mark.parametrize("address", ["/", "/product/plain"])
def test_without_live_search_no_page_speaks_of_it(
    client: FlaskClient, hosted: FlaskClient, address: str
) -> None:
    assert not select(client.get(address).text, "a[href^='/photo']")
    assert select(hosted.get(address).text, "a[href^='/photo']")


def test_where_the_server_searches_it_serves_no_files_to_search_with(hosted: FlaskClient) -> None:
    assert hosted.get(FILES).status_code == 404


# --- the page ---------------------------------------------------------------------------------------


def told(client: FlaskClient, address: str) -> dict[str, str]:
    """What the page tells its script."""
    given = one(client.get(address).text, "div.photo").attrib
    return {name.removeprefix("data-"): value for name, value in given.items() if name.startswith("data-")}


def test_the_page_says_where_the_photo_goes(device: FlaskClient, hosted: FlaskClient) -> None:
    assert "stays on this device" in device.get("/photo").text
    assert "stays on this device" not in hosted.get("/photo").text
    assert "sent to this shop’s server" in hosted.get("/photo").text


def test_the_page_about_the_shop_says_so_too(
    device: FlaskClient, hosted: FlaskClient, client: FlaskClient
) -> None:
    assert "compared on your device and not sent anywhere, unless you choose" in device.get("/about").text
    assert "sent to the server, compared there and discarded" in hosted.get("/about").text
    assert "A photo that you search with" not in client.get("/about").text


def test_the_page_tells_its_script_who_searches(device: FlaskClient, hosted: FlaskClient) -> None:
    there, here = told(hosted, "/photo"), told(device, "/photo")
    assert there["search"] == "/api/v1/similar" and not there["worker"] and not there["files"]
    assert here["worker"].startswith("/assets/photo-worker.js?v=") and here["files"] == FILES


def test_where_only_browsers_can_search_no_photo_can_be_sent(
    live_data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("dashapp.photo.live.start.can_search", lambda settings: False)
    client = client_of(live_data, live="browser")
    assert told(client, "/photo")["search"] == ""
    assert "sent to this shop’s server" not in client.get("/photo").text


def test_a_products_picture_can_be_the_photo(device: FlaskClient) -> None:
    given = json.loads(told(device, "/photo?product=plain&box=0.1,.2,0.5,9")["given"])
    assert given["id"] == "plain" and given["title"] == "Sample mug 0" and given["box"] == "0.1,0.2,0.5,0.8"
    assert device.get(given["picture"]).mimetype == "image/webp"


def test_an_unknown_product_is_not_there(device: FlaskClient) -> None:
    assert device.get("/photo?product=unknown").status_code == 404


def test_the_pages_policy_stays_strict_and_the_workers_has_webassembly_alone(device: FlaskClient) -> None:
    page = device.get("/photo").headers["Content-Security-Policy"]
    assert page == device.get("/").headers["Content-Security-Policy"]
    assert "unsafe-eval" not in page and "blob:" not in page
    worker = device.get("/assets/photo-worker.js").headers["Content-Security-Policy"]
    assert worker == "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'"


@pytest.mark.parametrize(
    ("text", "box"),
    [
        ("0,0,0.5,0.25", "0,0,0.5,0.25"),
        ("0.123456,0,0.5,0.5", "0.1235,0,0.5,0.5"),
        ("-1,0.5,0.5,0.9", "0,0.5,0.5,0.5"),
        ("0,0,1,1", ""),
        ("0.5,0.5,0.001,0.5", ""),
        ("1,0,0.5,0.5", ""),
        ("nan,0,1,0.5", ""),
        ("0,0,1", ""),
        ("a,b,c,d", ""),
        ("", ""),
    ],
)
def test_a_box_is_kept_within_the_picture(text: str, box: str) -> None:
    query = PhotoQuery.from_arguments(arguments_of(f"product=plain&box={text}"))
    assert query.box == box
    assert PhotoQuery.from_arguments(arguments_of(query.href.partition("?")[2])) == query


def test_a_box_without_a_product_is_none() -> None:
    assert PhotoQuery.from_arguments(arguments_of("box=0,0,0.5,0.5&stock=in")).href == "/photo?stock=in"


# --- what a browser searches with -------------------------------------------------------------------


def test_every_file_named_is_there_for_good_and_as_long_as_said(device: FlaskClient) -> None:
    listed = device.get(FILES)
    assert listed.cache_control.no_cache
    files = listed.json
    named = [each for each in files.values() if isinstance(each, dict) and "href" in each] + files["vectors"]
    assert len(named) == 9  # script, wasm, library, model, scales, owners, centre, ids and one of vectors
    for each in named:
        response = device.get(each["href"], headers={"Accept-Encoding": "gzip"})
        assert response.status_code == 200
        assert response.cache_control.immutable and response.cache_control.max_age == 31_536_000
        if each is files["wasm"]:
            assert response.content_encoding == "gzip" and response.mimetype == "application/wasm"
            assert gzip.decompress(response.data) == WASM and each["unpacked"] == len(WASM)
        if each not in (files["ids"], files["script"], files["library"]):
            assert len(response.data) == each["bytes"]
    assert files["bytes"] == sum(each.get("bytes", 0) for each in named)


def test_the_smallest_model_is_the_one_that_travels(device: FlaskClient) -> None:
    model = device.get(device.get(FILES).json["model"]["href"])
    assert model.data == SMALL_MODEL
    assert model.content_encoding is None


def test_who_cannot_unpack_is_sent_what_is_unpacked(device: FlaskClient) -> None:
    response = device.get(device.get(FILES).json["wasm"]["href"], headers={"Accept-Encoding": "identity"})
    assert response.data == WASM and response.content_encoding is None


def test_scripts_of_the_runtime_find_each_other(device: FlaskClient) -> None:
    library = device.get(FILES).json["library"]["href"]
    beside = library.replace("litert.js", "wasm-utils.js")
    assert device.get(beside).mimetype == "text/javascript"


@pytest.mark.parametrize(
    "address",
    [
        "/live/0000000000000000/web/litert.js",
        "/live/0000000000000000/ids.json",
        "/live/{tag}/../manifest.json",
        "/live/{tag}/web/litert_wasm.wasm.gz.gz",
        "/live/{tag}/manifest.json",
        "/live/{tag}/web/",
    ],
)
def test_no_other_file_is_served(device: FlaskClient, address: str) -> None:
    tag = device.get(FILES).json["library"]["href"].split("/")[2]
    assert device.get(address.format(tag=tag)).status_code == 404


def test_the_ids_are_in_the_catalogues_order(device: FlaskClient, bundle: Bundle) -> None:
    ids = device.get(device.get(FILES).json["ids"]["href"]).json
    assert ids == bundle.product_ids(offset=0, limit=1000)
    assert len(ids) == 120


# --- cards ------------------------------------------------------------------------------------------


def test_cards_are_in_the_order_that_was_found(hosted: FlaskClient, bundle: Bundle) -> None:
    entries = [each for each in ranking(bundle, 30) if each[0] != "with space"]
    titles = shown(found(hosted, [["gone", 1.0], *entries]))
    assert titles[:3] == ["Sample mug 0", *(p.title for p in bundle.products(["a/b", "a//b/"]))]
    assert len(titles) == 20


def test_near_identical_products_share_a_card(hosted: FlaskClient) -> None:
    response = found(hosted, [["sku-0030", 0.9], ["sku-0031", 0.8], ["sku-0040", 0.7], ["sku-0032", 0.6]])
    assert shown(response) == ["Sample mug 30", "Sample bowl 40"]
    assert texts(response.text, ".variants summary") == ["+2 variants"]


def test_what_a_title_holds_is_no_html(hosted: FlaskClient) -> None:
    response = found(hosted, [["with space", 0.9]])
    assert shown(response) == [HTML_TITLE]
    assert not select(response.text, "script")


def test_filters_say_how_many_are_left(hosted: FlaskClient, bundle: Bundle) -> None:
    entries = ranking(bundle, 60)
    stocked = [each for each in bundle.products(dict(entries)) if each.in_stock]
    response = found(hosted, entries, query="?stock=in&n=60")
    assert f"{len(stocked)} of the 60 closest are in stock." in response.text
    assert len(shown(response)) > 20 and set(shown(response)) <= {each.title for each in stocked}


def test_what_is_rare_is_said_to_be(hosted: FlaskClient, bundle: Bundle) -> None:
    response = found(hosted, ranking(bundle, 60), query="?category=Mugs&stock=in&brand=Nord")
    count = len(shown(response))
    verb = "is" if count == 1 else "are"
    said = f"Only {count} of the 60 closest {verb} in Mugs, by Nord and in stock."
    assert text_of(response.text, ".narrowed") == said


def test_where_filters_leave_nothing_there_is_a_way_back(hosted: FlaskClient) -> None:
    response = found(hosted, [["plain", 0.9], ["a/b", 0.8]], query="?min=5000&n=30")
    assert shown(response) == []
    assert "None of the 2 closest is at €5,000.00 or more." in response.text
    assert "/photo?n=30" in attributes(response.text, "a", "href")


def test_the_filters_lead_to_the_page_of_the_photo(hosted: FlaskClient, bundle: Bundle) -> None:
    response = found(hosted, ranking(bundle, 60), query="?product=plain&box=0,0,0.5,0.5")
    ways = attributes(response.text, "a.option, a.menu-toggle", "href")
    assert ways and all(way.startswith("/photo?product=plain&box=0,0,0.5,0.5&") for way in ways)
    assert attributes(response.text, "form", "action") == ["/photo"]


def test_a_products_whole_picture_has_its_stored_list(hosted: FlaskClient, bundle: Bundle) -> None:
    response = found(hosted, query="?product=sku-0100&n=60")
    stored = bundle.products(each.id for each in bundle.neighbours("sku-0100"))
    assert len(stored) == DEPTH
    assert shown(response)[:5] == [each.title for each in stored[:5]]


def test_a_product_is_not_among_what_looks_like_a_part_of_it(hosted: FlaskClient) -> None:
    # 31 and 32 are variants of 30.
    similar = [["sku-0030", 1.0], ["sku-0031", 0.9], ["plain", 0.8]]
    assert shown(found(hosted, similar, query="?product=sku-0030&box=0,0,0.5,0.5")) == ["Sample mug 0"]


def test_why_says_what_both_have_where_the_photo_is_a_products(hosted: FlaskClient) -> None:
    assert "Also in Mugs" in found(hosted, [["sku-0040", 0.99]], query="?product=plain&box=0,0,.5,.5").text
    private = found(hosted, [["sku-0040", 0.99]]).text
    assert "Also in" not in private and "Closer than 99.99% of pairs." in private


def test_a_private_photo_has_no_address(hosted: FlaskClient) -> None:
    assert "These results cannot be shared" in found(hosted, [["plain", 0.9]]).text
    assert "A private photo" not in found(hosted, [["plain", 0.9]], query="?product=sku-0040").text


@pytest.mark.slow
def test_with_keras_a_stored_list_is_computed_anew_and_compared(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    use_projected(monkeypatch)
    _, data = write_live_bundle(tmp_path, pictures=30)
    client = client_of(data, live="keras")
    product = Bundle.open(data).page().products[3]
    response = found(client, query=f"?product={product.id}")
    assert "Computed just now by Keras. All 20 are the same as in the stored list." in response.text
    assert "Computed just now" not in found(client, [[product.id, 1.0]]).text


@pytest.mark.slow
def test_what_keras_computes_otherwise_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    use_projected(monkeypatch)
    _, data = write_live_bundle(tmp_path, pictures=30)
    client = client_of(data, live="keras")
    first, *rest = Bundle.open(data).page().products
    swapped = [Neighbour(each.id, 0.99 - place / 100) for place, each in enumerate(rest[:20])]
    monkeypatch.setattr(Bundle, "neighbours", lambda *_, **__: swapped)
    response = found(client, query=f"?product={first.id}")
    assert "of 20 are the same as in the stored list. No. 1 is the first that differs" in response.text


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"[]",
        b"{}",
        b"nonsense",
        b'{"similar": 1}',
        b'{"similar": [["plain"]]}',
        b'{"similar": [["plain", "1"]]}',
        b'{"similar": [["plain", NaN]]}',
        b'{"similar": [[1, 1]]}',
    ],
)
def test_a_body_that_is_something_else_is_refused(hosted: FlaskClient, body: bytes) -> None:
    response = hosted.post(RESULTS, data=body, content_type="application/json")
    assert response.status_code == 400 and response.text.startswith("Expected JSON with similar")


def test_a_body_that_is_too_large_is_not_read(hosted: FlaskClient) -> None:
    response = hosted.post(RESULTS, data=b" " * 300_000, content_type="application/json")
    assert response.status_code in (400, 413)


def test_a_form_of_another_site_is_refused(hosted: FlaskClient) -> None:
    assert hosted.post(RESULTS, data={"similar": "[]"}).status_code == 400


def test_answers_are_not_kept(hosted: FlaskClient) -> None:
    assert found(hosted, [["plain", 0.9]]).cache_control.no_store
