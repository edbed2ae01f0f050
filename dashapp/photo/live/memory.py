"""Returns memory that photos took to the system."""

from __future__ import annotations

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""Constants of glibc's `mallopt` (from malloc.h)."""

_LARGE = 128 * 1024
_KEPT = 1024 * 1024


def give_memory_back() -> None:
    """Make the C library return large blocks as soon as they are free, and keep little else.

    By default, glibc keeps large blocks after it has seen the first, separately for each thread: after a few
    photos of 10 MB a worker keeps over 100 MB. With another C library, this does nothing.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    for option, value in ((_MMAP_THRESHOLD, _LARGE), (_TRIM_THRESHOLD, _KEPT), (_ARENA_MAX, 2)):
        mallopt(option, value)
