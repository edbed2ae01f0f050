"""`python -m precompute devices`: what would compute embeddings here, and why."""

from __future__ import annotations

import argparse
from collections.abc import Iterator

from precompute.models import devices
from precompute.models.recipe import DEFAULT, RECIPES
from precompute.shared.machine import available_cores
from precompute.shared.wording import counted

_EXAMPLES = """example:
  python -m precompute devices
"""


def add_parser(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add the command."""
    parser = subparsers.add_parser(
        "devices",
        help="say which processor would compute embeddings, and why",
        description="Says what this machine has, and where embeddings would be computed.",
        epilog=_EXAMPLES,
        formatter_class=argparse.RawDescriptionHelpFormatter,
    )
    parser.set_defaults(run=run)


def run(_: argparse.Namespace) -> int:
    """Print what there is and return 0."""
    for line in _lines():
        print(line)
    return 0


def _lines() -> Iterator[str]:
    # NumPy is imported here so that --help answers at once.
    from precompute.models.registry import best_runtime

    driver, usable = devices.driver_gpus(), devices.tensorflow_gpus()
    gpus = ", ".join(usable or driver) or "none that NVIDIA's driver or TensorFlow knows"
    yield f"CPU         {counted(available_cores(), 'core')} for this process"
    yield f"GPU         {gpus}"
    if driver and not usable:
        yield f"            TensorFlow cannot use it without CUDA's libraries: {devices.INSTALL}"
    yield f"Embeddings  on the {'GPU' if usable else 'CPU'}, in float32; --device names the other"
    for recipe in RECIPES.values():
        default = " (default)" if recipe.name == DEFAULT else ""
        runtime = "keras" if usable else best_runtime(recipe)
        yield f"            {recipe.name}{default}: {runtime}"
    yield f"Fast        {_fast(on_gpu=bool(usable))}"


def _fast(*, on_gpu: bool) -> str:
    has = devices.gpu_has_tf32() if on_gpu else devices.cpu_has_bfloat16()
    if has:
        return f"--fast computes in {devices.FAST['gpu' if on_gpu else 'cpu']}, all recipes with keras"
    lacking = "GPU has no TF32" if on_gpu else "CPU has no instructions for bfloat16"
    return f"--fast is refused, as the {lacking}"
