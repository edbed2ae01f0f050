import runpy
import urllib.request
from pathlib import Path
from typing import Any

import pytest

from dashapp.settings import REPOSITORY
from tests.parsed_html import one
from tests.serving import serving
from tests.waiting import PATIENCE


def configuration(monkeypatch: pytest.MonkeyPatch, **environment: str) -> dict[str, Any]:
    for name in ("PORT", "WEB_CONCURRENCY", "FORWARDED_ALLOW_IPS"):
        monkeypatch.delenv(name, raising=False)
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return runpy.run_path(str(REPOSITORY / "gunicorn.conf.py"))


def test_the_platform_says_where_and_how_many(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = configuration(monkeypatch, PORT="5000", WEB_CONCURRENCY="3")
    assert (chosen["bind"], chosen["workers"]) == ("0.0.0.0:5000", 3)


def test_defaults(monkeypatch: pytest.MonkeyPatch) -> None:
    chosen = configuration(monkeypatch)
    assert (chosen["bind"], chosen["workers"], chosen["threads"]) == ("0.0.0.0:8000", 2, 4)
    assert max(chosen["timeout"], chosen["graceful_timeout"], chosen["keepalive"]) < 90


def test_the_procfile_starts_it() -> None:
    assert (REPOSITORY / "Procfile").read_text() == "web: gunicorn dashapp.wsgi:server\n"


def test_addresses_are_https_where_the_router_says_that_the_visitor_s_is(data: Path, tmp_path: Path) -> None:
    with serving(data, tmp_path / "gunicorn.log") as address:
        for scheme in ("https", "http"):
            headers = {"Host": "look.example", "X-Forwarded-Proto": scheme}
            request = urllib.request.Request(f"{address}/product/plain", headers=headers)
            with urllib.request.urlopen(request, timeout=PATIENCE) as response:
                text = response.read().decode()
            base = f"{scheme}://look.example"
            assert one(text, "link[rel=canonical]").get("href") == f"{base}/product/plain"
            assert one(text, "meta[property='og:image']").get("content").startswith(f"{base}/thumbnails/")
