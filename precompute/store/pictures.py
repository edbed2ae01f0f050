"""Results of pictures besides embeddings, by image id: thumbnails, their sizes, facts for the catalogue."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from pathlib import Path
from threading import Lock

import numpy as np
import pyarrow as pa

from bundle import format as fmt
from precompute.store.files import write_whole
from precompute.store.parts import Parts


@dataclass(frozen=True)
class Picture:
    """What is known of a picture: its thumbnail's size in pixels, the SHA-256 of its thumbnails, its colours.

    `thumbnails` has the files in the order of `thumbnail_files`; `colours` are those of `bundle.Product`.
    `signature` is what tells all but equal pictures from others, as the bytes of its numbers, and
    `descriptor` those of `pictures.colours.descriptor`.
    """

    width: int
    height: int
    thumbnails: tuple[str, ...]
    colours: tuple[str, ...] = ()
    signature: bytes = b""
    descriptor: bytes = b""


_TYPES = (pa.int32(), pa.int32(), pa.list_(pa.string()), pa.list_(pa.string()), pa.binary(), pa.binary())
_COLUMNS = ("image_id", *(field.name for field in fields(Picture)))


def thumbnail_files(image_id: str) -> tuple[str, str, str]:
    """The paths of a picture's thumbnail, its small one, and its large one, which not every picture has."""
    paths = (fmt.thumbnail_file(image_id), fmt.thumbnail_file(image_id, small=True))
    return *paths, fmt.large_file(image_id)


class PictureStore:
    """What was made of pictures in one way, below the folder `root`; opening reads which there are.

    Safe to use from many threads, but for `commit`, `keep` and opening. What is added is kept once `commit`
    returns: it names only thumbnails that were whole before, and every use checks their hashes.
    """

    def __init__(self, root: Path, key: str, *, writable: bool = True) -> None:
        """`writable` says that this process may repair the folder."""
        self.folder = root / key
        self._parts = Parts(self.folder, _COLUMNS, writable=writable)
        self._pictures: dict[str, Picture] = {}
        for table in self._parts.read():
            for image_id, width, height, thumbnails, colours, *numbers in zip(
                *table.to_pydict().values(), strict=True
            ):
                self._pictures[image_id] = Picture(width, height, tuple(thumbnails), tuple(colours), *numbers)
        self._added: dict[str, Picture] = {}
        self._lock = Lock()
        self.damaged = 0

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, image_id: str) -> Picture:
        return self._pictures[image_id]

    def descriptors(self, ids: Sequence[str]) -> np.ndarray:
        """The colour descriptors (n, k), uint8, of n pictures, in their order; one may occur many times.

        Raises `KeyError` with the number of those that are missing.
        """
        missing = len({image_id for image_id in ids if image_id not in self._pictures})
        if missing:
            raise KeyError(missing)
        together = b"".join(self._pictures[image_id].descriptor for image_id in ids)
        return np.frombuffer(together, np.uint8).reshape(len(ids), -1)

    def holds(self, image_id: str) -> bool:
        """Whether a picture is known, and its thumbnails are what they were when they were made.

        A damaged one is dropped, counted in `damaged`, and made again.
        """
        picture = self._pictures.get(image_id)
        if picture is None:
            return False
        if all(map(self._is_whole, thumbnail_files(image_id), picture.thumbnails)):
            return True
        with self._lock:
            del self._pictures[image_id]
            self.damaged += 1
        return False

    def add(self, image_id: str, picture: Picture, contents: tuple[bytes, ...]) -> None:
        """Add a picture with the contents of its thumbnails."""
        for path, content in zip(thumbnail_files(image_id), contents, strict=False):
            write_whole(self.folder / path, content, by_way_of=self.folder)
        with self._lock:
            self._pictures[image_id] = self._added[image_id] = picture

    def commit(self) -> None:
        """Write everything added since the last commit to the disk."""
        with self._lock:
            added, self._added = self._added, {}
        if added:
            self._parts.append_records(added, _TYPES)

    def keep(self, ids: Collection[str]) -> None:
        """Drop all but these pictures, their thumbnails included."""
        self._parts.keep(lambda table: pa.array([one in ids for one in table["image_id"].to_pylist()]))
        for image_id in self._pictures.keys() - set(ids):
            del self._pictures[image_id]
        wanted = {path for image_id in ids for path in thumbnail_files(image_id)}
        for path in self.folder.rglob("*.webp"):
            if path.relative_to(self.folder).as_posix() not in wanted:
                path.unlink()

    def _is_whole(self, path: str, sha256: str) -> bool:
        try:
            return hashlib.sha256((self.folder / path).read_bytes()).hexdigest() == sha256
        except OSError:
            return False
