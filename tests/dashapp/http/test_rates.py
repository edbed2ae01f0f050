"""How often each client may ask, and who a client is."""

from __future__ import annotations

import pytest
from flask import Flask, request

from dashapp.http import rates
from dashapp.http.rates import Rates, client_of


def test_a_rate_allows_a_few_at_once_and_then_one_after_another() -> None:
    now = [0.0]
    allowed = Rates(30, clock=lambda: now[0])
    assert [allowed.ask("a") for _ in range(10)] == [0] * 10
    assert allowed.ask("a") == 2
    assert allowed.ask("b") == 0
    now[0] += 2
    assert [allowed.ask("a"), allowed.ask("a")] == [0, 2]
    now[0] += 3600
    assert [allowed.ask("a") for _ in range(11)] == [0] * 10 + [2]


def test_memory_for_clients_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rates, "_MOST_CLIENTS", 50)
    allowed = Rates(3)
    for number in range(500):
        allowed.ask(str(number))
    assert len(allowed._clients) == 50
    assert allowed.ask("499") > 0, "those that asked last are remembered"


@pytest.mark.parametrize(
    ("forwarded", "trusted", "client"),
    [
        (None, "*", "10.0.0.1"),
        ("203.0.113.9", "*", "203.0.113.9"),
        ("1.1.1.1, 203.0.113.9", "*", "203.0.113.9"),
        ("1.1.1.1,203.0.113.9", "10.0.0.1,10.0.0.2", "203.0.113.9"),
        ("203.0.113.9", "10.0.0.2", "10.0.0.1"),
        ("nonsense", "*", "10.0.0.1"),
        ("2001:db8:1:2:aaaa::1", "*", "2001:db8:1:2::/64"),
        ("::ffff:203.0.113.9", "*", "203.0.113.9"),
    ],
)
def test_a_client_is_who_the_router_says(
    forwarded: str | None, trusted: str, client: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FORWARDED_ALLOW_IPS", trusted)
    headers = {} if forwarded is None else {"X-Forwarded-For": forwarded}
    with Flask("x").test_request_context(headers=headers, environ_base={"REMOTE_ADDR": "10.0.0.1"}):
        assert client_of(request) == client
