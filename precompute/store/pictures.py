"""Results of pictures besides embeddings, by image id: thumbnails, their sizes, facts for the catalogue."""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Sequence
from copy import copy
from dataclasses import dataclass, fields
from pathlib import Path
from struct import Struct
from threading import Lock

import numpy as np
import pyarrow as pa

from bundle import format as fmt
from precompute.shared.mapped_arrays import large_array
from precompute.store.known_ids import KnownIds
from precompute.store.locations import Location
from precompute.store.locked import Locked
from precompute.store.parts import Parts


@dataclass(frozen=True)
class ShownPicture:
    """What a catalogue shows of a picture: its thumbnail's size in pixels, its thumbnails, its colours.

    `thumbnails` has the SHA-256 of the files in the order of `thumbnail_files`; `colours` are those of
    `bundle.Product`.
    """

    width: int
    height: int
    thumbnails: tuple[str, ...]
    colours: tuple[str, ...] = ()


@dataclass(frozen=True)
class Picture(ShownPicture):
    """All that is known of a picture.

    `signature` is what tells all but equal pictures from others, as the bytes of its numbers, and
    `descriptor` those of `pictures.colours.descriptor`.
    """

    signature: bytes = b""
    descriptor: bytes = b""


_NUMBERS = Struct("<III")
"""How a `ShownPicture` is held: width, height, the number of its colours, and then the bytes of its hashes.

Objects would take five times the memory.
"""

_HASH = 32

_TYPES = (pa.int32(), pa.int32(), pa.list_(pa.string()), pa.list_(pa.string()), pa.binary(), pa.binary())
_COLUMNS = ("image_id", *(field.name for field in fields(Picture)))


def thumbnail_files(image_id: str) -> tuple[str, str, str]:
    """The paths of a picture's thumbnail, its small one, and its large one, which not every picture has."""
    paths = (fmt.thumbnail_file(image_id), fmt.thumbnail_file(image_id, small=True))
    return *paths, fmt.large_file(image_id)


