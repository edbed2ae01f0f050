"""Returns unused memory of this process to the system, which glibc does not do by itself."""

from __future__ import annotations

import ctypes
from typing import Any

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Constants of glibc's `mallopt` (from malloc.h)."""

_LARGE = 128 * 1024
_KEPT = 1024 * 1024


def give_memory_back(*, arenas: int | None = None) -> None:
    """Make the C library return large blocks as soon as they are free, and keep little else.

    By default, glibc keeps large blocks after it has seen the first, separately for each thread: after a few
    photos of 10 MB a worker keeps over 100 MB. With `arenas`, at most so many parts of the heap are kept
    separately. With another C library, this does nothing.
    """
    options = {_MMAP_THRESHOLD: _LARGE, _TRIM_THRESHOLD: _KEPT}
    if arenas is not None:
        options[_ARENA_MAX] = arenas
    for option, value in options.items():
        _call("mallopt", option, value)


def trim_memory() -> None:
    """Return what is free now. With another C library than glibc, this does nothing."""
    _call("malloc_trim", 0)


def _call(name: str, *arguments: int) -> None:
    try:
        function: Any = getattr(ctypes.CDLL(None), name)
    except (OSError, AttributeError, TypeError):
        return
    function(*arguments)
