"""Opens the live search that the setting asks for, or says why it cannot."""

from __future__ import annotations

import logging
from importlib.util import find_spec
from typing import TYPE_CHECKING

from bundle import Bundle, BundleError
from bundle.live import PHOTO_BYTES, WEB_START, LiveSearch, host_memory, read_live
from dashapp.photo.live.limit import memory_limit
from dashapp.settings import BROWSER, KERAS, LITERT, ServerSettings, Settings, SettingsError

if TYPE_CHECKING:
    from dashapp.photo.live.engine import Engine

logger = logging.getLogger(__name__)

_PACKAGES = {
    LITERT: (("ai_edge_litert", "numpy", "PIL", "pillow_heif"), "requirements-live.txt"),
    KERAS: (("tensorflow", "keras", "numpy", "PIL", "pillow_heif", "pyarrow"), "requirements-precompute.txt"),
}


def check_start(settings: Settings) -> None:
    """Check whatever can be checked before the first request.

    Raises `SettingsError` if a package is missing, or if the bundle has no live search.
    """
    missing = _missing(settings.live)
    if missing:
        raise SettingsError(
            f"AKIN_LIVE={settings.live} needs the package {missing[0]}, which is not installed: "
            f"run: pip install -r {_PACKAGES[settings.live][1]}."
        )
    try:
        bundle = Bundle.open(settings.data)
    except BundleError:
        return  # The pages say what is wrong.
    try:
        live = _check_bundle(settings, bundle)
    except BundleError as error:
        raise SettingsError(f"AKIN_LIVE={settings.live} cannot be served: {error}") from None
    if live is not None and can_search(settings):
        workers = ServerSettings.from_environment().workers
        if too_large := what_does_not_fit(live, workers=workers, most=memory_limit()):
            logger.warning("%s", too_large)


def what_does_not_fit(live: LiveSearch, *, workers: int, most: int | None) -> str:
    """A sentence if searching takes more memory than `most` bytes, otherwise empty. None is no limit."""
    needed = host_memory(rows=live.rows, dimensions=live.dimensions, workers=workers) + PHOTO_BYTES
    if most is None or needed <= most:
        return ""
    fewer = "set WEB_CONCURRENCY=1, " if workers > 1 else ""
    return (
        f"Searching by photo among {live.rows:,} vectors takes up to {needed // 10**6:,} MB of memory in "
        f"{workers} {'workers' if workers > 1 else 'worker'}, but this machine allows {most // 10**6:,} MB: "
        f"{fewer}use a larger machine, or let browsers search (AKIN_LIVE=browser, without the packages of "
        "requirements-live.txt)."
    )


def can_search(settings: Settings) -> bool:
    """Whether this process has the packages for searching. It can do without them if browsers search."""
    return not _missing(KERAS if settings.live == KERAS else LITERT)


def open_engine(settings: Settings, bundle: Bundle) -> Engine | None:
    """The engine of a bundle; None if visitors' browsers search and the packages for it are missing.

    Raises `BundleError` if the bundle lacks what the setting needs.
    """
    live = _check_bundle(settings, bundle)
    if live is None:
        from dashapp.photo.live.keras import open_keras

        return open_keras(bundle, data=settings.data)
    if not can_search(settings):
        return None
    from dashapp.photo.live.litert import open_litert

    return open_litert(bundle, live)


def _check_bundle(settings: Settings, bundle: Bundle) -> LiveSearch | None:
    """The bundle's live part; None for Keras, which uses the store beside the bundle."""
    if settings.live == KERAS:
        if not (settings.data / "store" / "embeddings" / str(bundle.recipes[0].get("embeddings"))).is_dir():
            raise BundleError(
                f"there is no store with its embeddings in {settings.data}; serve a bundle from where it was "
                "built, or run: python -m precompute build SOURCE."
            )
        return None
    live = read_live(bundle)
    if live is None:
        raise BundleError(
            f"the bundle at {bundle.folder} was built without it; "
            "run: python -m precompute build SOURCE --live."
        )
    if settings.live == BROWSER and not (bundle.folder / WEB_START).is_file():
        raise BundleError(
            f"the bundle at {bundle.folder} has no {WEB_START}, as npm could not be reached when it was "
            "built; run: python -m precompute build SOURCE --live."
        )
    return live


def _missing(live: str) -> list[str]:
    packages, _ = _PACKAGES.get(live, ((), ""))
    return [package for package in packages if find_spec(package) is None]
