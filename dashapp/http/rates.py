"""Limits how often each client may ask."""

from __future__ import annotations

import ipaddress
import math
import threading
import time
from collections import OrderedDict
from collections.abc import Callable

from flask import Request

from dashapp.settings import ServerSettings

_MOST_CLIENTS = 10_000
"""The most clients that are remembered; beyond that, those that asked longest ago are forgotten."""

_NETWORK = 64
"""The bits of an IPv6 address that identify a client: each client has a whole network of this size."""


class Rates:
    """Lets each client ask `rate` times a minute, and after a pause a third of that at once."""

    def __init__(self, rate: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._each_second = rate / 60
        self._at_once = max(1.0, rate / 3)
        self._clock = clock
        self._clients: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, client: str) -> int:
        """Return 0 and count the request if the client may ask now, else the seconds to wait."""
        with self._lock:
            now = self._clock()
            left, before = self._clients.pop(client, (self._at_once, now))
            left = min(self._at_once, left + (now - before) * self._each_second)
            allowed = left >= 1
            self._clients[client] = (left - allowed, now)
            if len(self._clients) > _MOST_CLIENTS:
                self._clients.popitem(last=False)
        return 0 if allowed else math.ceil((1 - left) / self._each_second)


def client_of(request: Request) -> str:
    """The client's address or network, as reported by the router if gunicorn trusts it.

    A router appends its client's address, so only the last entry can be trusted; anyone can forge the others.
    """
    peer = request.remote_addr or ""
    last = request.headers.get("X-Forwarded-For", "").rpartition(",")[2].strip()
    address = last if last and ServerSettings.from_environment().trusts(peer) else peer
    try:
        parsed = ipaddress.ip_address(address)
    except ValueError:
        return peer
    if parsed.version == 6 and parsed.ipv4_mapped:
        parsed = parsed.ipv4_mapped
    if parsed.version == 6:
        return str(ipaddress.ip_network((parsed, _NETWORK), strict=False))
    return str(parsed)
