"""`python -m precompute clicks`: what it prints and writes, and what it says of files that are none."""

from __future__ import annotations

import json
from pathlib import Path

import lxml.html
import pandas as pd
import pytest

from bundle import Bundle
from precompute.cli.main import main
from precompute.reports.clicks.table import COLUMNS
from tests.click_logs import HOUR, Visitors, write_log
from tests.sample_bundle import write_sample_bundle

HOSTILE = "</script><script>alert(1)</script><b>"


@pytest.fixture(scope="module")
def log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("clicks") / "events.jsonl"
    write_log(path, Visitors(lists=3_000, moved=True, liking=0.3), Visitors(HOSTILE, lists=500))
    with path.open("a") as file:
        file.write('{"akin":"view"}\n127.0.0.1 "GET /" 200\n')
    return path


def test_it_prints_tables_and_what_it_passed_over(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clicks", str(log)]) == 0
    said = capsys.readouterr().out
    assert said.startswith("3,500 lists seen and ") and "2026-11-28 09:00 UTC" in said
    assert "1 line of other programs passed over\n1 bad line passed over\n" in said
    assert "line 4" in said or "product is missing" in said
    assert "On product pages" in said and "against usual" in said and "looked at" in said
    assert "Place 1 gets " in said and "The same product at place 6 gets " in said


def test_programs_get_the_same_as_json(log: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["clicks", str(log), "--json"]) == 0
    found = json.loads(capsys.readouterr().out)
    assert (found["lists"], found["bad_lines"], found["other_lines"]) == (3_500, 1, 1)
    (kind,) = found["kinds"]
    assert kind["list"] == "product" and len(kind["places"]) == 10
    style = next(each for each in kind["recipes"] if each["recipe"] == "style")
    interval = style["clicks_per_list"]
    assert interval["low"] < style["clicks"] / style["lists"] < interval["high"]


def test_the_table_has_all_figures_and_no_formula(log: Path, tmp_path: Path) -> None:
    other = write_log(tmp_path / "other", Visitors("=1+2", lists=100))
    path = tmp_path / "clicks.csv"
    assert main(["clicks", str(log), str(other), "--csv", str(path), "--quiet"]) == 0
    table = pd.read_csv(path)
    assert tuple(table.columns) == COLUMNS
    assert set(table["by"]) == {"all", "place", "recipe"}
    assert "'=1+2" in set(table["name"])
    places = table[table["by"] == "place"]
    assert list(places["place"]) == list(range(1, 11)) and (places["shown"] == 3_600).all()
    assert (places["per_shown_low"] <= places["per_shown"]).all()
    assert (places["per_shown"] <= places["per_shown_high"]).all()


def test_categories_come_from_the_bundle(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    data = tmp_path / "data"
    data.mkdir()
    write_sample_bundle(data, products=30)
    with Bundle.open(data) as bundle:
        product = next(each for each in bundle.page(limit=30).products if each.category)
    log = tmp_path / "events"
    of = {"akin": "view", "hour": HOUR, "list": "product", "recipe": "sample", "shown": ["x"]}
    log.write_text("\n".join(json.dumps(of | {"product": each}) for each in (product.id, "unknown")))
    assert main(["clicks", str(log), "--data", str(data), "--json"]) == 0
    (kind,) = json.loads(capsys.readouterr().out)["kinds"]
    assert [(each["category"], each["lists"]) for each in kind["categories"]] == [(product.category, 1)]


def test_the_page_is_one_file_in_which_names_are_text(log: Path, tmp_path: Path) -> None:
    path = tmp_path / "clicks.html"
    assert main(["clicks", str(log), "--page", str(path), "--quiet"]) == 0
    page = lxml.html.fromstring(path.read_text(encoding="utf-8"))
    assert not page.xpath("//*[@src or @href]")
    policy = page.xpath("//meta[@http-equiv='Content-Security-Policy']/@content")[0]
    assert "default-src 'none'" in policy and "unsafe" not in policy
    scripts = page.xpath("//script[not(@type)]")
    assert len(scripts) == 2 == policy.split("script-src")[1].split(";")[0].count("'sha256-")
    plots = [json.loads(each.text) for each in page.xpath("//script[@type='application/json']")]
    assert len(plots) == 3 and all(each["data"][0]["type"] == "scatter" for each in plots)
    names = next(each["data"][0]["y"] for each in plots if "style" in each["data"][0]["y"])
    assert "&lt;/script&gt;&lt;script&gt;alert(1)&lt;" in names[1]
    assert HOSTILE in page.xpath("//tbody//bdi/text()")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["no such"], "Expected files of events. Received: no such"),
        (["{log}", "--csv", "."], "Expected --csv to be a file"),
        (["{log}", "--page", "none/clicks.html"], "Expected --page in a folder that exists"),
        (["{log}", "--data", "none"], "none"),
    ],
)
def test_what_cannot_be_used_is_one_sentence(
    log: Path, arguments: list[str], words: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["clicks", *(each.format(log=log) for each in arguments)]) == 2
    said = capsys.readouterr().err
    assert words in said and said.count("\n") == 1
