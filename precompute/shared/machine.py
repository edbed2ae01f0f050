"""What this machine offers."""

from __future__ import annotations

import os
from pathlib import Path

_GROUPS = Path("/sys/fs/cgroup")
_OWN_GROUPS = Path("/proc/self/cgroup")


_most: list[int] = []
"""The number of cores that `use_cores` left to this process; empty if it was not called."""


def available_cores() -> int:
    """The number of cores that this process may use: those that it may run on, and a container's share.

    A share of one and a half cores counts as two. With more threads than that, a container is only stopped.
    """
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, _share(_GROUPS, _OWN_GROUPS) or cores, *_most))


def use_cores(most: int) -> None:
    """Let this process use at most so many cores, as others share the machine."""
    _most[:] = [most]


def _share(groups: Path, own: Path) -> int | None:
    """How many cores the process's control groups let it use, rounded up; None without a limit.

    Reads both versions of control groups. A group's own limit holds within those of the groups above it.
    """
    shares = [share for folder in _folders(groups, own) if (share := _quota(folder)) is not None]
    return min(shares, default=None)


def _folders(groups: Path, own: Path) -> list[Path]:
    """The process's groups and those above them. In a container its own group is the root."""
    found = [groups, groups / "cpu", groups / "cpu,cpuacct"]
    try:
        lines = own.read_text(encoding="utf-8").splitlines()
    except (OSError, ValueError):
        return found
    for line in lines:
        _, controllers, path = [*line.split(":", 2), "", ""][:3]
        if controllers and "cpu" not in controllers.split(","):
            continue
        group = (groups / controllers if controllers else groups) / path.strip("/")
        while groups in group.parents:
            found.append(group)
            group = group.parent
    return found


def _quota(folder: Path) -> int | None:
    """The cores that one group allows, rounded up; None without a limit."""
    try:
        # Version 2: "150000 100000", or "max 100000".
        quota, period = (folder / "cpu.max").read_text(encoding="utf-8").split()
    except (OSError, ValueError):
        try:
            quota = (folder / "cpu.cfs_quota_us").read_text(encoding="utf-8")
            period = (folder / "cpu.cfs_period_us").read_text(encoding="utf-8")
        except (OSError, ValueError):
            return None
    try:
        # Version 1 has -1 for no limit.
        return -(-int(quota) // int(period)) if int(quota) > 0 and int(period) > 0 else None
    except ValueError:
        return None
