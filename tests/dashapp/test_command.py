import os
import socket
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

from dashapp.__main__ import main
from dashapp.settings import REPOSITORY, settings_help


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, *arguments],
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.slow
def test_help_has_an_example_and_every_setting() -> None:
    ran = run("-m", "dashapp", "--help")
    assert ran.returncode == 0
    assert "python -m dashapp --data data --port 8050" in ran.stdout
    for variable, line in settings_help().items():
        assert variable in ran.stdout and line in ran.stdout


@pytest.mark.slow
def test_a_bad_setting_is_one_sentence_and_no_traceback() -> None:
    for arguments in (("-m", "dashapp"), ("-c", "import dashapp.wsgi")):
        ran = run(*arguments, AKIN_TITLE=" ")
        assert ran.returncode != 0
        assert "Expected AKIN_TITLE to have a value" in ran.stderr
        assert "Traceback" not in ran.stderr


@pytest.mark.slow
def test_it_says_that_the_port_is_in_use_before_it_says_that_it_serves(data: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        port = str(listening.getsockname()[1])
        ran = run("-m", "dashapp", "--data", str(data), "--port", port)
    assert ran.returncode == 2 and "Serving" not in ran.stdout
    assert f"Port {port} is in use" in ran.stderr and "Traceback" not in ran.stderr


def refusal(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, data: Path, *arguments: str
) -> str:
    """What the command says, run in this process, where it ends without serving."""
    monkeypatch.setattr(Flask, "run", lambda *_, **__: pytest.fail("it serves"))
    with pytest.raises(SystemExit) as ended:
        main(["--data", str(data), *arguments])
    said = capsys.readouterr()
    assert ended.value.code == 2 and said.out == ""
    return said.err


def test_it_stops_where_there_is_no_bundle(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    said = refusal(capsys, monkeypatch, tmp_path / "none", "--port", "65001")
    assert "There is no bundle at" in said


@pytest.mark.parametrize(
    "arguments", [("--port", "99999"), ("--port", "x"), ("--host", "192.0.2.1"), ("--host", "no host")]
)
def test_an_address_that_it_cannot_have_is_a_sentence(
    data: Path,
    arguments: tuple[str, str],
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    said = refusal(capsys, monkeypatch, data, *arguments)
    assert f"Expected {arguments[0]}" in said and arguments[1] in said
