"""The API's operations: each one's address, parameters and answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any

from bundle import Bundle, Product
from bundle.format import COLOURS
from bundle.search.query import SORTS, Filters, Query
from dashapp.addresses import LAST_PAGE, href_of
from dashapp.answers.look_alikes import PRICE_BAND, Wishes, look_alikes
from dashapp.api.addresses import OPENAPI, PRODUCT, PRODUCTS, ROOT, SIMILAR
from dashapp.api.parameters import Parameter
from dashapp.api.records import check_record, product_record, recipe_record, similar_record
from dashapp.parts.right_of_way import as_search
from dashapp.problems import Problem, unusable
from dashapp.site import Site

MOST = 100
"""The largest number of products in one answer."""

COLOUR = {"type": "string", "enum": list(COLOURS)}
_SORT = {"type": "string", "enum": [name for name in SORTS if name != "shuffle"]}
_ID = Parameter("id", "The product's id.", {"type": "string", "minLength": 1}, required=True)
_NO = {"type": "boolean", "default": False}
_LIVE = Parameter("live", "true: also compute the whole list now, and compare.", _NO)
_IN_STOCK = Parameter("in_stock", "true: only products known to be in stock.", _NO)
_ON_SALE = Parameter("on_sale", "true: only products on sale, which cost more before.", _NO)


@dataclass(frozen=True)
class Operation:
    """One operation, requested with GET at `path`.

    `parameters` returns those of a site, because some depend on the catalogue. `answer` makes the JSON from
    their values and may raise `Problem`. `schema` is the answer's name in OpenAPI. `by_path` is the address,
    if any, that has the parameter `id` in its path.
    """

    path: str
    name: str
    summary: str
    schema: str
    answer: Callable[[Site, Bundle, dict[str, Any]], dict[str, Any]]
    parameters: Callable[[Site, Bundle], tuple[Parameter, ...]] = lambda site, bundle: ()
    by_path: str = ""


def _about(site: Site, bundle: Bundle, values: dict[str, Any]) -> dict[str, Any]:
    counts = bundle.manifest["counts"]
    return {
        "title": site.name,
        "generation": bundle.generation,
        "created": bundle.manifest["created"],
        "products": counts["products"],
        "images": counts["images"],
        "recipes": [recipe_record(*each) for each in zip(bundle.recipes, site.recipes, strict=True)],
        "categories": [{"name": name, "products": count} for name, count in site.categories],
        "split": [recipe.name for recipe in site.split],
        "openapi": href_of(OPENAPI),
    }


_SEVERAL = "may be given several times; products need match only one"
_TEXT = {"type": "string", "default": ""}
_PRICE = {"type": "number", "minimum": 0, "maximum": 10**12}

FILTERS = (
    Parameter("category", "Only this category and those below it.", _TEXT),
    Parameter("brand", f"Only this brand; {_SEVERAL}.", several=True),
    Parameter("tag", f"Only products with this tag; {_SEVERAL}.", several=True),
    Parameter("colour", f"Only products with this colour; {_SEVERAL}.", COLOUR, several=True),
    _IN_STOCK,
    _ON_SALE,
    Parameter("min_price", "The lowest price.", _PRICE),
    Parameter("max_price", "The highest price.", _PRICE),
    Parameter("currency", "The currency of prices; by default the catalogue's most frequent one.", _TEXT),
)
"""The parameters that filter products; `filters_of` reads their values."""


def filters_of(values: dict[str, Any]) -> Filters:
    """Make filters from the values of `FILTERS`."""
    return Filters(
        category=values["category"],
        brands=values["brand"],
        tags=values["tag"],
        colours=values["colour"],
        in_stock=values["in_stock"],
        on_sale=values["on_sale"],
        lowest=values["min_price"],
        highest=values["max_price"],
        currency=values["currency"],
    )


def _products_parameters(site: Site, bundle: Bundle) -> tuple[Parameter, ...]:
    search = {"type": "string", "maxLength": 200, "default": ""}
    limit = {"type": "integer", "minimum": 1, "maximum": MOST, "default": 24}
    offset = {"type": "integer", "minimum": 0, "maximum": LAST_PAGE, "default": 0}
    return (
        Parameter(
            "q", "Words of products' titles, brands, categories, tags, facts and colours, or an id.", search
        ),
        *FILTERS,
        Parameter("exact", "true: no word of q is taken for another one, as a synonym or a mistake.", _NO),
        Parameter("sort", "The order; by default best match first, or the catalogue's without q.", _SORT),
        Parameter("limit", "How many products to list.", limit),
        Parameter("offset", "How many products to skip first.", offset),
    )


def _products(site: Site, bundle: Bundle, values: dict[str, Any]) -> dict[str, Any]:
    return as_search(lambda: _found(site, bundle, values))


def _found(site: Site, bundle: Bundle, values: dict[str, Any]) -> dict[str, Any]:
    query = Query(
        search=values["q"],
        filters=filters_of(values),
        sort=values["sort"] or "",
        exact=values["exact"],
    )
    page = bundle.page(query, offset=values["offset"], limit=values["limit"])
    return {
        "total": page.total,
        "offset": values["offset"],
        "limit": values["limit"],
        "searched": page.search.told or values["q"] or None,
        "products": [product_record(site, product) for product in page.products],
    }


def _product_of(bundle: Bundle, product_id: str) -> Product:
    product = bundle.product(product_id)
    if product is None:
        raise Problem(HTTPStatus.NOT_FOUND, f"There is no product {product_id!r}.")
    return product


def _product(site: Site, bundle: Bundle, values: dict[str, Any]) -> dict[str, Any]:
    return product_record(site, _product_of(bundle, values["id"]))


def _similar_parameters(site: Site, bundle: Bundle) -> tuple[Parameter, ...]:
    default = site.recipes[0]
    recipe: dict[str, Any] = {"type": "string", "enum": [each.name for each in site.recipes]}
    if not site.split:
        recipe["default"] = default.name
    deepest = max(entry["depth"] + entry.get("reached", {}).get("most", 0) for entry in bundle.recipes)
    limit = {"type": "integer", "minimum": 1, "maximum": deepest, "default": default.top}
    near = f"near: at most {PRICE_BAND:.0%} from the product's own price. lower: below it."
    return (
        _ID,
        Parameter("recipe", "The recipe whose look-alikes to list.", recipe),
        Parameter("limit", "The most look-alikes to list.", limit),
        Parameter("same_category", "true: only products of the product's own category.", _NO),
        Parameter("same_colour", "true: only products that have the product's main colour.", _NO),
        Parameter("price", near, {"type": "string", "enum": ["near", "lower"]}),
        _IN_STOCK,
        _ON_SALE,
        *((_LIVE,) if site.checks_lists else ()),
    )


def _similar(site: Site, bundle: Bundle, values: dict[str, Any]) -> dict[str, Any]:
    product = _product_of(bundle, values["id"])
    wishes = Wishes(
        category="same" if values["same_category"] else "",
        colour="same" if values["same_colour"] else "",
        price=values["price"] or "",
        stock="in" if values["in_stock"] else "",
        sale="on" if values["on_sale"] else "",
    )
    recipe = site.recipe_for(product.id, values["recipe"] or "") or site.recipes[0]
    found = look_alikes(
        bundle,
        product,
        recipe=recipe.name,
        count=values["limit"],
        filters=wishes.filters(product),
    )
    return {
        "id": product.id,
        "recipe": recipe.name,
        "total": found.longest,
        "similar": [similar_record(site, recipe, each) for each in found.shown],
        **({"live": _checked(site, product, recipe.name)} if values.get("live") else {}),
    }


def _checked(site: Site, product: Product, recipe: str) -> dict[str, Any]:
    if recipe != site.recipes[0].name:
        raise unusable("live", f"false but for the recipe {site.recipes[0].name}", "true")
    return check_record(site.check(product))


OPERATIONS = {
    operation.path: operation
    for operation in (
        Operation(ROOT, "about", "What this catalogue is", "About", _about),
        Operation(
            PRODUCTS, "products", "Products, filtered and sorted", "Products", _products, _products_parameters
        ),
        Operation(
            PRODUCT,
            "product",
            "One product",
            "Product",
            _product,
            lambda site, bundle: (_ID,),
            by_path=f"{PRODUCTS}/{{id}}",
        ),
        Operation(
            SIMILAR,
            "similar",
            "The products that look like a product",
            "Similar",
            _similar,
            _similar_parameters,
            by_path=f"{PRODUCTS}/{{id}}/similar",
        ),
    )
}
"""Every operation, by its address."""
