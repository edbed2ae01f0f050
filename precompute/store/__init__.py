"""Results by picture, kept beside the generations so that no build computes them twice.

    store/
      embeddings/<key>/<sha256>.parquet       embeddings by image id
      pictures/<key>/<sha256>.parquet         what else the pixels gave, by image id
      pictures/<key>/thumbnails/<aa>/…        the thumbnails; a generation has hard links to them
      measures/<key>/<sha256>.parquet         what the doctor measured of pictures, by image id
      lists/<key>.arrow                       the lists of the last build
      tiles/<key>/<i>-<j>-<sha256>.arrow      what a cluster found so far of the lists of an unfinished build
      heads/<key>.npz                         the heads and titles of recipes, by their own hash
      sources.json                            where the last build found its pictures

A key is the hash of everything that determines the results under it, including library versions. So the
results under a key are what this build would compute. File names and times do not matter, as clocks, copies
and version control change them. A picture is identified by the SHA-256 of its bytes, which every build
computes for every file, at a second per gigabyte.

Any number of processes may add parts and thumbnails, on any machines: `for_worker` of a store gives what
such a process needs. One process at a time, the driver, merges and tidies (`precompute.shared.lock`). Any may
read.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Collection, Mapping
from pathlib import Path
from typing import Any

from bundle.format import canonical_json
from precompute.store.embeddings import EmbeddingStore
from precompute.store.files import STORE, write_whole
from precompute.store.locations import Copied, Folder, Location
from precompute.store.measures import Measures, MeasureStore
from precompute.store.pictures import Picture, PictureStore

__all__ = ["EmbeddingStore", "MeasureStore", "Measures", "Picture", "PictureStore", "Store"]


SOURCES = "sources.json"


class Store:
    """The store of the output folder `out`.

    With `shared`, embeddings, pictures, measures and a cluster's tiles are there. `out` has copies of what
    its own builds used of the first three (`Copied`). Everything else is in `out` alone.
    """

    def __init__(self, out: Path, shared: Location | None = None) -> None:
        self.root = out / STORE
        own = Folder(self.root)
        self.location = own if shared is None else Copied(shared, own)
        self.lists = self.root / "lists"
        self.heads = self.root / "heads"

    def embeddings(self, key: str, *, writable: bool = True) -> EmbeddingStore:
        """The embeddings of one extractor; `writable` for the driver."""
        return EmbeddingStore(self._of("embeddings", key), writable=writable)

    def pictures(self, key: str, *, writable: bool = True) -> PictureStore:
        """The pictures as they were made in one way; `writable` for the driver."""
        return PictureStore(self._of("pictures", key), writable=writable)

    def pictures_of(self, manifest: Mapping[str, Any]) -> PictureStore:
        """The pictures as the bundle of a manifest shows them, to read."""
        return self.pictures(manifest["thumbnails"]["fingerprint"], writable=False)

    def _of(self, kind: str, key: str) -> Location:
        return self.location.below(kind).below(key)

    def keep_head(self, file: Path, sha256: str) -> None:
        """Keep a copy of a recipe's head, so that its vectors can be made again without the recipe's file."""
        path = self.heads / f"{sha256}.npz"
        if not path.is_file():
            write_whole(path, file.read_bytes(), by_way_of=self.heads)

    def write_sources(self, folder: Path, files: Mapping[str, str]) -> None:
        """Keep where the last build found each picture: a file below `folder` by image id."""
        content = {"folder": str(folder.resolve()), "files": dict(sorted(files.items()))}
        text, path = canonical_json(content), self.root / SOURCES
        self.root.mkdir(parents=True, exist_ok=True)
        if not path.is_file() or path.read_bytes() != text:
            write_whole(path, text, by_way_of=self.root)

    def sources(self) -> tuple[Path, dict[str, str]]:
        """Where the last build found each picture: a folder, and a file below it by image id.

        There are none where nobody knows.
        """
        try:
            content = json.loads((self.root / SOURCES).read_text(encoding="utf-8"))
            return Path(content["folder"]), dict(content["files"])
        except (OSError, ValueError, LookupError, TypeError):
            return Path(), {}

    def measures(self, key: str) -> MeasureStore:
        """What was measured of pictures in one way."""
        return MeasureStore(self._of("measures", key))

    @property
    def tiles(self) -> Location:
        """Where a cluster's workers keep what they have found so far of lists."""
        return self.location.below("tiles").for_worker()

    def drop_tiles(self) -> None:
        """Drop what a cluster found of finished lists, unless other builds share the location."""
        if not self.location.shared:
            shutil.rmtree(self.root / "tiles", ignore_errors=True)

    def keep_only(self, keys: Collection[str]) -> None:
        """Drop everything that is kept under other keys."""
        for folder in ("embeddings", "pictures", "measures", "lists", "heads"):
            for path in (self.root / folder).glob("*"):
                if path.stem in keys:
                    continue
                if path.is_dir():
                    shutil.rmtree(path)
                else:
                    path.unlink()
