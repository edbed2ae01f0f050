"""Converts progress between steps of different sizes."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Progress:
    """Calls `advance` with numbers that add up to `count` once `steps` steps are done. Safe in threads."""

    def __init__(self, count: int, steps: int, advance: Callable[[int], None]) -> None:
        self._count, self._steps, self._advance = count, steps, advance
        self._done = 0
        self._lock = threading.Lock()

    @property
    def left(self) -> int:
        """How many steps are left."""
        return self._steps - self._done

    def step(self, steps: int = 1) -> None:
        """Report steps as done."""
        with self._lock:
            before = self._count * self._done // self._steps
            self._done += steps
            self._advance(self._count * self._done // self._steps - before)
