"""Where embeddings are computed: on the CPU, or on a GPU through Keras on TensorFlow."""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from precompute.shared.errors import UserError
from precompute.shared.progress import say
from precompute.shared.quiet_libraries import quiet_libraries

DEVICES = ("auto", "cpu", "gpu")

BATCHES = {"cpu": 32, "gpu": 128}
"""How many pictures a model takes at once. A GPU has thousands of cores to keep busy; VGG16, the largest
network, takes about 7 GB for 128."""

_DRIVER = Path("/proc/driver/nvidia/gpus")
"""Where NVIDIA's driver for Linux describes each GPU."""

INSTALL = "pip install -r requirements-cuda.txt"


@dataclass(frozen=True)
class Device:
    """What computes embeddings. `kind` is "cpu" or "gpu", and `name` is a GPU's name as TensorFlow gives it.

    A GPU computes in float32 as a CPU does, never in TF32, which keeps 10 of 23 bits of each factor.
    """

    kind: str = "cpu"
    name: str = ""

    @property
    def batch(self) -> int:
        """How many pictures a model takes at once."""
        return BATCHES[self.kind]

    def describe(self) -> dict[str, str]:
        """The device's entry in the manifest. On another one, embeddings differ by rounding."""
        return {"kind": self.kind, "precision": "float32"} | ({"name": self.name} if self.name else {})


CPU = Device()


@cache
def driver_gpus() -> tuple[str, ...]:
    """The names of the GPUs that NVIDIA's driver knows. Costs nothing, unlike asking TensorFlow."""
    names = []
    for file in sorted(_DRIVER.glob("*/information")):
        found = re.search(r"^Model:\s*(.+?)\s*$", file.read_text("utf-8", errors="replace"), re.MULTILINE)
        names.append(found[1] if found else "an NVIDIA GPU")
    return tuple(names)


@cache
def tensorflow_gpus() -> tuple[str, ...]:
    """The names of the GPUs that TensorFlow can use. Importing it takes seconds."""
    with quiet_libraries():
        from precompute.models.runtimes.keras import gpu_names

        return gpu_names()


def choose_device(wanted: str = "auto", *, runtime: str | None = None) -> Device:
    """The device for embeddings: the first GPU, if TensorFlow can use one, else the CPU.

    `wanted` is one of `DEVICES`. TensorFlow is only asked if the driver knows a GPU or `wanted` is "gpu". If
    the driver knows one that TensorFlow cannot use, "auto" says so and takes the CPU. Raises `UserError` if
    "gpu" is wanted and there is none, or the `runtime` is LiteRT, which runs on CPUs.
    """
    if wanted == "cpu" or (wanted == "auto" and (runtime == "litert" or not driver_gpus())):
        return CPU
    if runtime == "litert":
        raise UserError(
            "Expected --runtime keras for --device gpu, as LiteRT runs on the CPU. Received: litert."
        )
    if usable := tensorflow_gpus():
        return Device("gpu", usable[0])
    if wanted == "gpu":
        raise UserError(f"Expected a GPU for --device gpu. {_found()}")
    _say_once(f"{_found()} Embedding goes on on the CPU; --device cpu hides this line.")
    return CPU


def _found() -> str:
    if not driver_gpus():
        return "Found: no driver of a GPU on this machine; --device cpu computes without one."
    return f"TensorFlow cannot use this machine's {driver_gpus()[0]} without CUDA's libraries: {INSTALL}."


@cache
def _say_once(text: str) -> None:
    say(text)
