"""Decides which files and folders are ignored: those of operating systems, and those of --exclude."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from precompute.sources.records import LeftOut

SYSTEM_FOLDERS = (
    *("@eaDir", "#recycle", "#snapshot", "~snapshot", "@Recycle", "@Recently-Snapshot", "@tmp"),
    *(".Trash*", "Trash-*", "$RECYCLE.BIN", "RECYCLER", "System Volume Information", "lost+found"),
    *("__MACOSX", "__pycache__", "node_modules", ".AppleDouble", ".Spotlight-V100", ".fseventsd"),
    *("@SynoResource", "@SynoEAStream", "@__thumb", "@Transcode", "@sharesnap", "Recycled", "FOUND.0*"),
    *("Network Trash Folder", "Temporary Items", "TheVolumeSettingsFolder"),
)
"""Folders that never hold products: those of Synology's and QNAP's storage, Windows, Linux and macOS."""

SYSTEM_FILES = ("Thumbs.db", "desktop.ini", "ehthumbs.db", "Icon\r", "*@SynoEAStream", "*@SynoResource")

SYNONYMS = "synonyms.csv"
"""The table in a source's folder that holds no products, but the shop's own synonyms."""

_SHOWN = 3

_SYSTEM = "system folders are ignored"
_EXCLUDED = "left out by --exclude"
ON_PURPOSE = (_SYSTEM, _EXCLUDED)
"""Reasons with these beginnings are on purpose, so no product is missing."""

OF_THEME = "theme:"
"""A pattern that begins so is the path of one file of the shop's theme; it is not reported."""


@dataclass
class Aside:
    """Matches paths below a folder with the given patterns, and records what is ignored.

    A pattern without / is matched with each part of the path, one with / with the whole path below the
    folder. Case does not matter.
    """

    patterns: Sequence[str] = ()
    _system: list[str] = field(default_factory=list)
    _excluded: list[str] = field(default_factory=list)

    def takes_folder(self, path: str) -> bool:
        """Whether to ignore a folder, given by its path below the source."""
        name = path.rpartition("/")[2]
        if _matches(name, SYSTEM_FOLDERS):
            self._system.append(path)
            return True
        return self._excludes(path, name)

    def takes_file(self, path: str) -> bool:
        """Whether to ignore a file, given by its path below the source's folder."""
        name = path.rpartition("/")[2]
        # The files that Windows and NAS put beside pictures are not reported.
        return path == SYNONYMS or _matches(name, SYSTEM_FILES) or self._excludes(path, name)

    def left_out(self) -> Iterator[LeftOut]:
        """One entry for all system folders, and one for everything that --exclude matched."""
        if self._system:
            yield LeftOut(_several(self._system), _SYSTEM)
        if self._excluded:
            given = [pattern for pattern in self.patterns if not pattern.startswith(OF_THEME)]
            yield LeftOut(_several(self._excluded), f"{_EXCLUDED} {', '.join(given)}")

    def _excludes(self, path: str, name: str) -> bool:
        for pattern in self.patterns:
            if pattern.startswith(OF_THEME):
                if pattern == OF_THEME + path:
                    return True
                continue
            pattern = pattern.strip("/").casefold() if pattern != "/" else pattern
            if fnmatchcase((path if "/" in pattern else name).casefold(), pattern):
                self._excluded.append(path)
                return True
        return False


def _matches(name: str, patterns: Sequence[str]) -> bool:
    folded = name.casefold()
    return any(fnmatchcase(folded, pattern.casefold()) for pattern in patterns)


def _several(paths: Sequence[str]) -> str:
    more = f" and {len(paths) - _SHOWN:,} more" if len(paths) > _SHOWN else ""
    return ", ".join(paths[:_SHOWN]) + more
