"""Whose pages may read the API: nobody's by itself, everybody's, or those of some origins."""

from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashapp import create_app
from dashapp.settings import Settings, SettingsError

SHOP = "https://shop.example"
OTHER = "https://other.example"
ALLOW = "Access-Control-Allow-Origin"


def client_for(data: Path, *origins: str) -> FlaskClient:
    return create_app(Settings(data=data, cors=origins)).server.test_client()


@pytest.fixture(scope="module")
def named(data: Path) -> FlaskClient:
    return client_for(data, SHOP, "http://localhost:3000")


def test_by_itself_no_page_of_others_may_read(client: FlaskClient) -> None:
    headers = client.get("/api/v1/products", headers={"Origin": SHOP}).headers
    assert not [name for name, _ in headers if name.startswith("Access-Control")]


def test_every_page_may(data: Path) -> None:
    response = client_for(data, "*").get("/api/v1/products", headers={"Origin": SHOP})
    assert response.headers[ALLOW] == "*"
    assert "Origin" not in response.vary


@pytest.mark.parametrize("address", ["/api/v1", "/api/v1/product?id=none", "/api/v1/products?limit=0"])
def test_pages_of_the_named_origins_may_read_answers_and_problems(named: FlaskClient, address: str) -> None:
    for origin in (SHOP, "http://localhost:3000"):
        headers = named.get(address, headers={"Origin": origin}).headers
        assert headers[ALLOW] == origin
        assert headers["Access-Control-Expose-Headers"] == "ETag"
    for headers in ({"Origin": OTHER}, {"Origin": "null"}, {"Origin": f"{SHOP}.evil.example"}, {}):
        response = named.get(address, headers=headers)
        assert ALLOW not in response.headers
        # What is kept of this answer must not be given to a page that may read it.
        assert "Origin" in response.vary


def test_an_answer_that_still_holds_may_be_read_too(named: FlaskClient) -> None:
    tag = named.get("/api/v1").headers["ETag"]
    again = named.get("/api/v1", headers={"Origin": SHOP, "If-None-Match": tag})
    assert (again.status_code, again.headers[ALLOW]) == (304, SHOP)


def test_browsers_may_ask_first(named: FlaskClient) -> None:
    asked = {"Origin": SHOP, "Access-Control-Request-Method": "GET"}
    response = named.options("/api/v1/products", headers=asked)
    assert (response.status_code, response.headers[ALLOW]) == (204, SHOP)
    assert response.headers["Access-Control-Allow-Methods"] == "GET, HEAD"
    assert response.headers["Access-Control-Allow-Headers"] == "If-None-Match"
    assert ALLOW not in named.options("/api/v1/products", headers={**asked, "Origin": OTHER}).headers


def test_pages_of_the_dashboard_are_for_no_other_origin(data: Path) -> None:
    client = client_for(data, "*")
    for address in ("/", "/product/plain", "/_dash-layout", "/healthz"):
        assert ALLOW not in client.get(address, headers={"Origin": SHOP}).headers, address


@pytest.mark.parametrize(
    ("text", "origins"),
    [
        ("*", ("*",)),
        (SHOP, (SHOP,)),
        ("https://Shop.example, http://localhost:3000", (SHOP, "http://localhost:3000")),
        ("https://shop.example:443 http://shop.example:80", (SHOP, "http://shop.example")),
        ("http://[::1]:8000", ("http://[::1]:8000",)),
    ],
)
def test_the_setting_names_origins(text: str, origins: tuple[str, ...]) -> None:
    assert Settings.from_environment({"AKIN_CORS": text}).cors == origins


@pytest.mark.parametrize(
    "text",
    ["shop.example", "https://shop.example/", "https://shop.example/x", "* https://a.example", "null", ","],
)
def test_what_is_no_origin_is_one_clear_sentence(text: str) -> None:
    with pytest.raises(SettingsError, match=r"^Expected AKIN_CORS to be \* or origins.*Received: ") as error:
        Settings.from_environment({"AKIN_CORS": text})
    assert text in str(error.value)
