"""Files of events as hosts leave them: compressed, cut off, among other lines, with nonsense in them."""

from __future__ import annotations

import gzip
import json
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from precompute.reports.clicks import reading
from precompute.reports.clicks.reading import Event, PassedOver, read_events
from precompute.shared.errors import UserError

OF = {"hour": "2026-11-28T09Z", "list": "product", "product": "a", "recipe": "style"}
VIEW = json.dumps({"akin": "view", **OF, "shown": ["b", "ü"]}, ensure_ascii=False, separators=(",", ":"))
CLICK = json.dumps({"akin": "click", **OF, "chosen": "b", "place": 1}, separators=(",", ":"))
EVENTS = [
    Event("product", "a", "style", "2026-11-28T09Z", shown=("b", "ü")),
    Event("product", "a", "style", "2026-11-28T09Z", chosen="b", place=1),
]


def read(*paths: Path) -> tuple[list[Event], PassedOver]:
    passed = PassedOver()
    return list(read_events(paths, passed)), passed


def test_lines_are_events(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_text(f"{VIEW}\n\n{CLICK}")
    assert read(path) == (EVENTS, PassedOver())


def test_files_of_several_hosts_are_read_compressed_or_not(tmp_path: Path) -> None:
    plain, packed = tmp_path / "one.jsonl", tmp_path / "two.jsonl"
    plain.write_text(VIEW + "\n")
    packed.write_bytes(gzip.compress(f"{CLICK}\n".encode()))
    assert read(plain, packed)[0] == EVENTS


@pytest.mark.parametrize("before", ["2026-11-28T09:00:00+00:00 app[web.1]: ", "web_1  | "])
def test_what_a_log_puts_before_a_line_is_passed_over(tmp_path: Path, before: str) -> None:
    path = tmp_path / "log"
    path.write_text(f'127.0.0.1 "GET /" 200\n{before}{VIEW}\n{before}{CLICK}\n')
    events, passed = read(path)
    assert events == EVENTS and (passed.other, passed.bad) == (1, 0)


def test_other_orders_and_spaces_of_json_are_read_too(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_text(json.dumps({**OF, "shown": ["b", "ü"], "akin": "view"}) + "\n")
    assert read(path)[0] == EVENTS[:1]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        (VIEW[:-5], "it is no JSON"),
        (VIEW + "x", "it is no JSON"),
        (VIEW.replace('"shown"', '"seen"'), "shown is missing"),
        (VIEW.replace('["b","ü"]', "[]"), "shown is no list of ids"),
        (VIEW.replace('"a"', "7"), "product is no text"),
        (VIEW.replace('"style"', "null"), "list, recipe and hour are not texts"),
        (CLICK.replace("1}", "0}"), "place is no number from 1 to 50, or chosen is no id"),
        (CLICK.replace("1}", "true}"), "place is no number from 1 to 50, or chosen is no id"),
        (CLICK.replace('"click"', '"look"'), "akin is neither view nor click"),
        ('{"akin":' + "[" * 50_000, "it is no JSON"),
    ],
)
def test_a_bad_line_is_named_and_the_others_count(tmp_path: Path, line: str, reason: str) -> None:
    path = tmp_path / "events"
    path.write_text(f"{VIEW}\n{line}\n{CLICK}\n")
    events, passed = read(path)
    assert events == EVENTS and passed.bad == 1
    assert passed.named == [f"{path} line 2: {reason}"]


def test_a_line_without_an_end_is_not_held(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_text(f"{'x' * 300_000}\n{VIEW}\n")
    events, passed = read(path)
    assert events == EVENTS[:1] and passed.named == [f"{path} line 1: it has more than 65,536 bytes"]


def test_a_file_that_was_cut_off_counts_up_to_there(tmp_path: Path) -> None:
    path = tmp_path / "events.gz"
    many = "".join(f"{VIEW[:-1]},\"n\":{number * 7919}}}\n" for number in range(2_000))
    path.write_bytes(gzip.compress(many.encode())[:-200])
    events, passed = read(path)
    assert 0 < len(events) < 2_000 and passed.bad >= 1
    assert any("it ends early" in each for each in passed.named)


@given(data=st.binary(max_size=300))
def test_nothing_in_a_file_stops_the_reading(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    path = tmp_path_factory.mktemp("fuzz") / "events"
    path.write_bytes(data + b"\n" + VIEW.encode() + b"\n" + b'{"akin"' + data)
    assert EVENTS[0] in read(path)[0] or data[:2] == b"\x1f\x8b"


def test_only_the_first_bad_lines_are_named(tmp_path: Path) -> None:
    path = tmp_path / "events"
    path.write_text('{"akin"\n' * 500)
    passed = read(path)[1]
    assert passed.bad == 500 and len(passed.named) == reading._NAMED


@pytest.mark.parametrize(
    ("name", "words"), [("none", "No such file"), ("folder", "the folder"), ("twice", "each file once")]
)
def test_a_file_that_is_none_is_one_sentence(tmp_path: Path, name: str, words: str) -> None:
    (tmp_path / "folder").mkdir()
    (tmp_path / "events").write_text(VIEW)
    (tmp_path / "twice").symlink_to(tmp_path / "events")
    with pytest.raises(UserError, match=f"^Expected .* Received: .*{words}|^Expected {words}"):
        read(tmp_path / "events", tmp_path / name)
