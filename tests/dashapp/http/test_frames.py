"""Who may show the dashboard in a frame."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashapp import create_app
from dashapp.settings import Settings, SettingsError

PAGES = ("/", "/product/plain", "/nowhere", "/api/v1/products", "/assets/akin.css")


def ancestors(client: FlaskClient, address: str) -> str:
    answer = client.get(address)
    assert "X-Frame-Options" not in answer.headers
    rules = dict(rule.split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split("; "))
    return rules["frame-ancestors"]


def test_nobody_may_by_default(client: FlaskClient) -> None:
    assert {ancestors(client, address) for address in PAGES} == {"'none'"}


@pytest.mark.parametrize(
    ("setting", "said"),
    [
        ("https://shop.example", "https://shop.example"),
        ("https://shop.example:443, http://localhost:5000", "https://shop.example http://localhost:5000"),
        ("*", "*"),
    ],
)
def test_origins_that_are_named_may(data: Path, setting: str, said: str) -> None:
    settings = Settings.from_environment({"AKIN_DATA": str(data), "AKIN_FRAME": setting})
    client = create_app(settings).server.test_client()
    assert {ancestors(client, address) for address in PAGES} == {said}


@pytest.mark.parametrize(
    "setting",
    [
        *(
            "shop.example",
            "https://",
            "https://shop.example/",
            "//shop.example",
            "https://shop.example/look",
            "https://*.example",
        ),
        *(
            "ftp://shop.example",
            "'self'",
            "https://a; script-src *",
            "* https://a.example",
            "https://a:99999",
        ),
    ],
)
def test_half_an_origin_is_one_sentence(setting: str) -> None:
    with pytest.raises(SettingsError, match=r"^Expected AKIN_FRAME to be \* or origins.*Received: ") as error:
        Settings.from_environment({"AKIN_FRAME": setting})
    assert "\n" not in str(error.value)
