"""What computes: the choice on the command line, without a cluster."""

from __future__ import annotations

import socket
import subprocess
import sys
from importlib import util
from pathlib import Path

import pytest

from precompute.building.engine import EngineChoice, check_engine, opened
from precompute.cli.main import main
from precompute.shared import machine
from precompute.shared.errors import UserError

ROOT = Path(__file__).resolve().parents[4]


@pytest.mark.parametrize("name", ["spark", "", "ray:", "ray://", "ray://host", "ray://host:port", "Ray"])
def test_an_unknown_engine_is_named_with_those_that_there_are(name: str) -> None:
    with pytest.raises(UserError, match=r"Expected --engine to be local, ray or ray://HOST:PORT\. Received:"):
        check_engine(EngineChoice(name))


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--engine", "spark"], "Received: spark."),
        (["--tile", "5"], "Expected --engine ray beside --tile. Received: --engine local."),
        (["--mixed"], "Expected --engine ray beside --mixed. Received: --engine local."),
        (["--engine", "ray", "--tile", "0"], "Expected --tile to be at least 1. Received: 0."),
    ],
)
def test_a_wrong_option_ends_the_command_before_it_reads_anything(
    options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "data"
    assert main(["build", str(tmp_path / "nowhere"), "--out", str(out), *options]) == 2
    assert said in capsys.readouterr().err
    assert not out.exists()


@pytest.mark.parametrize("command", ["doctor", "fit"])
@pytest.mark.parametrize(
    ("options", "said"),
    [
        (["--engine", "spark"], "Expected --engine to be local, ray or ray://HOST:PORT. Received: spark."),
        (["--mixed"], "Expected --engine ray beside --mixed. Received: --engine local."),
    ],
)
def test_other_commands_say_the_same(
    command: str, options: list[str], said: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    out = tmp_path / "data"
    assert main([command, str(tmp_path / "nowhere"), "--out", str(out), *options]) == 2
    assert said in capsys.readouterr().err
    assert not out.exists()


def test_without_ray_the_sentence_says_how_to_install_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(util, "find_spec", lambda name: None)
    with pytest.raises(UserError, match=r"pip install -r requirements-cluster\.txt"):
        check_engine(EngineChoice("ray"))


@pytest.mark.slow
def test_the_local_engine_needs_nothing_of_ray() -> None:
    program = (
        "import sys\n"
        "from precompute.building.build import build\n"
        "from precompute.doctor import diagnose\n"
        "from precompute.fitting.fit import fit\n"
        "from precompute.building.engine import LOCAL, opened\n"
        "with opened(LOCAL) as engine:\n"
        "    assert engine.embedding([]) is None and engine.lists(None) is None\n"
        "assert 'ray' not in sys.modules\n"
    )
    subprocess.run([sys.executable, "-c", program], cwd=ROOT, check=True)


def test_an_address_where_nothing_answers_is_said_at_once() -> None:
    pytest.importorskip("ray", reason="Ray is not installed")
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))  # Nobody listens.
        address = f"ray://127.0.0.1:{held.getsockname()[1]}"
        with (
            pytest.raises(UserError, match=f"Expected a Ray cluster at {address}. Nothing answers there"),
            opened(EngineChoice(address)),
        ):
            pass


def test_a_process_may_use_fewer_cores_than_there_are(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(machine, "_most", [])
    before = machine.available_cores()
    machine.use_cores(1)
    assert machine.available_cores() == 1
    machine.use_cores(1000)
    assert machine.available_cores() == before
