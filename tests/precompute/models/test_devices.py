"""Where embeddings are computed. What the driver and TensorFlow say is given, so no GPU is needed."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from precompute.cli.main import main
from precompute.models import devices
from precompute.models.devices import CPU, Device, choose_device
from precompute.models.recipe import DEFAULT, RECIPES
from precompute.models.registry import plan_extractor
from precompute.shared.errors import UserError

CARD = "NVIDIA H100 80GB HBM3"


class Machine:
    """What the driver and TensorFlow say of this machine."""

    def __init__(self, patch: pytest.MonkeyPatch) -> None:
        self._patch = patch
        self.asked = 0

    def has(
        self,
        *,
        driver: tuple[str, ...],
        tensorflow: tuple[str, ...],
        tf32: bool = True,
        bfloat16: bool = False,
    ) -> None:
        def asked() -> tuple[str, ...]:
            self.asked += 1
            return tensorflow

        self._patch.setattr(devices, "driver_gpus", lambda: driver)
        self._patch.setattr(devices, "tensorflow_gpus", asked)
        self._patch.setattr(devices, "gpu_has_tf32", lambda: tf32)
        self._patch.setattr(devices, "cpu_has_bfloat16", lambda: bfloat16)


@pytest.fixture
def machine(monkeypatch: pytest.MonkeyPatch) -> Iterator[Machine]:
    devices._say_once.cache_clear()
    yield Machine(monkeypatch)
    devices._say_once.cache_clear()


def test_without_a_gpu_tensorflow_is_not_even_asked(machine: Machine) -> None:
    machine.has(driver=(), tensorflow=())
    assert choose_device() == choose_device("cpu") == CPU
    assert machine.asked == 0


def test_a_gpu_that_tensorflow_can_use_is_used(machine: Machine) -> None:
    machine.has(driver=(CARD,), tensorflow=(CARD,))
    assert choose_device() == choose_device("gpu") == Device("gpu", CARD)
    assert choose_device("cpu") == choose_device(runtime="litert") == CPU
    plan = plan_extractor(RECIPES[DEFAULT])
    assert (plan.runtime, plan.device.batch) == ("keras", 128)


def test_a_gpu_that_tensorflow_cannot_use_is_said_once_and_the_build_goes_on(
    machine: Machine, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.has(driver=(CARD,), tensorflow=())
    assert choose_device() == choose_device() == CPU
    said = capsys.readouterr().err
    assert said.count("\n") == 1
    assert f"TensorFlow cannot use this machine's {CARD} without CUDA's libraries" in said
    assert "requirements-cuda.txt" in said and "on the CPU" in said


def test_an_explicit_gpu_that_is_not_there_is_an_error(
    machine: Machine, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    machine.has(driver=(CARD,), tensorflow=())
    with pytest.raises(UserError, match=f"Expected a GPU for --device gpu.*{CARD}.*requirements-cuda"):
        choose_device("gpu")
    machine.has(driver=(), tensorflow=())
    with pytest.raises(UserError, match="Found: no driver of a GPU"):
        choose_device("gpu")
    with pytest.raises(UserError, match=r"Expected --runtime keras for --device gpu.*Received: litert\."):
        choose_device("gpu", runtime="litert")
    assert main(["build", "demo", "--out", str(tmp_path / "data"), "--device", "gpu", "--quiet"]) == 2
    said = capsys.readouterr().err
    assert "Expected a GPU for --device gpu" in said and "Traceback" not in said
    assert not (tmp_path / "data" / "CURRENT").exists()


def test_embeddings_of_two_devices_are_kept_apart(machine: Machine) -> None:
    machine.has(driver=(CARD,), tensorflow=(CARD,))
    plans = [plan_extractor(RECIPES[DEFAULT], runtime="keras", device=device) for device in ("cpu", "gpu")]
    assert len({plan.key for plan in plans}) == 2
    # The lists are the same recipe's.
    assert len({plan.recipe.fingerprint(plan.weights_sha256) for plan in plans}) == 1
    assert plans[1].device.describe() == {"kind": "gpu", "name": CARD, "precision": "float32"}


def test_fast_is_what_the_device_computes_faster_and_has_a_key_of_its_own(machine: Machine) -> None:
    machine.has(driver=(CARD,), tensorflow=(CARD,), bfloat16=True)
    recipe = RECIPES[DEFAULT]
    plans = [
        plan_extractor(recipe, runtime=None if fast else "keras", device=device, fast=fast)
        for device in ("cpu", "gpu")
        for fast in (False, True)
    ]
    assert [plan.device.precision for plan in plans] == ["float32", "bfloat16", "float32", "tf32"]
    assert {plan.runtime for plan in plans} == {"keras"}
    assert len({plan.key for plan in plans}) == 4
    assert [plan.in_float32().key for plan in plans[1::2]] == [plan.key for plan in plans[::2]]


def test_a_device_with_nothing_faster_is_told_in_one_sentence(machine: Machine) -> None:
    machine.has(driver=(CARD,), tensorflow=(CARD,), tf32=False)
    with pytest.raises(UserError, match=rf"Expected a GPU with TF32 for --fast.*Received: {CARD}\."):
        choose_device(fast=True)
    with pytest.raises(UserError, match="Expected a CPU with instructions for bfloat16 for --fast"):
        choose_device("cpu", fast=True)
    with pytest.raises(UserError, match=r"Expected --runtime keras for --fast.*Received: litert\."):
        choose_device(runtime="litert", fast=True)


@pytest.mark.parametrize(
    ("facts", "has"),
    [
        ("processor\t: 0\nflags\t\t: fpu avx512f avx512_bf16 sse4_2\n", True),
        ("flags\t\t: fpu amx_bf16\n", True),
        ("flags\t\t: fpu avx512f avx2\nmodel\t: avx512_bf16\n", False),
        ("Features\t: fp asimd\n", False),
    ],
)
def test_a_cpus_flags_are_read_as_linux_has_them(
    facts: str, has: bool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "cpuinfo").write_text(facts)
    monkeypatch.setattr(devices, "_CPU_FACTS", tmp_path / "cpuinfo")
    assert devices.cpu_has_bfloat16.__wrapped__() is has
    monkeypatch.setattr(devices, "_CPU_FACTS", tmp_path / "none")
    assert not devices.cpu_has_bfloat16.__wrapped__()


def test_the_driver_is_read_as_linux_has_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(devices, "_DRIVER", tmp_path)
    devices.driver_gpus.cache_clear()
    try:
        assert devices.driver_gpus() == ()
        devices.driver_gpus.cache_clear()
        information = {"0000:01:00.0": f"Model: \t\t {CARD}\nIRQ:   \t\t 57\n", "0000:02:00.0": "\n"}
        for place, text in information.items():
            (tmp_path / place).mkdir()
            (tmp_path / place / "information").write_text(text)
        assert devices.driver_gpus() == (CARD, "an NVIDIA GPU")
    finally:
        devices.driver_gpus.cache_clear()


@pytest.mark.parametrize(
    ("driver", "tensorflow", "lines"),
    [
        ((), (), ["GPU         none", "on the CPU", f"{DEFAULT} (default): litert", "--fast is refused"]),
        ((CARD,), (), [f"GPU         {CARD}", "without CUDA's libraries", "on the CPU"]),
        ((CARD,), (CARD,), [f"GPU         {CARD}", "on the GPU", f"{DEFAULT} (default): keras", "in tf32"]),
    ],
)
def test_the_command_says_what_would_be_used(
    driver: tuple[str, ...],
    tensorflow: tuple[str, ...],
    lines: list[str],
    machine: Machine,
    capsys: pytest.CaptureFixture[str],
) -> None:
    machine.has(driver=driver, tensorflow=tensorflow)
    assert main(["devices"]) == 0
    said = capsys.readouterr().out
    assert all(line in said for line in lines), said


@pytest.mark.slow
def test_keras_computes_where_it_is_told_and_never_in_tf32() -> None:
    import tensorflow as tf

    from precompute.models.runtimes.keras import compute_on, gpu_names

    compute_on("cpu")
    assert tf.config.get_visible_devices("GPU") == []
    assert not tf.config.experimental.tensor_float_32_execution_enabled()
    assert isinstance(gpu_names(), tuple)


@pytest.mark.slow
def test_layers_made_for_bfloat16_compute_in_it_and_others_are_refused() -> None:
    import keras
    import numpy as np

    from precompute.models.runtimes.keras import KerasExtractor, layers_in

    def model() -> keras.Model:
        images = keras.Input((8, 8, 3), dtype="uint8")
        pixels = keras.layers.Rescaling(1 / 255)(images)
        features = keras.layers.Conv2D(16, 3, kernel_initializer=keras.initializers.HeNormal(seed=0))(pixels)
        return keras.Model(images, keras.layers.GlobalAveragePooling2D(dtype="float32")(features))

    with layers_in("bfloat16"):
        coarse = model()
    exact = model()
    assert {weight.dtype for weight in coarse.weights} == {"float32"}
    pictures = np.random.default_rng(0).integers(0, 256, (5, 8, 8, 3), dtype=np.uint8)
    fast, reference = (
        KerasExtractor(each, weights_sha256="", batch=4, precision=precision)(pictures[:4])
        for each, precision in ((coarse, "bfloat16"), (exact, "float32"))
    )
    assert fast.dtype == reference.dtype == np.float32
    difference = np.abs(fast - reference).max() / np.abs(reference).max()
    assert 1e-5 < difference < 0.02
    with pytest.raises(UserError, match="Expected a recipe whose layers can compute in bfloat16"):
        KerasExtractor(exact, weights_sha256="", batch=4, precision="bfloat16")
