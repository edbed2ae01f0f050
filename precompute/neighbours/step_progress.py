"""Progress in steps of another size."""

from __future__ import annotations

import threading
from collections.abc import Callable


class Progress:
    """Tells `advance` of `count` things in all while `steps` steps are done, from any thread."""

    def __init__(self, count: int, steps: int, advance: Callable[[int], None]) -> None:
        self._count, self._steps, self._advance = count, steps, advance
        self._done = 0
        self._lock = threading.Lock()

    @property
    def left(self) -> int:
        """How many steps are left."""
        return self._steps - self._done

    def step(self, steps: int = 1) -> None:
        """So many steps are done."""
        with self._lock:
            before = self._count * self._done // self._steps
            self._done += steps
            self._advance(self._count * self._done // self._steps - before)
