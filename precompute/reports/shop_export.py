"""Exports lists of look-alikes into the shop's own system, as a file that its importer takes."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bundle import Bundle, BundleError, Product
from bundle.disk import whole_file
from precompute.models.choice import published_recipe
from precompute.reports.shops import Related, ShopFormat, UnknownToShop
from precompute.shared.errors import UserError
from precompute.shared.progress import stage


@dataclass(frozen=True)
class ShopExportSettings:
    """The settings of an export into a shop.

    `recipe` is None for the bundle's first, `out` for the format's own name, and `top`, the most look-alikes
    of a product, for what the recipe shows at first. `ids` says what ids of digits are, None to recognise it.
    With `changed_since`, the name of a generation in `data`, only lists that differ from that generation's
    are written.
    """

    data: Path
    format: ShopFormat
    recipe: str | None = None
    out: Path | None = None
    top: int | None = None
    ids: str | None = None
    changed_since: str | None = None


@dataclass(frozen=True)
class ShopExport:
    """The result: the file, and the numbers of products in it and of unchanged ones that are not.

    `left_out` has the products that the shop system cannot find: the reason by product id.
    """

    file: Path
    products: int
    unchanged: int
    left_out: dict[str, str]


def export_to_shop(settings: ShopExportSettings) -> ShopExport:
    """Write the lists of the live generation for a shop system's importer, atomically.

    Raises `BundleError` if there is no bundle, and `UserError` if it lacks the recipe, the generation, or
    products that the shop system can find.
    """
    out = settings.out or Path(settings.format.file)
    with Bundle.open(settings.data) as bundle:
        recipe = published_recipe(bundle, settings.recipe)
        lists = _ShopLists(settings, recipe, settings.top or int(recipe["top"]))
        before = _earlier(lists) if settings.changed_since else {}
        left_out: dict[str, str] = {}
        with stage("Exporting", bundle.count, "products") as advance:
            entries = []
            for entry in lists.entries(bundle, left_out):
                entries.append(entry)
                advance(1)
    if not entries:
        name, reason = next(iter(left_out.items()))
        shop = settings.format.shop
        text = f"Expected products that {shop} can find. Received: none; the first, {name}: {reason}."
        raise UserError(text)
    changed = [entry for entry in entries if before.get(entry.reference) != entry.others]
    with whole_file(out) as temporary, temporary.open("w", encoding="utf-8", newline="") as file:
        settings.format.write(file, changed)
    return ShopExport(out, len(changed), len(entries) - len(changed), left_out)


@dataclass(frozen=True)
class _ShopLists:
    """Makes the lists that the shop shows.

    Variants of one product count as one, which the first of them stands for, or the one whose id names the
    group. They are never each other's look-alikes.
    """

    settings: ShopExportSettings
    recipe: dict[str, Any]
    top: int

    def entries(self, bundle: Bundle, left_out: dict[str, str]) -> Iterator[Related]:
        """Each product with its look-alikes, in the catalogue's order; fills `left_out` at the beginning."""
        products = [product for some in bundle.batches() for product in some]
        heads = _heads(products)
        name_of = self.settings.format.references(products, self.settings.ids)
        references: dict[str, str] = {}
        for head in {head.id: head for head in heads.values()}.values():
            try:
                references[head.id] = name_of(head)
            except UnknownToShop as error:
                left_out[head.id] = str(error)
        for product_id, reference in references.items():
            others: dict[str, None] = {}
            for entry in bundle.neighbours(product_id, recipe=self.recipe["name"]):
                other = heads[entry.id].id
                if other != product_id and other in references and len(others) < self.top:
                    others[references[other]] = None
            yield Related(reference, tuple(others))


def _earlier(lists: _ShopLists) -> dict[str, tuple[str, ...]]:
    """The look-alikes that each product had in the generation of `changed_since`, by reference."""
    data, name = lists.settings.data, lists.settings.changed_since or ""
    try:
        with Bundle.open_generation(data / name) as bundle:
            published_recipe(bundle, lists.recipe["name"], holder="both generations hold")
            return {entry.reference: entry.others for entry in lists.entries(bundle, {})}
    except BundleError as error:
        raise UserError(
            f"Expected --changed-since to name a generation in {data}. Received: {name!r} ({error}) "
            "`rollback` prints the names."
        ) from error


def _heads(products: list[Product]) -> dict[str, Product]:
    """The product that stands for each product's group of variants, by product id."""
    groups: dict[tuple[bool, str], Product] = {}
    for product in products:
        group = bool(product.variants), product.variants or product.id
        if group not in groups or product.variants in (product.id, f"id:{product.id}"):
            groups[group] = product
    return {each.id: groups[bool(each.variants), each.variants or each.id] for each in products}
