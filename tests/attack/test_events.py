"""Whatever is sent as an event, a whole line of a known form is written, or none and the client is told."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from dashapp import create_app
from dashapp.api import events
from dashapp.settings import Settings
from tests.attack.test_bodies import HOSTILE, VALUES, changed, places_in
from tests.dashapp.api.test_events import ADDRESS, CLICK, VIEW
from tests.waiting import eventually


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("events") / "events.jsonl"


@pytest.fixture(scope="module")
def counting(data: Path, path: Path) -> FlaskClient:
    with pytest.MonkeyPatch.context() as patch:
        for name in ("CLIENT_RATE", "TOTAL_RATE"):
            patch.setattr(events, name, 10**9)
        return create_app(Settings(data=data, events=str(path))).server.test_client()


def written(path: Path, count: int) -> list[dict[str, Any]]:
    text = eventually(path.read_text, lambda text: text.count("\n") >= count)
    return [json.loads(line) for line in text.splitlines()]


@pytest.mark.parametrize("event", [VIEW, CLICK], ids=["view", "click"])
def test_an_event_with_anything_in_it_is_written_whole_or_refused(
    counting: FlaskClient, path: Path, event: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    taken = len(path.read_text().splitlines())
    statuses = []

    @given(way=st.sampled_from(places_in(event)), value=VALUES | st.just(...))
    @settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
    def send(way: tuple[Any, ...], value: Any) -> None:
        body = {} if value is ... and not way else changed(event, way, value)
        statuses.append(counting.post(ADDRESS, data=json.dumps(body)).status_code)

    send()
    assert counting.post(ADDRESS, data=json.dumps(event)).status_code == 204
    assert set(statuses) <= {204, 400} and 400 in statuses
    lines = written(path, taken + statuses.count(204) + 1)
    assert len(lines) == taken + statuses.count(204) + 1
    for line in lines:
        assert {"akin", "hour", "list", "product", "recipe"} < line.keys()
    assert [record for record in caplog.records if record.levelname == "ERROR"] == []


@pytest.mark.parametrize("body", HOSTILE, ids=range(len(HOSTILE)))
def test_what_is_no_event_is_refused(
    counting: FlaskClient, body: str, caplog: pytest.LogCaptureFixture
) -> None:
    for data in (body.encode("utf-8"), body.encode("utf-16"), b"\xff" + body.encode()):
        for content_type in ("text/plain", "application/json", "multipart/form-data; boundary=x", ""):
            answer = counting.post(ADDRESS, data=data, content_type=content_type)
            assert answer.status_code in (400, 413) and answer.json["detail"].endswith(".")
    assert caplog.records == []


def test_a_line_has_no_more_bytes_than_a_pipe_takes_in_one_piece(counting: FlaskClient) -> None:
    body = json.dumps(VIEW | {"shown": ["x" * 5_000]})
    assert counting.post(ADDRESS, data=body).status_code == 413


def test_ids_that_look_like_lines_stay_in_theirs(counting: FlaskClient, path: Path) -> None:
    nasty = "nul\x00tab\tline\n"
    before = len(path.read_text().splitlines())
    assert counting.post(ADDRESS, data=json.dumps(CLICK | {"chosen": nasty})).status_code == 204
    lines = written(path, before + 1)
    assert len(lines) == before + 1 and lines[-1]["chosen"] == nasty
