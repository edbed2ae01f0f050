"""Judging by eye: what is asked, what is kept, and that nobody else can see it."""

from __future__ import annotations

import json
import os
import re
import socket
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest
from flask.testing import FlaskClient

from dashapp import create_app
from dashapp.__main__ import main
from dashapp.pages.judge.server import create_judge
from dashapp.pages.judge.session import SHOWN, Session
from dashapp.settings import REPOSITORY, Settings, SettingsError
from tests.parsed_html import attributes, parse, select, texts

PAIR = ("sample", "far")
LOCAL = "http://127.0.0.1:8050"


def opened(data: Path, answers: Path) -> tuple[FlaskClient, Session]:
    app, session = create_judge(Settings(data=data), ",".join(PAIR), answers=answers)
    return app.test_client(), session


def ask(client: FlaskClient, path: str = "/") -> str:
    found = client.get(path, base_url=LOCAL)
    assert found.status_code == 200
    return found.text


def give(client: FlaskClient, answer: str, number: int) -> None:
    found = client.post("/answer", base_url=LOCAL, data={"answer": answer, "number": number})
    assert found.status_code == 303


def lines(path: Path) -> list[dict]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def test_a_page_shows_two_lists_and_no_name(data: Path, tmp_path: Path) -> None:
    client, session = opened(data, tmp_path / "kept.jsonl")
    html = ask(client)
    (question,) = session.coming(1)
    left, right = (attributes(part, "img", "alt") for part in select(html, ".judge-list"))
    assert [left, right] == [[product.title for product in each] for each in question.lists]
    bundle = session.bundle
    for side, recipe in enumerate(question.sides):
        ids = [entry.id for entry in bundle.neighbours(question.product.id, recipe=recipe)[:SHOWN]]
        assert [product.id for product in question.lists[side]] == ids
    visible = " ".join(parse(html).itertext()).split()
    assert "1 of 100" in " ".join(visible) and not {"sample", "far"} & set(visible)
    for source in attributes(html, "img", "src"):
        assert client.get(source, base_url=LOCAL).status_code == 200
    for file in [*attributes(html, "link[rel=stylesheet]", "href"), *attributes(html, "script", "src")]:
        assert client.get(file, base_url=LOCAL).status_code == 200


def test_its_stylesheets_define_what_they_use(data: Path, tmp_path: Path) -> None:
    client, _ = opened(data, tmp_path / "kept.jsonl")
    hrefs = attributes(ask(client), 'link[rel="stylesheet"]', "href")
    sheets = [client.get(href, base_url=LOCAL).text for href in hrefs]
    used = {name for sheet in sheets[1:] for name in re.findall(r"var\((--[-\w]+)\)", sheet)}
    defined = {name for sheet in sheets for name in re.findall(r"(--[-\w]+)\s*:", sheet)}
    assert {"--accent", "--edge", "--line"} <= used <= defined


def test_sides_and_order_are_drawn_and_kept(data: Path, tmp_path: Path) -> None:
    _, session = opened(data, tmp_path / "one.jsonl")
    asked = session.coming(100)
    on_the_left = Counter(question.sides[0] for question in asked)
    assert min(on_the_left["sample"], on_the_left["far"]) > 25
    order = [question.product.id for question in asked]
    assert order != sorted(order) and len(set(order)) == len(order)
    _, again = opened(data, tmp_path / "one.jsonl")
    assert [(each.product.id, each.sides) for each in again.coming(100)] == [
        (each.product.id, each.sides) for each in asked
    ]
    _, other = opened(data, tmp_path / "other.jsonl")
    assert [each.product.id for each in other.coming(100)] != order


