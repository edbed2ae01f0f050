import os
import subprocess
import sys

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


def test_help_has_an_example_and_every_setting() -> None:
    ran = run("-m", "dashapp", "--help")
    assert ran.returncode == 0
    assert "python -m dashapp --data data --port 8050" in ran.stdout
    for variable, line in settings_help().items():
        assert variable in ran.stdout and line in ran.stdout


def test_a_bad_setting_is_one_sentence_and_no_traceback() -> None:
    for arguments in (("-m", "dashapp"), ("-c", "import dashapp.wsgi")):
        ran = run(*arguments, AKIN_TITLE=" ")
        assert ran.returncode != 0
        assert "Expected AKIN_TITLE to be set to something" in ran.stderr
        assert "Traceback" not in ran.stderr
