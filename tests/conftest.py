"""What several parts of the tests share."""

from __future__ import annotations

# Before TensorFlow, whose own copy of SQLite has no full-text search and hides the system's.
import sqlite3  # noqa: F401
from pathlib import Path

import hypothesis
import pytest

# How long an example takes says more of the machine than of the code.
hypothesis.settings.register_profile(
    "akin", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow]
)
hypothesis.settings.load_profile("akin")

ROOT = Path(__file__).parent.parent
CLOTHING = ROOT.parent / "shared" / "data" / "clothing"


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
