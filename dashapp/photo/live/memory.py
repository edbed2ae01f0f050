"""How this process gives memory back that photos took."""

from __future__ import annotations

import ctypes

_TRIM_THRESHOLD, _MMAP_THRESHOLD, _ARENA_MAX = -1, -3, -8
"""The numbers of glibc's `mallopt` (its malloc.h)."""

_LARGE = 128 * 1024
_KEPT = 1024 * 1024


def give_memory_back() -> None:
    """Let the C library give large blocks back as soon as they are free, and keep little else.

    By itself glibc learns from the first large block that such ones come often, and keeps the next ones, for
    each thread anew: a worker that has had a few photos of 10 MB keeps over 100. Where the C library is
    another, nothing is done.
    """
    try:
        mallopt = ctypes.CDLL(None).mallopt
    except (OSError, AttributeError, TypeError):
        return
    for option, value in ((_MMAP_THRESHOLD, _LARGE), (_TRIM_THRESHOLD, _KEPT), (_ARENA_MAX, 2)):
        mallopt(option, value)
