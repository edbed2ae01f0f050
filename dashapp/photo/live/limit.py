"""How much memory this machine allows."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_GROUP_FILES = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")
"""Where Linux tells the limit of a container, in its second and first version."""


def memory_limit(files: tuple[str, ...] = _GROUP_FILES) -> int | None:
    """The bytes that all processes may use: the lower of container and machine, or None if unknown."""
    known = []
    for name in files:
        try:
            known.append(int(Path(name).read_text()))
        # There is no such file, or it says "max".
        except (OSError, ValueError):
            continue
    with suppress(OSError, ValueError):
        known.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min(known, default=None)
