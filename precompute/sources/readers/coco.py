"""Reads COCO annotations, which list pictures, categories, and the categories on each picture."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from precompute.sources.values.categories import BETWEEN


@dataclass(frozen=True)
class Annotations:
    """The categories on each picture, most frequent first, by the picture's id."""

    names: Mapping[str, list[str]]

    def of(self, image: Mapping[str, Any]) -> dict[str, Any]:
        """A picture as a product, with its file and categories."""
        rest = {key: value for key, value in image.items() if key not in _TECHNICAL}
        address = image.get("coco_url") or image.get("flickr_url")
        return rest | {
            "id": image.get("id"),
            "image": image.get("file_name") or address,
            "categories": self.names.get(str(image.get("id")), []),
        }


_TECHNICAL = ("file_name", "coco_url", "flickr_url", "license", "height", "width", "date_captured", "id")


def annotations_in(items: Callable[[str], Iterator[Any]]) -> Annotations | None:
    """The annotations of a file, or None if it has none. `items` returns the objects of a list in it."""
    names: dict[str, str] = {}
    for category in items("categories.item"):
        if isinstance(category, Mapping) and isinstance(category.get("name"), str):
            above = category.get("supercategory")
            name = category["name"]
            is_path = isinstance(above, str) and above not in ("", "none", name)
            names[str(category.get("id"))] = f"{above}{BETWEEN}{name}" if is_path else name
    if not names:
        return None
    found: dict[str, Counter[str]] = defaultdict(Counter)
    for annotation in items("annotations.item"):
        if isinstance(annotation, Mapping) and (name := names.get(str(annotation.get("category_id")))):
            found[str(annotation.get("image_id"))][name] += 1
    if not found:
        return None
    return Annotations({image: [name for name, _ in counts.most_common()] for image, counts in found.items()})
