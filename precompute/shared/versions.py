"""The versions of the packages that compute a bundle."""

from __future__ import annotations

import platform
from importlib.metadata import version

from precompute import __version__

RUNTIME_PACKAGES = {"litert": ("ai-edge-litert",), "keras": ("tensorflow", "keras")}
"""The packages that compute embeddings, by the runtime of an extractor."""


def versions(runtimes: set[str]) -> dict[str, str]:
    """The versions of Akin, Python and the packages that decide what is in a bundle, by name."""
    packages = ["numpy", "pillow", *(name for each in sorted(runtimes) for name in RUNTIME_PACKAGES[each])]
    return {"akin": __version__, "python": platform.python_version()} | {
        name: version(name) for name in packages
    }
