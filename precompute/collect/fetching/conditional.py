"""Conditional requests of HTTP: keeps the validators of an answer, and asks whether it has changed."""

from __future__ import annotations

import re
from time import time

from scrapy.http import Response

from precompute.collect.journal import Answer

_MOST_SECONDS = 366 * 24 * 3600


def version_of(response: Response, **content: object) -> Answer:
    """What to keep of an answer: its validators, until when it is fresh, and `content`."""

    def header(name: str) -> str:
        return (response.headers.get(name) or b"").decode("latin-1").strip()

    return Answer(header("ETag"), header("Last-Modified"), _fresh_until(header("Cache-Control")), content)


def headers_for(answer: Answer | None) -> dict[str, str]:
    """The headers that request the content only if it has changed."""
    if answer is None:
        return {}
    named = {"If-None-Match": answer.etag, "If-Modified-Since": answer.modified}
    return {name: value for name, value in named.items() if value}


def _fresh_until(cache_control: str) -> float:
    words = cache_control.lower()
    age = re.search(r"(?:^|[\s,])max-age=(\d{1,10})", words)
    if age is None or "no-store" in words or "no-cache" in words:
        return 0.0
    return time() + min(int(age[1]), _MOST_SECONDS)
