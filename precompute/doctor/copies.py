"""Finds pictures on several products, placeholders, and listings that show the same photo."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from functools import lru_cache

from bundle import Product
from precompute.doctor.case import Case, articles
from precompute.doctor.findings import Finding
from precompute.doctor.same_photo import SmallPicture, same_photo
from precompute.doctor.single_pictures import PLAIN_FRAME, is_blank
from precompute.embeddings.embedded_catalogue import signatures_of
from precompute.neighbours.twins import with_twins
from precompute.shared.progress import stage
from precompute.shared.wording import counted
from precompute.store import Measures

CARD_GROUND = 0.93
CARD_INK = 0.5
CARD_SPAN = 0.3
"""A “no image” card has one background colour, and a large sign or words in one ink. Few products look so."""

USED = 3
"""A plain picture on at least this many articles looks like a placeholder."""

USED_GROUND = 0.85
"""The least part of such a picture that has one colour."""

COMPARED = 2
"""How many of each product's nearest neighbours are compared with it pixel by pixel."""

CLOSE = 0.6
"""The least cosine for comparing pixels. With the default recipe, 95 % of crops by a fifth reach it."""

_OPEN = 512
"""How many thumbnails are kept open, about 100 KB each."""


def check_copies(case: Case) -> Iterator[Finding]:
    """Findings about pictures that several products share, and about placeholders."""
    for group in _groups(case):
        images = {product.images[0].id for product in group}
        measures = case.measures[group[0].images[0].id]
        count = articles(group)
        if is_blank(measures):
            yield _finding(case, "blank-picture", "It has only one colour and shows nothing.", group)
        elif _is_placeholder(measures, count):
            used = f"{counted(len(group), 'product')} {'has' if len(group) == 1 else 'have'} it"
            yield _finding(case, "placeholder", f"{used}, and it looks like a card without a product.", group)
        elif count > 1 and len(images) == 1:
            yield _finding(case, "shared-picture", f"One picture is on {len(group):,} products.", group)
        elif count > 1:
            text = f"{len(group):,} products seem to show one photo, in {counted(len(images), 'file')}."
            yield _finding(case, "near-duplicate", text, group)


def _finding(case: Case, kind: str, text: str, group: list[Product]) -> Finding:
    files = dict.fromkeys(
        file for product in group for file in case.files_of(product.id, product.images[0].id)[:1]
    )
    return Finding(kind, text, tuple(product.id for product in group), tuple(files), weight=len(group))


def _is_placeholder(measures: Measures, count: int) -> bool:
    if measures.frame < PLAIN_FRAME:
        return False
    is_card = measures.ground >= CARD_GROUND and measures.ink >= CARD_INK and measures.span >= CARD_SPAN
    return is_card or (count >= USED and measures.ground >= USED_GROUND)


def _groups(case: Case) -> list[list[Product]]:
    """All products, grouped by the photo that their first pictures show, in the catalogue's order."""
    head: dict[str, str] = {}

    def find(product_id: str) -> str:
        while product_id in head:
            product_id = head[product_id]
        return product_id

    for one, other in _same(case):
        first, second = find(one), find(other)
        if first != second:
            head[second] = first
    groups: dict[str, list[Product]] = defaultdict(list)
    for product in case.products:
        groups[find(product.id)].append(product)
    return list(groups.values())


def _same(case: Case) -> Iterator[tuple[str, str]]:
    """Pairs of products whose first pictures show the same photo."""
    firsts: dict[str, Product] = {}
    for product in case.products:
        earlier = firsts.setdefault(product.images[0].id, product)
        if earlier is not product:
            yield earlier.id, product.id
    pairs = list(dict.fromkeys(_to_compare(case, firsts)))
    if not pairs:
        return

    @lru_cache(_OPEN)
    def open_picture(image_id: str) -> SmallPicture | None:
        image = case.small_picture(image_id)
        return SmallPicture(image) if image is not None else None

    with stage("Comparing", len(pairs), "pairs") as advance:
        for one, other in pairs:
            first, second = (open_picture(case.by_id[each].images[0].id) for each in (one, other))
            if first is not None and second is not None and same_photo(first, second):
                yield one, other
            advance(1)


def _to_compare(case: Case, firsts: dict[str, Product]) -> Iterator[tuple[str, str]]:
    """Pairs of products to compare, each the first one with its picture, in the catalogue's order."""
    places = {product.id: place for place, product in enumerate(case.products)}

    def pair(one: Product, other: Product) -> tuple[str, str]:
        ids = [firsts[each.images[0].id].id for each in (one, other)]
        first, second = sorted(ids, key=places.__getitem__)
        return first, second

    # Signatures alone cannot distinguish two small things in the middle of much white.
    for product in with_twins(case.products, case.lists, signatures_of(case.products, case.pictures)):
        head = case.by_id[product.twins] if product.twins else product
        if head.images[0].id != product.images[0].id:
            yield pair(head, product)
    for one, others in case.neighbours():
        if not is_blank(case.measures[one.images[0].id]):
            yield from (pair(one, other) for other, score in others[:COMPARED] if score >= CLOSE)
