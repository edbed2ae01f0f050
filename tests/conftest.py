"""What several parts of the tests share."""

from __future__ import annotations

import gc
import os

# Before TensorFlow, whose own copy of SQLite has no full-text search and hides the system's.
import sqlite3  # noqa: F401
from collections import Counter
from collections.abc import Callable, Generator
from pathlib import Path

import hypothesis
import pytest

from tests.sharing import made_once

if "PYTEST_XDIST_WORKER" in os.environ:
    # There is a process for each core: threads would wait for each other at full speed, to the others' cost.
    # NumPy, openTSNE and TensorFlow read these when they are loaded.
    for variable in ("OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "TF_NUM_INTRAOP_THREADS"):
        os.environ.setdefault(variable, "1")

# How long an example takes says more of the machine than of the code.
PROFILE = {"deadline": None, "suppress_health_check": [hypothesis.HealthCheck.too_slow]}
hypothesis.settings.register_profile("usual", max_examples=50, **PROFILE)
hypothesis.settings.register_profile("thorough", max_examples=500, **PROFILE)

SECONDS = {"kill": 20.0, "slow": 4.0, "browser": 2.0}
"""What a test with such a mark takes, roughly."""

ROOT = Path(__file__).parent.parent
CLOTHING = ROOT.parent / "shared" / "data" / "clothing"


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add --thorough."""
    said = (
        "repeat what is tried at random far more often: kills, changes, malformed pictures; "
        "and run the tests marked thorough"
    )
    parser.addoption("--thorough", action="store_true", help=said)


def pytest_xdist_auto_num_workers(config: pytest.Config) -> int | None:
    """Start two processes more than there are cores: a browser's tests wait for half of their time."""
    if "not browser" in config.option.markexpr or "PYTEST_XDIST_AUTO_NUM_WORKERS" in os.environ:
        return None  # One for each core, or as many as are asked for.
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return cores + 2


def pytest_configure(config: pytest.Config) -> None:
    """Choose how many examples hypothesis makes."""
    hypothesis.settings.load_profile("thorough" if config.getoption("thorough") else "usual")


@pytest.fixture(scope="session")
def often(request: pytest.FixtureRequest) -> Callable[[int, int], int]:
    """Gives the first of two numbers, or the second with --thorough."""
    thorough: bool = request.config.getoption("thorough")
    return lambda usual, many: many if thorough else usual


@pytest.fixture(scope="session")
def clothing() -> Path:
    """The folder of real product photos, where it lies beside the project."""
    if not CLOTHING.is_dir():
        pytest.skip("the real photos (shared/data/clothing beside the project) are not here")
    return CLOTHING


@pytest.fixture(scope="session")
def demo() -> Path:
    """The folder of the embedded catalogue."""
    return ROOT / "demo"


@pytest.fixture(scope="session")
def built_demo(demo: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a build of that with the default recipe, only to be read."""
    from precompute.cli.main import main

    def build(out: Path) -> None:
        assert main(["build", str(demo), "--out", str(out), "--quiet"]) == 0

    return made_once(tmp_path_factory, "demo", build)


@pytest.hookimpl(wrapper=True)
def pytest_collection() -> Generator[None, object, object]:
    """Collect no garbage while tests are collected, and never look at their modules again.

    There are a million objects by then, nearly all of which stay: to go through them takes more than a tenth
    of the time of all quick tests.
    """
    gc.disable()
    try:
        return (yield)
    finally:
        gc.enable()
        gc.collect()
        gc.freeze()


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Begin with the files that take longest, so that at the end no process is alone with one."""
    _leave_out_repetitions(config, items)
    seconds: Counter[Path] = Counter()
    for item in items:
        marks = SECONDS.keys() & {mark.name for mark in item.iter_markers()}
        seconds[item.path] += max((SECONDS[name] for name in marks), default=0.1)
    items.sort(key=lambda item: -seconds[item.path])


def _leave_out_repetitions(config: pytest.Config, items: list[pytest.Item]) -> None:
    if config.getoption("thorough"):
        return
    left_out = [item for item in items if item.get_closest_marker("thorough")]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if not item.get_closest_marker("thorough")]
