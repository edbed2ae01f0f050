"""Keeps the store from growing without bound."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bundle import format as fmt
from bundle.generations import generations
from bundle.seal import read_files_table
from precompute.models.published import heads_of
from precompute.shared.errors import UserError
from precompute.shared.progress import say
from precompute.store import EmbeddingStore, PictureStore, Store

_TOO_MANY = 2
"""Unused pictures are dropped once the store holds this many times the pictures that generations show."""


def tidy(out: Path, store: Store, opened: Sequence[EmbeddingStore | PictureStore], *, strictly: bool) -> None:
    """Drop pictures that no generation in `out` shows, once they are more than half of an opened store.

    A removed product may come back, and its pictures cost only disk space; yet a catalogue that changes for
    years must not fill the disk. Stores of other recipes, sizes and versions are kept. `strictly` drops those
    too, and everything not shown. Tiles go, as their lists are finished. Files that cannot be removed stay.

    Of a shared store, only copies in `out` are dropped, as nobody knows what other builds show. Its small
    parts are merged here, at the end, since other builds may be reading them before.
    """
    try:
        store.drop_tiles()
        kept = generations(out)
        shown = {image_id for bundle in kept for image_id in _images_in(bundle.folder)}
        for each in opened:
            if store.location.shared:
                each.merge()
            if strictly or len(each) > _TOO_MANY * len(shown):
                each.keep(shown)
        if strictly:
            manifests = [bundle.manifest for bundle in kept]
            recipes = [recipe for manifest in manifests for recipe in manifest["recipes"]]
            keys = {recipe.get(name) for recipe in recipes for name in ("embeddings", "fingerprint")}
            keys |= {head["sha256"] for recipe in recipes for head in heads_of(recipe)}
            thumbnails = (manifest.get("thumbnails", {}) for manifest in manifests)
            store.keep_only(keys | {made.get("fingerprint") for made in thumbnails})
    except OSError as error:
        say(f"The store could not be tidied ({error.filename}: {error.strerror}).")
    except UserError as error:
        # A bucket that cannot be reached just now: the bundle is published by now.
        say(f"The store was not tidied. {error}")
    except ValueError as error:
        # A generation with a damaged table of files does not say which pictures it shows.
        say(f"The store was not tidied, as a generation is damaged ({error}).")


def _images_in(folder: Path) -> set[str]:
    """The ids of the pictures in a generation."""
    thumbnails = f"{fmt.THUMBNAILS}/"
    paths = (file.path for file in read_files_table(folder))
    return {path.rpartition("/")[2].partition(".")[0] for path in paths if path.startswith(thumbnails)}
