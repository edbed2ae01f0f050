"""What only repeats a promise in another size, language or look, and runs with --thorough."""

from __future__ import annotations

from typing import Any

import pytest


def thorough(*values: Any) -> Any:
    """A parameter of a test, of one value or several, under which it repeats what it shows under another."""
    return pytest.param(*values, marks=pytest.mark.thorough)
