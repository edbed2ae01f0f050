"""`POST /api/v1/events`: what is written down, what never is, and who is refused."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from flask.testing import FlaskClient

from dashapp import create_app
from dashapp.api import event_log, events
from dashapp.api.event_log import LONGEST_LINE, EventLog
from dashapp.settings import REPOSITORY, Settings, SettingsError
from tests.waiting import PATIENCE, eventually

ADDRESS = "/api/v1/events"
SHOP = "https://shop.example"
VIEW = {"akin": "view", "list": "product", "product": "plain", "recipe": "sample", "shown": ["a/b", "x#y"]}
CLICK = {"akin": "click", "list": "widget", "product": "plain", "recipe": "far", "chosen": "a/b", "place": 7}


class Shop:
    """A shop that writes its events to `path`, and what stands there."""

    def __init__(self, data: Path, path: Path, **settings: Any) -> None:
        self.path = path
        self.app = create_app(Settings(data=data, events=str(path), **settings))
        self.client = self.app.server.test_client()

    def send(self, event: object, **options: Any) -> int:
        return self.client.post(ADDRESS, data=json.dumps(event), **options).status_code

    def lines(self, count: int) -> list[dict[str, Any]]:
        text = eventually(self.path.read_text, lambda text: text.count("\n") >= count)
        return [json.loads(line) for line in text.splitlines()]


@pytest.fixture
def shop(data: Path, tmp_path: Path) -> Shop:
    return Shop(data, tmp_path / "events.jsonl", cors=(SHOP,))


def test_events_are_lines_of_json_with_the_hour_and_nothing_of_who_it_was(shop: Shop) -> None:
    headers = {"User-Agent": "Known/1", "Cookie": "id=7", "Referer": SHOP, "X-Forwarded-For": "9.9.9.9"}
    begun = datetime.now(UTC)
    assert [shop.send(each, headers=headers) for each in (VIEW, CLICK)] == [204, 204]
    written = shop.lines(2)
    hours = {each.strftime("%Y-%m-%dT%HZ") for each in (begun, datetime.now(UTC))}
    assert {line.pop("hour") for line in written} <= hours
    assert written == [VIEW, CLICK]
    assert shop.path.read_text().startswith('{"akin":"view","hour":')
    assert shop.path.stat().st_mode & 0o007 == 0


def test_where_it_is_off_there_is_no_such_address_and_no_script(client: FlaskClient) -> None:
    for answer in (client.post(ADDRESS, json=VIEW), client.get(ADDRESS)):
        assert answer.status_code in (404, 405)
    assert "events.js" not in client.get("/product/plain").text
    assert "sendBeacon" not in client.get("/widget.js").text


def test_where_it_is_on_pages_and_the_widget_send(shop: Shop) -> None:
    page = shop.client.get("/product/plain")
    assert 'events.js?v=' in page.text and f'data-events="{ADDRESS}"' in page.text
    assert "'unsafe-inline'" not in page.headers["Content-Security-Policy"].split("style-src")[0]
    assert "sendBeacon" in shop.client.get("/widget.js").text
    assert "Set-Cookie" not in shop.client.post(ADDRESS, json=VIEW).headers


@pytest.mark.parametrize("header", ["DNT", "Sec-GPC"])
def test_who_asks_not_to_be_tracked_is_not_counted(shop: Shop, header: str) -> None:
    assert shop.send(VIEW, headers={header: "1"}) == 204
    assert shop.send(CLICK) == 204
    assert [line["akin"] for line in shop.lines(1)] == ["click"]


@pytest.mark.parametrize(
    "change",
    [
        {"akin": "look"},
        {"akin": None},
        {"list": "gallery"},
        {"product": "no such"},
        {"product": None},
        {"product": 7},
        {"recipe": "no such"},
        {"shown": []},
        {"shown": ["a/b", "a/b"]},
        {"shown": ["a/b"] * 51},
        {"shown": ["no such"]},
        {"shown": [["a/b"]]},
        {"shown": "a/b"},
        {"visitor": "me"},
        {"place": 1},
    ],
    ids=str,
)
def test_what_is_no_such_event_is_refused(shop: Shop, change: dict[str, Any]) -> None:
    answer = shop.client.post(ADDRESS, json=VIEW | change)
    assert answer.status_code == 400 and answer.json["detail"].startswith("Expected ")
    assert shop.send(CLICK) == 204
    assert len(shop.lines(1)) == 1


@pytest.mark.parametrize("place", [0, 51, -1, 1.5, True, "1", None, 10**30])
def test_a_place_is_a_small_number(shop: Shop, place: object) -> None:
    assert shop.send(CLICK | {"place": place}) == 400


def test_a_list_of_no_product_has_none(shop: Shop) -> None:
    assert shop.send(VIEW | {"list": "for-you"}) == 400
    for kind in ("for-you", "photo"):
        assert shop.send(VIEW | {"list": kind, "product": None}) == 204


def test_only_pages_of_this_shop_and_of_named_origins_may_send(shop: Shop) -> None:
    assert shop.send(VIEW, headers={"Origin": SHOP}) == 204
    assert shop.send(VIEW, headers={"Origin": "http://localhost"}) == 204
    assert shop.send(VIEW, headers={"Origin": "https://other.example"}) == 403
    asked = {"Origin": SHOP, "Access-Control-Request-Method": "POST"}
    preflight = shop.client.options(ADDRESS, headers=asked)
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert preflight.headers["Access-Control-Allow-Origin"] == SHOP


def test_other_methods_are_told_which_there_are(shop: Shop) -> None:
    for method in ("GET", "PUT", "DELETE"):
        answer = shop.client.open(ADDRESS, method=method)
        assert (answer.status_code, answer.headers["Allow"]) == (405, "POST, OPTIONS")


def test_one_client_and_all_together_may_send_so_many(
    data: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(events, "CLIENT_RATE", 6)
    monkeypatch.setattr(events, "TOTAL_RATE", 9)
    shop = Shop(data, tmp_path / "events")

    def send(address: str) -> int:
        return shop.send(VIEW, environ_overrides={"REMOTE_ADDR": address})

    assert [send("9.9.9.1") for _ in range(3)] == [204, 204, 429]
    assert [send("9.9.9.2"), send("9.9.9.3")] == [204, 429]
    answer = shop.client.post(ADDRESS, json=VIEW)
    assert int(answer.headers["Retry-After"]) >= 1


def test_a_file_that_was_renamed_is_followed_by_a_new_one(shop: Shop) -> None:
    shop.send(VIEW)
    shop.lines(1)
    shop.path.rename(shop.path.with_suffix(".1"))
    shop.send(CLICK)
    eventually(shop.path.exists)
    assert [line["akin"] for line in shop.lines(1)] == ["click"]


@pytest.mark.parametrize("name", ["no folder/events", "folder", "pipe"])
def test_a_file_that_cannot_be_written_is_one_sentence_at_the_start(
    data: Path, tmp_path: Path, name: str
) -> None:
    (tmp_path / "folder").mkdir()
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(SettingsError, match=r"^Expected AKIN_EVENTS to be stdout or a file .* \(.+\)\.$"):
        create_app(Settings(data=data, events=str(tmp_path / name)))


def test_a_full_disk_is_one_line_in_the_log_and_what_was_cut_off_spoils_no_other_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    path, full = tmp_path / "events", [True]
    write = os.write

    def cut(file: int, data: bytes) -> int:
        return write(file, data[:3] if full[0] else data)

    monkeypatch.setattr(event_log.os, "write", cut)
    log = EventLog(str(path))
    with caplog.at_level(logging.WARNING):
        log.put(b'{"akin":1}')
        log.put(b'{"akin":2}')
        log.flush(seconds=60)
        full[0] = False
        log.put(b'{"akin":3}')
        log.flush(seconds=60)
    assert path.read_bytes().splitlines()[-1] == b'{"akin":3}'
    assert [record.levelname for record in caplog.records] == ["ERROR", "WARNING"]
    assert "events are lost" in caplog.messages[0] and "again" in caplog.messages[1]


def test_a_disk_that_never_answers_holds_up_no_request(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    from threading import Event

    answers = Event()
    monkeypatch.setattr(event_log, "_MOST_WAITING", 3)
    monkeypatch.setattr(event_log.os, "write", lambda file, data: answers.wait(60) and len(data))
    log = EventLog(str(tmp_path / "events"))
    for _ in range(10):
        log.put(b"{}")
    assert len(caplog.records) == 1 and "dropped" in caplog.messages[0]
    answers.set()
    log.flush(seconds=60)


@pytest.mark.slow
def test_lines_of_several_processes_stay_whole(tmp_path: Path) -> None:
    path, count, size = tmp_path / "events", 200, LONGEST_LINE - 1
    program = (
        "import sys; from dashapp.api.event_log import EventLog; log = EventLog(sys.argv[1])\n"
        f"for _ in range({count}): log.put(sys.argv[2].encode() * {size})"
    )
    # What waits is written when a process ends.
    command = [sys.executable, "-c", program, str(path)]
    processes = [subprocess.Popen([*command, letter], cwd=REPOSITORY) for letter in "ab"]
    assert [process.wait(timeout=PATIENCE) for process in processes] == [0, 0]
    assert sorted(path.read_text().splitlines()) == [letter * size for letter in "ab" for _ in range(count)]
