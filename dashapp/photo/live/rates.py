"""How often each client may ask."""

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
"""Clients that are remembered; of more, those that asked longest ago are forgotten."""

_NETWORK = 64
"""Bits of an IPv6 address that tell one client from another: the rest each has to itself."""


class Rates:
    """Lets each client ask `rate` times a minute, and after a pause a third of that at once."""

    def __init__(self, rate: int, *, clock: Callable[[], float] = time.monotonic) -> None:
        self._each_second = rate / 60
        self._at_once = max(1.0, rate / 3)
        self._clock = clock
        self._clients: OrderedDict[str, tuple[float, float]] = OrderedDict()
        self._lock = threading.Lock()

    def ask(self, client: str) -> int:
        """0 where the client may ask now, which counts, or the seconds after which it may."""
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
    """Who asks, as an address or a network: by the router's word where gunicorn takes that.

    A router appends the address of whoever speaks to it: the last entry is its own word, those before are
    anyone's.
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