def test_answers_are_kept_summed_up_and_withdrawn(data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    client, session = opened(data, kept)
    first, second, third = session.coming(3)
    for number, answer in enumerate(["left", "same", "right"]):
        give(client, answer, number)
    assert [(each["product"], each["chosen"]) for each in lines(kept)[1:]] == [
        (first.product.id, first.sides[0]),
        (second.product.id, ""),
        (third.product.id, third.sides[1]),
    ]
    assert "4 of 100" in ask(client)
    client.post("/undo", base_url=LOCAL)
    assert session.coming(1)[0].product.id == third.product.id and session.answered == 2
    _, again = opened(data, kept)
    assert again.answered == 2 and again.coming(1)[0].product.id == third.product.id
    assert again.preference() == session.preference()


def test_a_second_click_on_an_old_page_changes_nothing(data: Path, tmp_path: Path) -> None:
    client, session = opened(data, tmp_path / "kept.jsonl")
    give(client, "left", 0)
    give(client, "left", 0)
    give(client, "nonsense", 1)
    client.post("/answer", base_url=LOCAL, data={"answer": "left", "number": "x"})
    assert session.answered == 1


def test_after_a_hundred_comes_the_result_and_then_more(data: Path, tmp_path: Path) -> None:
    client, session = opened(data, tmp_path / "kept.jsonl")
    assert "Nothing is judged so far." in ask(client, "/results")
    for number in range(100):
        side = session.coming(1)[0].sides.index("far")
        give(client, ("left", "right")[side], number)
    html = ask(client)
    assert texts(html, "h1") == ["You prefer far"] and "far was chosen 100 times" not in html
    assert "sample was chosen 0 times, far 100 times, and neither 0 times." in html
    (way,) = attributes(html, ".judge-go", "href")
    assert "101 of 200" in ask(client, way)
    while session.coming(1):
        give(client, "same", session.answered)
    assert session.answered + session.passed_over == 120
    assert "There is nothing left to judge." in ask(client)


def test_an_answer_cut_by_a_kill_is_asked_again(data: Path, tmp_path: Path) -> None:
    kept = tmp_path / "kept.jsonl"
    client, _ = opened(data, kept)
    for number in range(2):
        give(client, "left", number)
    kept.write_bytes(kept.read_bytes()[:-9])
    client, session = opened(data, kept)
    assert session.answered == 1
    give(client, "right", 1)
    assert len(lines(kept)) == 3


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", "cannot be read as one"),
        ("[1]\n", "cannot be read as one"),
        ('{"withdrawn": 1}\n', "cannot be read as one"),
        ('{"recipes": ["sample", "far"], "fingerprints": ["x", "y"], "seed": 1}\n', "judgements of others"),
    ],
)
def test_a_file_of_something_else_is_refused(text: str, words: str, data: Path, tmp_path: Path) -> None:
    (tmp_path / "kept.jsonl").write_text(text)
    with pytest.raises(SettingsError, match=words):
        opened(data, tmp_path / "kept.jsonl")
    assert (tmp_path / "kept.jsonl").read_text() == text


@pytest.mark.parametrize("pair", ["sample", "sample,sample", "sample,none", ""])
def test_recipes_that_are_no_pair_are_refused(pair: str, data: Path, tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="two recipes of the bundle, as A,B; it has sample, far"):
        create_judge(Settings(data=data), pair, answers=tmp_path / "kept.jsonl")


def test_only_this_machine_is_answered(data: Path, tmp_path: Path) -> None:
    client, session = opened(data, tmp_path / "kept.jsonl")
    assert client.get("/", base_url="http://shop.example").status_code == 403
    foreign = {"Origin": "https://shop.example"}
    found = client.post("/answer", base_url=LOCAL, headers=foreign, data={"answer": "left", "number": 0})
    assert found.status_code == 403 and session.answered == 0
    assert client.get("/", base_url=LOCAL).headers["Content-Security-Policy"].startswith("default-src 'self'")


@pytest.mark.slow
def test_the_hosted_app_has_none_of_it(data: Path) -> None:
    program = "import sys, dashapp.wsgi; print([name for name in sys.modules if 'judge' in name])"
    ran = subprocess.run(
        [sys.executable, "-c", program],
        cwd=REPOSITORY,
        env={**os.environ, "AKIN_DATA": str(data)},
        capture_output=True,
        text=True,
        check=True,
    )
    assert ran.stdout.strip() == "[]"
    app = create_app(Settings(data=data)).server
    assert not [rule.rule for rule in app.url_map.iter_rules() if "judge" in rule.rule or "undo" in rule.rule]
    client = app.test_client()
    assert client.post("/answer", data={"answer": "left", "number": 0}).status_code in (404, 405)


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--host", "0.0.0.0"), "on 127.0.0.1. Received: --host 0.0.0.0"),
        (("--debug",), "Received: --debug"),
        (("--judge", "a,b"), "Expected --judge to be two recipes"),
        (("--answers", "{tmp}/file/x.jsonl"), "cannot be written"),
    ],
)
def test_the_command_line_refuses_in_a_sentence(
    arguments: tuple[str, ...], words: str, data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "file").write_text("")
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = str(listening.getsockname()[1])
    given = ["--data", str(data), "--port", port, "--judge", "sample,far"]
    with pytest.raises(SystemExit, match="2"):
        main([*given, *(each.format(tmp=tmp_path) for each in arguments)])
    assert words in capsys.readouterr().err
