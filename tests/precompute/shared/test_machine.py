"""How many cores a process may use: those of the machine, or a container's share of them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from precompute.shared import machine
from precompute.shared.machine import available_cores


@pytest.fixture
def groups(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of control groups of a machine with eight cores, without any limit."""
    monkeypatch.setattr(os, "sched_getaffinity", lambda _: set(range(8)), raising=False)
    monkeypatch.setattr(machine, "_GROUPS", tmp_path / "cgroup")
    monkeypatch.setattr(machine, "_OWN_GROUPS", tmp_path / "own")
    (tmp_path / "cgroup").mkdir()
    return tmp_path / "cgroup"


def limit(group: Path, **files: str) -> None:
    group.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        (group / name.replace("__", ".")).write_text(text + "\n")


def test_without_control_groups_all_cores_count(groups: Path) -> None:
    assert available_cores() == 8


@pytest.mark.parametrize(
    ("text", "cores"),
    [
        ("200000 100000", 2),
        ("150000 100000", 2),
        ("50000 100000", 1),
        ("max 100000", 8),
        ("1600000 100000", 8),
        ("nonsense", 8),
        ("a b", 8),
        ("100000 0", 8),
    ],
)
def test_a_containers_share_counts(groups: Path, text: str, cores: int) -> None:
    limit(groups, cpu__max=text)
    assert available_cores() == cores


@pytest.mark.parametrize(("quota", "cores"), [("300000", 3), ("250000", 3), ("-1", 8)])
@pytest.mark.parametrize("controllers", ["cpu", "cpu,cpuacct"])
def test_so_does_that_of_the_first_version(groups: Path, quota: str, cores: int, controllers: str) -> None:
    limit(groups / controllers, cpu__cfs_quota_us=quota, cpu__cfs_period_us="100000")
    assert available_cores() == cores


def test_the_smallest_share_of_the_groups_above_counts(groups: Path) -> None:
    (groups.parent / "own").write_text("0::/user.slice/build.scope\n")
    limit(groups / "user.slice" / "build.scope", cpu__max="600000 100000")
    assert available_cores() == 6
    limit(groups / "user.slice", cpu__max="300000 100000")
    assert available_cores() == 3


def test_of_the_first_version_only_the_processors_group_counts(groups: Path) -> None:
    (groups.parent / "own").write_text("5:memory:/other\n4:cpu,cpuacct:/docker/abc\n\n")
    limit(groups / "cpu,cpuacct" / "docker" / "abc", cpu__cfs_quota_us="200000", cpu__cfs_period_us="100000")
    limit(groups / "memory" / "other", cpu__cfs_quota_us="100000", cpu__cfs_period_us="100000")
    assert available_cores() == 2
