from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from bundle.theme import Logo, Theme, theme_files
from dashapp import create_app
from dashapp.settings import Settings
from tests.parsed_html import attributes, one, select, text_of, texts
from tests.sample_bundle import write_sample_bundle

THEME = Theme(
    tag="0123456789ab",
    name="Nord & <Süd>",
    logos={"light": Logo("logo-light.svg", 120, 40), "dark": Logo("logo-dark.png", 120, 40)},
    icon="icon.svg",
    stylesheet="theme.css",
    fonts={"text": "text.woff2"},
    scheme="dark",
    header="band",
    header_text="Free delivery",
    footer_text="<b>Ours</b>",
    about_text="We are here.\n\nAnd there.",
    links={"shop": "https://shop.example/", "imprint": "https://shop.example/imprint"},
    cards=("brand",),
    card="card.png",
    colours={
        "light": {"page": "#fefefe", "second": "#ffd400"},
        "dark": {"page": "#010101", "second": "#2a2318"},
    },
    translations={
        "de": {
            "header_text": "Versand frei",
            "about_text": "Wir.",
            "links.imprint": "https://shop.example/impressum",
        }
    },
)
FILES = {name: name.encode() for name in sorted(THEME.stored)}


@pytest.fixture(scope="module")
def themed(tmp_path_factory: pytest.TempPathFactory) -> FlaskClient:
    folder = tmp_path_factory.mktemp("themed")
    write_sample_bundle(folder, products=12, files=theme_files(THEME, FILES))
    return create_app(Settings(data=folder)).server.test_client()


def test_every_file_is_served_and_kept_for_good(themed: FlaskClient) -> None:
    assert len(FILES) == 6
    for name, content in FILES.items():
        response = themed.get(f"/theme/{THEME.tag}/{name}")
        assert (response.status_code, response.data) == (200, content)
        assert response.headers["Cache-Control"] == "public, max-age=31536000, immutable"
        policy = response.headers["Content-Security-Policy"]
        assert policy.startswith("default-src 'none'") and "sandbox" in policy and "script-src" not in policy


@pytest.mark.parametrize(
    "path", ["other/theme.css", f"{THEME.tag}/theme.json", f"{THEME.tag}/..%2freport.json"]
)
def test_nothing_else_is(themed: FlaskClient, path: str) -> None:
    assert themed.get(f"/theme/{path}").status_code == 404


def test_the_page_wears_it(themed: FlaskClient) -> None:
    page = themed.get("/").text
    root = one(page, "html")
    assert (root.get("data-header"), root.get("data-scheme")) == ("band", "dark")
    assert attributes(page, "link[rel=stylesheet]", "href")[-1] == f"/theme/{THEME.tag}/theme.css"
    assert attributes(page, "link[rel=icon]", "href") == [f"/theme/{THEME.tag}/icon.svg"]
    # The theme's own font, and Akin's for the headings.
    preloaded = attributes(page, "link[rel=preload][as=font]", "href")
    assert len(preloaded) == 2 and preloaded[1] == f"/theme/{THEME.tag}/text.woff2"
    logos = select(page, ".brand img")
    assert [(logo.get("alt"), logo.get("width")) for logo in logos] == [("Nord & <Süd>", "120")] * 2
    assert text_of(page, ".site-line") == "Free delivery"
    # On a phone the line stands at the foot.
    assert texts(page, ".site-words") == ["Free delivery", "<b>Ours</b>"]
    # As JSON sorts its keys, the order is not that of the file.
    assert texts(page, ".site-footer a")[-2:] == ["Shop", "Imprint"]
    assert attributes(page, ".site-footer a", "href")[-1] == "https://shop.example/imprint"
    assert select(page, ".product-card") and not select(page, ".card-price, .card-saving, .card-stock")


def test_a_product_page_shows_what_cards_are_to_show(themed: FlaskClient) -> None:
    page = themed.get("/product/plain").text
    assert select(page, "section .product-card") and not select(page, ".card-closeness, .why")
    # Its own price is on the page whatever cards show.
    assert select(page, ".price")


def test_about_begins_with_the_shops_own_words(themed: FlaskClient) -> None:
    assert texts(themed.get("/about").text, ".about-shop p") == ["We are here.", "And there."]


def test_the_shops_words_are_in_the_visitors_language(themed: FlaskClient) -> None:
    page = themed.get("/about", headers={"Accept-Language": "de-AT"}).text
    assert text_of(page, ".site-line") == "Versand frei" and texts(page, ".about-shop p") == ["Wir."]
    # What there is not in German stays as it is.
    assert texts(page, ".site-words") == ["Versand frei", "<b>Ours</b>"]
    assert "https://shop.example/impressum" in attributes(page, ".site-footer a", "href")


def test_the_browser_and_the_phone_wear_it_too(themed: FlaskClient) -> None:
    page = themed.get("/", headers={"Host": "shop.example"}).text
    bars = {meta.get("media"): meta.get("content") for meta in select(page, "meta[name=theme-color]")}
    assert bars == {
        "(prefers-color-scheme: light)": "#ffd400",
        "(prefers-color-scheme: dark)": "#2a2318",
    }
    (address,) = attributes(page, "link[rel=manifest]", "href")
    answer = themed.get(address)
    assert answer.mimetype == "application/manifest+json"
    icon = {"src": f"/theme/{THEME.tag}/icon.svg", "sizes": "any", "type": "image/svg+xml"}
    # The theme is dark at first.
    assert answer.json == {
        "name": "Nord & <Süd>",
        "start_url": "/",
        "scope": "/",
        "display": "minimal-ui",
        "icons": [icon],
        "theme_color": "#2a2318",
        "background_color": "#010101",
    }
    moved = themed.get("/favicon.ico")
    assert (moved.status_code, moved.headers["Location"]) == (302, icon["src"])


def test_a_link_to_the_shop_shows_its_card_and_one_to_a_product_its_picture(themed: FlaskClient) -> None:
    def shown(address: str) -> tuple[str, str]:
        page = themed.get(address).text
        image = one(page, "meta[property='og:image']").get("content")
        return one(page, "meta[name='twitter:card']").get("content"), image.removeprefix("http://localhost")

    card = ("summary_large_image", f"/theme/{THEME.tag}/card.png")
    assert shown("/") == shown("/about") == card
    for address in ("/product/plain", "/?q=mug"):
        kind, image = shown(address)
        assert kind == "summary" and image.startswith("/thumbnails/")


def test_a_png_icon_is_that_of_the_home_screen_as_well(tmp_path: Path) -> None:
    theme = Theme(tag="0123456789ab", icon="icon.png", stylesheet="theme.css")
    write_sample_bundle(tmp_path, products=3, files=theme_files(theme, dict.fromkeys(theme.stored, b"x")))
    page = create_app(Settings(data=tmp_path)).server.test_client().get("/").text
    assert attributes(page, "link[rel=apple-touch-icon]", "href") == [f"/theme/{theme.tag}/icon.png"]


def test_a_shop_without_a_theme_links_none(tmp_path: Path) -> None:
    write_sample_bundle(tmp_path, products=3)
    page = create_app(Settings(data=tmp_path)).server.test_client().get("/").text
    assert not [link for link in attributes(page, "link", "href") if "/theme/" in link]
    assert select(page, ".brand-mark") and not select(page, "link[rel=manifest], meta[name=theme-color]")
