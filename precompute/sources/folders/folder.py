"""Reads a folder without a table: each picture is a product."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from itertools import chain, zip_longest
from pathlib import Path

from precompute.sources.files import files_in, is_picture, is_text, shown
from precompute.sources.folders.file_names import (
    capitalised_alike,
    category_of_folders,
    category_of_name,
    title_from,
)
from precompute.sources.products import SourceProduct
from precompute.sources.records import LeftOut


def read_pictures(folder: Path, exclude: Sequence[str] = ()) -> tuple[list[SourceProduct], list[LeftOut]]:
    """Every picture below `folder` as a product whose id is its path, and the other files as left out.

    Its category is its sub-folder. If no sub-folder has a meaningful name (as "images" has none), it is the
    letters before the number in the picture's name (`sofa_00000226.jpg`). A folder has no order of its own,
    so the categories take turns and the first page shows each of them.
    """
    pictures: list[str] = []
    left_out: list[LeftOut] = []
    for path in files_in(folder, left_out, exclude=exclude):
        if not is_text(path):
            left_out.append(LeftOut(shown(path), "its name is not valid Unicode"))
        elif not is_picture(path):
            left_out.append(LeftOut(path, "not a picture by its name"))
        else:
            pictures.append(path)
    found = {path: category_of_folders(path) for path in pictures}
    if not any(found.values()):
        found = {path: category_of_name(path) for path in pictures}
    alike = capitalised_alike(found.values())
    groups: dict[str, list[SourceProduct]] = defaultdict(list)
    for path in pictures:
        category = alike[found[path]]
        groups[category].append(SourceProduct(path, title_from(path, category), (path,), category=category))
    turns = chain.from_iterable(zip_longest(*(groups[name] for name in sorted(groups))))
    return [product for product in turns if product is not None], left_out
