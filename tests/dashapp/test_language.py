"""Which language a visitor gets, and what its answers say of it."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashapp.app import create_app
from dashapp.language import codes, language
from dashapp.settings import Settings, SettingsError
from tests.parsed_html import attributes, parse


@pytest.fixture
def speaking(data: Path) -> Callable[[str], FlaskClient]:
    return lambda chosen: create_app(Settings(data=data, language=chosen)).server.test_client()


@pytest.mark.parametrize(
    ("accepted", "expected"),
    [
        ("de", "de"),
        ("de-AT,en;q=0.5", "de"),
        ("en;q=0.5, fr;q=0.9", "fr"),
        ("tlh, *;q=0.1", "en"),
        ("pt-BR", "pt"),
        ("de;q=0, fr;q=0.1", "fr"),
        ("", "en"),
        ("nonsense;;q=x", "en"),
    ],
)
def test_a_page_speaks_the_language_that_its_browser_prefers(
    client: FlaskClient, accepted: str, expected: str
) -> None:
    answer = client.get("/", headers={"Accept-Language": accepted})
    assert parse(answer.text).get("lang") == expected
    assert answer.headers["Content-Language"] == expected
    assert "Accept-Language" in answer.vary


def test_arabic_runs_from_right_to_left(client: FlaskClient) -> None:
    html = parse(client.get("/", headers={"Accept-Language": "ar"}).text)
    assert (html.get("lang"), html.get("dir")) == ("ar", "rtl")


def test_the_shop_may_choose_the_language(speaking: Callable[[str], FlaskClient]) -> None:
    answer = speaking("de").get("/", headers={"Accept-Language": "fr"})
    assert parse(answer.text).get("lang") == "de"
    assert "Accept-Language" not in answer.vary


def test_a_language_that_is_not_there_is_named_at_the_start() -> None:
    with pytest.raises(SettingsError, match=r"Expected AKIN_LANGUAGE to be auto or one of .*de, .* 'tlh'"):
        Settings.from_environment({"AKIN_LANGUAGE": "tlh"})


def test_what_dash_asks_for_is_in_the_language_of_its_page(client: FlaskClient) -> None:
    def title(code: str) -> str:
        inputs = [
            {"id": "address", "property": name, "value": value}
            for name, value in (("pathname", "/map"), ("search", ""))
        ]
        body = {
            "output": "page.children",
            "outputs": {"id": "page", "property": "children"},
            "inputs": inputs,
            "state": [{"id": "language", "property": "data", "value": code}],
        }
        answer = client.post("/_dash-update-component", json=body, headers={"Accept-Language": "fr"})
        assert answer.headers["Content-Language"] in (code, "fr")
        return str(answer.json["response"]["page"]["children"]["props"]["data-title"])

    assert title("fr") == title("tlh")
    layout = client.get("/_dash-layout", headers={"Accept-Language": "de"}).text
    assert '"id":"language"' in layout and '"data":"de"' in layout


def test_programs_are_answered_in_english(client: FlaskClient) -> None:
    texts = [
        client.get("/api/v1/similar?id=none", headers={"Accept-Language": code}).text for code in ("de", "en")
    ]
    assert texts[0] == texts[1]
    answer = client.get("/api/v1/products", headers={"Accept-Language": "de"})
    assert "Content-Language" not in answer.headers


@pytest.mark.parametrize(
    ("code", "currency", "amount", "expected"),
    [
        ("en", "ILS", 99.0, "₪99.00"),
        ("de", "EUR", 1299.0, "1.299,00\xa0€"),
        ("en", "JPY", 1200.0, "¥1,200"),
        ("fr", "EUR", 1299.5, "1\u202f299,50\xa0€"),
        ("pl", "PLN", 1299.5, "1299,50\xa0zł"),
        ("pl", "PLN", 12999.5, "12\xa0999,50\xa0zł"),
        ("es", "EUR", 1299.5, "1299,50\xa0€"),
        ("nl", "EUR", 1299.5, "€\xa01.299,50"),
        ("pt", "BRL", 1299.5, "R$\xa01.299,50"),
        ("ja", "JPY", 1299.0, "￥1,299"),
        ("de", "RUB", 5.0, "5,00\xa0₽"),
        ("ar", "SAR", 1299.5, "\u200f1,299.50\xa0ر.س.\u200f"),
    ],
)
def test_prices_are_written_as_in_cldr(code: str, currency: str, amount: float, expected: str) -> None:
    assert language(code).formats.price(amount, currency) == expected


@pytest.mark.parametrize(
    ("code", "day", "words", "share"),
    [
        ("en", "4 May 2025", "a, b and c", "41%"),
        ("de", "4. Mai 2025", "a, b und c", "41\xa0%"),
        ("ja", "2025年5月4日", "a、b、c", "41%"),
        ("es", "4 de mayo de 2025", "a, b y c", "41\xa0%"),
    ],
)
def test_days_lists_and_shares_are_written_as_in_cldr(code: str, day: str, words: str, share: str) -> None:
    formats = language(code).formats
    assert formats.date("2025-05-04T03:02:01Z") == day
    assert formats.listing(["a", "b", "c"]) == words
    assert formats.share(0.41) == share


def test_there_are_ten_languages() -> None:
    assert set(codes()) >= {"ar", "de", "en", "es", "fr", "it", "ja", "nl", "pl", "pt"}


@pytest.mark.parametrize(
    ("code", "words"), [("de", "rot"), ("de", "roter"), ("fr", "rouges"), ("ar", "أحمر")]
)
def test_colours_are_found_by_their_names_in_the_language(client: FlaskClient, code: str, words: str) -> None:
    def found(search: str, code: str) -> set[str | None]:
        answer = client.get("/", query_string={"q": search}, headers={"Accept-Language": code})
        return set(attributes(answer.text, ".card-name", "href"))

    assert found(words, code) and found(words, code) <= found("red", "en")
    assert not found(words, "en") <= found("red", "en") or not found(words, "en")
