"""Every setting of the dashboard, read from `AKIN_*` environment variables."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from pathlib import Path

REPOSITORY = Path(__file__).resolve().parent.parent


class SettingsError(ValueError):
    """A setting has a value that cannot be used. Its text is one sentence that names the setting."""


@dataclass(frozen=True)
class Settings:
    """What a deployment may choose. Each field is read from `AKIN_` and its name in capitals."""

    data: Path = field(
        default=REPOSITORY / "data",
        metadata={"help": "Folder of the bundle to serve; `data` beside the package where not set."},
    )
    title: str = field(
        default="",
        metadata={"help": "Name of the shop; where not set, the bundle's own title, or Akin."},
    )

    @classmethod
    def from_environment(cls, environment: Mapping[str, str] = os.environ) -> Settings:
        """The settings that `environment` holds, defaults for the rest.

        Raises `SettingsError` where a variable is set to nothing.
        """
        values: dict[str, str] = {}
        for setting in fields(cls):
            variable = variable_of(setting.name)
            if variable not in environment:
                continue
            values[setting.name] = environment[variable].strip()
            if not values[setting.name]:
                raise SettingsError(
                    f"Expected {variable} to be set to something. Received: nothing. "
                    "Unset it for the default."
                )
        if "data" in values:
            return cls(**{**values, "data": Path(values["data"])})
        return cls(**values)


def variable_of(setting: str) -> str:
    """The environment variable that a setting is read from."""
    return f"AKIN_{setting.upper()}"


def settings_help() -> dict[str, str]:
    """One line of help for each environment variable, in order."""
    return {variable_of(setting.name): setting.metadata["help"] for setting in fields(Settings)}
