"""Waiting for what comes sooner or later, however busy the machine is."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Seen = TypeVar("Seen")

PATIENCE = 120.0
"""Seconds until a test gives up: many times what a quiet machine takes."""


def eventually(
    look: Callable[[], Seen],
    holds: Callable[[Seen], object] = bool,
    *,
    pause: Callable[[float], object] = time.sleep,
    seconds: float = PATIENCE,
) -> Seen:
    """What `look` sees as soon as it `holds`; fails with what was seen last where that never comes."""
    deadline = time.monotonic() + seconds
    while True:
        seen = look()
        if holds(seen):
            return seen
        assert time.monotonic() < deadline, f"still after {seconds:g} s: {seen!r}"
        pause(0.05)
