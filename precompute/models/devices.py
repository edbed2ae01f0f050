"""Where embeddings are computed, and how precisely: on the CPU, or on a GPU through Keras on TensorFlow."""

from __future__ import annotations

import re
from dataclasses import dataclass, replace
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

FLOAT32 = "float32"
FAST = {"cpu": "bfloat16", "gpu": "tf32"}
"""What `--fast` computes in. TF32 keeps 10 of float32's 23 bits of each factor, bfloat16 keeps 7."""

_CPU_FACTS = Path("/proc/cpuinfo")
_BFLOAT16_FLAGS = {"amx_bf16", "avx512_bf16"}
"""Linux's names of the instructions that multiply in bfloat16."""

_FIRST_WITH_TF32 = (8, 0)
"""The compute capability of NVIDIA's Ampere, the first GPUs with TF32."""


@dataclass(frozen=True)
class Device:
    """What computes embeddings. `kind` is "cpu" or "gpu", and `name` is a GPU's name as TensorFlow gives it.

    `precision` is `FLOAT32`, or one of `FAST`.
    """

    kind: str = "cpu"
    name: str = ""
    precision: str = FLOAT32

    @property
    def batch(self) -> int:
        """How many pictures a model takes at once."""
        return BATCHES[self.kind]

    def describe(self) -> dict[str, str]:
        """The device's entry in the manifest. On another one, embeddings differ by rounding."""
        return {"kind": self.kind, "precision": self.precision} | ({"name": self.name} if self.name else {})

    @property
    def is_fast(self) -> bool:
        """Whether it computes less precisely than in float32."""
        return self.precision != FLOAT32

    def in_float32(self) -> Device:
        """The same device in float32."""
        return replace(self, precision=FLOAT32)


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


@cache
def cpu_has_bfloat16() -> bool:
    """Whether this machine's CPU has instructions for bfloat16, as Linux says. Without, it is slower."""
    try:
        text = _CPU_FACTS.read_text("utf-8", errors="replace")
    except OSError:
        return False
    flags = re.search(r"^flags\s*:(.*)$", text, re.MULTILINE)
    return flags is not None and not _BFLOAT16_FLAGS.isdisjoint(flags[1].split())


@cache
def gpu_has_tf32() -> bool:
    """Whether the GPU that TensorFlow uses has TF32."""
    with quiet_libraries():
        from precompute.models.runtimes.keras import gpu_capability

        return gpu_capability() >= _FIRST_WITH_TF32


def choose_device(wanted: str = "auto", *, runtime: str | None = None, fast: bool = False) -> Device:
    """The device for embeddings, in float32; or, if `fast`, in what it computes faster.

    Chosen as `_device` says. Raises `UserError` also if `fast` is wanted and the device has nothing faster,
    or the `runtime` is LiteRT, which computes in float32.
    """
    if fast and runtime == "litert":
        raise UserError(
            "Expected --runtime keras for --fast, as LiteRT computes in float32. Received: litert."
        )
    device = _device(wanted, runtime=runtime)
    if not fast:
        return device
    if device.kind == "gpu" and not gpu_has_tf32():
        raise UserError(
            "Expected a GPU with TF32 for --fast (NVIDIA's Ampere or newer). "
            f"Received: {device.name}. Leave --fast out."
        )
    if device.kind == "cpu" and not cpu_has_bfloat16():
        raise UserError(
            "Expected a CPU with instructions for bfloat16 for --fast (AMX-BF16 or AVX512-BF16), or a GPU "
            "with TF32. Received: a CPU without them. Leave --fast out."
        )
    return replace(device, precision=FAST[device.kind])


def _device(wanted: str, *, runtime: str | None) -> Device:
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
