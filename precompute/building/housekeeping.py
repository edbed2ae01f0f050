"""Keeps the store from growing without bound."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from bundle import format as fmt
from bundle.generations import generations
from bundle.seal import read_files_table
from precompute.shared.progress import say
from precompute.store import EmbeddingStore, PictureStore, Store

_TOO_MANY = 2
"""How many times as many pictures as the generations show are kept before all others are dropped."""


def tidy(out: Path, store: Store, opened: Sequence[EmbeddingStore | PictureStore], *, strictly: bool) -> None:
    """Drop from what a build has opened what no generation in `out` shows, once that is more than half of it.

    What is no longer shown may come back, and costs nothing but its place; yet a catalogue that changes for
    years must not fill the disk. Opened by no build are the pictures of other recipes, sizes and versions:
    they stay, but `strictly` drops them, and all that is not shown. What cannot be dropped stays.
    """
    try:
        kept = generations(out)
        shown = {image_id for bundle in kept for image_id in _images_in(bundle.folder)}
        for each in opened:
            if strictly or len(each) > _TOO_MANY * len(shown):
                each.keep(shown)
        if strictly:
            manifests = [bundle.manifest for bundle in kept]
            recipes = [recipe for manifest in manifests for recipe in manifest["recipes"]]
            keys = {recipe.get(name) for recipe in recipes for name in ("embeddings", "fingerprint")}
            thumbnails = (manifest.get("thumbnails", {}) for manifest in manifests)
            store.keep_only(keys | {made.get("fingerprint") for made in thumbnails})
    except OSError as error:
        say(f"The store could not be tidied ({error.filename}: {error.strerror}).")
    except ValueError as error:
        # Nobody knows what a generation with a damaged table of files shows.
        say(f"The store was not tidied, as a generation is damaged ({error}).")


def _images_in(folder: Path) -> set[str]:
    """The ids of the pictures in a generation."""
    thumbnails = f"{fmt.THUMBNAILS}/"
    paths = (file.path for file in read_files_table(folder))
    return {path.rpartition("/")[2].partition(".")[0] for path in paths if path.startswith(thumbnails)}
