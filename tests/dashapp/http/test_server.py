"""What holds for every response: headers, caching, compression and the plain routes."""

import gzip
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from flask.testing import FlaskClient

from dashapp import create_app
from dashapp.settings import Settings
from tests.parsed_html import attributes, first, one, parse, select, text_of

PAGES = ["/", "/product/plain", "/product/unknown", "/nowhere", "/healthz", "/robots.txt", "/favicon.ico"]


def policy(client: FlaskClient, address: str) -> dict[str, str]:
    directives = client.get(address).headers["Content-Security-Policy"].split("; ")
    return dict(directive.split(" ", 1) for directive in directives)


@pytest.mark.parametrize("address", [*PAGES, "/assets/akin.css", "/assets/none", "/thumbnails/x/y.webp"])
def test_every_response_is_guarded(client: FlaskClient, address: str) -> None:
    headers = client.get(address).headers
    assert headers["X-Content-Type-Options"] == "nosniff"
    assert headers["Referrer-Policy"] == "strict-origin-when-cross-origin"
    assert "camera=()" in headers["Permissions-Policy"]
    rules = policy(client, address)
    assert rules["default-src"] == "'self'"
    assert rules["frame-ancestors"] == rules["object-src"] == rules["base-uri"] == "'none'"
    assert "unsafe" not in rules["script-src"]


def test_each_inline_script_is_named_in_the_policy(client: FlaskClient) -> None:
    scripts = select(client.get("/").text, "script:not([src])")
    inline = [script for script in scripts if "json" not in script.get("type", "")]
    assert len(inline) == policy(client, "/")["script-src"].count("'sha256-")


def test_pages_name_no_other_host(client: FlaskClient) -> None:
    html = client.get("/").text
    places = [link for _, _, link, _ in parse(html).iterlinks()] + attributes(html, "meta", "content")
    hosts = {urlsplit(place).netloc for place in places if place and "://" in place}
    assert hosts <= {"localhost"}


def test_every_file_a_page_links_is_there_and_may_be_kept(client: FlaskClient) -> None:
    html = client.get("/").text
    kept = ("/assets", "/thumbnails", "/_dash-component")
    links = [link for _, _, link, _ in parse(html).iterlinks() if link.startswith(kept)]
    assert len(links) > 60
    for link in links:
        response = client.get(link)
        assert response.status_code == 200, link
        assert "max-age=31536000" in response.headers["Cache-Control"], link


def test_the_stylesheet_and_the_page_name_the_same_fonts(client: FlaskClient) -> None:
    preloaded = attributes(client.get("/").text, "link[rel=preload][as=font]", "href")
    assert len(preloaded) == 2
    for address in preloaded:
        assert f'url("{address.removeprefix("/assets/")}")' in client.get("/assets/look.css").text
        assert client.get(address).cache_control.immutable


def test_the_first_picture_is_fetched_before_others(client: FlaskClient) -> None:
    gallery, product = client.get("/").text, client.get("/product/plain").text
    asked = one(gallery, "link[rel=preload][as=image]")
    card = first(gallery, ".product-card img")
    # The very file that the card takes, or the browser would fetch two.
    assert (asked.get("imagesrcset"), asked.get("imagesizes")) == (card.get("srcset"), card.get("sizes"))
    assert asked.get("href") == card.get("src") and card.get("loading") is None
    shown = first(product, ".pictures img").get("src")
    assert attributes(product, "link[rel=preload][as=image]", "href") == [shown]
    assert not select(client.get("/about").text, "link[rel=preload][as=image]")


def test_a_first_visit_fetches_less_than_60_kb_of_fonts(client: FlaskClient) -> None:
    fonts = attributes(client.get("/").text, "link[rel=preload][as=font]", "href")
    assert sum(len(client.get(address).data) for address in fonts) < 60_000


def first_thumbnail(client: FlaskClient) -> str:
    return first(client.get("/").text, "img[src^='/thumbnails/']").get("src")


def test_thumbnails_are_kept_for_good(client: FlaskClient) -> None:
    address = first_thumbnail(client)
    response = client.get(address)
    assert response.mimetype == "image/webp"
    assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
    again = client.get(address, headers={"If-None-Match": response.headers["ETag"]})
    assert again.status_code == 304


def test_thumbnails_are_found_where_the_bundle_is_named_by_a_relative_path(
    data: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(data.parent)
    client = create_app(Settings(data=Path(data.name))).server.test_client()
    address = first_thumbnail(client)
    assert client.get(address).mimetype == "image/webp"


def test_no_other_thumbnail_address_is_served(client: FlaskClient) -> None:
    address = first_thumbnail(client)
    _, _, tag, name = address.split("/")
    for wrong in (
        f"/thumbnails/other/{name}",
        f"/thumbnails/{tag}/{'0' * 64}.webp",
        f"/thumbnails/{tag}/..webp",
    ):
        response = client.get(wrong)
        assert response.status_code == 404
        assert response.mimetype == "text/plain"


def test_plain_routes(client: FlaskClient) -> None:
    assert client.get("/healthz").text == "ok\n"
    assert client.get("/robots.txt").mimetype == "text/plain"
    assert client.get("/favicon.ico").mimetype in ("image/vnd.microsoft.icon", "image/x-icon")


@pytest.mark.parametrize("address", ["/", "/assets/akin.css", "/nowhere", "/_dash-layout"])
def test_text_is_compressed_for_those_who_ask(client: FlaskClient, address: str) -> None:
    plain = client.get(address)
    packed = client.get(address, headers={"Accept-Encoding": "gzip"})
    assert "Content-Encoding" not in plain.headers
    assert "Accept-Encoding" in plain.vary
    if len(plain.data) < 1000:
        assert packed.data == plain.data
    else:
        assert packed.headers["Content-Encoding"] == "gzip"
        assert int(packed.headers["Content-Length"]) == len(packed.data) < len(plain.data) / 2
        # What follows the page itself holds a token that Dash makes anew for each document.
        assert gzip.decompress(packed.data).split(b"</footer>")[0] == plain.data.split(b"</footer>")[0]


def test_a_refused_encoding_is_not_used(client: FlaskClient) -> None:
    assert "Content-Encoding" not in client.get("/", headers={"Accept-Encoding": "gzip;q=0, br"}).headers


def test_a_compressed_file_is_not_sent_twice(client: FlaskClient) -> None:
    gzipped = {"Accept-Encoding": "gzip"}
    first = client.get("/assets/akin.css", headers=gzipped)
    again = client.get("/assets/akin.css", headers={**gzipped, "If-None-Match": first.headers["ETag"]})
    assert again.status_code == 304 and again.data == b""


def test_two_apps_live_side_by_side(data: Path, tmp_path: Path) -> None:
    from tests.sample_bundle import write_sample_bundle

    write_sample_bundle(tmp_path, products=3)
    clients = [
        create_app(Settings(data=root, title=title)).server.test_client()
        for root, title in ((data, "One"), (tmp_path, "Two"))
    ]
    for client, title, count in zip(clients, ("One", "Two"), ("120", "3"), strict=True):
        assert text_of(client.get("/").text, "title") == title
        assert f"{count} products" in client.get("/").text
        assert len(client.get("/_dash-dependencies").json) == 2


def test_dash_shows_no_debugging_tools(client: FlaskClient) -> None:
    html = client.get("/").text
    assert '"ui":false' in html.replace(" ", "")
    assert "dash_renderer.dev" not in html
