"""The shop's look: reads and checks theme.toml, and makes what the bundle holds of it."""

from precompute.building.theme.reading import (
    THEME_FILE,
    PreparedTheme,
    files_beside,
    prepare_theme,
    theme_beside,
)

__all__ = ["THEME_FILE", "PreparedTheme", "files_beside", "prepare_theme", "theme_beside"]
