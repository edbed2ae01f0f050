from dataclasses import fields
from pathlib import Path

import pytest

from dashapp.settings import REPOSITORY, Settings, SettingsError, settings_help


def test_defaults() -> None:
    assert Settings.from_environment({}) == Settings(data=REPOSITORY / "data", title="")


def test_values_come_from_the_environment() -> None:
    environment = {"AKIN_DATA": "elsewhere", "AKIN_TITLE": " Norr ", "AKIN_OTHER": "x"}
    assert Settings.from_environment(environment) == Settings(data=Path("elsewhere"), title="Norr")


@pytest.mark.parametrize("variable", list(settings_help()))
def test_an_empty_value_is_one_clear_sentence(variable: str) -> None:
    with pytest.raises(SettingsError, match=f"Expected {variable} to have a value"):
        Settings.from_environment({variable: " "})


def test_every_setting_has_one_line_of_help() -> None:
    assert len(settings_help()) == len(fields(Settings))
    for variable, line in settings_help().items():
        assert variable.startswith("AKIN_")
        assert line.endswith(".") and "\n" not in line
