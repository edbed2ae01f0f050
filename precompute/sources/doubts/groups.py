"""Groups of variants that are none: of two products in one group neither is shown beside the other."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from dataclasses import replace

from bundle.words import words_of
from precompute.sources.products import SourceProduct

_MOST = 0.5
"""Of a catalogue's products, how many may be in one group."""

_FEWEST_OF_MOST = 4
_FEWEST_OF_ALL = 3
"""Products from which a group is large: a shop of one shirt in two sizes is one."""

_ALIKE = 0.6
"""Of a group's titles, how many have a word in common where they are variants of one product."""

_BEGINNING = 3
"""Letters with which the titles of variants begin alike where no spaces stand between words."""

_SHOWN = 3


def believed(products: Sequence[SourceProduct]) -> tuple[list[SourceProduct], str]:
    """The products without the groups that hold most of them, or products of unlike titles and categories.

    And one sentence about these groups, empty where all are believed.
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
    """Whether products have one category, or titles that have a word or their beginning in common."""
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
    names = sorted(no_groups, key=lambda name: -len(groups[name]))
    if len(names) == 1:
        (name,) = names
        count = len(groups[name])
        what = f"{count:,} of {of:,} products" if _is_most(count, of) else f"{count:,} unlike products"
        return f"“{name[:40]}” is not a group of variants, as it holds {what}: they are products of their own"
    shown = ", ".join(f"“{name[:40]}”" for name in names[:_SHOWN])
    more = f" and {len(names) - _SHOWN:,} more" if len(names) > _SHOWN else ""
    return (
        f"{len(names):,} groups of variants hold unlike products or most of them ({shown}{more}): "
        "these are products of their own"
    )
