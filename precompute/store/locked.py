"""What has a lock and can still be sent to another process."""

from __future__ import annotations

from threading import Lock
from typing import Any


class Locked:
    """Has a `_lock`. Another process that is sent this gets it with a lock of its own."""

    _lock: Lock

    def __getstate__(self) -> dict[str, Any]:
        return {name: value for name, value in vars(self).items() if name != "_lock"}

    def __setstate__(self, state: dict[str, Any]) -> None:
        vars(self).update(state)
        self._lock = Lock()
