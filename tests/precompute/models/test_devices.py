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

    def has(self, *, driver: tuple[str, ...], tensorflow: tuple[str, ...]) -> None:
        def asked() -> tuple[str, ...]:
            self.asked += 1
            return tensorflow

        self._patch.setattr(devices, "driver_gpus", lambda: driver)
        self._patch.setattr(devices, "tensorflow_gpus", asked)


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
        ((), (), ["GPU         none", "on the CPU", f"{DEFAULT} (default): litert"]),
        ((CARD,), (), [f"GPU         {CARD}", "without CUDA's libraries", "on the CPU"]),
        ((CARD,), (CARD,), [f"GPU         {CARD}", "on the GPU", f"{DEFAULT} (default): keras"]),
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
