"""A body that cannot be used gives 400 and one line in the log; Dash's own endpoint is no exception."""

from __future__ import annotations

import copy
import json
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.attack.clients import CALLBACK, ask, connect
from tests.serving import serving
from tests.waiting import eventually

RESULTS = "/photo/results"
SEARCH = "/api/v1/similar"

OUTPUT = {"id": "page", "property": "children"}
PATH = {"id": "address", "property": "pathname", "value": "/product/plain"}
QUERY = {"id": "address", "property": "search", "value": "?q=cup"}
LANGUAGE = {"id": "language", "property": "data", "value": "de"}
MOVE = {
    "output": "page.children",
    "outputs": OUTPUT,
    "inputs": [PATH, QUERY],
    "state": [LANGUAGE],
    "changedPropIds": ["address.pathname"],
}
BRACKETS = "[" * 100_000
HOSTILE = [
    *("", "{", "nul", "\0", "[" * 60_000, "[" * 30_000 + "]" * 30_000, '{"a":' * 10_000, "9" * 5_000),
    *('"\\ud800"', '{"output": "\\udfff"}', "1e999", "NaN", "-Infinity", '"' + "a" * 60_000 + '"', BRACKETS),
]
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20) | st.just("\ud800"),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)


def places_in(value: Any, way: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """The way to everything inside of a value in JSON."""
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [way, *(place for key, each in inner for place in places_in(each, (*way, key)))]


def changed(body: Any, way: tuple[Any, ...], value: Any) -> Any:
    """`body` with another value at a place, or without it where that is `...`."""
    if not way:
        return value
    body = copy.deepcopy(body)
    around = body
    for key in way[:-1]:
        around = around[key]
    if value is ...:
        del around[way[-1]]
    else:
        around[way[-1]] = value
    return body


@pytest.fixture(scope="module")
def remembered(client: FlaskClient) -> dict[str, Any]:
    """What a browser sends that is asked for what its visitor looked at."""
    callbacks = client.get("/_dash-dependencies").json
    output = next(each["output"] for each in callbacks if each["inputs"][0]["id"] == "remembered")
    seen = {"id": "remembered", "property": "data", "value": ["plain"]}
    return {
        "output": output,
        "outputs": OUTPUT,
        "inputs": [seen],
        "state": [PATH, QUERY, LANGUAGE],
        "changedPropIds": [],
    }


def test_what_a_browser_sends_is_answered(client: FlaskClient, remembered: dict[str, Any]) -> None:
    for body in (MOVE, remembered):
        answer = client.post(CALLBACK, json=body)
        assert answer.status_code == 200 and "page" in answer.json["response"]
    assert client.post(RESULTS, json={"similar": [["plain", 0.5]]}).status_code == 200


@pytest.mark.parametrize("which", ["move", "remembered"])
def test_a_request_to_dash_with_anything_in_it_is_answered_or_refused(
    client: FlaskClient, remembered: dict[str, Any], which: str, caplog: pytest.LogCaptureFixture
) -> None:
    whole = MOVE if which == "move" else remembered
    statuses = set()

    @given(way=st.sampled_from(places_in(whole)), value=VALUES | st.just(...))
    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def send(way: tuple[Any, ...], value: Any) -> None:
        body = {} if value is ... and not way else changed(whole, way, value)
        answer = client.post(CALLBACK, data=json.dumps(body), content_type="application/json")
        statuses.add(answer.status_code)
        assert answer.status_code in (200, 204, 400)

    send()
    assert statuses >= {200, 400}
    assert [record.message for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize("path", [CALLBACK, RESULTS])
@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_such_json_is_refused(
    client: FlaskClient, path: str, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    for data in (body.encode("utf-8"), body.encode("utf-16")):
        answer = client.post(path, data=data, content_type="application/json")
        assert answer.status_code in (400, 413)
        assert client.post(path, data=data, content_type="text/plain").status_code in (400, 413, 415)
    assert caplog.records == []


@pytest.mark.parametrize(
    "similar",
    [
        [["plain", int("9" * 400)]],
        [["plain", float("inf")]],
        [["plain", float("nan")]],
        [["plain", 1e300]],
        [["plain", None]],
        [["\ud800", 0.5]],
        [["plain"]],
        [[["plain"], 0.5]],
        {"plain": 0.5},
        7,
    ],
    ids=repr,
)
def test_a_score_or_an_id_that_is_none_is_refused(client: FlaskClient, similar: object) -> None:
    body = json.dumps({"similar": similar})
    assert client.post(RESULTS, data=body, content_type="application/json").status_code == 400


@given(similar=VALUES)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_cards_are_made_or_refused_whatever_was_found(client: FlaskClient, similar: object) -> None:
    body = json.dumps({"similar": similar})
    assert client.post(RESULTS, data=body, content_type="application/json").status_code in (200, 400)


@given(
    data=st.binary(max_size=400),
    content_type=st.sampled_from(
        [
            "image/jpeg",
            "multipart/form-data",
            "multipart/form-data; boundary=x",
            "application/json",
            "",
            "x/y",
        ]
    ),
)
@settings(deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_bytes_that_are_no_photo_are_refused(client: FlaskClient, data: bytes, content_type: str) -> None:
    framed = (
        b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a"\r\n\r\n' + data + b"\r\n--x--"
    )
    for body in (data, framed, framed[:-20], framed * 3):
        status = client.post(SEARCH, data=body, content_type=content_type).status_code
        assert status in (400, 413, 415, 422, 429)


@pytest.mark.parametrize(
    "path", ["x/y", "dash/none.js", "dash/%2e%2e/x", "os/path.py", "dash/dash.py", "%00/%00"]
)
def test_only_dash_s_own_scripts_are_served(client: FlaskClient, path: str) -> None:
    assert client.get(f"/_dash-component-suites/{path}").status_code == 404


@pytest.mark.slow
def test_a_body_that_is_no_json_is_one_line_in_the_log(data: Any, tmp_path: Any) -> None:
    log = tmp_path / "gunicorn.log"
    with serving(data, log) as address:
        before = len(log.read_text())
        with connect(address) as client:
            head = f"POST {CALLBACK} HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
            client.sendall(
                f"{head}Connection: close\r\nContent-Length: {len(BRACKETS) // 2}\r\n\r\n".encode()
            )
            client.sendall(BRACKETS[: len(BRACKETS) // 2].encode())
            assert client.recv(100).startswith(b"HTTP/1.1 400")
        ask(address)

        def lines() -> list[str]:
            # What gunicorn says of its workers may come at any time.
            said = log.read_text()[before:].splitlines()
            return [line for line in said if "/healthz" not in line and "[INFO]" not in line]

        # The line is written after the answer.
        eventually(lines)
        assert len(lines()) == 1 and " 400 " in lines()[0]
