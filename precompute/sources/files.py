"""Lists the files below a source's folder, and recognises pictures by their names."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path, PurePosixPath

from bundle import format as fmt
from precompute.shared.lock import LOCK
from precompute.sources.folders.aside import Aside
from precompute.sources.records import LeftOut

JOURNAL = ".collect"
"""The hidden folder that marks a collected catalogue and holds what its next update needs."""

EXTENSIONS = frozenset(
    {".jpg", ".jpeg", ".jpe", ".jfif", ".png", ".webp", ".gif", ".bmp", ".tif", ".tiff", ".avif"}
    | {".heic", ".heif", ".hif"}
)


def files_in(folder: Path, left_out: list[LeftOut], *, exclude: Sequence[str] = ()) -> Iterator[str]:
    """Every file below `folder` as a path with / between its parts, sorted.

    Hidden files, the output of builds and collected catalogues are ignored. Folders that are not entered, and
    things that are not files, are added to `left_out`: one entry for all system folders, and one for
    everything that matches `exclude`.
    """
    aside = Aside(exclude)

    def unreadable(error: OSError) -> None:
        if Path(error.filename) == folder:
            raise error
        file = shown(os.path.relpath(error.filename, folder))
        left_out.append(LeftOut(file, f"the folder cannot be read ({error.strerror})"))

    for parent, folders, names in os.walk(folder, onerror=unreadable):
        base = "" if Path(parent) == folder else Path(parent).relative_to(folder).as_posix() + "/"
        seen = sorted(name for name in folders if not name.startswith("."))
        seen = [name for name in seen if not aside.takes_folder(base + name)]
        folders[:] = [name for name in seen if not _is_apart(Path(parent, name))]
        for name in folders:
            if Path(parent, name).is_symlink():
                left_out.append(LeftOut(shown(base + name), "a link to a folder, which is not followed"))
        for name in sorted(name for name in names if not name.startswith(".")):
            if aside.takes_file(base + name):
                continue
            path = Path(parent, name)
            # A broken link is reported later, as a file that cannot be read.
            if path.is_file() or not path.exists():
                yield base + name
            else:
                left_out.append(LeftOut(shown(base + name), "not a file but a pipe, socket or device"))
    left_out.extend(aside.left_out())


def is_output(folder: Path) -> bool:
    """Whether a build wrote into `folder`. The thumbnails there are not pictures of a catalogue."""
    # The store imports Arrow, and --help should not wait for it.
    from precompute.store.files import STORE

    if (folder / LOCK).is_file() and (folder / STORE).is_dir():
        return True
    live = fmt.read_current(folder)
    return live is not None and (folder / live / fmt.MANIFEST).is_file()


def _is_apart(folder: Path) -> bool:
    """Whether a folder below a source is not part of it: a build's output, or another catalogue."""
    return is_output(folder) or (folder / JOURNAL).is_dir()


def is_picture(path: str) -> bool:
    """Whether a file has the name of a picture."""
    return PurePosixPath(path).suffix.lower() in EXTENSIONS


def is_text(path: str) -> bool:
    """Whether a path is valid Unicode."""
    try:
        path.encode()
    except UnicodeEncodeError:
        return False
    return True


def shown(path: str) -> str:
    """`path` as text that can be written. Invalid Unicode is replaced."""
    return os.fsencode(path).decode(errors="replace")