class PictureStore(Locked):
    """What was made of pictures in one way, in a location that may be new; opening reads which there are.

    Safe to use from many threads, but for `commit`, `keep` and opening. What is added is kept once `commit`
    returns: it names only thumbnails that were whole before, and every use checks their hashes. Signatures
    and descriptors are read when they are asked for, since they are most of what there is.
    """

    def __init__(self, location: Path | Location, *, writable: bool = True) -> None:
        """`writable` says that this process is the driver (see `Parts`)."""
        self._parts = Parts(location, _COLUMNS, writable=writable)
        self._location = self._parts.location
        self.folder = self._location.folder
        self._pictures: dict[bytes, bytes] = {}
        self._colours: dict[tuple[str, ...], int] = {}
        self._named: list[tuple[str, ...]] = []
        self._trusted = KnownIds()
        self._seen: set[str] = set()
        self._added: dict[str, Picture] = {}
        self._lock = Lock()
        self.damaged = 0
        self.refresh()

    @property
    def is_shared(self) -> bool:
        """Whether builds that know nothing of each other use it: thumbnails may be far away."""
        return self._location.shared

    def refresh(self) -> None:
        """Read which pictures were added by others."""
        shown = [field.name for field in fields(ShownPicture)]
        for table in self._parts.read("image_id", *shown, seen=self._seen):
            for image_id, *values in zip(*table.to_pydict().values(), strict=True):
                self._pictures[bytes.fromhex(image_id)] = self._held(*values)

    def known(self) -> np.ndarray:
        """The ids of the pictures, sorted: (n,) S64. Their thumbnails may be damaged."""
        return np.sort(np.array([one.hex() for one in self._pictures], "S64"))

    def for_worker(self) -> PictureStore:
        """This store for a process that only adds, as `EmbeddingStore.for_worker` gives one.

        It assumes that the thumbnails known now are whole: the driver checks those it uses by `holds`.
        """
        worker = copy(self)
        worker._parts = self._parts.for_worker()
        worker._location = worker._parts.location
        worker.folder = worker._location.folder
        worker._pictures, worker._added, worker._seen = {}, {}, set()
        worker._trusted = KnownIds(self.known())
        return worker

    def __len__(self) -> int:
        return len(self._pictures)

    def __getitem__(self, image_id: str) -> ShownPicture:
        held = self._pictures[bytes.fromhex(image_id)]
        width, height, colours = _NUMBERS.unpack_from(held)
        parts = (held[begin : begin + _HASH] for begin in range(_NUMBERS.size, len(held), _HASH))
        return ShownPicture(width, height, tuple(part.hex() for part in parts), self._named[colours])

    def descriptors(self, ids: Sequence[str]) -> np.ndarray:
        """The colour descriptors (n, k), uint8, of n pictures, in their order; one may occur many times.

        They must be committed. Raises `KeyError` with the number of those that are missing.
        """
        return self._numbers("descriptor", ids)

    def signatures(self, ids: Sequence[str]) -> np.ndarray:
        """The signatures (n, k), uint8, of n pictures, as `descriptors` gives their descriptors."""
        return self._numbers("signature", ids)

    def holds(self, image_id: str) -> bool:
        """Whether a picture is known, and its thumbnails are what they were when they were made.

        A damaged one is dropped, counted in `damaged`, and made again.
        """
        if image_id in self._trusted:
            return True
        if bytes.fromhex(image_id) not in self._pictures:
            return False
        if all(map(self._is_whole, thumbnail_files(image_id), self[image_id].thumbnails)):
            return True
        with self._lock:
            del self._pictures[bytes.fromhex(image_id)]
            # Others that make it again may write the very part that had it.
            self._seen.clear()
            self.damaged += 1
        return False

    def add(self, image_id: str, picture: Picture, contents: tuple[bytes, ...]) -> None:
        """Add a picture with the contents of its thumbnails."""
        for path, content in zip(thumbnail_files(image_id), contents, strict=False):
            self._location.write(path, content)
        with self._lock:
            self._added[image_id] = picture
            self._pictures[bytes.fromhex(image_id)] = self._held(
                picture.width, picture.height, picture.thumbnails, picture.colours
            )

    def commit(self) -> None:
        """Write everything added since the last commit to the disk."""
        with self._lock:
            added, self._added = self._added, {}
        if added:
            self._parts.add_records(added, _TYPES)

    def merge(self) -> None:
        """Merge the small parts if there are many; only the driver may."""
        self._parts.merge()

    def keep(self, ids: Collection[str]) -> None:
        """Drop all but these pictures and their thumbnails; of a shared store, only copies of thumbnails."""
        if not self._location.shared:
            self._parts.keep(lambda table: pa.array([one in ids for one in table["image_id"].to_pylist()]))
            for held in self._pictures.keys() - set(map(bytes.fromhex, ids)):
                del self._pictures[held]
        wanted = {path for image_id in ids for path in thumbnail_files(image_id)}
        for path in self.folder.rglob("*.webp"):
            if path.relative_to(self.folder).as_posix() not in wanted:
                path.unlink()

    def _held(self, width: int, height: int, thumbnails: Iterable[str], colours: Iterable[str]) -> bytes:
        some = tuple(colours)
        number = self._colours.setdefault(some, len(self._named))
        if number == len(self._named):
            self._named.append(some)
        return _NUMBERS.pack(width, height, number) + bytes.fromhex("".join(thumbnails))

    def _numbers(self, column: str, ids: Sequence[str]) -> np.ndarray:
        """A column of bytes of n pictures, in their order: (n, k) uint8."""
        first = {image_id: len(ids) - 1 - row for row, image_id in enumerate(reversed(ids))}
        left = dict(first)
        found = np.empty((len(ids), 0), np.uint8)
        for table in self._parts.read("image_id", column):
            for image_id, value in zip(*table.to_pydict().values(), strict=True):
                row = left.pop(image_id, None)
                if row is None:
                    continue
                if not found.size:
                    found = large_array((len(ids), len(value)), np.uint8, folder=self.folder)
                found[row] = np.frombuffer(value, np.uint8)
        if left:
            raise KeyError(len(left))
        again = [row for row, image_id in enumerate(ids) if first[image_id] != row]
        found[again] = found[[first[ids[row]] for row in again]]
        return found

    def _is_whole(self, path: str, sha256: str) -> bool:
        try:
            return hashlib.sha256(self._location.read(path, sha256=sha256)).hexdigest() == sha256
        except OSError:
            return False
