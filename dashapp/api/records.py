"""Makes the JSON records of the API's answers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from bundle import Neighbour, Product, ProductImage
from bundle.fields import TYPES
from bundle.metric import lower_is_better
from dashapp.addresses import product_href, shop_href
from dashapp.answers.look_alikes import LookAlike
from dashapp.api.addresses import similar_address
from dashapp.parts.right_of_way import give_way
from dashapp.shown_recipe import ShownRecipe
from dashapp.site import Site

if TYPE_CHECKING:
    from dashapp.photo.live.check import LiveCheck


_AS_THEY_ARE = ("id", "title")
_LISTS = tuple(name for name, kind in TYPES.items() if kind == tuple[str, ...])


def product_record(site: Site, product: Product) -> dict[str, Any]:
    """A product with all its data; null where the catalogue says nothing."""
    give_way()
    fields = vars(product) | {"url": shop_href(product)}
    texts = {
        name: value or None for name, value in fields.items() if value == "" and name not in _AS_THEY_ARE
    }
    return {
        **fields,
        **texts,
        **{name: list(fields[name]) for name in _LISTS},
        "images": [_image_record(site, image) for image in product.images],
        "page": product_href(product.id),
        "similar": similar_address(product.id),
    }


def similar_record(site: Site, recipe: ShownRecipe, found: LookAlike) -> dict[str, Any]:
    """An entry of a list of look-alikes by a recipe."""
    return {
        "score": found.score,
        "closeness": recipe.closeness(found.score) or None,
        "near_identical": [variant.id for variant in found.variants],
        "product": product_record(site, found.product),
    }


def check_record(found: LiveCheck) -> dict[str, Any]:
    """The result of comparing a stored list with one computed now."""

    def entry(one: Neighbour | None) -> dict[str, Any] | None:
        return None if one is None else {"id": one.id, "score": round(one.score, 6)}

    return {
        "same": found.same,
        "of": found.of,
        "from_pictures": found.from_pictures,
        "largest_difference": round(found.largest_difference, 6),
        "differences": [
            {"place": each.place, "stored": entry(each.stored), "live": entry(each.live)}
            for each in found.differences
        ],
    }


def recipe_record(entry: dict[str, Any], shown: ShownRecipe) -> dict[str, Any]:
    """A recipe from its entry in the manifest: what it is, and how to read its scores."""
    return {
        "name": entry["name"],
        "label": shown.label,
        "description": entry.get("description") or None,
        "metric": entry["metric"],
        "lower_is_better": lower_is_better(entry["metric"]),
        "top": entry["top"],
        "depth": entry["depth"],
        "weak_below": shown.weak_below,
        "fingerprint": entry["fingerprint"],
    }


def _image_record(site: Site, image: ProductImage) -> dict[str, Any]:
    # Rounded up, as in the build.
    width, height = -(-image.width // 2), -(-image.height // 2)
    return {
        "id": image.id,
        "large": {"src": site.thumbnail_href(image), "width": image.width, "height": image.height},
        "small": {"src": site.thumbnail_href(image, small=True), "width": width, "height": height},
    }
