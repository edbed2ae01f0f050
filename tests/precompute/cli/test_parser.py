"""What is said of arguments that are wrong."""

from __future__ import annotations

import pytest

from precompute import __version__
from precompute.cli.main import main


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        ([], "the following arguments are required: COMMAND. python -m precompute --help says more."),
        (["biuld", "demo"], "Received: 'biuld'. Did you mean build?"),
        (["build"], "usage: python -m precompute build [options] SOURCE\nakin: the following"),
        (["build", "demo", "--pictures", "bset"], "Expected one of mean, best, first. Received: 'bset'."),
        (["check", "--nothing"], "unrecognized arguments: --nothing."),
    ],
)
def test_a_wrong_argument_gets_two_lines(
    arguments: list[str], said: str, capsys: pytest.CaptureFixture[str]
) -> None:
    with pytest.raises(SystemExit, match="2"):
        main(arguments)
    printed = capsys.readouterr().err
    assert said in printed
    assert printed.count("\n") == 2


def test_the_version_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit, match="0"):
        main(["--version"])
    assert capsys.readouterr().out == f"akin {__version__}\n"
