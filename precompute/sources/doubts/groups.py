"""Rejects implausible groups of variants, since products of one group are never shown as look-alikes."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from bundle.search.words import words_of
from precompute.sources.products import SourceProduct

_MOST = 0.5
"""The largest share of a catalogue's products that one group may have."""

_FEWEST_OF_MOST = 4
_FEWEST_OF_ALL = 3
"""Smaller groups are always accepted: a shop may sell a single shirt in two sizes."""

_ALIKE = 0.6
"""The least share of a group's titles that have a word in common if they are variants."""

_BEGINNING = 3
"""How many first letters variants' titles share, for languages without spaces between words."""

_SHOWN = 3


def believed(products: Sequence[SourceProduct]) -> tuple[list[SourceProduct], str]:
    """The products without implausible groups: too large ones, or with unlike titles and categories.

    Also returns a sentence about these groups, empty if all are accepted.
    """
    groups: dict[str, list[SourceProduct]] = defaultdict(list)
    for product in products:
        if product.variants:
            groups[product.variants].append(product)
    no_groups = {
        name
        for name, members in groups.items()
        if len(members) > 1 and (_is_most(len(members), len(products)) or not _are_variants(members))
    }
    if not no_groups:
        return list(products), ""
    kept = [replace(each, variants="") if each.variants in no_groups else each for each in products]
    return kept, _sentence(groups, no_groups, len(products))


def _is_most(count: int, of: int) -> bool:
    return (count == of and count >= _FEWEST_OF_ALL) or (count > _MOST * of and count >= _FEWEST_OF_MOST)


def _are_variants(members: Sequence[SourceProduct]) -> bool:
    """Whether products have the same category, or titles that share a word or their beginning."""
    categories = {product.category for product in members}
    return (len(categories) == 1 and "" not in categories) or _are_alike([each.title for each in members])


def _are_alike(titles: Sequence[str]) -> bool:
    words = Counter(word for title in titles for word in set(words_of(title)) if not word.isdecimal())
    if words and max(words.values()) >= _ALIKE * len(titles):
        return True
    first = min(titles).casefold()
    last = max(titles).casefold()
    common = next(
        (place for place, (a, b) in enumerate(zip(first, last, strict=False)) if a != b), len(first)
    )
    return common >= _BEGINNING


def _sentence(groups: dict[str, list[SourceProduct]], no_groups: set[str], of: int) -> str:
    names = sorted(no_groups, key=lambda name: (-len(groups[name]), name))
    if len(names) == 1:
        (name,) = names
        count = len(groups[name])
        what = f"{count:,} of {of:,} products" if _is_most(count, of) else f"{count:,} unlike products"
        return f"“{name[:40]}” is not a group of variants, because it has {what}: each counts as a product"
    shown = ", ".join(f"“{name[:40]}”" for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return (
        f"{len(names):,} groups of variants have unlike products, or most of all products ({shown}{more}): "
        "each counts as a product"
    )
