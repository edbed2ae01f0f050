"""Every route, asked for anything, gives an answer of its own: never an error of the server."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
import schemathesis
from flask import Flask
from flask.testing import FlaskClient
from hypothesis import given, settings
from hypothesis import strategies as st
from schemathesis.config import SchemathesisConfig
from schemathesis.engine import events, from_schema
from werkzeug.routing import Rule

ARGUMENTS = (
    *("q", "category", "brand", "tag", "colour", "stock", "min", "max", "currency", "sort", "seed", "page"),
    *("all", "id", "ids", "product", "box", "n", "recipe", "other", "with", "limit", "fields", "live", "v"),
)
"""What addresses of pages and of the API have after the question mark."""

PLACES = (
    "/",
    "/for-you",
    "/map",
    "/photo",
    "/quality",
    "/about",
    "/product/plain",
    "/compare/plain",
    "/api/v1",
)

CONFIGURATION: dict[str, Any] = {
    "seed": 1,
    "workers": 1,
    "generation": {"deterministic": True, "mode": "all"},
    "phases": {"stateful": {"enabled": False}},
    "checks": {"enabled": False, "not_a_server_error": {"enabled": True}},
    "headers": {"Accept-Encoding": "identity"},
}


def described(server: Flask) -> dict[str, Any]:
    """A description of all rules of a server, by which schemathesis asks for each."""
    paths: dict[str, Any] = {}
    for rule in server.url_map.iter_rules():
        methods = (rule.methods or set()) & {"GET", "POST"}
        paths[re.sub(r"<(?:[^:<>]*(?:\([^)]*\))?:)?([^<>]+)>", r"{\1}", rule.rule)] = {
            method.lower(): _operation(rule, body=method == "POST") for method in sorted(methods)
        }
    return {"openapi": "3.1.0", "info": {"title": "All", "version": "1"}, "paths": paths}


def _operation(rule: Rule, *, body: bool) -> dict[str, Any]:
    text = {"schema": {"type": "string"}}
    in_path = [{"in": "path", "name": name, "required": True, **text} for name in sorted(rule.arguments)]
    in_query = [{"in": "query", "name": name, **text} for name in ARGUMENTS]
    content = {
        "application/json": {"schema": {}},
        "application/octet-stream": {"schema": {"format": "binary"}},
    }
    return {
        "parameters": in_path + in_query,
        "responses": {"default": {"description": "Any answer but an error of the server."}},
        **({"requestBody": {"content": content}} if body else {}),
    }


@pytest.mark.slow
def test_no_route_fails_whatever_it_is_asked(client: FlaskClient, often: Callable[[int, int], int]) -> None:
    client.get("/")  # Dash adds its own routes with the first request.
    app = client.application
    rules = {rule.rule for rule in app.url_map.iter_rules()}
    assert {"/photo/results", "/_dash-update-component", "/live/files.json", "/<path:path>"} <= rules
    generation = CONFIGURATION["generation"] | {"max-examples": often(3, 8)}
    config = SchemathesisConfig.from_dict(CONFIGURATION | {"generation": generation})
    description = schemathesis.openapi.from_dict(described(app), config=config)
    description.app = app
    failures, answers = [], Counter[str]()
    for event in from_schema(description).execute():
        assert not isinstance(event, events.NonFatalError | events.FatalError), event
        if isinstance(event, events.ScenarioFinished):
            answers[event.label] += len(event.recorder.interactions)
            for check in (check for checks in event.recorder.checks.values() for check in checks):
                if check.failure_info:
                    failures.append(f"{check.failure_info.failure}\n{check.failure_info.code_sample}")
    assert failures == []
    assert len(answers) >= len(rules) and sum(answers.values()) > 5 * len(rules), answers


@pytest.mark.parametrize("place", PLACES)
def test_no_page_fails_at_any_bytes_in_its_address(client: FlaskClient, place: str) -> None:
    bits = st.binary(max_size=30) | st.sampled_from(
        [b"9" * 5_000, b"\xed\xa0\x80", b"\0", b"../" * 40, b"-1"]
    )

    @given(path=bits, name=st.sampled_from(ARGUMENTS), value=bits, again=bits)
    @settings(max_examples=settings.default.max_examples // 5, deadline=None)
    def ask(path: bytes, name: str, value: bytes, again: bytes) -> None:
        query = f"{name}={quote_from_bytes(value)}&{name}={quote_from_bytes(again)}"
        for address in (place, f"{place.removesuffix('/')}/{quote_from_bytes(path)}"):
            assert client.get(f"{address}?{query}").status_code < 500

    ask()
