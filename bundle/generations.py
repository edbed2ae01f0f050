"""Lists a bundle's generations, finds the one before the live one, and makes one live."""

from __future__ import annotations

import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

from bundle import format as fmt
from bundle.disk import whole_file
from bundle.format import BundleError
from bundle.live import FOLDER as LIVE
from bundle.reader import Bundle
from bundle.theme import FOLDER as THEME

_PARTS = {
    *(fmt.MANIFEST, fmt.FILES, fmt.CATALOGUE, fmt.REPORT),
    *(fmt.NEIGHBOURS, fmt.THUMBNAILS, fmt.MAP, LIVE, THEME),
}
"""The files and folders that a generation may hold."""

_SHOWN = 3

_NAME = "%Y%m%dT%H%M%S%fZ"
_NAMES = re.compile(r"\d{8}T\d{12}Z")


def generations(root: Path) -> list[Bundle]:
    """Every complete generation below `root`, newest first by its manifest's `created`, then by its name.

    A generation is complete if it can be opened. Unfinished and damaged ones are left out. Raises
    `BundleError` if there is no such folder.
    """
    if not root.is_dir():
        raise BundleError(f"There is no bundle at {root}: name the folder that a build wrote.")
    found = []
    for folder in root.iterdir():
        if fmt.is_generation(folder.name) and (folder / fmt.MANIFEST).is_file():
            try:
                found.append(Bundle.open_generation(folder))
            except BundleError:
                continue
    return sorted(found, key=lambda bundle: (_created(bundle), bundle.folder.name), reverse=True)


def previous(root: Path) -> Bundle | None:
    """The generation that `roll_back` would make live: the newest intact one except the live one.

    If none is intact, the newest complete one; None if there is no other. The live one may be damaged: that
    is a reason to go back.
    """
    live = fmt.read_current(root)
    others = [bundle for bundle in generations(root) if bundle.folder.name != live]
    return next((bundle for bundle in others if is_whole(bundle)), others[0] if others else None)


def is_whole(bundle: Bundle) -> bool:
    """Whether a generation's files have the names and sizes that its seal lists."""
    return not bundle.mismatches()


def roll_back(root: Path) -> Bundle:
    """Make the `previous` generation the live one and return it; no generation is removed.

    Raises `BundleError`, and changes nothing, if there is no other generation, if its files do not match its
    seal, or if `root` cannot be written.
    """
    bundle = previous(root)
    if bundle is None:
        raise BundleError(f"Expected two complete generations in {root} to go back. Received: no other one.")
    if wrong := bundle.mismatches():
        more = f" And {len(wrong) - _SHOWN:,} more." if len(wrong) > _SHOWN else ""
        raise BundleError(
            f"The other generation, {bundle.folder.name}, is not as it was built: "
            f"{' '.join(wrong[:_SHOWN])}{more} Nothing was changed."
        )
    try:
        replace_current(root, bundle.folder.name)
    except OSError as error:
        raise BundleError(
            f"{root / fmt.CURRENT} cannot be written ({error.strerror}): nothing was changed."
        ) from error
    return bundle


def next_name(root: Path, moment: datetime) -> str:
    """The name for a generation that is built into `root` at a moment in UTC.

    If the clock was set back, it is the name that follows the last existing one, so that names always sort in
    the order of the builds. Raises `BundleError` if no name follows.
    """
    for folder in root.iterdir():
        there = _moment(folder.name)
        if there is not None and there >= moment:
            try:
                moment = there + timedelta(microseconds=1)
            except OverflowError:
                raise BundleError(
                    f"The generation {folder} has the last possible name: "
                    "remove the folder or rename it, then build again."
                ) from None
    return moment.strftime(_NAME)


def is_next_name(text: str) -> bool:
    """Whether `text` is a name that `next_name` gives."""
    return _moment(text) is not None


def _moment(name: str) -> datetime | None:
    if not _NAMES.fullmatch(name):
        return None
    try:
        return datetime.strptime(name, _NAME).replace(tzinfo=UTC)
    except ValueError:
        return None


def replace_current(root: Path, name: str) -> None:
    """Make the generation `name` live by a rename, so that a reader sees either the old one or this one.

    Once this returns, the change survives a crash of the machine. Raises `OSError` if `root` cannot be
    written; the old generation then stays live.
    """
    with whole_file(root / fmt.CURRENT, durable=True) as temporary:
        temporary.write_text(name + "\n", encoding="utf-8")


def open_at(path: Path) -> Bundle:
    """Open the live generation of the bundle at `path`, or the generation in the folder `path`.

    Raises `BundleError` if it is neither.
    """
    if (path / fmt.MANIFEST).is_file() and not (path / fmt.CURRENT).exists():
        return Bundle.open_generation(path)
    return Bundle.open(path)


def _created(bundle: Bundle) -> datetime:
    """When a generation was built. One whose manifest does not say counts as the oldest."""
    try:
        created = datetime.fromisoformat(bundle.manifest["created"])
    except (KeyError, TypeError, ValueError):
        return datetime.min.replace(tzinfo=UTC)
    return created if created.tzinfo else created.replace(tzinfo=UTC)


def whole_one(root: Path, before: str | None) -> str | None:
    """The generation to go back to: the one that was live `before` if intact, else the newest intact one."""
    try:
        if before:
            with Bundle.open_generation(root / before) as bundle:
                if is_whole(bundle):
                    return before
    except BundleError:
        pass
    found = previous(root)
    return found.folder.name if found and is_whole(found) else None


def remove_older(root: Path, *, keep: set[str | None]) -> None:
    """Remove all generations and remains of some in `root` but those with these names."""
    for folder in root.iterdir():
        if folder.name not in keep and _is_ours(folder):
            shutil.rmtree(folder, ignore_errors=True)


def _is_ours(folder: Path) -> bool:
    """Whether a folder is certainly a generation or the remains of one.

    The folder around it may be the user's own, so nothing else is removed.
    """
    if folder.is_symlink() or not folder.is_dir():
        return False
    if all((folder / name).is_file() for name in (fmt.MANIFEST, fmt.FILES)):
        return True
    return is_next_name(folder.name) and {path.name for path in folder.iterdir()} <= _PARTS
