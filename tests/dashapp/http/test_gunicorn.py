import os
import runpy
import subprocess
import sys
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from dashapp.settings import REPOSITORY
from tests.parsed_html import one
from tests.serving import serving
from tests.waiting import PATIENCE


def configuration(monkeypatch: pytest.MonkeyPatch, **environment: str) -> dict[str, Any]:
    for name in ("PORT", "WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS", "DYNO"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(REPOSITORY / "gunicorn.conf.py"))


def test_the_platform_says_where_and_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = configuration(monkeypatch, PORT="5000", WEB_CONCURRENCY="3")
    assert (chosen["bind"], chosen["workers"]) == ("0.0.0.0:5000", 3)


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = configuration(monkeypatch)
    assert (chosen["bind"], chosen["workers"], chosen["threads"]) == ("0.0.0.0:8000", 2, 8)
    assert max(chosen["timeout"], chosen["graceful_timeout"], chosen["keepalive"]) < 90


def test_the_procfile_starts_it() -> None:
    assert (REPOSITORY / "Procfile").read_text() == "web: python -m dashapp.wsgi\n"


@pytest.mark.parametrize(
    ("environment", "trusted"),
    [
        ({}, ""),
        ({"DYNO": "web.1"}, "*"),
        ({"FORWARDED_ALLOW_IPS": ""}, ""),
        ({"FORWARDED_ALLOW_IPS": "", "DYNO": "web.1"}, ""),
        ({"FORWARDED_ALLOW_IPS": "10.0.0.0/8, ::1"}, "10.0.0.0/8,::1"),
    ],
)
def test_nobody_s_word_counts_but_heroku_s_router_s_and_whose_the_setting_names(
    environment: dict[str, str], trusted: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert configuration(monkeypatch, **environment)["forwarded_allow_ips"] == trusted


@pytest.mark.parametrize(
    "setting",
    [
        "WEB_CONCURRENCY=two",
        "WEB_CONCURRENCY=0",
        "WEB_CONCURRENCY=",
        "PORT=99999",
        "PORT=0",
        "FORWARDED_ALLOW_IPS=me",
        "FORWARDED_ALLOW_IPS=*,10.0.0.1",
        "AKIN_ADDRESS=https://x:99999",
    ],
)
def test_a_setting_that_cannot_be_used_stops_the_start(setting: str, monkeypatch: pytest.MonkeyPatch) -> None:
    name, _, value = setting.partition("=")
    monkeypatch.setenv(name, value)
    # gunicorn would take the place of this process.
    monkeypatch.setattr(os, "execv", lambda *_: pytest.fail("gunicorn is started"))
    with pytest.raises(SystemExit, match=r"^akin: Expected .+\Z") as ended:
        runpy.run_module("dashapp.wsgi", run_name="__main__")
    assert name in str(ended.value) and repr(value) in str(ended.value)


@pytest.mark.slow
@pytest.mark.parametrize("setting", ["WEB_CONCURRENCY=two", "AKIN_ADDRESS=https://x:99999"])
def test_all_that_is_seen_of_it_is_one_sentence(setting: str) -> None:
    name, _, value = setting.partition("=")
    ran = subprocess.run(
        [sys.executable, "-m", "dashapp.wsgi"],
        cwd=REPOSITORY,
        env={**os.environ, name: value},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ran.returncode != 0 and ran.stdout == ""
    assert ran.stderr.startswith("akin: Expected ") and ran.stderr.count("\n") == 1
    assert name in ran.stderr and repr(value) in ran.stderr


@pytest.mark.slow
def test_addresses_are_https_where_the_router_says_that_the_visitor_s_is(data: Path, tmp_path: Path) -> None:
    proxy = {"FORWARDED_ALLOW_IPS": "127.0.0.1"}
    with serving(data, tmp_path / "gunicorn.log", **proxy) as address:
        for scheme in ("https", "http"):
            headers = {"Host": "look.example", "X-Forwarded-Proto": scheme}
            request = urllib.request.Request(f"{address}/product/plain", headers=headers)
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                text = response.read().decode()
            base = f"{scheme}://look.example"
            assert one(text, "link[rel=canonical]").get("href") == f"{base}/product/plain"
            assert one(text, "meta[property='og:image']").get("content").startswith(f"{base}/thumbnails/")
