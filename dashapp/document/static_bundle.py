"""A bundle for the pages of a static site: it reads each product once, and notices what a page reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from bundle import Bundle, Neighbour, Product

_REMEMBERED = 20_000
"""How many products are remembered, of some two kilobytes each."""

OF_ONE_BUILD = frozenset({"generation", "created", "digest", "inputs", "files", "versions"})
"""What a manifest says of the build that wrote it: it differs although the catalogue is the same."""

_OF_PRODUCTS = frozenset({"products", "product", "neighbours", "variants", "beside", "positions_of"})
"""Questions about some products, all of which `ReadOnceBundle.noticing` is told."""

_UNNOTICED = _OF_PRODUCTS | {
    "noticing",
    "manifest",
    "recipes",
    "count",
    "folder",
    "thumbnail",
    "large_picture",
}


class Notice:
    """`went_beyond` says whether what was made meanwhile depends on more than the products named before."""

    def __init__(self, ids: Iterable[str]) -> None:
        """`ids` are those of the products that it may depend on."""
        self.ids = frozenset(ids)
        self.went_beyond = False


class ReadOnceBundle(Bundle):
    """A bundle that remembers products, and the lists of the product whose page is made."""

    def __init__(self, folder: Path, manifest: dict[str, Any]) -> None:
        """See `Bundle`: `folder` is a generation that was opened before."""
        self._notice: Notice | None = None
        self._known: dict[str, Product] = {}
        self._lists: dict[tuple[str, str | None], list[Neighbour]] = {}
        super().__init__(folder, _NoticedManifest(manifest, self._go_beyond))

    @contextmanager
    def noticing(self, ids: Iterable[str]) -> Iterator[Notice]:
        """Notice during the `with` whether anything is read but the products with these ids.

        Their lists, variants, positions and pictures belong to them, and so does what the manifest says of
        the catalogue. All else, whatever it is, goes beyond. What a cache outside of this object has kept is
        not noticed.
        """
        self._notice = Notice(ids)
        try:
            yield self._notice
        finally:
            self._notice = None

    def __getattribute__(self, name: str) -> Any:
        """Notice that something about the whole catalogue is read."""
        if name[0] != "_" and name not in _UNNOTICED:
            self._go_beyond()
        return super().__getattribute__(name)

    def _go_beyond(self) -> None:
        if self._notice is not None:
            self._notice.went_beyond = True

    def _look_at(self, ids: Iterable[str]) -> None:
        if self._notice is not None and not self._notice.ids.issuperset(ids):
            self._notice.went_beyond = True

    def products(self, product_ids: Iterable[str]) -> list[Product]:
        """See `Bundle`."""
        ids = list(product_ids)
        self._look_at(ids)
        if len(self._known) > _REMEMBERED:
            self._known.clear()
        if missing := [each for each in ids if each not in self._known]:
            self._known.update((found.id, found) for found in super().products(missing))
        return [self._known[each] for each in ids if each in self._known]

    def neighbours(self, product_id: str, *, recipe: str | None = None) -> list[Neighbour]:
        """See `Bundle`."""
        self._look_at([product_id])
        asked = (product_id, recipe)
        if asked not in self._lists:
            if any(other != product_id for other, _ in self._lists):
                self._lists.clear()
            self._lists[asked] = super().neighbours(product_id, recipe=recipe)
        return self._lists[asked]

    def variants(self, product: Product, *, limit: int) -> list[Product]:
        """See `Bundle`."""
        found = super().variants(product, limit=limit)
        self._look_at([product.id, *(each.id for each in found)])
        return found

    def beside(self, product: Product) -> tuple[Product | None, Product | None]:
        """See `Bundle`."""
        found = super().beside(product)
        self._look_at([product.id, *(each.id for each in found if each)])
        return found

    def positions_of(self, product_ids: Iterable[str]) -> list[int]:
        """See `Bundle`."""
        ids = list(product_ids)
        self._look_at(ids)
        return super().positions_of(ids)


class _NoticedManifest(dict[str, Any]):
    """A manifest that notices when what it says about one build is read."""

    def __init__(self, manifest: dict[str, Any], notice: Any) -> None:
        super().__init__(manifest)
        self._notice = notice

    def __getitem__(self, name: str) -> Any:
        if name in OF_ONE_BUILD:
            self._notice()
        return super().__getitem__(name)

    def get(self, name: str, default: Any = None) -> Any:
        """See `dict`."""
        if name in OF_ONE_BUILD:
            self._notice()
        return super().get(name, default)
